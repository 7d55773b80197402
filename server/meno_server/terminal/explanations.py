"""How an explanation is printed in each format, and progress while it is sought.

Where nothing fails there is no explanation: JSON is then `null`, and SARIF a log without results.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from meno_analyzers.failures.explaining import Doing, Told
from meno_analyzers.failures.explanation import Explanation, as_markdown, as_sarif, as_text
from meno_analyzers.failures.explanation.sarif import SCHEMA, VERSION
from meno_server.terminal.files import uri_of

Report = Callable[[Explanation | None, Mapping[str, str], str], str]


def as_json(explanation: Explanation | None, paths: Mapping[str, str], passed: str) -> str:
    """The explanation by its schema; `null` where nothing fails."""
    del paths, passed
    if explanation is None:
        return "null\n"
    # In ASCII, as our other JSON: the output may be in an encoding that has no room for the learner's names.
    return json.dumps(explanation.model_dump(mode="json"), indent=2) + "\n"


def as_page(explanation: Explanation | None, paths: Mapping[str, str], passed: str) -> str:
    """Markdown."""
    del paths
    return f"{passed}\n" if explanation is None else as_markdown(explanation)


def as_lines(explanation: Explanation | None, paths: Mapping[str, str], passed: str) -> str:
    """Plain text."""
    del paths
    return f"{passed}\n" if explanation is None else as_text(explanation)


def as_log(explanation: Explanation | None, paths: Mapping[str, str], passed: str) -> str:
    """SARIF, with the places of files as they are seen from the current folder."""
    del passed
    if explanation is None:
        run = {"tool": {"driver": {"name": "Meno", "rules": []}}, "results": []}
        return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2) + "\n"
    log = as_sarif(explanation)
    uris = {quote(alias): uri_of(Path(path)) for alias, path in paths.items()}
    _rename(log, uris)
    return json.dumps(log, indent=2) + "\n"


def _rename(node: Any, uris: Mapping[str, str]) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("uri"), str):
            node["uri"] = uris.get(node["uri"], node["uri"])
        for value in node.values():
            _rename(value, uris)
    elif isinstance(node, list):
        for value in node:
            _rename(value, uris)


REPORTS: dict[str, Report] = {"text": as_lines, "json": as_json, "markdown": as_page, "sarif": as_log}

_SENTENCES = {
    Doing.STARTING: "Starting Python",
    Doing.RUNNING: "Running {cases}",
    Doing.SEARCHING: "Trying small changes: {tried} tried, the best one passes {passed} of {cases}",
    Doing.EXPLAINING: "Putting it into words",
}


@contextmanager
def progress(said: str) -> Iterator[Callable[[Told], None]]:
    """Says on standard error what is going to be done, and what is being done where a person watches."""
    typer.echo(said, err=True)
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting Python") as status:

        def show(told: Told) -> None:
            cases = "1 case" if told.cases == 1 else f"{told.cases} cases"
            status.update(_SENTENCES[told.doing].format(cases=cases, tried=told.tried, passed=told.passed))

        yield show
