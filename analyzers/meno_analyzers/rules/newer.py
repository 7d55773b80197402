"""Syntax that the selected Python is too old for (ME035): it asks which one that is, so it stands apart."""

from __future__ import annotations

from collections.abc import Iterator

from meno_analyzers.facts.newer import Newer, Version, newest_construct
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.findings import Category, Finding, Severity, Span
from meno_analyzers.rules.registry import RULES, Match, declare

declare(
    "ME035",
    "newer-syntax",
    Category.SYNTAX_ERROR,
    Severity.ERROR,
    0.99,
    values=("feature", "version", "target"),
)


def newer_than(facts: UnitFacts, target: Version) -> Iterator[Finding]:
    """Findings for the constructs of a unit that a Python of version `target` cannot read."""
    if facts.newer is not None:
        if facts.newer.version > target:
            text = facts.lines[facts.newer.line].rstrip()
            span = Span(facts.newer.line, len(text) - len(text.lstrip()), facts.newer.line, len(text))
            yield _finding(facts.newer, target, span)
        return
    if facts.tree is None:
        return
    for node, newer in newest_construct(facts.scopes.index, target):
        where = node if hasattr(node, "lineno") else facts.parents[node]
        span = facts.span(where)
        text = facts.lines[span.start_line].rstrip()
        end = span.end_column if span.end_line == span.start_line else len(text)
        yield _finding(newer, target, Span(span.start_line, span.start_column, span.start_line, end))


def _finding(newer: Newer, target: Version, span: Span) -> Finding:
    values = {
        "feature": newer.feature,
        "version": f"{newer.version[0]}.{newer.version[1]}",
        "target": f"{target[0]}.{target[1]}",
    }
    return RULES["ME035"].finding(Match(span, values), span)
