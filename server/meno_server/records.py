"""What every JSON record of a finding says, for people's tools and for other processes: one vocabulary.

`meno check --format json`, the gateway's answers and the messages between processes add to these what is
their own. A word that is renamed here is renamed for all of them, and in docs/check.schema.json.
"""

from __future__ import annotations

from typing import Any

from meno_analyzers.findings import Finding, Span
from meno_analyzers.hints import notice_for

Record = dict[str, Any]


def identity(finding: Finding) -> Record:
    """What was found, without its place and its words."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "category": finding.category.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "source": finding.source.value,
    }


def place(span: Span) -> Record:
    """Where it stands, as people count: lines and columns from 1, columns in characters."""
    return {
        "line": span.start_line + 1,
        "column": span.start_column + 1,
        "end_line": span.end_line + 1,
        "end_column": span.end_column + 1,
    }


def numbers(span: Span) -> list[int]:
    """The same for a process of ours: `Span(*numbers)` is the span again."""
    return [span.start_line, span.start_column, span.end_line, span.end_column]


def as_record(path: str, finding: Finding) -> Record:
    """A finding of `meno check --format json` (docs/check.md)."""
    return {"path": path, **identity(finding), **place(finding.span), "message": notice_for(finding)}
