"""How findings are printed: for people, as JSON, and as SARIF 2.1.0; and progress while they are sought.

The JSON is a contract (docs/check.md): its keys keep their names and meanings within a major version.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from meno_analyzers.findings import Finding
from meno_analyzers.hints.listing import lines_for
from meno_server import __version__
from meno_server.records import as_record
from meno_server.terminal.files import uri_of

Found = Sequence[tuple[str, Finding]]
_SARIF_LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}
_FILES_WORTH_A_BAR = 10


def as_json(found: Found) -> str:
    """One JSON array of findings."""
    return json.dumps([as_record(path, finding) for path, finding in found], indent=2) + "\n"


def as_text(found: Found) -> str:
    """Two lines for each finding: what is seen, and where to look."""
    lines = [line for path, finding in found for line in lines_for(path, finding)]
    return "\n".join([*lines, ""]) if lines else ""


def as_sarif(found: Found) -> str:
    """A SARIF log with one run. Source: OASIS SARIF 2.1.0."""
    rules: dict[str, dict[str, Any]] = {}
    for _, finding in found:
        rules.setdefault(
            finding.rule,
            {
                "id": finding.rule,
                "name": finding.name,
                "properties": {"category": finding.category.value},
            },
        )
    results = [_sarif_result(path, finding) for path, finding in found]
    driver = {"name": "Meno", "version": __version__, "rules": list(rules.values())}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results},
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _sarif_result(path: str, finding: Finding) -> dict[str, Any]:
    record = as_record(path, finding)
    region = {
        "startLine": record["line"],
        "startColumn": record["column"],
        "endLine": record["end_line"],
        "endColumn": record["end_column"],
    }
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.severity.value],
        "message": {"text": record["message"]},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri_of(Path(path))}, "region": region}}
        ],
    }


REPORTS: dict[str, Callable[[Found], str]] = {"text": as_text, "json": as_json, "sarif": as_sarif}


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error where a person watches and there is something to wait for."""
    if total < _FILES_WORTH_A_BAR or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Checking", total=total)
        yield lambda: bar.advance(task)
