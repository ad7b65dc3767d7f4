#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Median time and peak memory of writing the kernel's BTF as C: skep beside bpftool, in one run.
# bench/btf.sh [SKEP [BTF-FILE [RUNS]]]
skep=${1:-build/skep}
file=${2:-/sys/kernel/btf/vmlinux}
runs=${3:-15}

exec python3 - "$skep" "$file" "$runs" <<'END'
import os, statistics, subprocess, sys, time

skep, path, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
null = os.open("/dev/null", os.O_WRONLY)

def once(argv):
    start = time.monotonic()
    pid = os.fork()
    if not pid:
        os.dup2(null, 1)
        try:
            os.execvp(argv[0], argv)
        except OSError:
            os._exit(127)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit("failed: " + " ".join(argv))
    return time.monotonic() - start

def peak(argv):
    # by a small parent of its own: a child of this interpreter would count its memory too
    if not os.path.exists("/usr/bin/time"):
        return "?"
    return subprocess.run(["/usr/bin/time", "-f", "%M"] + argv, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True).stderr.split()[-1]

commands = [[tool, "btf", "dump", "file", path, "format", form] if tool == "bpftool"
            else [tool, "btf", "dump", path, "format", form]
            for form in ("c", "raw") for tool in (skep, "bpftool")]
seen = [[] for _ in commands]
for _ in range(runs):
    for results, argv in zip(seen, commands):
        results.append(once(argv))
for results, argv in zip(seen, commands):
    print("%-60s %6.1f ms %8s KiB" % (" ".join(argv), 1e3 * statistics.median(results), peak(argv)))
END
