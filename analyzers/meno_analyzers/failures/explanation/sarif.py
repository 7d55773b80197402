"""An explanation as SARIF 2.1.0: one result, with the frames of the error as related locations.

The properties follow the OASIS standard "Static Analysis Results Interchange Format"; lines count from 1
there too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from meno_analyzers.failures.explanation.markdown import as_markdown, as_text
from meno_analyzers.failures.explanation.schema import PROVEN, Explanation
from meno_analyzers.hints import as_plain_text
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(explanation: Explanation, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """A log with one run and one result, ready for `json.dumps`."""
    cause = explanation.root_cause
    rule = explanation.finding_id or explanation.pattern_key
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": 0,
        "level": "error" if explanation.confidence >= PROVEN else "warning",
        "message": {
            "text": as_plain_text(cause.statement),
            "markdown": cause.statement,
        },
        "locations": [_location(explanation.file_alias, cause.line_start, cause.line_end)],
        "relatedLocations": _related(explanation),
        "properties": {
            "category": explanation.category,
            "mechanism": str(cause.mechanism),
            "confidence": explanation.confidence,
            "verified": explanation.test_impact.verified,
            "explanation": {
                "text": as_text(explanation, language),
                "markdown": as_markdown(explanation, language),
            },
        },
    }
    driver = {
        "name": "Meno",
        "rules": [{"id": rule, "shortDescription": {"text": as_plain_text(explanation.takeaway)}}],
    }
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [result]}],
    }


def _related(explanation: Explanation) -> list[dict[str, Any]]:
    """The way to the error, outermost first, and the lines under suspicion where nothing is proven."""
    frames = explanation.error.frames if explanation.error else ()
    places = [(frame.file_alias, frame.line, frame.function) for frame in frames]
    places += [(explanation.file_alias, suspect.line, "") for suspect in explanation.suspects]
    return [
        {"id": number, **_location(file, line, line), **({"message": {"text": name}} if name else {})}
        for number, (file, line, name) in enumerate(places, start=1)
    ]


def _location(file: str, first: int, last: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file)},
            "region": {"startLine": first, "endLine": last},
        }
    }
