"""Why the model thinks so: the request `meno/attribution`, the lazy action, and what findings get from them.

Words and their weights come from a worker process of their own, started at the first question, so that no
save waits behind one. What came of a question stays with its finding as related information, moves with the
text, and goes with the words that it is about.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from meno_analyzers.findings import Finding, Source
from meno_model.attribution.values import Attribution, Target
from meno_model.client import AttributionAnswer, ModelClient
from meno_server.lsp.convert import plain_range, to_position, to_range
from meno_server.lsp.lifecycle import as_dict
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_analyzers.source import Document, Encoding
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

log = logging.getLogger("meno.reasons")

METHOD = "meno/attribution"
WHY = "why"
TITLE = "Why does the model think so?"
GONE = "The text has changed since; ask again."
OFF = "The model is switched off by the setting meno.model.enable."
NOT_OPEN = "Open the file first: Meno explains the text that the editor shows."
WANTED = (
    f"{METHOD} takes a textDocument with a uri, a position or a range, and perhaps a target:"
    " “mistake” or “category”."
)
IDLE_SECONDS = 120.0
_MOST_ANSWERS = 8


@dataclass(slots=True)
class _Question:
    task: asyncio.Task[AttributionAnswer]
    waiting: int = 0


class Reasons:
    """Asks for attributions, remembers the last ones, and gives them to the findings that they explain."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._client: ModelClient | None = None
        self._questions: dict[tuple[object, ...], _Question] = {}

    @property
    def process_id(self) -> int | None:
        """The worker's process id while it runs."""
        return None if self._client is None else self._client.process_id

    async def answer(self, file: OpenFile, line: int, target: Target = Target.MISTAKE) -> AttributionAnswer:
        """What explains the unit at a line of the text as it is now. Cancelled when nobody waits any more."""
        key = (file.document.uri, file.epoch, file.edits, line, target)
        question = self._questions.pop(key, None)
        if question is None:
            question = _Question(self._session.run(self._ask(file, line, target)))
        self._questions[key] = question
        for old in list(self._questions)[:-_MOST_ANSWERS]:
            if not self._questions[old].waiting:
                del self._questions[old]
        question.waiting += 1
        try:
            answer = await asyncio.shield(question.task)
            if answer.attribution is None:
                self._questions.pop(key, None)
            return answer
        finally:
            question.waiting -= 1
            if not question.waiting and not question.task.done():
                question.task.cancel()
                self._questions.pop(key, None)

    async def _ask(self, file: OpenFile, line: int, target: Target) -> AttributionAnswer:
        if not (self._session.settings.enable and self._session.settings.model_enable):
            return AttributionAnswer(None, OFF)
        if self._client is None:
            path = self._session.settings.model_path
            folder = Path(path) if path else None
            self._client = ModelClient(model_path=folder, idle_seconds=IDLE_SECONDS, log=log.warning)
        edits = file.edits
        answer = await self._client.attribution(file.program, line, target)
        if file.edits != edits:
            return AttributionAnswer(None, GONE)
        if answer.attribution is not None and target is Target.MISTAKE:
            self._tell(file, answer.attribution)
        return answer

    def _tell(self, file: OpenFile, attribution: Attribution) -> None:
        """Gives the model's finding in the explained unit its most influential words."""
        lines = {item.span.start_line for item in attribution.influences}
        notes = attribution.notes()
        before = file.model_findings
        file.model_findings = [
            replace(finding, notes=notes) if finding.span.start_line in lines else finding
            for finding in before
        ]
        if file.model_findings != before:
            self._session.refresh(file)

    async def of_finding(self, uri: str, mark: str) -> None:
        """Shows the learner why the model says a finding."""
        session = self._session
        file = session.file(uri)
        finding = session.find(file, mark) if file is not None else None
        if file is None or finding is None:
            session.say(GONE)
            return
        answer = await self.answer(file, finding.span.start_line)
        if answer.attribution is None:
            session.say(answer.unavailable or GONE)
            return
        await show(session, finding.name, as_markdown(answer.attribution))

    async def stop(self) -> None:
        """Ends the worker; the next question starts a new one."""
        client, self._client = self._client, None
        self._questions.clear()
        if client is not None:
            await client.stop()


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.feature(METHOD)
    async def attribution(params: Any) -> dict[str, Any]:
        values = as_dict(params)
        try:
            uri = str(as_dict(values["textDocument"])["uri"])
            start = as_dict(as_dict(values.get("range", {})).get("start", values.get("position")))
            place = types.Position(int(start["line"]), int(start.get("character", 0)))
            target = Target(values.get("target") or Target.MISTAKE)
        except (KeyError, TypeError, ValueError):
            raise _error(WANTED, types.ErrorCodes.InvalidParams) from None
        file = session.file(uri)
        if file is None:
            raise _error(NOT_OPEN, types.LSPErrorCodes.RequestFailed)
        version = file.document.version
        line, _ = to_position(place, file.document, session.encoding)
        answer = await session.reasons.answer(file, line, target)
        if answer.attribution is None:
            code = types.LSPErrorCodes.ContentModified if answer.unavailable == GONE else None
            raise _error(answer.unavailable or GONE, code or types.LSPErrorCodes.RequestFailed)
        return {"version": version, **to_wire(answer.attribution, file.document, session.encoding)}

    @server.command("meno.why")
    async def why(uri: str, mark: str) -> None:
        await session.reasons.of_finding(uri, mark)


def _error(sentence: str, code: types.ErrorCodes | types.LSPErrorCodes) -> JsonRpcException:
    return JsonRpcException(sentence, code=code.value)


def offer(session: Session, file: OpenFile, finding: Finding, mark: str, of: str) -> types.CodeAction | None:
    """The lazy action on a finding of the model; a command at once where the client could not resolve it."""
    if finding.source is not Source.MODEL:
        return None
    uri = file.document.uri
    action = types.CodeAction(title=TITLE + of, kind=types.CodeActionKind.QuickFix)
    if session.client.resolves_commands:
        action.data = {"uri": uri, "version": file.document.version, "fingerprint": mark, "does": WHY}
    else:
        action.command = command_for(uri, mark)
    return action


async def resolved(
    session: Session, file: OpenFile, finding: Finding, mark: str, seconds: float
) -> types.Command:
    """Asks, waits for the answer as long as an editor does, and leaves the rest to the command."""
    asked = session.run(session.reasons.answer(file, finding.span.start_line))
    try:
        await asyncio.wait({asked}, timeout=seconds)
    except asyncio.CancelledError:
        asked.cancel()
        raise
    return command_for(file.document.uri, mark)


def command_for(uri: str, mark: str) -> types.Command:
    """The command that shows why the model says a finding."""
    return types.Command(TITLE, "meno.why", arguments=[uri, mark])


def to_wire(attribution: Attribution, document: Document, encoding: Encoding) -> dict[str, Any]:
    """The result of `meno/attribution`, in the client's positions; see docs/guides/attribution.md."""
    return {
        "unit": attribution.unit,
        "target": attribution.target.value,
        "category": attribution.category.value,
        "probability": attribution.probability,
        "gap": round(attribution.gap, 4),
        "steps": attribution.steps,
        "approximate": attribution.approximate,
        "layout": round(attribution.layout, 5),
        "spans": [
            {
                "range": plain_range(to_range(item.span, document, encoding)),
                "weight": round(item.weight, 4),
                "effect": round(item.effect, 5),
            }
            for item in attribution.influences
        ],
    }


def as_markdown(attribution: Attribution) -> str:
    """The most influential words as a list, and how far it can be relied on."""
    told = [
        f"{n}. Line {note.span.start_line + 1}: {note.text}" for n, note in enumerate(attribution.notes(), 1)
    ]
    if not told:
        return "No word of this stands out for the model."
    words = "\n".join(told)
    chance = f"{100 * attribution.probability:.0f} %"
    missing = f"{100 * min(attribution.gap, 9.99):.0f} %"
    care = " That is much: take the order as a rough one." if attribution.approximate else ""
    return (
        f"The model gives a mistake in `{attribution.unit}` a chance of {chance}."
        f" These words move that most:\n\n{words}\n\n"
        "This tells what the model looks at, which need not be what is wrong. Measured in"
        f" {attribution.steps} steps (Integrated Gradients);"
        f" {missing} of the whole is not accounted for.{care}"
    )
