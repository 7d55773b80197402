"""Findings as JSON: as a client reads them, and as they cross to another process and back.

What a client reads has the words of `meno check --format json` (1-based lines and columns, columns in
characters) with the rungs of the hint ladder beside them, never one above the highest that is allowed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from meno_analyzers.findings import Category, Edit, Finding, Severity, Source, Span
from meno_analyzers.hints import Level, ladder_for
from meno_analyzers.hints.markdown import as_plain_text
from meno_server.records import identity, numbers, place
from meno_server.settings import Settings

Plain = dict[str, Any]


def view(finding: Finding, language: str, highest: int) -> Plain:
    """A finding for a client, with its rungs up to `highest`."""
    ladder = ladder_for(finding, language)
    hints: Plain = {}
    if highest >= Level.ORIENT:
        hints["orient"] = ladder.orient
    if highest >= Level.CONCEPT:
        hints["concept"] = ladder.concept
    if highest >= Level.QUESTIONS:
        hints["questions"] = list(ladder.questions)
    if highest >= Level.EXAMPLE:
        hints["example"] = ladder.example
    message = as_plain_text(ladder.notice)
    return {**identity(finding), **place(finding.span), "message": message, "hints": hints}


def to_plain(finding: Finding) -> Plain:
    """All of a finding but its notes."""
    return {
        **identity(finding),
        "span": numbers(finding.span),
        "values": dict(finding.values),
        "variant": finding.variant,
        "fix": [[numbers(edit.span), edit.text] for edit in finding.fix],
    }


def from_plain(values: Plain) -> Finding:
    """The finding again; `KeyError`, `TypeError` or `ValueError` when the values are none.

    Those of the model's process lack what only rules have.
    """
    return Finding(
        rule=str(values["rule"]),
        name=str(values["name"]),
        category=Category(values["category"]),
        severity=Severity(values["severity"]),
        confidence=float(values["confidence"]),
        source=Source(values.get("source", Source.MODEL)),
        span=Span(*values["span"]),
        values=dict(values["values"]),
        variant=values.get("variant"),
        fix=tuple(Edit(Span(*span), text) for span, text in values.get("fix", ())),
    )


@lru_cache(maxsize=8)
def settings_for(profile: str) -> Settings:
    """The learner's settings that decide which findings are told."""
    return Settings.model_validate({"profile": profile})
