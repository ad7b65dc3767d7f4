#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Scripts of same.scripts run by `skep trace` and by Debian's bpftrace: the same standard output.

TAP. Usage: same.py SKEP SCRIPTS [WORK]. With --list it only tells what bpftrace says of each script.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

NOISE = re.compile(r'^(Attaching \d+ probes?\.\.\.|Attached \d+ probes?|\{"type": "attached_probes".*)\n', re.M)


def scripts(path):
    name, head, text = None, '', []
    for line in open(path, encoding='utf-8'):
        if line.startswith('== '):
            if name:
                yield name, head, ''.join(text)
            name, _, head = line[3:].strip().partition(' | ')
            text = []
        elif name:
            text.append(line)
    if name:
        yield name, head, ''.join(text)


def command(tool, path, head, work):
    """`head` is options (they start with a dash) or parameters of the script."""
    words = [w.replace('@work', work) for w in re.findall(r"'[^']*'|\S+", head)]
    words = [w.strip("'") for w in words]
    if words and words[0].startswith('-'):
        return tool + words + [path]
    return tool + [path] + words


def run(argv):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return None, 'timeout', ''
    return done.returncode, NOISE.sub('', done.stdout.decode('utf-8', 'replace')), done.stderr.decode('utf-8', 'replace')


def main():
    listing = '--list' in sys.argv
    args = [a for a in sys.argv[1:] if a != '--list']
    skep, path, work = args[0], args[1], args[2] if len(args) > 2 else 'true'
    if not shutil.which('bpftrace'):
        print('1..0 # SKIP there is no bpftrace to compare with')
        return 0
    if os.geteuid():
        print('1..0 # SKIP bpftrace needs root')
        return 0
    all_scripts = list(scripts(path))
    failed = 0
    print(f'1..{len(all_scripts)}')
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, head, text) in enumerate(all_scripts, 1):
            file = os.path.join(folder, 'script.bt')
            with open(file, 'w', encoding='utf-8') as out:
                out.write(text.replace('@work', work))
            want = run(command(['bpftrace'], file, head, work))
            if listing:
                print(name, want, flush=True)
                continue
            have = run(command([skep, 'trace'], file, head, work))
            good = want[1] == have[1] and want[0] == have[0]
            failed += not good
            print(('ok' if good else 'not ok'), number, '-', name.replace('#', '\\#'), flush=True)
            if not good:
                for what, got in (('bpftrace', want), ('skep', have)):
                    for line in (got[1] + got[2][-600:]).splitlines() + [f'exit status {got[0]}']:
                        print(f'# {what}: {line}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
