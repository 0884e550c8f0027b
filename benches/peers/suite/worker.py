"""One side of the comparison: reads requests, a line of JSON each, and answers each with a line of measurements.

The Python twin of the crate `worker`.
"""

import json
import statistics
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Request:
    """The solves that one answer is for."""

    problem: str
    # How long to measure one contestant, in seconds.
    budget: float
    # Relative and absolute.
    tolerance: float = 0.0
    parameters: list = field(default_factory=list)
    y0: list = field(default_factory=list)
    # The last time; the first is 0.
    end: float = 0.0
    # Contestants that are not to run: they failed or were too slow at a larger tolerance.
    skip: list = field(default_factory=list)


class Answer:
    """The measurements of one request."""

    def __init__(self, request):
        self.request = request
        self.measurements = []

    def contestant(self, library, method, solve):
        """Measures `solve`, which returns the last state, unless it is to be skipped."""
        if f"{library} {method}" in self.request.skip:
            return
        seconds, state, failure = None, [], ""
        try:
            # What is compiled at the first call is compiled here.
            state = [float(number) for number in solve()]
            seconds = median_time(self.request.budget, solve)
        except Exception as error:
            failure = str(error)
        self.measurements.append(
            {"library": library, "method": method, "seconds": seconds, "state": state, "failure": failure}
        )


def median_time(budget, call):
    """The median time of a call, over samples of many calls where one is short."""
    samples = 15

    def sample(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls

    first = sample(1)
    if first > budget:
        return first
    calls = max(int(budget / samples / first), 1)
    count = min(max(int(budget / (calls * first)), 1), samples)
    return statistics.median(sample(calls) for _ in range(count))


def serve(respond):
    """Answers requests until the input ends."""
    for line in sys.stdin:
        answer = Answer(Request(**json.loads(line)))
        respond(answer)
        print(json.dumps(answer.measurements), flush=True)
