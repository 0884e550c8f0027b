"""The problems of the work-precision diagrams: inputs, and end states from the reference of the test suite."""

import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TITLES = {
    "lotka_volterra": "Lotka-Volterra",
    "lorenz": "Lorenz",
    "arenstorf": "Arenstorf",
    "pleiades": "Pleiades",
    "lorenz96": "Lorenz-96, 40 states",
}


@dataclass
class Problem:
    name: str
    parameters: list
    y0: list
    end: float
    end_state: list

    def error(self, state):
        return error(state, self.end_state)


def error(state, expected):
    """The largest error of a number relative to its size, or to a thousandth of the largest number of the state."""
    largest = max(map(abs, expected))
    return max(abs(y - e) / max(abs(e), 1e-3 * largest) for y, e in zip(state, expected, strict=True))


def problems():
    """By name, in the order of the document."""
    entries = json.loads((ROOT / "tests/reference/nonstiff.json").read_text())["problems"]
    entries = {entry["name"]: entry for entry in entries}
    return {
        name: Problem(name, e["params"], e["y0"], e["t"][-1], e["states"][-1])
        for name, e in ((name, entries[name]) for name in TITLES)
    }
