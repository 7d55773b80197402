"""Findings made by hand, and the repairs that no hint may contain."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.rules import RULES


@dataclass(frozen=True, slots=True)
class Repair:
    """One mistake and its smallest repair."""

    rule: str
    original: str
    repaired: str
    values: dict[str, str] = field(default_factory=dict)
    variant: str | None = None

    @property
    def finding(self) -> Finding:
        return make_finding(self.rule, self.values, self.variant)


def load_repairs() -> list[Repair]:
    """Small mistakes and their smallest repairs: what no hint below the last level may contain.

    `values` is what a finding on `original` offers to the texts. Two repairs of one mistake are two tables
    with the same rule.
    """
    return [
        Repair(**table)
        for path in sorted((Path(__file__).parent / "repairs").glob("*.toml"))
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["repair"]
    ]


def make_finding(rule: str, values: dict[str, str] | None = None, variant: str | None = None) -> Finding:
    """A finding of a real rule, or of an invented one with a category of its own."""
    known = RULES.get(rule)
    model = rule.startswith("model/")
    return Finding(
        rule=rule,
        name=known.name if known else rule,
        category=known.category if known else Category.KEY_ERROR,
        severity=known.severity if known else Severity.HINT,
        confidence=known.confidence if known else 0.7,
        source=Source.MODEL if model else Source.STATIC,
        span=Span(0, 0, 0, 1),
        values=values or {},
        variant=variant,
    )
