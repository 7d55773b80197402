"""The lines in which two texts differ, and as few of them as will do.

Source: Zeller, Hildebrandt, Simplifying and isolating failure-inducing input, 2002.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MOST_RUNS = 120


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `end` of the program become `rows`."""

    start: int
    end: int
    rows: tuple[str, ...]


def differing(rows: list[str], others: list[str]) -> list[Hunk]:
    matcher = difflib.SequenceMatcher(None, rows, others, autojunk=False)
    found: list[Hunk] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace" and end - start == other_end - other_start:
            # Line for line: each may do alone.
            changed = zip(range(start, end), others[other_start:other_end], strict=True)
            found += [Hunk(line, line + 1, (row,)) for line, row in changed if row != rows[line]]
        else:
            found.append(Hunk(start, end, tuple(others[other_start:other_end])))
    return found


def applied(rows: list[str], hunks: Sequence[Hunk]) -> list[str]:
    result = list(rows)
    for hunk in sorted(hunks, key=lambda hunk: (hunk.start, hunk.end), reverse=True):
        result[hunk.start : hunk.end] = hunk.rows
    return result


def fewest(hunks: list[Hunk], passes: Callable[[Sequence[Hunk]], bool]) -> list[Hunk] | None:
    """As few hunks as pass, by leaving out halves, quarters and so on; None if not even all of them do."""
    runs = 0

    def check(some: Sequence[Hunk]) -> bool:
        nonlocal runs
        runs += 1
        return runs <= _MOST_RUNS and passes(some)

    if not check(hunks):
        return None
    kept, size = list(hunks), max(1, len(hunks) // 2)
    while size >= 1:
        index = 0
        while index < len(kept) and len(kept) > 1:
            without = kept[:index] + kept[index + size :]
            if without and check(without):
                kept = without
            else:
                index += size
        size //= 2
    return kept
