"""What the learner's history changes in a session: which rung comes first, what comes back, what is quieter.

It is read once at the start, by a process of its own, and again whenever something was added to it. Without a
history, or with `history.adapt` off, everything is as for everybody. Guarded by
tests/end_to_end/test_history.py and tests/history/test_chances.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level, QuestionKind
from meno_analyzers.hints.conversing import between_turns
from meno_analyzers.processes import NO_WINDOW
from meno_server.history.events import pattern_of
from meno_server.history.guidance import NO_GUIDANCE, Guidance, guidance_from_plain
from meno_server.history.keeping import DATABASE

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

log = logging.getLogger("meno.guiding")
READING_SECONDS = 20.0


class Guiding:
    """The advice that holds for one session. Belongs to the event loop's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.current = NO_GUIDANCE
        self._address: str | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked = self._taken = 0  # numbers of questions: an older answer does not replace a newer one

    @property
    def wanted(self) -> bool:
        """Whether the settings let the history change anything."""
        settings = self._session.settings
        return settings.enable and settings.history_enable and settings.history_adapt

    def begin(self) -> None:
        """Reads what was learned in earlier sessions."""
        settings = self._session.settings
        folder, self._address = self._session.episodes.recorder.folder, settings.history_database
        known = self._address or (folder / DATABASE).exists()
        if settings.enable and settings.history_enable and known and not self._session.closing:
            where = [str(folder), self._address] if self._address else [str(folder)]
            self._reading = self._session.run(self._begin(where))

    async def _begin(self, where: Sequence[str]) -> None:
        turn = self._next()
        try:
            advice = await asyncio.wait_for(_read(where), READING_SECONDS)
        except (OSError, KeyError, ValueError, TypeError, TimeoutError):
            log.warning(
                "What the history advises could not be read; hints are as for everybody.", exc_info=True
            )
        else:
            self._take(advice, turn)

    async def close(self) -> None:
        """Ends the process that reads, if it still does."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    def welcome(self, file: OpenFile) -> None:
        """Lets the advice hold in a file that has come, with the cells beside it."""
        for one in file.together:
            one.guidance = self.current

    async def write(self) -> None:
        """Writes what waits to the history, and follows what it advises then."""
        recorder = self._session.episodes.recorder
        await recorder.write()
        turn = self._next()
        if (advice := await recorder.advice(date.today().toordinal())) is not None:
            self._take(advice, turn)

    def forget(self) -> None:
        """Everything is as for everybody again."""
        self._take(NO_GUIDANCE, self._next())

    def follow_settings(self) -> None:
        """Forgets or reads what the changed settings want."""
        if self._address != self._session.settings.history_database:
            self.forget()  # it was of another history
        if not self.wanted:
            self._take(self.current, self._next())
        elif not self.current.patterns and self._session.configured.is_set():
            self.begin()

    def offered(self, file: OpenFile, finding: Finding, mark: str) -> Level:
        """The rung that a hover begins with: one higher where a slip comes back, or is a struggle now."""
        start = self._session.settings.start_hint_level
        if not self.wanted:
            return Level(start)
        raised = self.current.about(finding).raised or self._session.episodes.is_struggle(file, mark)
        return Level(min(start + raised, Level.EXAMPLE))

    def first_question(self, finding: Finding) -> QuestionKind | None:
        """Who meets a pattern again and again has predicted it before: it is time to say it in own words."""
        return QuestionKind.EXPLAIN if self.current.about(finding).recurring else None

    def reminder(self, finding: Finding, *told: str) -> list[str]:
        """One line about a pattern that is half forgotten, or nothing: when it was met last, and its takeaway
        if that is not in what is `told`."""
        days, pattern = self.current.about(finding).days_since, pattern_of(finding)
        if days is None or pattern is None:
            return []
        from meno_server.history.words import words_for  # not needed to start

        language = self._session.settings.language
        takeaway = words_for(pattern, language).takeaway
        line = between_turns("met_yesterday" if days == 1 else "met_before", language).format(days=days)
        if not any(takeaway in text for text in told):
            line += f" {between_turns('met_takeaway', language).format(takeaway=takeaway)}"
        return [f"*{line}*"]

    def _next(self) -> int:
        self._asked += 1
        return self._asked

    def _take(self, advice: Guidance, turn: int) -> None:
        if turn < self._taken:
            return
        self._taken = turn
        if not self.wanted:
            advice = replace(advice, patterns={})  # what is known is counted on all the same
        if advice == self.current or self._session.closing:
            return
        self.current = advice
        for file in self._session.files.values():
            file.guidance = advice
            file.forget_rendered()
        self._session.publish_all()


async def _read(where: Sequence[str]) -> Guidance:
    """The advice, as a process of its own has read it; it ends with this task."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "meno_server.history.reading", *where),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        creationflags=NO_WINDOW,
    )
    try:
        output, _ = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return guidance_from_plain(json.loads(output))
