"""Whether a change that made all cases pass once is to be believed.

It has to pass twice with the full time, and not cheat (`honesty.py`); `smallest` takes away what it can do
without.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from meno_analyzers.failures.cases import Case, CaseResult, Program
from meno_analyzers.failures.honesty import cases_expecting, cheats
from meno_analyzers.failures.repair.candidates import COMPOSED, OPERATORS, Candidate
from meno_analyzers.failures.repair.hunks import Hunk, applied, differing, fewest
from meno_analyzers.failures.repair.looking import Runs
from meno_analyzers.failures.suspects import Repair

_OTHERS = {COMPOSED: "wrong_operator"}  # kinds of changes that are no operators
_TOKEN = re.compile(r"\w+|[^\w\s]+")


def verified(
    program: Program,
    cases: Sequence[Case],
    candidate: Candidate,
    text: str,
    baseline: Sequence[CaseResult],
    arena: Runs,
    seconds: float | None = None,
) -> tuple[Repair | None, list[str]]:
    """The repair, or None and why not. `baseline` is how the program did; each case may take `seconds`."""
    # What a test in a file expects is known from its result only.
    problems = cheats(program.source, text, [*cases, *cases_expecting(baseline)])
    if problems:
        return None, problems
    for _ in range(2):
        results = arena.run(text, seconds=seconds)
        if len(results) != len(cases) or not all(result.passed for result in results):
            return None, ["It did not pass every time."]
    name = candidate.operator.partition(" + ")[0]
    mechanism = OPERATORS[name].mechanism if name in OPERATORS else _OTHERS.get(name, "spec_mismatch")
    return Repair(text, lines_changed(program.source, text), candidate.operator, mechanism), []


# A special case that is added makes tests pass more cheaply than a mistake that is undone.
_SPECIAL_CASES = frozenset(("early answer", "base case", "guard", "condition narrowed", "condition widened"))
_ADDING = frozenset(("line repeated", "line repeated behind a block", "one more term", "answer at the end"))

# Fewest lines, least special, fewest tokens, and most likely to begin with: smaller is better.
Plausibility = tuple[int, int, int, float]


def plausibility(before: str, repair: Repair, candidate: Candidate) -> Plausibility:
    """How a repair compares with others of the same program; the smallest is the most plausible."""
    names = repair.operator.split(" + ")
    special = max(2 * (name in _SPECIAL_CASES) + (name in _ADDING) for name in names)
    tokens = _TOKEN.findall(before), _TOKEN.findall(repair.source)
    matcher = difflib.SequenceMatcher(None, *tokens, autojunk=False)
    moved = sum(max(j - i, n - m) for tag, i, j, m, n in matcher.get_opcodes() if tag != "equal")
    return (len(repair.lines), special, moved, -candidate.worth)


def smallest(before: str, after: str, arena: Runs, seconds: float | None = None) -> str:
    """The change with as few of its lines as still pass, each case within `seconds`."""
    rows, others = before.split("\n"), after.split("\n")
    hunks = differing(rows, others)
    if len(hunks) < 2:
        return after

    def passes(some: Sequence[Hunk]) -> bool:
        results = arena.run("\n".join(applied(rows, some)), stop_at_failure=True, seconds=seconds)
        return all(result.passed for result in results)

    kept = fewest(hunks, passes)
    return after if kept is None else "\n".join(applied(rows, kept))


def lines_changed(before: str, after: str) -> tuple[int, ...]:
    """The 1-based lines of `before` that `after` changes; for what is put in, the line above it."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    found: set[int] = set()
    for tag, start, end, _, _ in matcher.get_opcodes():
        if tag != "equal":
            found.update(range(start + 1, end + 1) if end > start else [max(start, 1)])
    return tuple(sorted(found))
