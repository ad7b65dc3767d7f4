#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`skep map` over kernel maps: what it writes bpftool reads, what bpftool writes it reads, and both
print the same. Usage: map.py BUILD-FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKEP = os.path.join(os.path.abspath(sys.argv[1]), "skep")
OBJECT = os.path.join(os.path.abspath(sys.argv[1]), "examples", "xdp_firewall.o")
count = bad = 0


def claim(name, problem):
    global count, bad
    count += 1
    print("not ok" if problem else "ok", count, "-", name)
    for line in str(problem).splitlines() if problem else []:
        print("#", line)
    bad += bool(problem)


def run(*args):
    r = subprocess.run(args, capture_output=True, text=True)
    return r.returncode, r.stdout


def same(name, *args):
    """Both tools print the same text and the same JSON, with the same status."""
    mine, theirs = run(SKEP, *args), run("bpftool", *args)
    words = [" ".join(x[1].split()) for x in (mine, theirs)]
    problem = ""
    if bool(mine[0]) != bool(theirs[0]):
        problem = f"status {mine[0]}, bpftool's {theirs[0]}"
    elif not theirs[0]:  # errors are worded by each
        try:
            if json.loads(mine[1]) != json.loads(theirs[1]):
                problem = f"{mine[1]}\nbpftool: {theirs[1]}"
        except ValueError:
            if words[0] != words[1]:
                problem = f"{mine[1]}\nbpftool: {theirs[1]}"
    mine, theirs = run(SKEP, "-j", *args), run("bpftool", "-j", *args)
    if not problem and not theirs[0] and json.loads(mine[1]) != json.loads(theirs[1]):
        problem = f"{mine[1]}\nbpftool: {theirs[1]}"
    claim(name, problem)


def main():
    fs = tempfile.mkdtemp()
    subprocess.run(["mount", "-t", "bpf", "bpf", fs], check=True)
    h = fs + "/h"
    status, _ = run(SKEP, "map", "create", h, "type", "hash", "key", "4", "value", "8", "entries",
                    "3", "name", "look_h")
    claim("create makes a pinned map", "" if status == 0 and os.path.exists(h) else "no map")
    same("it is as bpftool would have made it", "map", "show", "pinned", h)
    same("an empty map", "map", "dump", "pinned", h)
    run(SKEP, "map", "update", "pinned", h, "key", "1", "2", "3", "4", "value", "hex", "a", "b", "c",
        "d", "e", "f", "10", "11")
    claim("bytes are taken as bpftool takes them",
          "" if json.loads(run("bpftool", "-j", "map", "dump", "pinned", h)[1]) ==
          [{"key": ["0x01", "0x02", "0x03", "0x04"],
            "value": [f"0x{b:02x}" for b in range(10, 18)]}] else "other bytes")
    same("lookup", "map", "lookup", "pinned", h, "key", "1", "2", "3", "4")
    same("lookup of what is not there", "map", "lookup", "pinned", h, "key", "9", "2", "3", "4")
    same("dump", "map", "dump", "pinned", h)
    same("getnext", "map", "getnext", "pinned", h)
    same("getnext at the end", "map", "getnext", "pinned", h, "key", "1", "2", "3", "4")
    same("noexist of what exists", "map", "update", "pinned", h, "key", "1", "2", "3", "4", "value",
         "1", "2", "3", "4", "5", "6", "7", "8", "noexist")
    status, _ = run(SKEP, "map", "delete", "pinned", h, "key", "1", "2", "3", "4")
    claim("delete takes it away", status or json.loads(run("bpftool", "-j", "map", "dump", "pinned", h)[1]))
    same("delete again", "map", "delete", "pinned", h, "key", "1", "2", "3", "4")
    run(SKEP, "map", "update", "pinned", h, "key", "258", "value", "7")
    claim("one word is a number of the whole size",
          "" if json.loads(run("bpftool", "-j", "map", "dump", "pinned", h)[1])[0]["key"] ==
          ["0x02", "0x01", "0x00", "0x00"] else "other bytes")
    for kind in ("queue", "stack"):
        q = fs + "/" + kind
        run(SKEP, "map", "create", q, "type", kind, "key", "0", "value", "2", "entries", "3",
            "name", kind)
        run(SKEP, "map", "push", "pinned", q, "value", "1", "2")
        run("bpftool", "map", "push", "pinned", q, "value", "3", "4")
        same(f"peek of a {kind}", "map", "peek", "pinned", q)
        first = run(SKEP, "-j", "map", "pop", "pinned", q)[1]
        second = run("bpftool", "-j", "map", "pop", "pinned", q)[1]
        want = [["0x01", "0x02"], ["0x03", "0x04"]]
        got = [json.loads(first)["value"], json.loads(second)["value"]]
        claim(f"pop of a {kind}", "" if got == (want if kind == "queue" else want[::-1]) else got)
        same(f"pop of an empty {kind}", "map", "pop", "pinned", q)
    subprocess.run(["bpftool", "prog", "load", OBJECT, fs + "/fw", "type", "xdp", "pinmaps",
                    fs + "/maps"], check=True, capture_output=True)
    deny, stats = fs + "/maps/deny", fs + "/maps/proto_stats"
    run(SKEP, "map", "update", "pinned", deny, "key", "10.1.0.0/16", "value", "5")
    same("types decode keys and values", "map", "dump", "pinned", deny)
    run(SKEP, "map", "delete", "pinned", deny, "key", "10.1.0.0/16")
    claim("a prefix names its element", json.loads(run("bpftool", "-j", "map", "dump", "pinned", deny)[1]))
    run("bpftool", "map", "update", "pinned", stats, "key", "6", "0", "0", "0", "value",
        *["1"] * 16)
    same("a value for each CPU", "map", "dump", "pinned", stats)
    same("a ring buffer has no elements", "map", "show", "pinned", fs + "/maps/events")
    outer = fs + "/outer"
    status, _ = run(SKEP, "map", "create", outer, "type", "array_of_maps", "key", "4", "value", "4",
                    "entries", "2", "name", "outer", "inner_map", "pinned", h)
    inner = json.loads(run("bpftool", "-j", "map", "show", "pinned", h)[1])["id"]
    run(SKEP, "map", "update", "pinned", outer, "key", "1", "value", str(inner))
    claim("a map of maps takes a map's number",
          "" if str(inner) in run("bpftool", "map", "dump", "pinned", outer)[1] or
          f"{inner & 255:02x}" in run("bpftool", "map", "dump", "pinned", outer)[1] else "not there")
    run(SKEP, "map", "freeze", "pinned", h)
    claim("freeze", "" if json.loads(run("bpftool", "-j", "map", "show", "pinned", h)[1])["frozen"] == 1
          else "not frozen")
    same("a frozen map takes nothing", "map", "update", "pinned", h, "key", "1", "1", "1", "1",
         "value", "1", "2", "3", "4", "5", "6", "7", "8")
    for args in (("update", "pinned", deny, "key", "300.1.1.1/8", "value", "1"),
                 ("lookup", "pinned", h, "key", "1", "2"), ("lookup", "pinned", h),
                 ("dump", "id", "0"), ("frobnicate", "pinned", h),
                 ("create", fs + "/bad", "type", "hush", "key", "4", "value", "4", "entries", "1")):
        r = subprocess.run([SKEP, "map", *args], capture_output=True, text=True)
        claim("wrong words are an error: " + " ".join(args[:1] + args[3:]),
              "" if r.returncode in (1, 2) and r.stderr else "no error")


if os.geteuid() or not shutil.which("bpftool"):
    why = "not root" if os.geteuid() else "bpftool is not installed"
    print("# skip-reason:", why)
    print("1..0 # SKIP", why)
    sys.exit(0)
if os.environ.get("SKEP_MAP_INSIDE") != "1":
    os.environ["SKEP_MAP_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
main()
print(f"1..{count}")
sys.exit(bad != 0)
