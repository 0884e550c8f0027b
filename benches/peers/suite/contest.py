"""Runs ours and theirs in turn, and collects what they measure."""

import json
import os
import subprocess
import sys
from math import inf, nan
from pathlib import Path

from problems import ROOT, error, problems
from runs import Run, set_ratios

PEERS = Path(__file__).resolve().parents[1]
TOLERANCES = [10.0**-k for k in range(3, 15)]
# How often each side has its turn at one tolerance.
ROUNDS = 3
PYTHON = {
    name: [sys.executable, str(PEERS / f"suite/with_{name}.py")]
    for name in ("heyoka", "scipy", "diffrax", "torchdiffeq")
}
OURS = [str(PEERS / "target/release/ours")]
# Built for any CPU of the architecture and for that of this machine: for each method the faster one counts.
THEIRS = [[str(PEERS / f"target/{folder}release/theirs")] for folder in ("", "native/")]


class Side:
    """A process that measures."""

    def __init__(self, command, threads):
        environment = os.environ | {
            "OMP_NUM_THREADS": str(threads),
            "RAYON_NUM_THREADS": str(threads),
            "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()}",
        }
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def measure(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args} has ended")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Contest:
    """Sides that take turns."""

    def __init__(self, commands, threads):
        self.sides = [Side(command, threads) for command in commands]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for side in self.sides:
            side.close()

    def measure(self, skip, too_slow, **request):
        """The least of the medians of the rounds for each contestant: (library, method) -> seconds, last state.

        Adds to `skip` who fails, and who takes longer than `too_slow` seconds for one solve.
        """
        times, states = {}, {}
        for _ in range(ROUNDS):
            for side in self.sides:
                for one in side.measure(skip=skip, **request):
                    key = one["library"], one["method"]
                    seconds = one["seconds"]
                    if seconds is None:
                        print(*key, "fails:", one["failure"], file=sys.stderr)
                    else:
                        times[key] = min(seconds, times.get(key, inf))
                        states[key] = one["state"]
                    if seconds is None or seconds > too_slow:
                        skip.append(" ".join(key))
        return {key: (seconds, states[key]) for key, seconds in times.items()}


def trajectories(names, about):
    """One trajectory each, by all adaptive explicit methods, at all tolerances, on one thread."""
    with Contest([OURS, *THEIRS, *PYTHON.values()], threads=1) as contest:
        for problem in (problems()[name] for name in names):
            runs, skip = [], []
            for tolerance in TOLERANCES:
                measured = contest.measure(
                    skip,
                    too_slow=0.25,
                    problem=problem.name,
                    tolerance=tolerance,
                    parameters=problem.parameters,
                    y0=problem.y0,
                    end=problem.end,
                    budget=0.02,
                )
                for (library, method), (seconds, state) in measured.items():
                    reached = problem.error(state)
                    runs.append(Run(problem.name, library, method, tolerance, reached, 1e6 * seconds, nan, *about))
                print(f"{problem.name}, {tolerance:.0e}: {len(measured)} methods", file=sys.stderr)
            set_ratios(runs)
            yield runs


def ensemble(about):
    """10,000 trajectories on two threads at most; the error is that of every 500th."""
    from scipy.integrate import solve_ivp

    def end_state(i):
        def lorenz(t, s):
            x, y, z = s
            return [10.0 * (y - x), x * (21.0 * i / 9999.0 - z) - y, x * y - 8.0 / 3.0 * z]

        return solve_ivp(lorenz, (0.0, 1.0), [1.0, 0.0, 0.0], method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]

    sample = range(0, 10_000, 500)
    expected = [y for i in sample for y in end_state(i)]
    with Contest([OURS, PYTHON["diffrax"], PYTHON["torchdiffeq"]], threads=2) as contest:
        measured = contest.measure([], too_slow=2.0, problem="ensemble", budget=1.0)
    runs = []
    for (library, method), (seconds, states) in measured.items():
        reached = error([y for i in sample for y in states[3 * i : 3 * i + 3]], expected)
        runs.append(Run("ensemble", library, method, 1e-8, reached, 1e6 * seconds, nan, *about))
    set_ratios_to(runs, "tsit5, threads: 2")
    yield runs


def neural(about):
    """One iteration of training on two threads."""
    with Contest([OURS, PYTHON["diffrax"], PYTHON["torchdiffeq"]], threads=2) as contest:
        measured = contest.measure([], too_slow=2.0, problem="neural", budget=1.0)
    for case in dict.fromkeys(method for library, method in measured if library != "odec"):
        runs = [
            Run(case, library, "dopri5", 0.0, nan, 1e6 * seconds, nan, *about)
            for (library, method), (seconds, _) in measured.items()
            if method == case
        ]
        set_ratios_to(runs, "dopri5")
        yield runs


def set_ratios_to(runs, method):
    """Sets the ratios to the run of one of odec's methods."""
    ours = next(run.microseconds for run in runs if run.solver == "odec" and run.method == method)
    for run in runs:
        run.ratio = run.microseconds / ours
