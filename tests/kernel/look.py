#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What skep shows of the kernel is what bpftool shows of it, field by field.

Usage: look.py BUILD-FOLDER. Runs in name spaces of its own; skips without root or bpftool.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
SKEP = os.path.join(BUILD, "skep")
OBJECT = os.path.join(BUILD, "examples", "xdp_firewall.o")
count = bad = 0


def claim(name, problem):
    """`problem`: empty when the claim holds, else what is wrong."""
    global count, bad
    count += 1
    print(("not ok" if problem else "ok"), count, "-", name)
    for line in str(problem).splitlines() if problem else []:
        print("#", line)
    bad += bool(problem)


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def ask(tool, *args):
    return json.loads(run(tool, "-j", *args))


def differences(theirs, ours, where):
    """Fields that bpftool has and we have not, or differently."""
    out = []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name, value in theirs.items():
            if name not in ours:
                out.append(f"{where}.{name}: missing, bpftool says {value!r}")
            else:
                out += differences(value, ours[name], f"{where}.{name}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for i, value in enumerate(theirs):
            out += differences(value, ours[i], f"{where}[{i}]")
    elif where.endswith(".loaded_at"):  # seconds, rounded from two clocks at another moment
        if abs(theirs - ours) > 1:
            out.append(f"{where}: {ours!r}, bpftool says {theirs!r}")
    elif theirs != ours:
        out.append(f"{where}: {ours!r}, bpftool says {theirs!r}")
    return out


def same_objects(mine, *args):
    """Objects that both list; those of this test (`mine`) must be among them."""
    theirs = {o["id"]: o for o in ask("bpftool", *args)}
    ours = {o["id"]: o for o in ask(SKEP, *args)}
    out = [f"object {i} is not shown" for i in mine if i not in ours]
    for i in sorted(set(theirs) & set(ours)):
        if i not in mine and args[0] != "btf":
            continue
        if args[0] == "map":  # bpftool 7.1's list takes an unset btf_id from the map before it
            theirs[i] = ask("bpftool", "map", "show", "id", str(i))
        for name, value in theirs[i].items():
            if name in ("map_ids", "prog_ids") and args[0] == "btf":  # in no order
                value.sort()
                ours[i][name].sort()
        out += differences(theirs[i], ours[i], f"{args[0]} {i}")
    return "\n".join(out + ([] if mine else ["the test loaded nothing"]))


def same_code(prog):
    """Instructions as bpftool prints them, and the bytes of both kinds of code."""
    args = ("prog", "dump", "xlated", "id", str(prog["id"]))
    theirs, ours = ask("bpftool", *args, "opcodes"), ask(SKEP, *args, "opcodes")
    out = [] if len(theirs) == len(ours) else ["another number of instructions"]
    for a, b in zip(theirs, ours):
        if a["disasm"] == "(bf) r0 = r0":  # what bpftool 7.1 does not know: of per-CPU addresses
            continue
        a["proto"] = a.get("proto", "").replace("* ", "*")
        b["proto"] = b.get("proto", "")
        imm = a["opcodes"]["imm"]  # bpftool 7.1 shows four bytes too many of wide constants
        a["opcodes"]["imm"] = imm[:8] if len(imm) > 8 else imm
        a.pop("src", None) if a.get("src") == "" else None
        out += differences(a, b, "instruction")
    claim("instructions and their source lines, as bpftool dumps them", "\n".join(out[:9]))
    names = [tempfile.mkstemp()[1] for _ in range(3)]
    run("bpftool", *args, "file", names[0])
    run(SKEP, *args, "file", names[1])
    run(SKEP, "prog", "dump", "jited", "id", str(prog["id"]), "file", names[2])
    same = open(names[0], "rb").read() == open(names[1], "rb").read()
    claim("the bytes of the code", "" if same and os.path.getsize(names[0]) else "differ")
    machine = ask(SKEP, "prog", "dump", "jited", "id", str(prog["id"]))
    ours, base = set(), 0
    for f in machine:
        ours |= {base + int(i["pc"], 16) for i in f["insns"]}
        base += sum(len(i["opcodes"]) for i in f["insns"])
    listing = run("objdump", "-D", "-b", "binary", "-m", "i386:x86-64", names[2])
    theirs = {int(line.split(":")[0], 16) for line in listing.splitlines()
              if line.startswith(" ") and line.count("\t") == 2}
    claim("machine code: objdump finds the same instructions",
          "" if base == prog["bytes_jited"] and (ours == theirs or not machine[0]["insns"][0]["operation"])
          else f"{base} bytes of {prog['bytes_jited']}; {sorted(ours ^ theirs)[:9]}")
    for name in names:
        os.unlink(name)
    dot = run(SKEP, "prog", "dump", "xlated", "id", str(prog["id"]), "visual")
    claim("the graph has a block for each jump's target", "" if dot.count("shape=record") > 10 and
          dot.count(" -> ") > 10 else dot[:200])


def text_lines(tool, *args):
    return {line.rstrip() for line in run(tool, *args).splitlines() if line.strip()}


def main():
    bpffs = tempfile.mkdtemp()
    group = None
    subprocess.run(["mount", "-t", "bpf", "bpf", bpffs], check=True)
    run("bpftool", "prog", "load", OBJECT, bpffs + "/fw", "type", "xdp", "pinmaps", bpffs + "/maps")
    run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    run("ip", "link", "set", "v0", "up")
    run("bpftool", "net", "attach", "xdpgeneric", "pinned", bpffs + "/fw", "dev", "v0")
    prog = ask("bpftool", "prog", "show", "pinned", bpffs + "/fw")
    maps = prog["map_ids"]

    claim("programs: every field that bpftool shows", same_objects([prog["id"]], "prog", "show"))
    claim("maps: every field that bpftool shows", same_objects(maps, "map", "show"))
    claim("types: every field that bpftool shows", same_objects([prog["btf_id"]], "btf", "list"))
    claim("one program is an object, not an array",
          "\n".join(differences(prog, ask(SKEP, "prog", "show", "id", str(prog["id"])), "prog")))
    claim("a program is found by its tag",
          "\n".join(differences(ask("bpftool", "prog", "show", "tag", prog["tag"]),
                                ask(SKEP, "prog", "show", "tag", prog["tag"]), "prog")))
    claim("where it is pinned", "\n".join(
        differences(ask("bpftool", "-f", "prog", "show", "id", str(prog["id"])),
                    ask(SKEP, "-f", "prog", "show", "id", str(prog["id"])), "prog")))
    args = ("prog", "show", "id", str(prog["id"]))
    claim("the text is bpftool's", "\n".join(text_lines("bpftool", *args) ^ text_lines(SKEP, *args)))
    args = ("map", "show", "id", str(maps[0]))
    claim("the text of maps, too", "\n".join(text_lines("bpftool", *args) ^ text_lines(SKEP, *args)))
    same_code(prog)
    r = subprocess.run([SKEP, "prog", "pin", "id", str(prog["id"]), bpffs + "/again"])
    claim("a program can be pinned again", "" if r.returncode == 0 and
          ask("bpftool", "prog", "show", "pinned", bpffs + "/again")["id"] == prog["id"] else "it is not")
    r = subprocess.run([SKEP, "prog", "loadall", OBJECT, bpffs + "/all", "pinmaps", bpffs + "/all_maps"])
    claim("loadall pins programs and maps",
          "" if r.returncode == 0 and sorted(os.listdir(bpffs + "/all_maps")) ==
          sorted(os.listdir(bpffs + "/maps")) and os.listdir(bpffs + "/all") == ["firewall"] else "not so")
    r = subprocess.run([SKEP, "prog", "load", OBJECT, bpffs + "/none/x"], capture_output=True)
    claim("a load that cannot be pinned fails", "" if r.returncode == 1 else "it did not")
    net = ask(SKEP, "net", "show")[0]
    claim("XDP on a device", "\n".join(differences(ask("bpftool", "net", "show")[0], net, "net")) or
          ("" if net["xdp"] else "nothing is attached"))
    run(SKEP, "net", "detach", "xdpgeneric", "dev", "v0")
    claim("a program comes off a device", ask("bpftool", "net", "show")[0]["xdp"])
    run(SKEP, "net", "attach", "xdpdrv", "id", str(prog["id"]), "dev", "v0")
    xdp = ask("bpftool", "net", "show")[0]["xdp"]
    claim("and goes on one", "" if [x["mode"] for x in xdp] == ["driver"] else xdp)
    r = subprocess.run([SKEP, "net", "attach", "xdpdrv", "id", str(prog["id"]), "dev", "v0"],
                       capture_output=True, text=True)
    claim("not over another, unless that is wanted",
          "" if r.returncode == 1 and "overwrite" in r.stderr else r.stderr)
    run(SKEP, "net", "attach", "xdpdrv", "id", str(prog["id"]), "dev", "v0", "overwrite")
    run(SKEP, "net", "detach", "xdpdrv", "dev", "v0")
    if shutil.which("tc"):
        run("tc", "qdisc", "add", "dev", "v0", "clsact")
        run("bpftool", "prog", "load", os.path.join(BUILD, "examples", "pkt_hist.o"), bpffs + "/tc",
            "type", "classifier")
        run("tc", "filter", "add", "dev", "v0", "ingress", "bpf", "da", "pinned", bpffs + "/tc")
        run(SKEP, "net", "attach", "tcx_egress", "pinned", bpffs + "/tc", "dev", "v0")
        tcx = [t for t in ask(SKEP, "net", "show")[0]["tc"] if t["kind"] == "tcx/egress"]
        claim("tcx: on, shown, off", "" if len(tcx) == 1 and tcx[0]["prog_id"] else tcx)
        run(SKEP, "net", "detach", "tcx_egress", "dev", "v0")
        net = ask(SKEP, "net", "show")[0]
        claim("a tc filter on a device",
              "\n".join(differences(ask("bpftool", "net", "show")[0], net, "net")) or
              ("" if net["tc"] else "nothing is attached"))
    for mount in open("/proc/mounts"):
        if mount.split()[2] == "cgroup2":
            group = os.path.join(mount.split()[1], f"skep-look-{os.getpid()}")
    if group:
        os.mkdir(group)
        try:
            run("bpftool", "prog", "load", os.path.join(BUILD, "tests", "kernel", "look.bpf.o"),
                bpffs + "/cg")
            run(SKEP, "cgroup", "attach", group, "ingress", "pinned", bpffs + "/cg", "multi")
            shown = ask(SKEP, "cgroup", "show", group)
            claim("programs of a cgroup",
                  "\n".join(differences(ask("bpftool", "cgroup", "show", group), shown, "cgroup"))
                  or ("" if shown else "nothing is attached"))
            claim("the tree of cgroups", "\n".join(
                differences(ask("bpftool", "cgroup", "tree", group),
                            ask(SKEP, "cgroup", "tree", group), "cgroup")))
            run(SKEP, "cgroup", "detach", group, "cgroup_inet_ingress", "pinned", bpffs + "/cg")
            claim("a program comes off a cgroup", run("bpftool", "cgroup", "show", group).count("cgroup_inet_ingress"))
            run(SKEP, "cgroup", "attach", group, "ingress", "pinned", bpffs + "/cg")
            r = subprocess.run([SKEP, "cgroup", "detach", group, "ingress", "pinned", bpffs + "/fw"],
                               capture_output=True, text=True)
            left = run("bpftool", "cgroup", "show", group).count("cgroup_inet_ingress")
            claim("another program does not come off in its place",
                  "" if r.returncode == 1 and "is not on" in r.stderr and left == 1 else r.stderr or "it did")
        finally:
            subprocess.run(["bpftool", "cgroup", "detach", group, "ingress", "pinned",
                            bpffs + "/cg"], check=False, capture_output=True)
            os.rmdir(group)
    for args in (("prog", "show", "id", "0"), ("prog", "show", "name", "no_such"),
                 ("map", "show", "pinned", "/nowhere"), ("net", "show", "dev", "none0")):
        r = subprocess.run([SKEP, *args], capture_output=True, text=True)
        claim("what is not there is an error: " + " ".join(args),
              "" if r.returncode == 1 and "error:" in r.stderr else r.stderr or "no error")


if os.geteuid() or not shutil.which("bpftool") or not shutil.which("ip"):
    why = "not root" if os.geteuid() else "bpftool or ip is not installed"
    print("# skip-reason:", why)
    print("1..0 # SKIP", why)
    sys.exit(0)
if os.environ.get("SKEP_LOOK_INSIDE") != "1":
    os.environ["SKEP_LOOK_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, *sys.argv])
main()
print(f"1..{count}")
sys.exit(bad != 0)
