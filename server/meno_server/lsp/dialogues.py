"""The dialogues of a session: begun by a code action, gone on with by the learner, ended by the analysis.

Each is about one finding and lives in memory. A turn is one task: one for each file is on its way at a time,
it runs under progress, and cancelling it closes the connection.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from meno_analyzers.findings import Category, Edit, Finding, Source
from meno_analyzers.hints import Level, Rotation
from meno_analyzers.source.lines import plain_ends
from meno_server.evidence import evidence_of
from meno_server.lsp import asking, changing, surfaces
from meno_server.lsp.hover import highest_level
from meno_server.lsp.progress import under_progress
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_model.tutor import Dialogue, Evidence, Said
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

_MOST = 20
NO_LONGER = "That conversation is no longer there. Ask again at the finding."
THINKING = "Meno is thinking of a question"
_NUMBERS = itertools.count(1)


@dataclass(slots=True, eq=False)
class Conversation:
    """One dialogue and where it is held. `header` is the first line of the code that it is about."""

    id: str
    uri: str
    mark: str
    finding: Finding
    header: str
    dialogue: Dialogue
    notices: dict[int, str] = field(default_factory=dict)  # by the turn's number
    task: asyncio.Task[Said | None] | None = None

    @property
    def title(self) -> str:
        return self.finding.name

    @property
    def is_thinking(self) -> bool:
        return self.task is not None and not self.task.done()

    def cancel(self) -> None:
        """Gives up the turn that is on its way."""
        if self.task is not None:
            self.task.cancel()


class Dialogues:
    """All conversations of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._open: dict[str, Conversation] = {}
        self._rotation = Rotation()

    async def about(self, file: OpenFile, finding: Finding) -> Conversation:
        """The conversation about the finding that is going on, or a new one."""
        # The first import takes a tenth of a second, which the loop does not have.
        await asyncio.to_thread(importlib.import_module, "meno_model.tutor")
        mark = self._session.fingerprint(file, finding)
        for conversation in self._open.values():
            if (conversation.uri, conversation.mark) == (file.document.uri, mark):
                return conversation
        from meno_model.tutor import Dialogue

        dialogue = Dialogue(
            self._evidence(file, finding),
            self._rotation,
            highest=highest_level(self._session),
            change_at_hand=changing.may_change(self._session, file, finding),
            first=self._session.guiding.first_question(finding),
        )
        conversation = Conversation(
            f"dialogue-{next(_NUMBERS)}",
            file.document.uri,
            mark,
            finding,
            _header(file, finding),
            dialogue,
        )
        self._open[conversation.id] = conversation
        for old in list(self._open.values())[:-_MOST]:
            self._forget(old)
        return conversation

    async def prepare(self, conversation: Conversation, patience: float) -> None:
        """Begins the next turn where nobody has to be asked first, and waits for it a little."""
        file = self._session.file(conversation.uri)
        if file is None or not await self._session.sending.known(file):
            return
        task = self._begin_turn(conversation, "")
        try:
            # `wait` leaves the task running when the time is up: the command goes on waiting for it.
            await asyncio.wait({task}, timeout=patience)
        except asyncio.CancelledError:
            task.cancel()
            if not conversation.dialogue.turns:
                self._open.pop(conversation.id, None)
            raise

    async def ask(self, uri: str, mark: str) -> None:
        """The next question about a finding, for clients that resolve nothing."""
        file = self._session.file(uri)
        finding = self._session.find(file, mark) if file is not None else None
        if file is None or finding is None:
            self._session.say(asking.GONE)
        elif not asking.may_ask(self._session):
            await asking.show_hint(self._session, uri, mark, None, asked=True)
        else:
            await self.show((await self.about(file, finding)).id)

    async def show(self, id: str) -> None:
        """Shows the turn that was begun, or begins one."""
        conversation = self._open.get(id)
        if conversation is None:
            self._session.say(NO_LONGER)
            return
        self._session.episodes.asked(conversation.uri, conversation.mark, Level.QUESTIONS)
        if conversation.task is None:
            self._begin_turn(conversation, "")
        await self._finish(conversation)

    async def answer(self, id: str, words: str) -> None:
        """Goes on from what the learner says; without words with another question."""
        conversation = self._open.get(id)
        if conversation is None:
            self._session.say(NO_LONGER)
        elif not conversation.is_thinking:  # who answers twice at once has been heard once
            self._begin_turn(conversation, words)
            await surfaces.thinking(self._session, conversation, words)
            await self._finish(conversation)

    def end(self, id: str) -> None:
        """The learner has enough of it."""
        conversation = self._open.get(id)
        if conversation is not None:
            self._forget(conversation)

    def closed(self, uri: str) -> None:
        """The file is gone, and what was said about it."""
        for conversation in list(self._open.values()):
            if key_of(conversation.uri) == key_of(uri):
                self._forget(conversation)

    def is_open(self, conversation: Conversation) -> bool:
        return conversation.id in self._open and not conversation.dialogue.ended

    def _begin_turn(self, conversation: Conversation, words: str) -> asyncio.Task[Said | None]:
        for other in self._open.values():
            if other.uri == conversation.uri:
                other.cancel()  # who asks anew wants the new answer
        conversation.task = self._session.run(self._turn(conversation, words))
        return conversation.task

    async def _turn(self, conversation: Conversation, words: str) -> Said | None:
        """One turn about the code as it is now; None if the file is closed."""
        session, dialogue = self._session, conversation.dialogue
        file = session.file(conversation.uri)
        if file is None:
            return None
        finding = self._still_there(file, conversation)
        if finding is None and conversation.finding.source is not Source.STATIC:
            return dialogue.outdated()  # what was run, or seen by the model, is not seen again by itself
        if finding is None:
            return dialogue.solved()
        conversation.finding, conversation.mark = finding, session.fingerprint(file, finding)
        evidence = self._evidence(file, finding)
        dialogue.renew(evidence)
        allowed, notice = await session.sending.allowed(file, evidence)
        tutor = session.tutor if allowed else None
        said = await (dialogue.answer(words, tutor) if dialogue.turns else dialogue.begin(tutor))
        return said if notice is None else replace(said, notice=notice)

    def _evidence(self, file: OpenFile, finding: Finding) -> Evidence:
        language = self._session.settings.language
        return evidence_of(file.document, file.analysis, finding, language, _verified(file))

    def _still_there(self, file: OpenFile, conversation: Conversation) -> Finding | None:
        """The finding, also if its line was edited: then one of its rule in code that begins as before.

        Of code that Python cannot read at the moment nothing is known, so there the finding stands.
        """
        if (finding := self._session.find(file, conversation.mark)) is not None:
            return finding
        findings = _certain(file)
        for finding in findings:
            if finding.rule == conversation.finding.rule and _header(file, finding) == conversation.header:
                return finding
        broken = any(finding.category is Category.SYNTAX_ERROR for finding in findings)
        return conversation.finding if broken and _lies_in(file, conversation.finding) else None

    async def _finish(self, conversation: Conversation) -> None:
        """Waits for the turn under progress, then shows it; cancelling the progress cancels the turn."""
        task = conversation.task
        assert task is not None
        if not task.done():
            try:
                async with under_progress(self._session, THINKING, conversation.cancel):
                    await asyncio.wait({task})
            except asyncio.CancelledError:  # the client has taken the command back
                task.cancel()
                raise
        if conversation.task is not task:
            return
        conversation.task = None
        said = None if task.cancelled() or task.exception() is not None else task.result()
        if said is None and not conversation.dialogue.turns:
            self._forget(conversation)
            return
        if said is not None and said.notice is not None:
            conversation.notices[len(conversation.dialogue.turns) - 1] = said.notice
        await surfaces.present(self._session, conversation)
        if conversation.dialogue.ended:
            self._open.pop(conversation.id, None)

    def _forget(self, conversation: Conversation) -> None:
        conversation.cancel()
        self._open.pop(conversation.id, None)


def _certain(file: OpenFile) -> list[Finding]:
    """All static findings as they are, those too that wait for a pause in typing to be seen."""
    return [f.moved_down(start) for start, _, found in file.analysis.units_with_findings() for f in found]


def _lies_in(file: OpenFile, finding: Finding) -> bool:
    return finding.span.end_line < len(file.document.lines)


def _verified(file: OpenFile) -> Sequence[Edit]:
    """The change that the last run has verified, if the text is still the one that was run."""
    run = file.run
    if run is None or run.repaired is None or not run.is_of(file.document.text):
        return ()
    from meno_analyzers.failures.marks import edits_between  # only who has run something needs it

    return edits_between(plain_ends(file.document.text), run.repaired)


def _header(file: OpenFile, finding: Finding) -> str:
    first, _ = file.analysis.lines_around(finding.span.start_line)
    return file.document.lines[first] if first < len(file.document.lines) else ""
