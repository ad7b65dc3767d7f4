#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tracing costs with skep and with bpftrace, in one run: start, memory, ns added an event.

Usage: trace.py SKEP TRACE_LOAD [ROUNDS]. Needs root and bpftrace. Medians; rounds of the two alternate.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

SYSCALLS, CALLS = 1000000, 200000
ROWS = [
    ('count()', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @ = count(); }'),
    ('@++', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @++; }'),
    ('@[pid] = count()', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @[pid] = count(); }'),
    ('@[comm] = hist()', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @[comm] = hist(cpu); }'),
    ('predicate, false', 'syscall', 'tracepoint:syscalls:sys_enter_getppid /pid == 1/ { @ = count(); }'),
    ('raw_syscalls, count()', 'syscall', 'tracepoint:raw_syscalls:sys_enter { @ = count(); }'),
    ('start and delete', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @s[tid] = nsecs; } '
     'tracepoint:syscalls:sys_exit_getppid /@s[tid]/ { @ = sum(nsecs - @s[tid]); delete(@s[tid]); }'),
    ('kstack', 'syscall', 'tracepoint:syscalls:sys_enter_getppid { @[kstack] = count(); }'),
    ('uprobe, count()', 'function', 'uprobe:LOAD:trace_load_function { @ = count(); }'),
    ('uretprobe, count()', 'function', 'uretprobe:LOAD:trace_load_function { @ = count(); }'),
]


def start(argv):
    """Seconds to the first byte of output and to the end, KiB at most."""
    begin = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = b''
    while b'first' not in line:
        line = child.stdout.readline()
        if not line:
            break
    first = time.monotonic() - begin
    child.stdout.read()
    _, _, usage = os.wait4(child.pid, 0)
    return first, time.monotonic() - begin, usage.ru_maxrss


def cost(tool, load, kind, script):
    n = SYSCALLS if kind == 'syscall' else CALLS
    command = [load, kind, str(n)]
    if tool:
        done = subprocess.run(tool + ['-e', script.replace('LOAD', load), '-c', ' '.join(command)],
                              capture_output=True, text=True, timeout=120)
    else:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    found = re.search(r'^(\d+\.\d\d)$', done.stdout, re.M)
    return float(found.group(1)) if found else float('nan')


def main():
    skep, load = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    tools = [('skep', [skep, 'trace'])]
    if shutil.which('bpftrace'):
        tools.append(('bpftrace', ['bpftrace']))
    one = 'BEGIN { printf("first\\n"); exit(); }'
    print(f'{"start of a one-liner":24}' + ''.join(f'{n:>12} first ms, ms, MB' for n, _ in tools))
    runs = {n: [start(t + ['-e', one]) for _ in range(rounds)] for n, t in tools}
    print(' ' * 24 + ''.join('%12.1f %8.1f %6.1f ' % (
        statistics.median(r[0] for r in runs[n]) * 1e3, statistics.median(r[1] for r in runs[n]) * 1e3,
        statistics.median(r[2] for r in runs[n]) / 1024) for n, _ in tools))
    print(f'\n{"ns added an event":24}' + ''.join(f'{n:>12}' for n, _ in tools) + f'{"ratio":>8}')
    for name, kind, script in ROWS:
        base, got = [], {n: [] for n, _ in tools}
        for _ in range(rounds):
            base.append(cost(None, load, kind, script))
            for n, t in tools:
                got[n].append(cost(t, load, kind, script))
        added = [statistics.median(got[n]) - statistics.median(base) for n, _ in tools]
        ratio = f'{added[0] / added[1]:8.2f}' if len(added) > 1 and added[1] else ''
        print(f'{name:24}' + ''.join(f'{a:12.1f}' for a in added) + ratio, flush=True)


main()
