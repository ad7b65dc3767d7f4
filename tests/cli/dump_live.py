#!/usr/bin/env python3
"""skep dump -i beside tcpdump: dump_live.py BUILD [PACKETS]

In a network namespace of its own, with a pair of veth devices. PACKETS (200,000; the long form: 1,000,000) are sent as
fast as it goes, to compare what is dropped.
"""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

build = os.path.abspath(sys.argv[1])
packets = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
skep = os.path.join(build, "skep")
send = os.path.join(build, "tests", "cli", "send_frames")
gen = os.path.join(build, "gen-pcap")
count = bad = 0
NEWNET = 0x40000000
STATISTICS = re.compile(r"(\d+) packets? captured\W+(\d+) packets? received by filter\W+(\d+) packets? dropped")


def claim(name, problems):
    global count, bad
    count += 1
    bad += bool(problems)
    print("not ok" if problems else "ok", count, "-", name, flush=True)
    for line in problems[:12]:
        print("#", line)


def skip_all(reason):
    print(f"# skip-reason: {reason}")
    print(f"ok 1 - captures_as_tcpdump # SKIP {reason}")
    print("1..1")
    sys.exit(0)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()


class Capture:
    """A capture that runs; stop() gives its standard error."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.said = b""
        while b"listening on" not in self.said:
            line = self.process.stderr.readline()
            if not line:
                break
            self.said += line
        time.sleep(0.3)  # tcpdump says so before it has begun

    def settle(self):
        """Wait until what was received is captured, too: on a busy machine that takes its time."""
        os.set_blocking(self.process.stderr.fileno(), False)
        for _ in range(100):
            time.sleep(0.3)
            if self.process.poll() is not None:
                break
            self.process.send_signal(signal.SIGUSR1)
            time.sleep(0.05)
            self.said += self.process.stderr.read() or b""
            found = STATISTICS.findall(self.said.decode())
            captured, received, dropped = (int(n) for n in found[-1]) if found else (0, 1, 0)
            if len(found) > 1 and found[-1] == found[-2] and captured + dropped == received:
                break
        os.set_blocking(self.process.stderr.fileno(), True)

    def stop(self, sig=signal.SIGINT, settle=True):
        if settle:
            self.settle()
        self.process.send_signal(sig)
        out, err = self.process.communicate(timeout=60)
        self.out = out
        self.err = (self.said + err).decode()
        self.status = self.process.returncode
        return self.err


def numbers(text):
    """Captured, received, dropped."""
    return tuple(int(n) for n in STATISTICS.findall(text)[-1])


def packets_of(path, unset=None):
    """Lengths and bytes of packets. Two bytes at `unset`, which Linux does not set, are left out."""
    data = open(path, "rb").read()
    out, at = [], 24
    while at < len(data):
        length = int.from_bytes(data[at + 8:at + 12], sys.byteorder)
        packet = data[at + 8:at + 16 + length]
        out.append(packet if unset is None else packet[:8 + unset] + packet[8 + unset + 2:])
        at += 16 + length
    return out


FILTERS = ["", "tcp", "udp port 53", "vlan", "vlan 7", "vlan and udp", "not ip", "icmp or arp", "net 10.66.0.0/16",
           "ip6", "tcp[tcpflags] & tcp-syn != 0", "greater 500", "ether broadcast", "host 192.0.2.1 and tcp port 443",
           "portrange 1-1000", "ip[6:2] & 0x3fff != 0", "vlan and vlan", "not vlan", "vlan and not vlan 7",
           "vlan 7 or vlan 8", "vlan and ip6", "vlan and tcp port 443", "vlan and vlan and ip", "vlan and net 10.0.0.0/8",
           "ether proto 0x8100"]
# Not compared: "ifindex 2" and "inbound", which libpcap asks of the first packets where it does not know them, and "ip or
# vlan and ip", where it takes a tag that it has not looked for to be missing (files it reads as skep does).


def same_packets(tmp, source):
    problems, total = [], 0
    for expression in FILTERS:
        words = [expression] if expression else []
        theirs, ours = os.path.join(tmp, "t.pcap"), os.path.join(tmp, "s.pcap")
        a = Capture(["tcpdump", "-i", "veth1", "-Z", "root", "-w", theirs, *words])
        b = Capture([skep, "dump", "-i", "veth1", "-w", ours, *words])
        run(send, "veth0", source, "3000", "60000")
        err_a, err_b = a.stop(), b.stop()
        if b.status:
            problems.append(f"'{expression}': status {b.status}: {err_b}")
            continue
        x, y = packets_of(theirs), packets_of(ours)
        total += len(x)
        if x != y:
            problems.append(f"'{expression}': {len(x)} packets, here {len(y)}")
        if numbers(err_a) != numbers(err_b):
            problems.append(f"'{expression}': {numbers(err_a)}, here {numbers(err_b)}")
    print(f"# {len(FILTERS)} filters, {total} packets")
    return problems


def cooked(tmp, source):
    theirs, ours = os.path.join(tmp, "t.pcap"), os.path.join(tmp, "s.pcap")
    problems = []
    for link, unset in (([], 18), (["-y", "LINUX_SLL"], 12)):
        a = Capture(["tcpdump", "-i", "any", "-Z", "root", *link, "-w", theirs])
        b = Capture([skep, "dump", "-i", "any", *link, "-w", ours])
        run(send, "veth0", source, "300", "10000")
        a.stop()
        b.stop()
        x, y = packets_of(theirs, unset), packets_of(ours, unset)
        if x != y or len(x) < 300:
            problems.append(f"{link}: {len(x)} packets, here {len(y)}")
            problems += [f"{p[:60].hex()} | {q[:60].hex()}" for p, q in zip(x, y) if p != q][:2]
    return problems


def lines_alike(tmp, source):
    a = Capture(["tcpdump", "-tn", "-i", "veth1", "-l", "-c", "100", "-Z", "root"])
    b = Capture([skep, "dump", "-tn", "-i", "veth1", "-l", "-c", "100"])
    run(send, "veth0", source, "120", "2000")
    a.stop()
    b.stop()
    x = [re.sub(r"(Flags .*length \d+).*", r"\1", line) for line in a.out.decode("latin1").splitlines()]
    y = b.out.decode("latin1").splitlines()
    x = [line for line in x if not line.startswith("\t")]
    return [f"{p} | {q}" for p, q in zip(x, y) if p != q] or ([] if len(y) == 100 else [f"{len(y)} lines"])


def rights(tmp, source):
    problems = []
    os.chmod(tmp, 0o777)
    path = os.path.join(tmp, "z.pcap")
    b = Capture([skep, "dump", "-i", "veth1", "-Z", "nobody", "-w", path])
    status = open(f"/proc/{b.process.pid}/status").read()
    if not re.search(r"^Uid:\s+65534\s+65534\s+65534\s+65534$", status, re.M) or "CapEff:\t0000000000000000" not in status:
        problems.append("still privileged")
    run(send, "veth0", source, "100", "2000")
    b.stop()
    if os.stat(path).st_uid != 65534 or len(packets_of(path)) != 100:
        problems.append("the file is not that user's, or not whole")
    return problems


def no_rights():
    p = subprocess.run([skep, "dump", "-i", "veth1", "-c", "1"], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                       timeout=20, user=65534, group=65534, extra_groups=[])
    return [] if p.returncode == 1 and b"CAP_NET_RAW" in p.stderr else [p.stderr.decode()]


def full_disk():
    p = subprocess.run([skep, "dump", "-i", "veth1", "-c", "1", "-w", "/dev/full"], stderr=subprocess.PIPE, timeout=20)
    return [] if p.returncode == 1 and b"No space left" in p.stderr else [p.stderr.decode()]


def asks_on_signal(source):
    b = Capture([skep, "dump", "-i", "veth1", "-w", "/dev/null"])
    run(send, "veth0", source, "50", "2000")
    time.sleep(0.5)
    b.process.send_signal(signal.SIGUSR1)
    time.sleep(0.3)
    run(send, "veth0", source, "50", "2000")
    time.sleep(0.6)
    text = b.stop(signal.SIGTERM, settle=False)
    problems = [] if b.status == 0 else [f"status {b.status}"]
    if [m for m in re.findall(r"(\d+) packets captured", text)] != ["50", "100"]:
        problems.append(text)
    return problems


def goes_down():
    b = Capture([skep, "dump", "-i", "veth1", "-n"])
    run("ip", "link", "set", "veth1", "down")
    out, err = b.process.communicate(timeout=20)
    run("ip", "link", "set", "veth1", "up")
    time.sleep(0.3)
    text = err.decode()
    return [] if b.process.returncode == 1 and "interface 'veth1' went down" in text else [text]


def drops(source, tool):
    """What one tool drops of all packets at full speed: the least of three runs."""
    command = {"tcpdump": ["tcpdump", "-i", "veth1", "-Z", "root", "-w"], "skep": [skep, "dump", "-i", "veth1", "-w"]}
    best = None
    for _ in range(3):
        a = Capture([*command[tool], "/dev/null"])
        speed = run(send, "veth0", source, str(packets)).strip()
        captured, received, dropped = numbers(a.stop())
        if best is None or dropped < best[2]:
            best = (captured, received, dropped, speed)
    return best


def full_speed(source):
    a, b = drops(source, "tcpdump"), drops(source, "skep")
    problems = []
    for name, (captured, received, dropped, speed) in (("tcpdump", a), ("skep", b)):
        print(f"# {name}: {captured} captured, {received} received, {dropped} dropped; {speed}")
    if b[1] != packets or b[0] + b[2] != b[1]:
        problems.append(f"packets are not counted: {b}")
    if b[2] > a[2]:
        problems.append(f"{b[2]} dropped, tcpdump {a[2]}")
    return problems


def main():
    if os.geteuid() or not shutil.which("tcpdump") or not shutil.which("ip"):
        skip_all("needs root, tcpdump and ip")
    if ctypes.CDLL(None, use_errno=True).unshare(NEWNET):
        skip_all("no network namespace")
    os.environ["TZ"] = "UTC"
    for words in ("link add veth0 type veth peer name veth1", "link set veth0 up", "link set veth1 up"):
        run("ip", *words.split())
    for device in ("veth0", "veth1"):
        try:
            open(f"/proc/sys/net/ipv6/conf/{device}/disable_ipv6", "w").write("1")
        except OSError:
            pass
    time.sleep(0.5)
    with tempfile.TemporaryDirectory() as tmp:
        source, small = os.path.join(tmp, "source.pcap"), os.path.join(tmp, "small.pcap")
        run(gen, "-o", source, "-n", "3000", "-s", "4")
        run(gen, "-o", small, "-n", "1000", "-s", "4", "--kinds", "scan,dns")
        claim("the_same_packets_under_the_same_filters", same_packets(tmp, source))
        claim("the_same_cooked_packets_of_all_interfaces", cooked(tmp, source))
        claim("prints_the_same_lines", lines_alike(tmp, small))
        claim("becomes_another_user", rights(tmp, source))
        claim("names_the_missing_capability", no_rights())
        claim("says_that_the_disk_is_full", full_disk())
        claim("says_statistics_when_asked_and_at_the_end", asks_on_signal(source))
        claim("says_that_the_interface_went_down", goes_down())
        claim(f"drops_no_more_than_tcpdump_of_{packets}", full_speed(small))
    print(f"1..{count}")
    sys.exit(bad > 0)


main()
