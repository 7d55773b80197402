"""Evidence for the tests of explanations: small programs with a mistake and the change that mends it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from meno_analyzers.failures.cases import (
    CallCase,
    Case,
    CaseResult,
    Program,
    RunCase,
    RunError,
    RunFrame,
    Verdict,
)
from meno_analyzers.failures.explanation import Evidence, Situation
from meno_analyzers.failures.explanation.places import Places
from meno_analyzers.failures.honesty import changed_lines
from meno_analyzers.failures.suspects import Repair

FILE = "work.py"


@dataclass(frozen=True, slots=True)
class Pair:
    """A program with one mistake, and the whole program after the change."""

    mechanism: str
    source: str
    repaired: str
    error: str | None

    @property
    def lines(self) -> list[int]:
        """The lines of the program that the change touches."""
        spans = changed_lines(self.source, self.repaired)
        return [line for first, last, _ in spans for line in range(first, last + 1)]


def load_pairs() -> list[Pair]:
    tables = tomllib.loads((Path(__file__).parent / "repaired_programs.toml").read_text("utf-8"))["pair"]
    pairs: list[Pair] = []
    for table in tables:
        source = table["source"].lstrip("\n")
        assert table["old"] in source, table
        repaired = source.replace(table["old"], table["new"], 1)
        pairs.append(Pair(table["mechanism"], source, repaired, table.get("error")))
    return pairs


def evidence_of(pair: Pair, situation: Situation, level: int = 4, *, verified: bool = True) -> Evidence:
    """The evidence of a failing case in that situation, with the change as a repair that was run."""
    line = pair.lines[0]
    places = Places(pair.source)
    function = places.function_at(line) or places.functions[0][2] if places.functions else "main"
    case: Case = CallCase("case-1", function, [[3, 5, 8]], 7)
    result = CaseResult("case-1", Verdict.FAILED, observed="6", expected="7")
    if situation is Situation.NO_END:
        result = CaseResult("case-1", Verdict.TIME, seconds=2.0)
    elif situation is Situation.WRONG_OUTPUT:
        case = RunCase("case-1", output="7\n")
        result = CaseResult("case-1", Verdict.FAILED, observed="6", expected="7")
    elif situation is Situation.CRASH:
        kind, _, message = (pair.error or "RuntimeError: stopped").partition(": ")
        frames = (RunFrame(FILE, line, function),)
        result = CaseResult("case-1", Verdict.ERROR, error=RunError(kind, message, frames))
    repair = Repair(pair.repaired, pair.lines, "any", pair.mechanism)
    return Evidence(
        Program({FILE: pair.source}, FILE),
        cases=[case],
        failing=[result],
        passing=[CaseResult("case-2", Verdict.PASSED)],
        repair=repair if verified else None,
        level=level,
    )
