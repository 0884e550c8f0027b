"""What the runs say: the tables of `docs/benchmarks.md`, which stand between marks there, and its diagrams."""

from math import inf, isnan

from problems import ROOT, TITLES
from runs import curves, fastest

DOCUMENT = ROOT / "docs/benchmarks.md"
ERRORS = [10.0**-k for k in range(4, 12)]


def report(runs):
    """Rewrites tables and diagrams of these runs; prints the tables, and which runs of others are faster than odec."""
    from diagrams import draw

    text = DOCUMENT.read_text()
    by_problem = {}
    for run in runs:
        by_problem.setdefault(run.problem, []).append(run)
    for problem, of_problem in by_problem.items():
        if problem in TITLES:
            table = table_of_fastest(of_problem)
            draw(problem, of_problem)
        else:
            table = table_of_ratios(of_problem)
        print(f"{problem}\n\n{table}\n")
        for run in of_problem:
            if run.solver != "odec" and run.ratio < 1:
                print(f"faster at its error of {run.error:.1e}: {run.name}, {run.ratio:.2f}")
        text = put(text, problem, table)
    DOCUMENT.write_text(text)


def put(text, name, table):
    """The text with the table between its marks."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n{table}\n\n{end}{after}"


def table_of_fastest(runs):
    """For each error odec's fastest method and the fastest other one, at equal error."""
    methods = curves(runs)
    lines = ["| error | odec | | fastest other | | odec takes |", "| --- | --- | --- | --- | --- | --- |"]
    for error in ERRORS:
        ours, our_name = fastest(methods, error, ours=True)
        theirs, their_name = fastest(methods, error, ours=False)
        if min(ours, theirs) < inf:
            share = f"{ours / theirs:.2f}" if max(ours, theirs) < inf else ""
            our_name = our_name.removeprefix("odec ")
            lines.append(f"| {error:.0e} | {our_name} | {time(ours)} | {their_name} | {time(theirs)} | {share} |")
    return "\n".join(lines)


def table_of_ratios(runs):
    """All runs of one problem, the fastest first."""
    lines = ["| library | method | error | median | ratio |", "| --- | --- | --- | --- | --- |"]
    for run in sorted(runs, key=lambda run: run.microseconds):
        error = "" if isnan(run.error) else f"{run.error:.1e}"
        lines.append(f"| {run.solver} | {run.method} | {error} | {time(run.microseconds)} | {run.ratio:.3g} |")
    return "\n".join(lines)


def time(microseconds):
    """Three digits and a unit; nothing for infinity."""
    if microseconds == inf:
        return "not reached"
    unit, scale = next((u, s) for u, s in (("s", 1e6), ("ms", 1e3), ("µs", 1.0)) if microseconds >= s or s == 1.0)
    digits = f"{microseconds / scale:.3g}"
    return f"{float(digits):g} {unit}"
