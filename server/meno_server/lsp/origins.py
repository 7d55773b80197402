"""Where is this code from? Answered when somebody asks, by the model's process, and never unasked.

`meno.whereFrom` shows a page: the function at the line that is named, or the file. `meno/origin` gives the
same as values with ranges, for clients that paint. The lens is off by default and answers only when it is
chosen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_analyzers.source.units import UnitKind
from meno_model.client import OriginAnswer
from meno_model.origin.values import Influence, Judgement
from meno_model.origin.wording import LIMITS, TURNED_OFF, markdown, sentence
from meno_server.lsp.progress import under_progress
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

TITLE = "Where is this code from?"
COMMAND = "meno.whereFrom"
_PAGE = "Where is this code from"
_CHANGED = "The text has changed meanwhile. Ask again where you want to know."


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.command(COMMAND)
    async def where_from(*arguments: Any) -> None:
        """Arguments: the file's address and a 0-based line, both optional."""
        uri = str(arguments[0]) if arguments else None
        line = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else None
        await _show(session, uri, line)

    @server.feature("meno/origin")
    async def origin(params: Any) -> dict[str, Any]:
        """`{textDocument: {uri}}` to judgements with ranges, the whole file's first."""
        document = getattr(params, "textDocument", None)
        return await _values(session, str(getattr(document, "uri", "")))


async def _show(session: Session, uri: str | None, line: int | None) -> None:
    file = session.file(uri) if uri is not None else session.latest_file
    if not session.settings.origin_enabled:
        session.say(TURNED_OFF)
    elif file is None:
        session.say("Open the file that you ask about, then ask again.")
    else:
        lines = [text.rstrip("\r\n") for text in file.document.lines]
        task = asyncio.ensure_future(session.model.origin(file.program))
        async with under_progress(session, "Meno is reading the style", lambda: _stop(task)):
            await asyncio.wait({task})
        if task.cancelled():
            return
        answer = task.result()
        if answer.unavailable is not None or not answer.judgements:
            session.say(answer.unavailable or _CHANGED)
            return
        chosen = _at(answer.judgements, line)
        await show(session, _PAGE, markdown(chosen, lines, answer.least_tokens))


def _stop(task: asyncio.Future[OriginAnswer]) -> None:
    task.cancel()


def _at(judgements: tuple[Judgement, ...], line: int | None) -> Judgement:
    """The function that the line is in, or the whole file."""
    around = [j for j in judgements[1:] if line is not None and j.first_line <= line <= j.last_line]
    return min(around, key=lambda j: j.last_line - j.first_line, default=judgements[0])


async def _values(session: Session, uri: str) -> dict[str, Any]:
    file = session.file(uri)
    if not session.settings.origin_enabled:
        return _unavailable(TURNED_OFF)
    if file is None:
        return _unavailable("Open the file that you ask about, then ask again.")
    edits = file.edits
    answer = await session.model.origin(file.program)
    if file.edits != edits:
        return _unavailable(_CHANGED)
    if answer.unavailable is not None:
        return _unavailable(answer.unavailable)
    return {
        "version": file.document.version,
        "limits": list(LIMITS),
        "unavailable": None,
        "judgements": [_judgement(session, file, answer, item) for item in answer.judgements],
    }


def _unavailable(text: str) -> dict[str, Any]:
    return {"version": None, "limits": list(LIMITS), "unavailable": text, "judgements": []}


def _judgement(session: Session, file: OpenFile, answer: OriginAnswer, item: Judgement) -> dict[str, Any]:
    last = min(item.last_line, len(file.document.lines) - 1)
    end = len(file.document.lines[last].rstrip("\r\n"))
    return {
        "name": item.name,
        "range": _range(session, file, item.first_line, 0, last, end),
        "tokens": item.tokens,
        "verdict": item.verdict.value,
        "likelihood": item.likelihood,
        "sentence": sentence(item, answer.least_tokens),
        "score": item.score,
        "bias": item.bias,
        "strongest": [_influence(session, file, influence) for influence in item.strongest()],
        "heat": [_influence(session, file, influence) for influence in item.influences],
    }


def _influence(session: Session, file: OpenFile, item: Influence) -> dict[str, Any]:
    where = _range(session, file, item.line, item.column, item.end_line, item.end_column)
    return {"range": where, "text": item.text, "amount": item.amount}


def _range(
    session: Session, file: OpenFile, line: int, column: int, end_line: int, end_column: int
) -> dict[str, Any]:
    document, encoding = file.document, session.encoding
    return {
        "start": {"line": line, "character": document.client_column(line, column, encoding)},
        "end": {"line": end_line, "character": document.client_column(end_line, end_column, encoding)},
    }


def lenses(file: OpenFile) -> Iterator[types.CodeLens]:
    """One lens above each function and method."""
    units = file.analysis.units
    for start, unit in zip(units.starts, units.units, strict=False):
        if unit.kind is UnitKind.FUNCTION:
            place = types.Position(start, 0)
            command = types.Command(TITLE, COMMAND, arguments=[file.document.uri, start + unit.length - 1])
            yield types.CodeLens(types.Range(place, place), command)
