# SPDX-License-Identifier: BSD-2-Clause
"""What jited.sh holds skep's listings and files against. Exit status 1 and a reason: no match."""
import json
import re
import struct
import subprocess
import sys


def listing(path):
    """(offset, bytes) of each machine instruction, in the order of the listing."""
    rows = []
    for line in open(path):
        m = re.match(r"\s+([0-9a-f]+):  ((?:[0-9a-f]{2} ?)+)(?:\s|$)", line)
        if m and re.match(r"\s{8,}[0-9a-f]+: ", line):
            rows.append((int(m[1], 16), bytes.fromhex(m[2].strip())))
    return rows


def boundaries(path, binary):
    rows = listing(path)
    code = b"".join(b for _, b in rows)
    at = 0
    for off, b in rows:
        assert off == at, f"offset {off:x} stands after {at:x}"
        at += len(b)
    open(binary, "wb").write(code)
    out = subprocess.run(["objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "--insn-width=16", binary],
                         capture_output=True, text=True, check=True).stdout
    theirs = {int(m[1], 16) for m in re.finditer(r"^\s+([0-9a-f]+):\t", out, re.M)}
    ours = {off for off, _ in rows}
    assert len(ours) > 5, "hardly any instructions"
    assert "(bad)" not in out, "objdump finds bad instructions"
    assert ours == theirs, f"only here: {sorted(ours - theirs)[:5]}, only there: {sorted(theirs - ours)[:5]}"


def counts(path):
    p = json.load(open(path))["profile"]
    got = [i["count"] for i in p["instructions"]]
    assert got == [1, 1, 1000, 1000, 1000, 1, 1], got
    assert p["kind"] == "count" and p["total"] == 3004, p["total"]


def samples(path):
    p = json.load(open(path))["profile"]
    loop = sum(i["count"] for i in p["instructions"][2:5])
    assert p["total"] >= 20, f"{p['total']} samples"
    assert loop >= 0.9 * p["total"], f"{loop} of {p['total']}"
    assert p["outside"] <= p["total"], p["outside"]


def records(data):
    magic, version, size, machine, _, pid, _, _ = struct.unpack_from("<6I2Q", data)
    assert (magic, version, size, machine) == (0x4A695444, 1, 40, 62), (magic, version, size, machine)
    at = size
    while at < len(data):
        kind, length, _ = struct.unpack_from("<IIQ", data, at)
        assert length >= 16 and at + length <= len(data), (at, length)
        yield kind, data[at + 16:at + length]
        at += length


def text(data, at):
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def perf(map_path, dump_path, list_path):
    base, size, name = open(map_path).read().strip().split(" ")
    own = sum(len(b) for _, b in listing(list_path))
    assert name == "bpf_prog_firewall", name
    assert int(size, 16) == own, (size, own)
    lines = {int(m[1]) for m in re.finditer(r"^; \S*?:(\d+):\d+ ?", open(list_path).read(), re.M)}
    seen = []
    for kind, body in records(open(dump_path, "rb").read()):
        seen.append(kind)
        if kind == 0:
            _, _, vma, addr, length, _ = struct.unpack_from("<IIQQQQ", body)
            called, at = text(body, 40)
            assert called == name and vma == addr == int(base, 16) and length == own
            assert len(body) - at == length, "the code is cut"
        elif kind == 2:
            addr, count = struct.unpack_from("<QQ", body)
            at, places = 16, []
            for _ in range(count):
                where, line, _ = struct.unpack_from("<QII", body, at)
                file, at = text(body, at + 16)
                assert file.endswith("xdp_firewall.bpf.c") and line in lines, (file, line)
                places.append(where)
            assert at == len(body) and count > 10
            assert places == sorted(places) and places[0] >= addr and places[-1] < addr + own
    assert seen == [2, 0], seen


if __name__ == "__main__":
    try:
        globals()[sys.argv[1]](*sys.argv[2:])
    except AssertionError as e:
        print(e)
        sys.exit(1)
