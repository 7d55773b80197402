"""What one version of a small program costs when it is run against five calls, as a search for repairs does.

    python benchmarks/sandbox_speed.py [--runs 1000] [--interpreter PYTHON] [--format json]

Beside it stands the same with a process of its own for every version, which is what a system without `fork`
is left with.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

from tables import Row, print_rows

from meno_analyzers.failures.cases import CallCase, Program
from meno_analyzers.failures.sandbox import Arena

SOURCE = "def gcd(a, b):\n    if b == 0:\n        return a\n    return gcd(b, a % b)\n"
PAIRS = [(12, 8, 4), (7, 3, 1), (35, 21, 7), (1, 1, 1), (100, 75, 25)]


def measured(arena: Arena, runs: int, trace: bool) -> Row:
    """Milliseconds a run, after a few that are not counted."""
    times = []
    for number in range(runs + 10):
        begun = time.perf_counter()
        results = arena.run(SOURCE, trace=trace)
        if number >= 10:
            times.append((time.perf_counter() - begun) * 1000)
        assert all(result.passed for result in results)
    cuts = statistics.quantiles(times, n=100)
    return {"trace": trace, "runs": runs, "p50 ms": cuts[49], "p99 ms": cuts[98]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--interpreter", default=sys.executable)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    given = parser.parse_args()
    cases = [CallCase(f"{a} {b}", "gcd", [a, b], answer) for a, b, answer in PAIRS]
    rows: list[Row] = []
    for forks in (True, False):
        Arena._forks = forks
        with Arena.open(Program({"gcd.py": SOURCE}, "gcd.py"), cases, interpreter=given.interpreter) as arena:
            for trace in (False, True):
                row = measured(arena, given.runs if forks else max(20, given.runs // 20), trace)
                rows.append({"process": "forked" if forks else "its own", **row})
    print_rows(rows, given.format)


if __name__ == "__main__":
    main()
