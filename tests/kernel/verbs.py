#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""prog run, attach, detach and profile, map event_pipe, btf dump: as bpftool does them on the same
programs and maps; where it cannot, as the kernel's own counts say. Usage: verbs.py BUILD-FOLDER
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
SKEP = os.path.join(BUILD, "skep")
PINS = f"/sys/fs/bpf/skep-verbs-{os.getpid()}"
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
    return r.returncode, r.stdout, r.stderr


def blur(text):
    """Durations differ from run to run."""
    return re.sub(r'(duration[^0-9]*)[0-9]+', r"\1", text)


def same(name, *args, options=("", "-j", "-p")):
    problem = ""
    for option in options:
        words = [option] * bool(option) + list(args)
        mine, theirs = run(SKEP, *words), run("bpftool", *words)
        if theirs[0] or mine[0]:
            problem += f"status {mine[0]}, bpftool's {theirs[0]}: {mine[2]}{theirs[2]}\n"
        elif blur(mine[1]) != blur(theirs[1]):
            problem += f"{' '.join(words)}:\n{mine[1][:400]}\nbpftool:\n{theirs[1][:400]}\n"
    claim(name, problem)


def refuses(name, status, words, *args):
    r = run(SKEP, *args)
    said = r[0] == status and not r[1] and re.search(words, r[2])
    claim(name, "" if said else f"status {r[0]}: {r[1]}{r[2]}")


def fails(name, words, *args, theirs=True):
    """Errors are JSON, as bpftool's are: one object of standard output, which names the reason."""
    problem = ""
    for option in ("-j", "-p"):
        mine, his = run(SKEP, option, *args), run("bpftool", option, *args) if theirs else ()
        try:
            error = json.loads(mine[1])["error"]
            shape = mine[1].startswith('{\n    "error": "' if option == "-p" else '{"error":"')
        except (ValueError, KeyError, TypeError):
            error = shape = ""
        if mine[0] != 255 or mine[2] or not shape or not re.search(words, error):
            problem += f"{option}: {mine}\n"
        if theirs and (his[0] == 0 or not his[1].startswith('{"error":' if option == "-j" else '{\n    "error": ')):
            problem += f"{option}: bpftool: {his}\n"
    claim(name, problem)


def test_failures():
    none = "4000000000"
    fails("a program that is not there", none, "prog", "show", "id", none)
    fails("a map", none, "map", "dump", "id", none)
    fails("a link", none, "link", "show", "id", none)
    fails("types", none, "btf", "list", "id", none)
    fails("a device", "nowhere0", "net", "show", "dev", "nowhere0")
    fails("a cgroup", "/nowhere", "cgroup", "show", "/nowhere")
    fails("a graph is no JSON", "no JSON", "prog", "dump", "xlated", "id", "1", "visual", theirs=False)
    fails("words of feature", "probe", "feature", "probe", "nowhere")
    fails("a word that selects nothing", "id N", "prog", "show", "nowhere")
    r = run(SKEP, "prog", "show", "id", none)
    claim("text goes to standard error", "" if r[0] == 1 and not r[1] and r[2].startswith("error: ") else r)


def loaded_maps(tool, *words):
    """Names of the maps of the program that `prog load` loads, and the number of the one pinned; or what it says."""
    pin, obj = PINS + "/loaded", os.path.join(BUILD, "examples", "xdp_firewall.o")
    r = run(tool, "-j", "prog", "load", obj, pin, *words)
    if r[0]:
        return r[0], r[1]
    ids = json.loads(run("bpftool", "-j", "prog", "show", "pinned", pin)[1])["map_ids"]
    os.unlink(pin)
    known = {m["id"]: m.get("name") for m in json.loads(run("bpftool", "-j", "map", "show")[1])}
    return r[1], sorted(known.get(i) or "?" for i in ids), ids


def test_replace():
    number = lambda name: json.loads(run("bpftool", "-j", "map", "show", "pinned", f"{PINS}/maps/{name}")[1])["id"]
    names = ("deny", "proto_stats", "events")
    for i, name in enumerate(names):
        for how in (("name", name), ("idx", str(i))):
            words = ("map", *how, "pinned", f"{PINS}/maps/{name}")
            mine, theirs = loaded_maps(SKEP, *words), loaded_maps("bpftool", *words)
            good = mine[:2] == theirs[:2] and mine[1] == sorted(names) and number(name) in mine[2] and \
                number(name) in theirs[2]
            claim(f"a map takes the place of {how[0]} {how[1]}", "" if good else f"{mine}\n{theirs}")
    every = [w for n in names for w in ("map", "name", n, "id", str(number(n)))]
    claim("all of them", "" if set(loaded_maps(SKEP, *every)[2]) == {number(n) for n in names} else "others")
    obj, deny, pin = os.path.join(BUILD, "examples", "xdp_firewall.o"), f"{PINS}/maps/deny", PINS + "/loaded"
    load = ("prog", "load", obj, pin)
    fails("an unknown name", "no map 'denny'", *load, "map", "name", "denny", "pinned", deny)
    refuses("with the nearest", 1, "did you mean 'deny'", *load, "map", "name", "denny", "pinned", deny)
    fails("a place that is not there", "3 maps", *load, "map", "idx", "9", "pinned", deny)
    fails("another shape", "another type: 11, not 5", *load, "map", "name", "proto_stats", "pinned", deny)
    small = PINS + "/small"
    run("bpftool", "map", "create", small, "type", "lpm_trie", "key", "8", "value", "8", "entries", "4", "name", "small",
        "flags", "1")
    fails("another size", "another value size: 8, not 4", *load, "map", "name", "deny", "pinned", small, theirs=False)
    fails("twice", "twice", *load, *every[:5], *every[:5])
    fails("a map that is not there", "4000000000", *load, "map", "name", "deny", "id", "4000000000")
    refuses("words are missing", 2, "say: map", *load, "map", "name", "deny")
    fails("a device that is not there", "'lo0'", *load, "dev", "lo0")
    refuses("a device that runs no programs", 1, "offloaded to 'lo'(.|\n)*network cards", *load, "dev", "lo")
    r = run("bpftool", *load, "dev", "lo")
    claim("for bpftool, too", "" if r[0] else r)
    claim("nothing stays", "" if not os.path.exists(pin) else pin)


def test_done():
    """In JSON, bpftool says null of what is done."""
    small, pin = PINS + "/done", PINS + "/done-pin"
    steps = (("map", "create", small, "type", "array", "key", "4", "value", "4", "entries", "4", "name", "done"),
             ("map", "update", "pinned", small, "key", "0", "0", "0", "0", "value", "1", "0", "0", "0"),
             ("map", "freeze", "pinned", small), ("map", "pin", "pinned", small, pin),
             ("prog", "pin", "pinned", PINS + "/progs/firewall", PINS + "/done-prog"),
             ("net", "attach", "xdpgeneric", "pinned", PINS + "/progs/firewall", "dev", "lo"),
             ("net", "detach", "xdpgeneric", "dev", "lo"))
    for option in ("-j", "-p"):
        said = []
        for tool in (SKEP, "bpftool"):
            said.append([(words[:2], run(tool, option, *words)[:2]) for words in steps])
            for name in (small, pin, PINS + "/done-prog"):
                if os.path.exists(name):
                    os.unlink(name)
        claim(f"what is done says so with {option}", "" if said[0] == said[1] else f"{said[0]}\n{said[1]}")


def test_run(folder):
    packet = os.path.join(folder, "packet")
    with open(packet, "wb") as f:
        f.write(bytes.fromhex("ffffffffffff0200000000010800450000200001000040110000" "0a000001" "0a000002") + b"\0" * 30)
    xdp = ("prog", "run", "pinned", PINS + "/progs/firewall")
    same("a program runs over a packet", *xdp, "data_in", packet)
    same("what comes out is shown", *xdp, "data_in", packet, "data_out", "-")
    same("it is repeated", *xdp, "data_in", packet, "repeat", "100")
    out = os.path.join(folder, "out")
    problem = run(SKEP, *xdp, "data_in", packet, "data_out", out)[2]
    with open(packet, "rb") as a, open(out, "rb") as b:
        claim("what comes out is written", problem or ("" if a.read() == b.read() else "other bytes"))
    same("a context comes back", *xdp, "data_in", packet, "ctx_in", "/dev/null", "ctx_out", "-", options=())
    refuses("input is needed", 2, "data_in FILE", *xdp)
    refuses("a size without its file is refused", 2, "needs its file", *xdp, "data_in", packet, "data_size_out", "4")
    refuses("a missing file is named", 1, "/nowhere", *xdp, "data_in", "/nowhere")


def test_profile(folder):
    packet = os.path.join(folder, "packet")
    prog = ("pinned", PINS + "/progs/firewall")
    runs = lambda: json.loads(run("bpftool", "-j", "prog", "show", *prog)[1]).get("run_cnt", 0)
    start = runs()
    profile = subprocess.Popen([SKEP, "-j", "prog", "profile", *prog, "run_cnt", "run_time", "cpu_clock"],
                               stdout=subprocess.PIPE, text=True)
    for _ in range(100):  # until runs are counted
        run("bpftool", "prog", "run", *prog, "data_in", packet)
        time.sleep(0.1)
        if runs() > start + 3:
            break
    ready = runs()
    told = json.loads(run("bpftool", "-j", "prog", "run", *prog, "data_in", packet, "repeat", "1000000")[1])
    end = runs()
    profile.send_signal(signal.SIGINT)
    m = {x["metric"]: x for x in json.loads(profile.communicate()[0])}
    counted = m["run_cnt"]["value"]
    claim("a profile counts the runs", "" if end - ready <= counted <= end - start and end - ready == 1000000 and
          m["run_time"]["run_cnt"] == counted else f"{start} {ready} {end}: {m}")
    mine, theirs = m["run_time"]["value"] / 1e6, told["duration"]
    claim("and their time", "" if 0.2 * theirs < mine < 2 * theirs else f"{mine} ns a run, bpftool {theirs}")
    claim("and samples it", "" if 0 < m["cpu_clock"]["value"] < 2 * m["run_time"]["value"] else m)
    claim("samples make the value", "" if m["cpu_clock"]["value"] == 100000 * m["cpu_clock"]["samples"] else m)
    text = run(SKEP, "prog", "profile", *prog, "duration", "0.1")
    claim("a profile of nothing is zeros", "" if re.search(r"^ +0 run_cnt\n +0 run_time", text[1], re.M) else text)
    r = run(SKEP, "prog", "profile", *prog, "duration", "0.1", "cycles")
    told = "perf_event_open.2. knows no such counter of this machine's hardware"
    claim("a counter that this machine lacks is named", "" if r[0] == 0 or re.search(told, r[2]) else r)
    refuses("an unknown metric, with the nearest", 1, "'cycels'\n.*'cycles'", "prog", "profile", *prog, "cycels")
    refuses("a duration is a number", 2, "number of seconds", "prog", "profile", *prog, "duration", "x")


def test_btf():
    prog, fw = ("prog", "pinned", PINS + "/progs/firewall"), os.path.join(BUILD, "examples", "xdp_firewall.o")
    deny = ("map", "pinned", PINS + "/maps/deny")
    number = str(json.loads(run("bpftool", "-j", "prog", "show", "pinned", prog[2])[1])["btf_id"])
    same("types of a file", "btf", "dump", "file", fw)
    same("of a program", "btf", "dump", *prog)
    same("by their number", "btf", "dump", "id", number)
    for part in ("key", "value", "kv", "all"):
        same(f"of a map: {part}", "btf", "dump", *deny, part)
    same("as C", "btf", "dump", *prog, "format", "c", options=("",))
    same("of a map as C", "btf", "dump", *deny, "kv", "format", "c", options=("",))
    fails("C is no JSON", "no JSON", "btf", "dump", *deny, "format", "c")
    for _ in range(5):  # others load and unload types meanwhile
        lines = [re.sub(r"[0-9]+", "N", run(t, "-p", "btf", "list")[1]) for t in (SKEP, "bpftool")]
        if lines[0] == lines[1]:
            break
    claim("the list has bpftool's lines", "" if "vmlinux" in lines[0] and lines[0] == lines[1] else lines)
    same("one of it", "btf", "list", "id", "1")
    refuses("a number that is not there", 1, "no BTF with id", "btf", "dump", "id", "4000000000")
    refuses("words too many", 2, "say: btf dump", "btf", "dump", *prog, "kv")


def test_sockmap():
    prog, socks = (("pinned", PINS + "/attach/judge"), ("pinned", PINS + "/attach-maps/socks"))
    if not os.path.exists(prog[1]):
        return claim("programs go on maps of sockets", "judge is not pinned")
    words = (*prog, "sk_msg_verdict", *socks)
    r = run(SKEP, "prog", "attach", *words)
    claim("a program goes on a map of sockets", r[2])
    claim("bpftool finds it there", run("bpftool", "prog", "detach", *words)[2])
    refuses("it is there no more", 1, "cannot be taken off", "prog", "detach", *words)
    claim("what bpftool put there", run("bpftool", "prog", "attach", *words)[2])
    claim("skep takes off", run(SKEP, "prog", "detach", *words)[2])
    refuses("the map is needed", 1, "which\\?", "prog", "attach", *prog, "sk_msg_verdict")
    refuses("other hooks are named", 1, "no hook of a map", "prog", "attach", *prog, "xdp", *socks)


def datagrams(n):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(n):
        s.sendto(b"hello", ("127.0.0.1", 9))


def piped(tool, *args):
    """What event_pipe prints of three datagrams (and their answers), once it listens."""
    for wait in (0.5, 2, 5):
        p = subprocess.Popen([tool, *args], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        time.sleep(wait)
        datagrams(3)
        time.sleep(wait)
        p.send_signal(signal.SIGINT)
        text = p.communicate()[0].replace("Stopping...\n", "")
        if text.strip("[]\n"):
            break
    return text


def map_of(pid, name):
    """The number of a map that a process holds."""
    for m in json.loads(run(SKEP, "-j", "-P", "map", "show")[1]):
        if m.get("name") == name and any(p["pid"] == pid for p in m.get("pids", [])):
            return str(m["id"])
    return "0"


def test_pipe():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    load = subprocess.Popen([SKEP, "load", os.path.join(BUILD, "tests/kernel/engine.bpf.o"), "--attach", "--to",
                             "count=lo"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    load.stderr.readline()
    perf, ring = ("id", map_of(load.pid, "perf")), ("id", map_of(load.pid, "ring"))
    blurred = lambda s: re.sub(r"(?m)@[0-9.]+ CPU: [0-9]+ index: [0-9]+|(?<=^.{11} )[0-9a-f]{2}", "N", s)
    mine, theirs = (piped(t, "map", "event_pipe", *perf) for t in (SKEP, "bpftool"))
    claim("events are shown as they come", "" if mine.count("== @") == 6 and blurred(mine) == blurred(theirs)
          else repr(blurred(mine)) + "\n" + repr(blurred(theirs)))
    shapes = []
    for tool in (SKEP, "bpftool"):
        events = json.loads(piped(tool, "-j", "map", "event_pipe", *perf))
        shapes.append([(sorted(e), e["type"], len(e["data"]), e["data"][0]) for e in events])
    claim("and in JSON", "" if shapes[0] == shapes[1] and len(shapes[0]) == 6 else shapes)
    refuses("cpu and index go together", 2, "cpu and index", "map", "event_pipe", *perf, "cpu", "0")
    refuses("another map is refused", 1, "no perf event array", "map", "event_pipe", *ring)
    load.send_signal(signal.SIGINT)
    load.wait()


def main():
    why = ("it needs root" if os.geteuid() else "bpftool is missing" if not shutil.which("bpftool")
           else "no BPF file system" if not os.access("/sys/fs/bpf", os.W_OK) else "")
    if why:
        print(f"1..1\n# skip-reason: {why}\nok 1 - verbs of programs, maps and types # SKIP {why}")
        return 0
    if not os.environ.get("SKEP_OWN_NET"):
        os.environ["SKEP_OWN_NET"] = "1"
        os.execvp("unshare", ["unshare", "-n", "--", sys.executable, *sys.argv])
    folder = tempfile.mkdtemp()
    os.mkdir(PINS)
    try:
        for name, path in (("progs", "examples/xdp_firewall.o"), ("attach", "tests/kernel/sockets.bpf.o")):
            maps = "/maps" if name == "progs" else "/attach-maps"
            subprocess.run([SKEP, "prog", "loadall", os.path.join(BUILD, path), f"{PINS}/{name}", "pinmaps",
                            PINS + maps], check=True)
        test_failures()
        test_replace()
        test_done()
        test_run(folder)
        test_profile(folder)
        test_btf()
        test_sockmap()
        test_pipe()
    finally:
        shutil.rmtree(folder)
        subprocess.run(["rm", "-rf", PINS], check=True)
    print(f"1..{count}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
