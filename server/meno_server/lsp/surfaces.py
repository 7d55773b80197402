"""Where a dialogue is held: in a thread beside the code, in a document, or in a message with choices.

A client with threads of its own (`experimental.meno.dialogue`) is sent the whole dialogue after each turn, as
`meno/dialogue`. Elsewhere each turn is a new Markdown document with room for the answer, which is read once
it was saved, and a message offers what needs no words. A new document each time, since editors differ in
what they do with one that changes beneath them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_analyzers.hints import as_plain_text
from meno_server.lsp.convert import plain_range, to_range
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.dialogues import Conversation
    from meno_server.lsp.session import Session

METHOD = "meno/dialogue"
ANOTHER, TELL, ENOUGH = "Another question", "Just tell me", "Enough for now"
ROOM = "*Write your answer below this line and save. Meno goes on from there.*"
_CHOOSE = "Meno has a question about “{title}”. Write your answer into the document and save it, or choose."
_CHOOSE_HERE = "Meno has a question about “{title}”."
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 1800.0
_LONGEST = 100_000


async def thinking(session: Session, conversation: Conversation, words: str) -> None:
    """Shows that an answer was heard, where there is a place for it."""
    if session.client.shows_dialogues:
        _send(session, conversation, "thinking", [{"by": "learner", "markdown": words}] if words else [])


async def present(session: Session, conversation: Conversation) -> None:
    """Shows the dialogue as it is now."""
    ended = conversation.dialogue.ended
    if session.client.shows_dialogues:
        _send(session, conversation, "ended" if ended else "open", [])
        return
    shown = None
    if session.client.shows_hints or session.client.shows_documents:
        name = f"{conversation.title} {len(conversation.dialogue.turns)}"
        shown = await show(session, conversation.title, _document(conversation), name=name)
        message = (_CHOOSE if shown else _CHOOSE_HERE).format(title=conversation.title)
    else:
        message = as_plain_text(conversation.dialogue.turns[-1].text)
        if ended or not session.client.offers_choices:
            session.say(message)
    if not ended and (shown is not None or session.client.offers_choices):
        session.run(_Waiting(session, conversation, shown, message).wait())


def _send(session: Session, conversation: Conversation, state: str, more: list[dict[str, Any]]) -> None:
    file = session.file(conversation.uri)
    if file is None or session.closing:
        return
    turns = [
        {
            "by": "learner" if turn.speaker == "learner" else "meno",
            "markdown": turn.text,
            "notice": conversation.notices.get(number),
        }
        for number, turn in enumerate(conversation.dialogue.turns)
    ]
    body = {
        "id": conversation.id,
        "uri": conversation.uri,
        "range": plain_range(to_range(conversation.finding.span, file.document, session.encoding)),
        "title": conversation.title,
        "state": state,
        "turns": [*turns, *more],
    }
    session.server.protocol.notify_ready(METHOD, json.dumps(body))


def _document(conversation: Conversation) -> str:
    parts = []
    for number, turn in enumerate(conversation.dialogue.turns):
        if turn.speaker == "learner":
            parts.append("\n".join(f"> {line}" for line in turn.text.split("\n")))
            continue
        notice = conversation.notices.get(number)
        parts.append(turn.text if notice is None else f"{turn.text}\n\n*{notice}*")
    if not conversation.dialogue.ended:
        parts += ["---", ROOM]
    return "\n\n".join(parts)


@dataclass(slots=True)
class _Waiting:
    """Waits for the learner's next words, from the document or from the message, whichever comes first."""

    session: Session
    conversation: Conversation
    document: Path | None
    message: str

    async def wait(self) -> None:
        turns = len(self.conversation.dialogue.turns)
        offered = self.session.client.offers_choices
        choice = asyncio.ensure_future(self._choice() if offered else asyncio.sleep(0))
        end = time.monotonic() + _PATIENCE_SECONDS
        before: str | None = None
        try:
            while self._is_at(turns) and time.monotonic() < end:
                words = await asyncio.to_thread(_words_in, self.document)
                if words is not None and words == before:  # who saves while typing is not interrupted
                    await self.session.dialogues.answer(self.conversation.id, words)
                    return
                before = words
                if choice.done() and (chosen := choice.result()) is not None:
                    await self._follow(chosen)
                    return
                if not choice.done():
                    await asyncio.wait({choice}, timeout=_LOOK_SECONDS)
                elif self.document is not None:
                    await asyncio.sleep(_LOOK_SECONDS)
                else:
                    return  # dismissed, and there is no other way to answer: the code action goes on
        finally:
            choice.cancel()

    def _is_at(self, turns: int) -> bool:
        """Whether nothing has been said since, by any other way."""
        conversation = self.conversation
        return (
            self.session.dialogues.is_open(conversation)
            and not conversation.is_thinking
            and len(conversation.dialogue.turns) == turns
        )

    async def _follow(self, chosen: str) -> None:
        dialogues = self.session.dialogues
        if chosen == ENOUGH:
            dialogues.end(self.conversation.id)
        elif chosen in {ANOTHER, TELL}:
            await dialogues.answer(self.conversation.id, TELL if chosen == TELL else "")

    async def _choice(self) -> str | None:
        params = types.ShowMessageRequestParams(
            type=types.MessageType.Info,
            message=self.message,
            actions=[types.MessageActionItem(title) for title in (ANOTHER, TELL, ENOUGH)],
        )
        with contextlib.suppress(Exception):  # whatever the client answers that is no choice
            chosen = await self.session.server.window_show_message_request_async(params)
            return chosen.title if chosen is not None else None
        return None


def _words_in(document: Path | None) -> str | None:
    """What the learner has written below the line and saved; None if nothing yet."""
    if document is None:
        return None
    try:
        with document.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return None
    _, line, words = text.rpartition(ROOM)
    return words.strip() or None if line else None
