#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`skep feature probe` against bpftool's, and against the kernel's own answers about helpers.

Usage: feature.py BUILD-FOLDER
"""
import json
import os
import shutil
import subprocess
import sys

SKEP = os.path.join(os.path.abspath(sys.argv[1]), "skep")
FACTS = os.path.join(os.environ.get("SKEP_FACTS", "../shared/facts"), "helpers.tsv")
# bpftool 7.1 does not give these types what they hang on, so it calls them missing. The four last
# sets of helpers it cannot read on kernels whose words have changed since.
NOT_ASKED = {"have_tracing_prog_type", "have_ext_prog_type", "have_lsm_prog_type"}
count = bad = 0


def claim(name, problems):
    global count, bad
    count += 1
    print("not ok" if problems else "ok", count, "-", name)
    for line in problems[:20]:
        print("#", line)
    bad += bool(problems)


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def helpers_of_facts(ours):
    """Differences to what the kernel answered program type by program type."""
    out, asked = [], 0
    loud = {"trace_printk", "trace_vprintk", "probe_write_user"}
    for line in open(FACTS):
        name, _, helpers = line.rstrip("\n").partition("\t")
        mine = ours.get(f"{name.lower()}_available_helpers")
        if mine is None or name.startswith("#"):
            continue
        asked += 1
        theirs = set(helpers.split("\t")[1].split()) - loud
        mine = {h[4:] for h in mine}
        out += [f"{name}: {h} is missing" for h in sorted(theirs - mine)]
        out += [f"{name}: {h} is too much" for h in sorted(mine - theirs)]
    return out if asked > 8 else ["fewer program types than expected were asked about"]


if os.geteuid() or not shutil.which("bpftool"):
    why = "not root" if os.geteuid() else "bpftool is not installed"
    print("# skip-reason:", why)
    print("1..0 # SKIP", why)
    sys.exit(0)
ours = json.loads(run(SKEP, "-j", "feature", "probe"))
theirs = json.loads(run("bpftool", "-j", "feature", "probe"))
for part in ("system_config", "syscall_config", "program_types", "map_types", "misc"):
    claim(f"{part} as bpftool tells it",
          [f"{k}: {ours[part].get(k, 'missing')!r}, bpftool says {v!r}"
           for k, v in theirs[part].items()
           if k not in NOT_ASKED and ours[part].get(k, "missing") != v])
claim("what is no or unknown has a reason",
      [k for part in ("program_types", "map_types") for k, v in ours[part].items()
       if v is not True and not ours["reasons"].get(k)])
if os.path.exists(FACTS):
    claim("helpers of each program type as the kernel answered", helpers_of_facts(ours["helpers"]))
macros = set(run(SKEP, "feature", "probe", "macros").split("\n"))
claim("macros as bpftool writes them",
      [m for m in run("bpftool", "feature", "probe", "macros").split("\n")
       if m.startswith("#define ") and "_TYPE" in m and "HELPER" not in m and m not in macros
       and not any(n[5:].upper() in m for n in NOT_ASKED)])
r = subprocess.run([SKEP, "feature", "probe", "dev", "none0"], capture_output=True, text=True)
claim("a device that is not there is an error", [] if r.returncode == 1 and "none0" in r.stderr else [r.stderr])
print(f"1..{count}")
sys.exit(bad != 0)
