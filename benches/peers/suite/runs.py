"""All runs, in one table that is stored: `docs/benchmarks/runs.tsv`."""

import csv
from dataclasses import astuple, dataclass, fields
from math import exp, inf, log, nan

from problems import ROOT

STORE = ROOT / "docs/benchmarks/runs.tsv"


@dataclass
class Run:
    problem: str
    solver: str
    method: str
    # Of the solver, relative and absolute; 0 where the problem prescribes it.
    tolerance: float
    # The error that was reached; NaN where it was not measured.
    error: float
    microseconds: float
    # Time by that in which odec's fastest method reaches this error.
    ratio: float
    commit: str
    machine: str

    @property
    def name(self):
        return f"{self.solver} {self.method}"


def load():
    """The stored runs."""
    if not STORE.exists():
        return []
    with STORE.open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [Run(**{f.name: f.type(row[f.name]) for f in fields(Run)}) for row in rows]


def store(runs):
    """Stores the runs in place of the older ones of their problems."""
    fresh = {run.problem for run in runs}
    runs = [run for run in load() if run.problem not in fresh] + runs
    STORE.parent.mkdir(exist_ok=True)
    with STORE.open("w", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(f.name for f in fields(Run))
        for run in runs:
            table.writerow(f"{x:.4g}" if isinstance(x, float) else x for x in astuple(run))


def curves(runs):
    """The runs of each method, from large tolerances to small ones."""
    methods = {}
    for run in sorted(runs, key=lambda run: -run.tolerance):
        methods.setdefault(run.name, []).append(run)
    return methods


def time_at(curve, error):
    """The time in which a method reaches an error: interpolated between two tolerances, in logarithms, or that of a run
    that reaches it or less."""
    reached = [run.microseconds for run in curve if run.error <= error]
    for a, b in zip(curve, curve[1:]):
        if (a.error - error) * (b.error - error) < 0:
            share = log(a.error / error) / log(a.error / b.error)
            reached.append(exp((1 - share) * log(a.microseconds) + share * log(b.microseconds)))
    return min(reached, default=inf)


def fastest(methods, error, ours):
    """The fastest of odec's methods, or of the others, at an error: time and name; infinity where none reaches it."""
    times = [(time_at(curve, error), name) for name, curve in methods.items() if (curve[0].solver == "odec") == ours]
    return min(times, default=(inf, ""))


def set_ratios(runs):
    """Sets the ratios of runs of one problem."""
    methods = curves(runs)
    for run in runs:
        ours, _ = fastest(methods, run.error, ours=True)
        run.ratio = run.microseconds / ours if ours < inf else nan
