"""`run [PART…]`: the parts are `trajectories`, the names of its problems, `ensemble`, `neural`; all without any.

`run report` draws and writes anew from the stored runs.
"""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import contest
from problems import ROOT, TITLES
from report import report
from runs import load, store


def main(parts):
    names = [name for name in TITLES if not parts or "trajectories" in parts or name in parts]
    unknown = set(parts) - {"trajectories", "ensemble", "neural", "report", *TITLES}
    if unknown:
        raise SystemExit(f"no part {', '.join(sorted(unknown))}\n{__doc__}")
    about = commit(), machine()
    fresh = [contest.trajectories(names, about)] if names else []
    if not parts or "ensemble" in parts:
        fresh.append(contest.ensemble(about))
    if not parts or "neural" in parts:
        fresh.append(contest.neural(about))
    if "report" in parts:
        fresh.append([load()])
    for runs in chain.from_iterable(fresh):
        store(runs)
        report(runs)


def commit():
    """The commit that is measured, with a + where files have been changed since."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--exclude=*", "--dirty=+"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def machine():
    """The CPU, its cores, its widest vectors."""
    lines = [line.split(":") for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line]
    info = {key.strip(): value.strip() for key, value in lines}
    cores = sum(key.strip() == "processor" for key, _ in lines)
    flags = info["flags"].split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "SSE2")
    return f"{info['model name']}, {cores} cores, {vectors}"


main(sys.argv[1:])
