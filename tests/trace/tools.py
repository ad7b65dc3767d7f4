#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The scripts of tools/bt see what a workload of the test's own does. TAP.

Usage: tools.py SKEP FOLDER WORK [--show]. With --show the outputs are printed, for the documents.
"""
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time

SHOW = '--show' in sys.argv
SKEP, FOLDER, WORK = [os.path.abspath(a) for a in sys.argv[1:4]]
TCP = ('import socket; s = socket.create_server(("127.0.0.1", 0)); '
       'c = socket.create_connection(s.getsockname()); s.accept()[0].close(); c.close()')
SILENT = ('ip link set lo up && ip link add skep0 type veth peer name skep1 && ip addr add 10.9.9.1/24 dev skep0 && '
          'ip link set skep0 up && ip link set skep1 up && '
          'ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:02 dev skep0 && '
          'timeout 1.6 python3 -c "import socket; socket.create_connection((\\"10.9.9.2\\", 99))"')

# script: (command, what its output must match)
CASES = {
    'opensnoop': (WORK, r'work +-1 +2 /nonexistent/skep$'),
    'execsnoop': ("sh -c '/bin/echo hi > /dev/null'", r'/bin/echo hi$'),
    'syscount': (WORK, r'^@process\[work\]: \d+$'),
    'statsnoop': ('stat /nonexistent/skep', r'stat +2 /nonexistent/skep$'),
    'killsnoop': ("sh -c 'kill -0 $$; true'", r'sh +0 +\d+ +0$'),
    'biolatency': ('dd if=/dev/zero of=@tmp/file bs=64k count=8 conv=fsync', r'^@usecs: \n\['),
    'bitesize': ('dd if=/dev/zero of=@tmp/file bs=64k count=8 conv=fsync', r'^@bytes\[.*\]: \n\['),
    'runqlat': ("sh -c 'sleep 0.1'", r'^@usecs: \n\['),
    'cpuwalk': ("timeout 0.5 sh -c 'while :; do :; done'", r'^@cpu: \n\['),
    'tcplife': (f"python3 -c '{TCP}'", r'python3? +127\.0\.0\.1 +\d+ +127\.0\.0\.1 +\d+ +\d+$'),
    'tcpretrans': (f"unshare -n sh -c '{SILENT}'", r'10\.9\.9\.1 +\d+ +10\.9\.9\.2 +99 +2$'),
    'bashreadline': ('@typed', r'\d+ +echo skep was here$'),
    'gethostlatency': ('getent ahosts localhost', r'getent +\d+ localhost$'),
    'threadsnoop': ("python3 -c 'import threading; t = threading.Thread(target=print); t.start(); t.join()'",
                    r'python3? +\S+$'),
    'pidpersec': ("sh -c 'true | true; sleep 1.4'", r'made @: [1-9]\d*$'),
    'vfsstat': ("sh -c 'cat /dev/null; sleep 1.4'", r'^@calls\[read\]: [1-9]'),
}
NEEDS = {'biolatency': '/sys/kernel/tracing/events/block', 'bitesize': '/sys/kernel/tracing/events/block'}


def type_into_bash():
    """An interactive bash on a terminal of its own, and a line typed into it."""
    pid, terminal = pty.fork()
    if not pid:
        os.execv('/bin/bash', ['bash', '--norc', '-i'])
    time.sleep(0.5)
    os.write(terminal, b'echo skep was here\n')
    time.sleep(0.5)
    os.write(terminal, b'exit\n')
    os.waitpid(pid, 0)


def run(name, command, folder):
    argv = [SKEP, 'trace', os.path.join(FOLDER, name + '.bt')]
    if command != '@typed':
        done = subprocess.run(argv + ['-c', command.replace('@tmp', folder)], capture_output=True, text=True,
                              timeout=60, errors='replace')
        return done.returncode, done.stdout, done.stderr
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stderr.readline()  # "Attached …"
    type_into_bash()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    return child.returncode, out, err


def main():
    if os.geteuid():
        print('1..0 # SKIP attaching needs root')
        return 0
    failed = 0
    print(f'1..{len(CASES)}')
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        for number, (name, (command, wanted)) in enumerate(CASES.items(), 1):
            needs = NEEDS.get(name)
            if needs and not os.path.exists(needs):
                print(f'ok {number} - {name} # SKIP this kernel has no {needs}')
                continue
            status, out, err = run(name, command, folder)
            good = status == 0 and re.search(wanted, out, re.M)
            failed += not good
            print('ok' if good else 'not ok', number, '-', name, flush=True)
            if SHOW or not good:
                print('\n'.join('# ' + line for line in (out + err).splitlines()[-25:] + [f'status {status}']))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
