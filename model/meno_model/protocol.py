"""What the server's client and the worker process say to each other: one JSON object a line, both ways.

Request: `{"id": 7, "do": "predict", "text": "…"}`, `{"id": 8, "do": "suspicion", "text": "…"}`,
`{"id": 9, "do": "attribution", "text": "…", "line": 4, "target": "mistake"}` (lines from 0),
`{"id": 10, "do": "ranked", "text": "…"}`, `{"id": 11, "do": "origin", "text": "…"}`,
`{"id": 12, "do": "info"}` or `{"id": 13, "do": "predict_many", "texts": ["…", "…"]}`. Answer: the same `id`
with `findings`, with `many` (findings of each text), with `suspicion` (pairs of line and score), with
`attribution` (see `attribution/values.py`), with `ranked` (pairs of line from 0 and share), with `origin`
(judgements of the file and its functions), with `info`, or with `unavailable` (a sentence).
`{"do": "cancel", "cancels": 9}` says that nobody waits for an answer any more; it has none itself, and the
request that it names may have none either. Only plain values cross; the standard library alone is imported,
so that the server's side is cheap.
"""

from __future__ import annotations

import json
from typing import Any

from meno_analyzers.findings import Category, Finding, Severity, Source, Span

LONGEST_TEXT = 2_000_000
"""Characters; a longer file is not sent."""
LONGEST_LINE = 64 * 2**20
"""Bytes of one message."""


def encode(message: dict[str, Any]) -> bytes:
    """One line; lone surrogates survive as escapes."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any] | None:
    """A message, or None for what is none."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def finding_to_plain(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "rule": finding.rule,
        "name": finding.name,
        "category": finding.category.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "span": [span.start_line, span.start_column, span.end_line, span.end_column],
        "values": dict(finding.values),
    }


def finding_from_plain(values: dict[str, Any]) -> Finding:
    """The finding again; `KeyError`, `TypeError` or `ValueError` when the values are not one."""
    return Finding(
        rule=str(values["rule"]),
        name=str(values["name"]),
        category=Category(values["category"]),
        severity=Severity(values["severity"]),
        confidence=float(values["confidence"]),
        source=Source.MODEL,
        span=Span(*(int(number) for number in values["span"])),
        values={str(key): str(value) for key, value in values["values"].items()},
    )
