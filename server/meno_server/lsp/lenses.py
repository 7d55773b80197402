"""Code lenses: above functions that have tests, "run my tests and hint"; above the place of a failing run,
what is known of it; above a function that the model suspects, of what. Other functions carry none.

A client asks after every edit, so what a unit says of tests is read once and kept with the unit.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.uris import to_fs_path

from meno_analyzers.failures.naming import tests_beside
from meno_analyzers.findings import Source
from meno_analyzers.source.units import Unit, UnitKind
from meno_server.lsp import origins

if TYPE_CHECKING:
    from meno_server.lsp.open_file import LastRun, OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

RUN_TITLE = "Run my tests and hint"
EXPLAIN_TITLE = "Explain this failure"
SMALLEST_TITLE = "Find the smallest change"
_DEFINITION = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)(.*)", re.MULTILINE)
_CALLED = re.compile(r"\b(\w+)\s*\(")
_ASSERT = re.compile(r"^[ \t]*assert\b(.*)", re.MULTILINE)


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def code_lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        file = session.file(params.text_document.uri)
        settings = session.settings
        if file is None or not settings.enable:
            return []
        wanted = settings.code_lens and not file.is_cell
        beside = await _has_tests_beside(file) if wanted else False
        if session.file(params.text_document.uri) is not file:
            return []
        shown = list(_lenses(file, beside)) if wanted else []
        if settings.code_lens:
            shown += _of_model(session, file)
        if settings.origin_code_lens and settings.origin_enabled:
            shown += origins.lenses(file)
        return shown


def tested_lines(file: OpenFile) -> list[int]:
    """The 0-based lines on which functions and classes begin that have tests in this file."""
    told = list(_told(file))
    asserted = {name for _, tests in told for name in tests.asserted}
    return [
        start + tests.line
        for start, tests in told
        if tests.name is not None and (tests.own or tests.name in asserted)
    ]


@dataclass(frozen=True, slots=True)
class _Tests:
    """What a unit says of tests: the name that it defines, on which of its lines, whether it holds tests of
    its own or is one, and which functions its asserts call."""

    name: str | None = None
    line: int = 0
    own: bool = False
    asserted: frozenset[str] = frozenset()


_KNOWN: WeakKeyDictionary[Unit, _Tests] = WeakKeyDictionary()


def _told(file: OpenFile) -> Iterator[tuple[int, _Tests]]:
    units = file.analysis.units
    for start, unit in zip(units.starts, units.units, strict=False):
        known = _KNOWN.get(unit)
        if known is None:
            text = "".join(file.document.lines[start : start + unit.length])
            known = _KNOWN[unit] = _tests_of(unit, text)
        yield start, known


def _tests_of(unit: Unit, text: str) -> _Tests:
    asserted = frozenset(name for row in _ASSERT.findall(text) for name in _CALLED.findall(row))
    if unit.kind is UnitKind.STATEMENTS:
        return _Tests(asserted=asserted if unit.depth == 0 else frozenset())
    found = _DEFINITION.search(text)
    if found is None:
        return _Tests()
    line = text.count("\n", 0, found.start(1))
    name = found[1]
    if unit.kind is UnitKind.CLASS:
        return _Tests(name, line, own="TestCase" in found[2] or name.startswith("Test"))
    is_test = unit.depth == 0 and name.startswith("test") and bool(asserted)
    return _Tests(name, line, own=is_test or ">>> " in text, asserted=asserted if is_test else frozenset())


def _lenses(file: OpenFile, beside: bool) -> Iterator[types.CodeLens]:
    uri = file.document.uri
    run = file.run
    current = run is not None and run.is_of(file.document.text)
    if run is not None and run.page:
        yield from _of_run(file, run, current)
    lines = tested_lines(file)
    if beside and not lines:
        # The tests stand in other files, so the first function speaks for all.
        lines = [start + tests.line for start, tests in _told(file) if tests.name is not None][:1]
    for line in lines:
        title = RUN_TITLE
        if run is not None and current and not run.failed and run.passed:
            title = "All cases pass" if run.passed > 1 else "It passes"
        yield _lens(line, title, "meno.runTests", uri)


def _of_run(file: OpenFile, run: LastRun, current: bool) -> Iterator[types.CodeLens]:
    """What is known of a failing run, above the function that holds its first mark."""
    if not run.findings:
        return
    line = min(finding.span.start_line for finding in run.findings)
    causes = [finding.span.start_line for finding in run.findings if finding.rule == "run/cause"]
    units = file.analysis.units
    place = units.starts[units.index_at(min(causes or [line]))]
    uri = file.document.uri
    cases = run.passed + run.failed
    told = f"{run.failed} of {cases} cases fail" if cases > 1 else "It fails"
    if run.verified:
        told += ", and a small change is enough"
    yield _lens(place, f"{told} · {EXPLAIN_TITLE}", "meno.explainFailure", uri)
    if not (run.verified and current):
        yield _lens(place, SMALLEST_TITLE, "meno.smallestChange", uri)


def _of_model(session: Session, file: OpenFile) -> Iterator[types.CodeLens]:
    """What the model suspects, above the function that it suspects, and the question why."""
    units = file.analysis.units
    for finding in file.findings(session.settings):
        if finding.source is not Source.MODEL:
            continue
        index = units.index_at(finding.span.start_line)
        start = units.starts[index]
        known = next((tests for line, tests in _told(file) if line == start), _Tests())
        line = max(0, start + known.line)
        mark = session.fingerprint(file, finding)
        uri = file.document.uri
        kind = finding.name.removeprefix("possible-").replace("-", " ")
        yield _lens(line, f"Likely {kind}, {finding.confidence:.2f}", "meno.nextHint", uri, mark)
        yield _lens(line, "Why?", "meno.why", uri, mark)


def _lens(line: int, title: str, command: str, *arguments: str) -> types.CodeLens:
    start = types.Position(line, 0)
    return types.CodeLens(types.Range(start, start), types.Command(title, command, arguments=list(arguments)))


async def _has_tests_beside(file: OpenFile) -> bool:
    """Whether tests or examples for the file lie beside it: looked for once, and again after a save. In a
    thread, since a disk may not answer."""
    path = to_fs_path(file.document.uri)
    if path is None or not file.document.uri.startswith("file:"):
        return False
    if file.tests_beside is None:
        file.tests_beside = await asyncio.to_thread(_lie_beside, Path(path))
    return file.tests_beside


def _lie_beside(path: Path) -> bool:
    try:
        return bool(tests_beside(path)) or "[[examples]]" in (path.parent / "meno.toml").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def command_to_run(file: OpenFile, first: int, last: int) -> list[types.Command]:
    """The command to run the tests, for a cursor within something that has tests."""
    if file.is_cell:
        return []
    units = file.analysis.units
    tested = set(tested_lines(file))
    for index in range(units.index_at(first), units.index_at(last) + 1):
        start = units.starts[index]
        if any(start <= line < start + units.units[index].length for line in tested):
            return [types.Command(RUN_TITLE, "meno.runTests", arguments=[file.document.uri])]
    return []
