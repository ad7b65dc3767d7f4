#!/usr/bin/env python3
"""skep dump -r prints what tcpdump prints: dump_print.py BUILD

Compared line by line, every option below: Ethernet headers, VLAN tags, ARP, IPv4 and IPv6 with fragments, TCP with
options, UDP, DNS, ICMP, ICMPv6, IGMP and bytes. Where tcpdump knows an application, its words after a TCP segment's
length are cut off, and of a datagram only stamp, addresses and ports are compared.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

build = os.path.abspath(sys.argv[1])
skep = os.path.join(build, "skep")
captures = os.environ.get("SKEP_PCAPS", "../shared/pcap")
count = bad = 0
KNOWN = re.compile(r"Flags \[|UDP, length|ICMP6?, |ICMP |ARP, |Request |Reply |igmp | > [^:]*\.53: |\.53 > |udp |^\t0x|^    ")


def claim(name, problems):
    global count, bad
    count += 1
    bad += bool(problems)
    print("not ok" if problems else "ok", count, "-", name)
    for line in problems[:12]:
        print("#", line)


def skip(name, reason):
    global count
    count += 1
    print(f"# skip-reason: {reason}")
    print(f"ok {count} - {name} # SKIP {reason}")


def lines(command):
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120).stdout
    # Words of an application are lines that begin with a tab, bytes excepted.
    text = out.decode("latin1").split("\n")
    return [line for line in text if not re.match(r"\t(?!0x|IP)", line)]


def plain(line):
    return re.sub(r"(Flags .*length \d+).*", r"\1", line)


def place(line):
    """Stamp, addresses and ports of a datagram."""
    return re.split(r"(?<= > )([^ ]*): ", line)[:2]


def compare(options, path, before=()):
    """Differences and how many lines are the same in full, in part."""
    theirs = [plain(line) for line in lines([*before, "tcpdump", *options, "-r", path])]
    ours = [plain(line) for line in lines([*before, skep, "dump", *options, "-r", path])]
    problems, full, part = [], 0, 0
    if len(theirs) != len(ours):
        problems.append(f"{path}: {len(theirs)} lines, here {len(ours)}")
    for a, b in zip(theirs, ours):
        if a == b:
            full += 1
        elif (not KNOWN.search(a) or "UDP, length" in b) and place(a) == place(b):
            part += 1
        else:
            problems += [f"{path} {' '.join(options)}", "tcpdump: " + a[:300], "   skep: " + b[:300]]
    return problems, full, part


OPTIONS = ["-n", "-ne", "-nv", "-nvv", "-nvvv", "-nq", "-nS", "-nx", "-nxx", "-nX", "-nXX", "-nt", "-ntt", "-nttt",
           "-ntttt", "-nttttt", "-ne#", "-nA", "-nAA", "-neX", "-nqe", "-nvS"]
# With names, where no server is asked for them.
NAMED = ["-t", "-te", "-tq", "-tqe", "-tv"]


def made(tmp):
    for kind in ["tcp", "udp", "dns", "icmp", "arp", "frag", "scan", "ipv6,tcp,udp,dns,icmp", "vlan,qinq,udp,arp",
                 "flood"]:
        path = os.path.join(tmp, kind.replace(",", "-") + ".pcap")
        subprocess.run([os.path.join(build, "gen-pcap"), "-o", path, "-n", "700", "-s", "11", "--kinds", kind],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield path


def main():
    if not shutil.which("tcpdump"):
        skip("prints_as_tcpdump", "tcpdump is missing")
        return
    os.environ["TZ"] = "America/St_Johns"
    with tempfile.TemporaryDirectory() as tmp:
        paths = list(made(tmp))
        alone = ["unshare", "-n"]
        named = NAMED if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode == 0 else []
        if not named:
            skip("prints_names_as_tcpdump", "no network namespace: name servers would be asked")
        for options in OPTIONS + named:
            problems, full, part = [], 0, 0
            for path in paths:
                p, f, n = compare([options], path, alone if options in named else ())
                problems += p
                full += f
                part += n
            if part:
                problems.append(f"{part} lines are only partly the same")
            print(f"# {options}: {full} lines")
            claim("prints_as_tcpdump_" + options.replace("-", "").replace("#", "_numbered"), problems)
    public = [p for p in sorted(glob.glob(os.path.join(captures, "*.pcap*"))) if "802.11" not in p and "ieee" not in p]
    if not public:
        skip("addresses_and_ports_of_public_captures", "no public captures (../shared/pcap or SKEP_PCAPS)")
        return
    problems, full, part = [], 0, 0
    names = {}
    for path in public:
        p, f, n = compare(["-n"], path)
        names[os.path.basename(path)] = (p, f, n)
    for name, (p, f, n) in names.items():
        if name in OTHER:
            continue
        problems += p
        full, part = full + f, part + n
    print(f"# {full} lines the same, {part} in stamp, addresses and ports")
    claim("addresses_and_ports_of_public_captures", problems)


# Protocols that are printed with name and length only, and captures that are malformed on purpose.
OTHER = {"AoE_Linux.pcap", "LACP.pcap", "OSPFv2_Capture_FINAL.pcapng", "bigtcp-ipv6-vxlan-ipv4.pcap",
         "dccp_partial_csum_v6_simple.pcap", "isup.pcap", "msnlb2.pcapng", "ppp_ip_udp_dns.pcap"}

main()
print(f"1..{count}")
sys.exit(bad > 0)
