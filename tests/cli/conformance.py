#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The public ISA conformance cases through `skep exec`, in every mode. Argument: the build folder."""
import os
import platform
import subprocess
import sys

skep = os.path.join(sys.argv[1], "skep")
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
path = os.path.join(os.environ.get("SKEP_CONFORMANCE", os.path.join(root, "..", "shared", "conformance")), "tests.txt")
modes = ["checked", "interp"] + (["jit", "checked-jit"] if platform.machine() == "x86_64" else [])
print(f"1..{len(modes)}")
if not os.path.exists(path):
    print(f"# skip-reason: no conformance cases at {path} (SKEP_CONFORMANCE names their folder)")
    for n, mode in enumerate(modes, 1):
        print(f"ok {n} - all_cases_pass_{mode} # SKIP no conformance cases")
    sys.exit(0)
cases = []
for line in open(path):
    if line.strip() and not line.startswith("#"):
        cases.append([field.strip() for field in line.rstrip("\n").split("|")])
failed = False
for n, mode in enumerate(modes, 1):
    bad = 0
    for name, _, _, result, error, memory, program in cases:
        command = [skep, "exec", "--exec", mode] + ([memory] if memory else [])
        done = subprocess.run(command, input=program + "\n", capture_output=True, text=True)
        if error:
            passed = done.returncode == 1 and not done.stdout
        else:
            passed = done.returncode == 0 and int(done.stdout, 16) == int(result, 16)
        if not passed:
            bad += 1
            print(f"# {name}: {done.returncode} {done.stdout.strip()} not {result}: {done.stderr.strip()}")
    good = not bad and len(cases) >= 313
    failed |= not good
    print(f"{'ok' if good else 'not ok'} {n} - all_cases_pass_{mode} # {len(cases)} cases")
sys.exit(failed)
