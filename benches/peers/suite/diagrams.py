"""Work-precision diagrams: time against the error reached."""

import io
import re

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from problems import ROOT, TITLES
from runs import curves, fastest

# Grey lines and text that can be read on white and on black.
INK = "#7d8590"
STYLE = {
    "font.size": 9,
    "svg.fonttype": "none",
    "svg.hashsalt": "odec",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "font.family": "sans-serif",
}
# A colour for each method of odec, by its place in the legend, and for each other library.
METHODS = ["#1f9e89", "#e8590c", "#4c8dff", "#c2418f", "#a58b00", "#8c6bd8", "#3a9a3a", "#d6455d", "#00a3b4", "#9b6a4b", "#6f7d00"]
LIBRARIES = {
    "differential-equations": "#e8590c",
    "diffsol": "#c2418f",
    "ode_solvers": "#a58b00",
    "heyoka": "#4c8dff",
    "SciPy": "#3a9a3a",
    "diffrax": "#8c6bd8",
    "torchdiffeq": "#9b6a4b",
}
MARKERS = "osD^vP*X<>"


def draw(problem, runs):
    """Draws the diagram of one problem: odec's methods, and the others beside the envelope of odec's."""
    methods = curves(runs)
    ours = {name: curve for name, curve in methods.items() if curve[0].solver == "odec"}
    theirs = {name: curve for name, curve in methods.items() if curve[0].solver != "odec"}
    with plt.rc_context(STYLE):
        figure, (upper, lower) = plt.subplots(
            2, 1, figsize=(9, 8.5), sharex=True, height_ratios=(2, 3), layout="constrained"
        )
        for (name, curve), colour in zip(ours.items(), METHODS):
            line(upper, curve, name.removeprefix("odec "), colour, "o")
        errors = [10 ** (-k / 10) for k in range(0, 140)]
        envelope = [fastest(ours, error, ours=True)[0] for error in errors]
        lower.plot(errors, envelope, color=METHODS[0], linewidth=4, alpha=0.6, label="odec, its fastest method")
        seen = {}
        for name, curve in theirs.items():
            library = curve[0].solver
            marker = MARKERS[seen.setdefault(library, 0) % len(MARKERS)]
            seen[library] += 1
            line(lower, curve, name, LIBRARIES[library], marker)
        for axes, title in ((upper, f"{TITLES[problem]}: odec"), (lower, f"{TITLES[problem]}: others")):
            axes.set_title(title, color=INK, loc="left")
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.minorticks_off()
            axes.grid(True)
            axes.set_ylabel("time, µs")
            axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, fontsize=8)
        lower.set_xlabel("error")
        lower.set_xlim(1.0, 1e-13)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
        # A hundredth of a point is more than a screen shows.
        text = re.sub(r"(\.\d\d)\d+", r"\1", text.getvalue())
        (ROOT / f"docs/benchmarks/{problem}.svg").write_text(text)


def line(axes, curve, label, colour, marker):
    errors = [run.error for run in curve]
    times = [run.microseconds for run in curve]
    axes.plot(errors, times, label=label, color=colour, marker=marker, markersize=3.5, linewidth=1.2)
