#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""skep dump -r FILE EXPR -w OUT beside tcpdump and a plain copy: dump.py BUILD [GIGABYTES] [RUNS]

A generated capture (1.7 GB) in the folder for temporary files, read from the page cache; medians of interleaved runs,
all on one CPU: processor time (the program's and Linux's for it), and time on the clock.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

build = os.path.abspath(sys.argv[1])
size = int(float(sys.argv[2]) * 1e9) if len(sys.argv) > 2 else 1_700_000_000
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
skep = os.path.join(build, "skep")
FILTERS = ["icmp and ip[8] < 3", "tcp port 80", "udp port 53", "net 10.66.0.0/16", "ip6 and tcp",
           "host 203.0.113.5 or host 203.0.113.6 or host 192.0.2.1 and not port 22"]


def generate(path, tmp):
    """One part of 500,000 packets, again and again; stamps in µs, as tcpdump writes them."""
    part, micro = os.path.join(tmp, "part"), os.path.join(tmp, "micro")
    subprocess.run([os.path.join(build, "gen-pcap"), "-o", part, "-n", "500000", "-s", "1"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([skep, "dump", "-r", part, "-w", micro], check=True, stderr=subprocess.DEVNULL)
    data = open(micro, "rb").read()
    os.unlink(part)
    os.unlink(micro)
    packets = 0
    with open(path, "wb") as out:
        out.write(data[:24])
        while out.tell() < size:
            out.write(data[24:])
            packets += 500000
    return packets


def seconds(command, output=None, out=None):
    """Processor time and time on the clock; `out` is made anew."""
    if out and os.path.exists(out):
        os.unlink(out)
    before, start = os.times(), time.monotonic()
    with open(output or os.devnull, "wb") as sink:
        subprocess.run(command, check=True, stdout=sink, stderr=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, time.monotonic() - start


def median(times, packets):
    """ns a packet of both."""
    return [statistics.median(t[i] for t in times) * 1e9 / packets for i in (0, 1)]


def main():
    if not shutil.which("tcpdump"):
        print("no tcpdump here")
        sys.exit(77)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as tmp:
        big, a, b = (os.path.join(tmp, name) for name in ("big.pcap", "tcpdump.pcap", "skep.pcap"))
        packets = generate(big, tmp)
        bytes_ = os.stat(big).st_size
        print(f"{packets} packets, {bytes_ / 1e9:.2f} GB; ns a packet, median of {runs}")
        copy = median([seconds(["cat", big], b) for _ in range(runs)], packets)
        read = median([seconds(["cat", big]) for _ in range(runs)], packets)
        print(f"processor (clock): plain copy {copy[0]:.1f} ({copy[1]:.1f}), plain read {read[0]:.1f} ({read[1]:.1f})")
        print(f"{'tcpdump':>17} {'skep':>17} {'times':>14} {'matches':>9}  filter")
        for expression in FILTERS:
            theirs, ours = [], []
            for _ in range(runs):
                theirs.append(seconds(["tcpdump", "-Z", "root", "-r", big, "-w", a, expression], out=a))
                ours.append(seconds([skep, "dump", "-r", big, "-w", b, expression], out=b))
            same = subprocess.run(["cmp", "-s", a, b]).returncode == 0
            count = subprocess.run([skep, "dump", "--count", "-r", b], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            t, s = median(theirs, packets), median(ours, packets)
            print(f"{t[0]:8.1f} ({t[1]:6.1f}) {s[0]:8.1f} ({s[1]:6.1f}) {t[0] / s[0]:6.2f} ({t[1] / s[1]:5.2f})"
                  f" {count.stdout.split()[0].decode():>9}  {expression}{'' if same else '  DIFFERENT'}", flush=True)


main()
