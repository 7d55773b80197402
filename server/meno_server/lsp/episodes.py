"""From findings to the history: an episode begins when a mistake is seen, and ends when it is gone.

It is looked at when the typing rests, on save, and on close; never on a key. A line that is still being
written is not counted as a mistake, and while a file cannot be read, nothing counts as mended. A finding that
stood there when the file was opened may be mended, but is nobody's slip if it is left alone. What happens
while the history is off or paused is not noted. Texts are looked at here and stay here: an event has none.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from meno_analyzers.findings import Category, Finding
from meno_analyzers.hints import Level
from meno_server.adjusting import is_marked
from meno_server.history.events import (
    LONGEST_PROJECT,
    Event,
    Layer,
    Outcome,
    duration_bucket,
    layer_of,
    pattern_of,
)
from meno_server.history.guidance import STRUGGLE_EDITS, STRUGGLE_SECONDS
from meno_server.history.recorder import Recorder
from meno_server.lsp.chances import Chances
from meno_server.lsp.convert import fingerprint
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

log = logging.getLogger("meno.episodes")
OPENING_SECONDS = 0.5
"""How soon after its opening a file is looked at, to know what was there before."""
PENDING_SECONDS = 0.05
_OURS = re.compile(r"\s*#\s*meno:\s*ok\b")


@dataclass(slots=True, eq=False)
class Episode:
    """One finding that has been seen and not yet gone. `made` says that it came after the file was opened."""

    finding: Finding
    pattern: str
    layer: Layer
    mark: str
    made: bool
    since: float
    edits: int
    level: int = 0


class Episodes:
    """All episodes of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.recorder = Recorder(self._tell, lambda: session.settings.history_database)
        self._project = int.from_bytes(os.urandom(4), "big") & LONGEST_PROJECT
        self._open: dict[str, list[Episode]] = {}
        self._looked: set[tuple[str, Layer]] = set()
        self._fixed: dict[tuple[str, str], Event] = {}
        self._chances = Chances(self.recorder)
        self._met: set[str] = set()
        self._counting: set[asyncio.Task[None]] = set()

    @property
    def records(self) -> bool:
        """Whether anything may be noted now."""
        settings = self._session.settings
        wanted = self._session.configured.is_set() and settings.enable and settings.history_enable
        return wanted and not self.recorder.paused

    @property
    def watched(self) -> int:
        """How many mistakes have been seen and are not gone."""
        return sum(len(episodes) for episodes in self._open.values())

    def opened(self, file: OpenFile) -> None:
        """Looks at a file soon after it was opened, to know what was there before."""
        for one in file.together:
            self._chances.opened(one)
            self._later(one, OPENING_SECONDS)

    def saved(self, file: OpenFile) -> None:
        """Looks at a file that is as its writer wants it for now."""
        self.look(file)
        self._count_chances(file)

    def _count_chances(self, file: OpenFile) -> None:
        """Counts, beside everything else, what was written without a mistake that is known."""
        if self.records:
            known = self._met | self._session.guiding.current.known
            places, text = self._chances.places(file), file.document.text
            task = self._session.run(self._chances.went_well(places, text, known))
            self._counting.add(task)
            task.add_done_callback(self._counting.discard)

    def look(self, file: OpenFile, layer: Layer = Layer.RULES) -> None:
        """Compares what one layer says now with what it said before. A fault here stops nothing else."""
        try:
            self._look(file, layer)
        except Exception:
            log.exception("A file could not be looked at for the history.")

    def _look(self, file: OpenFile, layer: Layer) -> None:
        if not self.records:
            self.forget()
            return
        if file not in file.together:
            return  # a cell that was taken out mends nothing
        if layer is Layer.RULES and not file.is_known:
            self._later(file, PENDING_SECONDS)
            return
        self._chances.opened(file)
        key = key_of(file.document.uri)
        before = [episode for episode in self._open.get(key, []) if episode.layer is layer]
        before = [episode for episode in before if not self._is_hushed(file, episode)]
        stay, new, gone = _matched(before, self._shown(file, layer))
        for episode, finding, mark in stay:
            self._note_level(file, episode)
            episode.finding, episode.mark = finding, mark
        others = [episode for episode in self._open.get(key, []) if episode.layer is not layer]
        waits = layer is Layer.RULES and file.calm.waits
        ended = [] if waits else [episode for episode in gone if not self._may_be_hidden(file, episode)]
        begun = self._begun(file, key, layer, new)
        kept = [episode for episode in before if episode not in ended]
        self._open[key] = [*others, *kept, *begun]
        self._looked.add((key, layer))
        for episode in ended:
            self._end(file, key, episode)

    def asked(self, uri: str, mark: str, level: int) -> None:
        """Somebody was helped with a finding otherwise than by the ladder."""
        for episode in self._open.get(key_of(uri), ()):
            if episode.mark == mark:
                episode.level = max(episode.level, level)

    def is_struggle(self, file: OpenFile, mark: str) -> bool:
        """Whether a mistake has outlived several edits and minutes."""
        return any(
            episode.mark == mark
            and time.monotonic() - episode.since >= STRUGGLE_SECONDS
            and file.edits - episode.edits >= STRUGGLE_EDITS
            for episode in self._open.get(key_of(file.document.uri), ())
        )

    def closed(self, file: OpenFile) -> None:
        """Ends what is left: a mistake that was made here and left here was ignored."""
        key = key_of(file.document.uri)
        before = list(self._open.get(key, ()))
        lost = file not in file.together  # a cell that was taken out: nothing is found there any more
        if before and self.records and not lost and file.is_known:
            file.calm.settle()
            self.look(file)
            for episode in before:
                left = episode in self._open.get(key, ())
                if left and episode.made and episode.layer is Layer.RULES:
                    self._note_level(file, episode)
                    self._note(file, episode, Outcome.IGNORED)
        self._open.pop(key, None)
        self._count_chances(file)
        self._chances.closed(file)
        for layer in Layer:
            self._looked.discard((key, layer))
        for known in [known for known in self._fixed if known[0] == key]:
            del self._fixed[known]

    async def close(self, files: Iterable[OpenFile]) -> None:
        """Ends everything and writes what waits. A fault here must not keep the session from ending."""
        try:
            for file in files:
                self.closed(file)
            await asyncio.gather(*self._counting, return_exceptions=True)
            await self.recorder.write()
        except Exception:
            log.exception("The end of the session could not be added to the history.")

    def forget(self) -> None:
        """Begins anew, as after a change of settings, when findings come and go by themselves."""
        if not self._session.settings.history_enable:
            self.recorder.drop()
        self._open.clear()
        self._looked.clear()
        self._fixed.clear()
        self._chances.forget()

    def _tell(self, sentence: str | None) -> None:
        """Says what is wrong with the history, once; None when it works again."""
        if sentence is not None:
            self._session.tell_once(sentence)
        self._session.status.trouble("history", sentence)

    def _later(self, file: OpenFile, seconds: float) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            if self._session.file(file.document.uri) is file and not self._session.closing:
                self.look(file)

        self._session.run(wait())

    def _shown(self, file: OpenFile, layer: Layer) -> list[tuple[Finding, str]]:
        """What the learner sees of one layer, but for what is still being written."""
        session = self._session
        return [
            (finding, session.fingerprint(file, finding))
            for finding in file.findings(session.settings)
            if layer_of(finding) is layer
            and is_marked(finding, session.settings)
            and not (layer is Layer.RULES and file.calm.is_being_written(finding.span.start_line))
        ]

    def _may_be_hidden(self, file: OpenFile, episode: Episode) -> bool:
        """Whether a finding may be gone only because a part of the program cannot be read now, or because a
        rule explains what the model still says."""
        if episode.finding.category is Category.SYNTAX_ERROR:
            return False
        if episode.layer is Layer.MODEL:
            marks = {self._session.fingerprint(file, finding) for finding in file.model_findings}
            if episode.mark in marks:
                return True
        return any(
            finding.category is Category.SYNTAX_ERROR
            for one in file.together
            for _, _, findings in one.analysis.units_with_findings()
            for finding in findings
        )

    def _is_hushed(self, file: OpenFile, episode: Episode) -> bool:
        """Whether its rule is told on hover only by now, since this learner doubts it: nothing was mended."""
        session = self._session
        return session.guiding.current.about(episode.finding).doubted and any(
            finding.rule == episode.finding.rule and not is_marked(finding, session.settings)
            for finding in file.findings(session.settings)
        )

    def _begun(self, file: OpenFile, key: str, layer: Layer, new: list[tuple[Finding, str]]) -> list[Episode]:
        begun = []
        for finding, mark in new:
            pattern = pattern_of(finding)
            if pattern is None:
                continue
            made = (key, layer) in self._looked
            # A run is analysed only for who asks, and that was help already.
            level = Level.ORIENT if layer is Layer.RUN else Level.NOTICE
            episode = Episode(finding, pattern, layer, mark, made, time.monotonic(), file.edits, level)
            fixed = self._fixed.pop((key, mark), None)
            if fixed is not None:
                self.recorder.revert(fixed)
                episode.level, episode.made = fixed.hint_level, True
            begun.append(episode)
        return begun

    def _end(self, file: OpenFile, key: str, episode: Episode) -> None:
        self._note_level(file, episode)
        if not file.document.text.strip():
            return  # somebody begins anew: nothing was mended
        if _is_allowed(file, episode):
            outcome = Outcome.DISMISSED
        else:
            outcome = Outcome.FIXED_HINTED if episode.level else Outcome.FIXED_UNAIDED
        event = self._note(file, episode, outcome)
        if outcome is not Outcome.DISMISSED:
            self._fixed[(key, episode.mark)] = event

    def _note(self, file: OpenFile, episode: Episode, outcome: Outcome) -> Event:
        self._met.add(episode.pattern)
        event = Event(
            date.today().toordinal(),
            episode.pattern,
            episode.layer,
            episode.level,
            outcome,
            duration_bucket(time.monotonic() - episode.since),
            self._chances.with_slip(file, episode.pattern),
            self._project,
        )
        self.recorder.note(event)
        self._session.collect_later()  # what waits is written when it is quiet again
        return event

    def _note_level(self, file: OpenFile, episode: Episode) -> None:
        episode.level = max(episode.level, int(file.levels.get(episode.mark, 0)))


def _matched(
    before: list[Episode], now: list[tuple[Finding, str]]
) -> tuple[list[tuple[Episode, Finding, str]], list[tuple[Finding, str]], list[Episode]]:
    """Who stays, who is new, who is gone. The same line is the same finding; of the others, one of the same
    rule is taken for the same, moved or rewritten, in the order of the text."""
    stay = []
    gone, new = list(before), list(now)
    for exactly in (True, False):
        for episode in list(gone):
            wanted = episode.mark if exactly else episode.finding.rule
            found = next((item for item in new if wanted == (item[1] if exactly else item[0].rule)), None)
            if found is not None:
                stay.append((episode, *found))
                gone.remove(episode)
                new.remove(found)
    return stay, new, gone


def _is_allowed(file: OpenFile, episode: Episode) -> bool:
    """Whether the finding's line is there as it was, with our comment behind it."""
    for line in file.document.lines:
        ours = _OURS.search(line)
        if ours is not None and fingerprint(episode.finding, line[: ours.start()]) == episode.mark:
            return True
    return False
