"""Asking: climbing the curated ladder, or a question from the tutor, under progress and with cancel."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level, ladder_for
from meno_server.lsp.hover import highest_level, level_of
from meno_server.lsp.progress import under_progress
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_model.tutor import TutorReply
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

_NUMBERS = itertools.count(1)
_MOST_ANSWERS = 20
GONE = "The finding that you asked about is no longer there: the text has changed. Ask where it stands now."


@dataclass(slots=True)
class Answer:
    """A tutor's answer that may still be on its way."""

    id: str
    uri: str
    title: str
    task: asyncio.Task[TutorReply]


_ANSWERS: dict[str, Answer] = {}


def hint_command(uri: str, mark: str, level: Level) -> types.Command:
    """The command that shows one rung and remembers that it was reached."""
    return types.Command("Next hint", "meno.nextHint", arguments=[uri, mark, int(level)])


def question_command(uri: str, mark: str, level: Level) -> types.Command:
    """The same, for somebody who asked for a question: the rung, and a question with it."""
    return types.Command("Ask", "meno.askCurated", arguments=[uri, mark, int(level)])


def next_level(session: Session, file: OpenFile, finding: Finding) -> Level:
    """One rung above the one reached, or the last again."""
    return min(Level(level_of(session, file, finding) + 1), highest_level(session))


async def show_hint(session: Session, uri: str, mark: str, level: int | None, *, asked: bool = False) -> None:
    """Shows a rung of the finding's ladder; from then on the hover shows it too.

    Who `asked` for a question gets one, also where the rung itself has none.
    """
    file = session.file(uri)
    finding = session.find(file, mark) if file is not None else None
    if file is None or finding is None:
        session.say(GONE)
        return
    wanted = next_level(session, file, finding)
    if level is not None and 0 <= level <= highest_level(session):
        wanted = Level(level)
    file.levels[mark] = max(wanted, level_of(session, file, finding))
    ladder = ladder_for(finding, session.settings.language)
    text = ladder.text(wanted)
    if asked and wanted < Level.QUESTIONS <= highest_level(session) and ladder.questions:
        text = f"{text}\n\n**{ladder.questions[0]}**"
    await show(session, finding.name, text)


def start(session: Session, file: OpenFile, finding: Finding) -> Answer:
    """Begins asking the tutor, with exactly the unit around the finding as evidence."""
    from meno_model.tutor import Evidence

    first, last = file.analysis.lines_around(finding.span.start_line)
    evidence = Evidence(
        finding=finding,
        level=Level.QUESTIONS,
        function_source="".join(file.document.lines[first : last + 1]),
        first_line=first + 1,
    )
    uri = file.document.uri
    for other in [answer for answer in _ANSWERS.values() if answer.uri == uri and not answer.task.done()]:
        forget(other)  # one question in flight for each file: who asks anew wants the new answer
    task = session.run(session.tutor.ask(evidence))
    answer = Answer(f"answer-{next(_NUMBERS)}", uri, finding.name, task)
    _ANSWERS[answer.id] = answer
    for old in list(_ANSWERS.values())[:-_MOST_ANSWERS]:
        forget(old)
    return answer


def forget(answer: Answer) -> None:
    """Gives an answer up; if it is still on its way, the connection is closed."""
    _ANSWERS.pop(answer.id, None)
    answer.task.cancel()


async def ask(session: Session, uri: str, mark: str) -> None:
    """The whole question at once, for clients that resolve nothing."""
    file = session.file(uri)
    finding = session.find(file, mark) if file is not None else None
    if file is None or finding is None:
        session.say(GONE)
    elif session.settings.tutor_provider == "none":
        await show_hint(session, uri, mark, None, asked=True)
    else:
        await show_answer(session, start(session, file, finding).id)


async def show_answer(session: Session, id: str) -> None:
    """Waits for an answer under progress, then shows it; cancelling the progress cancels the question."""
    answer = _ANSWERS.pop(id, None)
    if answer is None:
        session.say("That answer is no longer there. Ask again.")
        return
    if not answer.task.done():
        async with under_progress(session, "Meno is thinking of a question", lambda: _stop(answer)):
            await asyncio.wait({answer.task})
    if answer.task.cancelled() or answer.task.exception() is not None:
        return
    reply = answer.task.result()
    text = reply.text if reply.notice is None else f"{reply.text}\n\n*{reply.notice}*"
    await show(session, answer.title, text)


def _stop(answer: Answer) -> None:
    answer.task.cancel()
