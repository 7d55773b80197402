"""How long each key takes where the machine does not get in between: the least of several tries.

    python benchmarks/least_of_keys.py FILES … [--tries 5] [--keys 600] [--pace 0.02] [--harness FOLDER]
                                       [--format table|json]

In each try a server of its own opens the file without the last `--keys` characters of its first half, which
are then typed one by one. All tries type the same, so that a key is slow in each of them only if Meno is slow
at it; a delay of the machine's own hits another key each time. Prints for each file the percentiles over the
keys' least milliseconds, beside those of a single try (the middle of all tries), the share of keys above
5 ms, and the slowest key. With the folder of the latency harness the same is typed to an empty pygls server,
which only answers.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from end_to_end.wire import COMMAND, Wire

BUDGET = 5.0
"""Milliseconds from a key to its findings: what DESIGN.md allows at p99."""
URI = "file:///typed.py"


def one_try(command: list[str], text: str, keys: int, pace: float) -> list[float]:
    """The milliseconds of each key."""
    end = len(text) // 2
    typed = text[max(0, end - keys) : end]
    before = text[: end - len(typed)]
    wire = Wire(command)
    found: list[float] = []
    try:
        wire.start()
        wire.open(before + text[end:], URI)
        wire.diagnostics(1, since=0)
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        for version, letter in enumerate(typed, 2):
            time.sleep(pace)
            since, began = wire.count(), time.monotonic()
            wire.change(version, (line, column), (line, column), letter, URI)
            wire.diagnostics(version, since=since)
            found.append(1000 * (wire.arrivals[-1] - began))
            if letter == "\n":
                line, column = line + 1, 0
            else:
                column += len(letter.encode("utf-16-le")) // 2
            wire.forget()
    finally:
        wire.stop()
    return found


def percentiles(times: list[float], of: str) -> Row:
    cut = statistics.quantiles(times, n=100)
    return {f"p50 {of}": cut[49], f"p95 {of}": cut[94], f"p99 {of}": cut[98], f"longest {of}": max(times)}


def row(name: str, file: str, text: str, tries: list[list[float]]) -> Row:
    """What is printed of one file and server."""
    least = [min(each) for each in zip(*tries, strict=True)]
    single = [percentiles(each, "of one") for each in tries]
    slowest = max(range(len(least)), key=least.__getitem__)
    start = len(text) // 2 - len(least)
    place = text.count("\n", 0, start + slowest) + 1
    return {
        "server": name,
        "file": file,
        "lines": text.count("\n") + 1,
        "keys": len(least),
        "tries": len(tries),
        **percentiles(least, "least"),
        **{key: statistics.median(one[key] for one in single) for key in single[0]},
        f"least > {BUDGET:g} ms": sum(one > BUDGET for one in least) / len(least),
        "slowest": f"{text[start + slowest]!r} in line {place}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--keys", type=int, default=600)
    parser.add_argument("--pace", type=float, default=0.02, help="seconds between an answer and the next key")
    parser.add_argument("--harness", type=Path, help="the folder of floor_server.py")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    chosen = parser.parse_args()
    servers = {"meno": list(COMMAND)}
    if chosen.harness is not None:
        servers["pygls floor"] = [sys.executable, str(chosen.harness / "floor_server.py"), "pygls", "0"]
    rows = []
    for file in chosen.files:
        text = file.read_text("utf-8")
        for name, command in servers.items():
            tries = [one_try(command, text, chosen.keys, chosen.pace) for _ in range(chosen.tries)]
            rows.append(row(name, file.name, text, tries))
    print_rows(rows, chosen.format)


if __name__ == "__main__":
    main()
