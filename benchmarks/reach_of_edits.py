"""What an edit costs that many other units hear of, and what a very long class costs.

    python benchmarks/reach_of_edits.py [--users 200] [--class-lines 5000] [--format json]

Three made-up files: a name of the module that so many functions use, renamed letter by letter; an attribute
that all methods of a long class read, renamed where `__init__` stores it; and typing in the middle of that
class. `edited unit` is the time until the first findings could be sent, `the rest` the time until all units
have been looked at again, both in CPU milliseconds. Beside each stands the same edit in a file with a single
user, or a class with a single method.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Iterator

from tables import Row, print_rows

from meno_analyzers.engine import Analysis
from meno_analyzers.source import Document

Edit = tuple[int, int, int, str]  # line, first column, last column, new text
_FIRST_SLICE = 0.002


def module_of_users(users: int) -> str:
    return "limit = 3\n\n\n" + "".join(
        f"def check_{number}(value, other):\n"
        f"    total = value + {number}\n"
        "    if total > limit:\n"
        "        return limit\n"
        "    for item in other:\n"
        "        total += item * limit\n"
        "    return total\n\n\n"
        for number in range(users)
    )


def long_class(lines: int) -> str:
    return "class Shop:\n    def __init__(self):\n        self.price = 3\n\n" + "".join(
        f"    def method_{number}(self, count):\n"
        f"        total = count * {number}\n"
        "        if total > self.price:\n"
        "            return self.price\n"
        "        for item in range(count):\n"
        "            total += item\n"
        "        return total\n\n"
        for number in range(max(1, lines // 8))
    )


def renaming(line: int, column: int, length: int) -> Iterator[Edit]:
    """Letters added at the end of a name and taken away again."""
    for number in range(20):
        end = column + length + number
        yield line, end, end, "abcdefgh"[number % 8]
    for number in range(20, 0, -1):
        end = column + length + number
        yield line, end - 1, end, ""


def typing(line: int, column: int) -> Iterator[Edit]:
    text = "  # a note that grows"
    for number, letter in enumerate(text):
        yield line, column + number, column + number, letter


def measure(text: str, edits: Iterator[Edit]) -> tuple[list[float], list[float]]:
    document = Document("", text)
    analysis = Analysis(document)
    gc.collect()
    gc.freeze()
    first, rest = [], []
    gc.disable()
    for line, start, end, new in edits:
        begun = time.thread_time()
        analysis.edited(document.splice((line, start), (line, end), new))
        analysis.work(_FIRST_SLICE)
        sent = time.thread_time()
        analysis.work()
        first.append(1000 * (sent - begun))
        rest.append(1000 * (time.thread_time() - sent))
    gc.enable()
    gc.unfreeze()
    return first, rest


def row(name: str, text: str, edits: Iterator[Edit]) -> Row:
    first, rest = measure(text, edits)

    def percentiles(times: list[float]) -> str:
        ordered = sorted(times)
        return f"{statistics.median(ordered):.2f} / {ordered[int(len(ordered) * 0.99)]:.2f}"

    return {
        "edit": name,
        "lines": text.count("\n"),
        "edited unit p50 / p99 ms": percentiles(first),
        "the rest p50 / p99 ms": percentiles(rest),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--class-lines", type=int, default=5_000)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    many, one = module_of_users(options.users), module_of_users(1)
    long, short = long_class(options.class_lines), long_class(1)
    middle = long.count("\n") // 16 * 8 + 5
    rows = [
        row(f"rename a name that {options.users} functions use", many, renaming(0, 0, 5)),
        row("the same, one function", one, renaming(0, 0, 5)),
        row("rename an attribute that every method reads", long, renaming(2, 13, 5)),
        row("the same, one method", short, renaming(2, 13, 5)),
        row("type in the middle of the class", long, typing(middle, len(long.split("\n")[middle]))),
        row("the same, one method", short, typing(5, len(short.split("\n")[5]))),
    ]
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
