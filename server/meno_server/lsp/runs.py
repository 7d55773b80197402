"""Running a program on command, and what the learner then sees: marks in the text, a sentence, a document.

One run at a time for each file; a newer one ends the older. The analysis has a process of its own, so keys
are answered meanwhile. What it found belongs to the text that it ran: it is carried over to the text of now
as far as its lines are still there.
"""

from __future__ import annotations

import asyncio
import difflib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.uris import from_fs_path, to_fs_path

from meno_analyzers.findings import Edit, Finding
from meno_analyzers.source.lines import plain_ends
from meno_server.history.events import Layer
from meno_server.lsp.open_file import LastRun
from meno_server.lsp.progress import Tell, under_progress
from meno_server.lsp.showing import show
from meno_server.lsp.trust import Trust
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_server.failures.analysis import Analysis
    from meno_server.failures.messages import Answer, Progress, Request
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

NO_FILE = "Open the Python file that fails first; Meno runs the one that you look at."
UNSAVED = "Save this file once: a program without a name cannot be run with its tests."
IN_NOTEBOOK = (
    "Meno runs files and no cells of notebooks. It can explain a traceback that you copy from the cell."
)
NOTHING_YET = "Stopped. Nothing was known yet."
_MODEL_PATIENCE = 2.0
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_DOING = {
    "starting": "starting Python",
    "running": "running {cases}",
    "searching": "{tried} small changes tried, the best passes {passed} of {cases}",
    "explaining": "putting it into words",
}


class Purpose(Enum):
    """What somebody wants of a run."""

    HINT = "hint"  # marks and hints in the text
    EXPLAIN = "explain"  # the whole explanation as a document
    SMALLEST = "smallest"  # a change with which all tests pass, looked for with all the time there is


class Runs:
    """The runs of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.trust = Trust()
        self._running: dict[str, tuple[Analysis, asyncio.Task[None]]] = {}

    def start(self, uri: str | None, purpose: Purpose) -> None:
        """Begins a run, unless what is wanted is known of this very text already."""
        session = self._session
        file = session.file(uri) if uri is not None else session.latest_file
        if file is None:
            session.say(NO_FILE)
            return
        known = file.run
        if known is not None and known.is_of(file.document.text) and self._is_enough(known, purpose):
            session.run(self._tell(known, purpose, None))
            return
        session.run(self._start(file, purpose))

    def _is_enough(self, known: LastRun, purpose: Purpose) -> bool:
        return purpose is not Purpose.HINT and (known.searched or purpose is Purpose.EXPLAIN)

    def is_running(self, uri: str) -> bool:
        """Whether the program of a file is being run."""
        return key_of(uri) in self._running

    def stop(self, uri: str | None) -> None:
        """Ends the run of a file, or all of them, with what is known by then."""
        for key, (analysis, _) in list(self._running.items()):
            if uri is None or key == key_of(uri):
                self._session.run(analysis.cancel())

    async def close(self) -> None:
        """Ends all runs at once."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def report(self, text: str) -> None:
        """Explains a traceback or test report that somebody pasted; nothing is run."""
        session = self._session
        await session.settled()
        root = session.root or (self._folder_of(session.latest_file) if session.latest_file else None)
        request = self._request(report=text, root=str(root) if root is not None else None)
        answer = await self._analysis(request).answer()
        await self._take(answer, Purpose.EXPLAIN, searched=False)

    async def _start(self, file: OpenFile, purpose: Purpose) -> None:
        session = self._session
        path = to_fs_path(file.document.uri)
        if path is None or not file.document.uri.startswith("file:"):
            session.say(IN_NOTEBOOK if file.is_cell else UNSAVED)
            return
        if not await self.trust.may_run(session, Path(path)):
            return
        model = await self._suspicion(file.document.text)
        key = key_of(file.document.uri)
        while (older := self._running.get(key)) is not None:
            older[1].cancel()
            await asyncio.wait({older[1]})
        task = asyncio.current_task()
        assert task is not None
        tell: list[Tell] = []

        def progress(told: Progress) -> None:
            cases = "1 case" if told.cases == 1 else f"{told.cases} cases"
            for say in tell:
                say(_DOING.get(told.doing, "").format(cases=cases, tried=told.tried, passed=told.passed))

        request = self._request(file=path, unsaved=self._unsaved(), model=model)
        analysis = self._analysis(request, progress)
        self._running[key] = analysis, task
        started = time.perf_counter()
        try:
            title = f"Meno runs {Path(path).name}"
            async with under_progress(session, title, lambda: self.stop(file.document.uri)) as say:
                tell.append(say)
                answer = await analysis.answer()
        finally:
            if self._running.get(key, (None, None))[1] is task:
                del self._running[key]
        session.note("run", time.perf_counter() - started)
        if not session.closing:
            await self._take(answer, purpose, searched=True)

    def _analysis(self, request: Request, progress: Callable[[Progress], None] = lambda _: None) -> Analysis:
        from meno_server.failures.analysis import Analysis  # off the way to the first answer

        def early(answer: Answer) -> None:
            self._mark(answer, searched=False)

        return Analysis(request, self._session.log_info, progress, early)

    def _request(self, **values: object) -> Request:
        from meno_server.failures.messages import Request

        settings = self._session.settings
        request = Request(
            interpreter=settings.run_interpreter,
            seconds=settings.run_seconds,
            level=settings.max_hint_level,
            language=settings.language,
        )
        return replace(request, **values)  # type: ignore[arg-type]  # the names of its own fields

    async def _suspicion(self, text: str) -> Mapping[int, float]:
        """What the model thinks of each 1-based line; nothing if it does not run or takes its time."""
        model = self._session.ready_model
        try:
            return await asyncio.wait_for(model.suspicion(text), _MODEL_PATIENCE) if model else {}
        except TimeoutError:
            return {}

    def _unsaved(self) -> dict[str, str]:
        """The texts of all open files, since the disk may not have them yet."""
        texts = {}
        for file in self._session.files.values():
            path = to_fs_path(file.document.uri)
            if path is not None and file.document.uri.startswith("file:"):
                texts[str(Path(path))] = file.document.text
        return texts

    def _folder_of(self, file: OpenFile) -> Path | None:
        path = to_fs_path(file.document.uri)
        return Path(path).parent if path else None

    async def _take(self, answer: Answer, purpose: Purpose, *, searched: bool) -> None:
        session = self._session
        if answer.problem is not None:
            session.say(answer.problem)
            return
        run = self._mark(answer, searched=searched)
        await session.refresh_lenses()
        if answer.ended == "cancelled" and not answer.page:
            session.say(NOTHING_YET)
        elif answer.ended == "passes":
            session.say(answer.sentence)
        else:
            await self._tell(run, purpose, answer)

    def _mark(self, answer: Answer, *, searched: bool) -> LastRun:
        """Shows in the text what was found, if the program is open."""
        session = self._session
        uri = from_fs_path(answer.main) if answer.main else None
        file = session.file(uri) if uri is not None else None
        run = LastRun(
            text=answer.source,
            passed=answer.passed,
            failed=answer.failed,
            page=answer.page,
            verified=answer.verified,
            line=answer.line,
            searched=searched and answer.ended != "cancelled",
            findings=list(answer.findings),
            repaired=answer.repaired,
            explanation=answer.explanation,
        )
        if file is not None and not session.closing:
            run.findings = carried(run.findings, answer.source, file.document.text)
            file.run = run if answer.page or answer.ended == "passes" else None
            if file.run is not None:
                session.episodes.look(file, Layer.RUN)
            session.refresh(file)
        return run

    async def _tell(self, run: LastRun, purpose: Purpose, answer: Answer | None) -> None:
        """The sentence or the document that goes with the marks."""
        session = self._session
        if not run.page:
            session.say(f"All {run.passed} cases passed the last time." if run.passed > 1 else "It passed.")
            return
        if answer is not None and answer.ended == "cancelled":
            session.say("Stopped. This is what was known by then.")
        if purpose is Purpose.HINT:
            session.say(summary(run))
            return
        if purpose is Purpose.SMALLEST:
            session.say(of_change(run, shown=session.settings.max_hint_level >= 5))
            if run.verified and session.settings.max_hint_level < 5:
                return
        await show(session, "Why it fails", run.page)


def summary(run: LastRun) -> str:
    """How a run ended, in one sentence, and where to look next."""
    all_cases = run.passed + run.failed
    cases = f"{run.failed} of {all_cases} cases fail" if all_cases > 1 else "It fails"
    if run.verified:
        return f"{cases}. Look at line {run.line}: Meno has checked that a small change there is enough."
    return f"{cases}. The marked lines say more when you point at them."


def of_change(run: LastRun, *, shown: bool) -> str:
    """What came of the search for the smallest change, without telling it."""
    if not run.verified:
        return "Of the small changes that were run, none lets every case pass. Here is what is known."
    if shown:
        return f"All cases pass with a small change on line {run.line}. A code action there makes it."
    return f"All cases pass with a small change on line {run.line}; it was run. What would you change there?"


def carried(findings: Sequence[Finding], ran: str, now: str) -> list[Finding]:
    """The findings of the text that was run as they lie in the text of now; those whose lines have changed
    are gone, and so is a fix if anything has changed."""
    newline = _LINE_ENDS.search(now)
    end = newline.group() if newline else "\n"
    if ran == plain_ends(now):
        return [replace(f, fix=tuple(_with_ends(edit, end) for edit in f.fix)) for f in findings]
    matcher = difflib.SequenceMatcher(None, ran.split("\n"), plain_ends(now).split("\n"), autojunk=False)
    places = {
        block.a + step: block.b + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }
    found: list[Finding] = []
    for finding in findings:
        first, last = finding.span.start_line, finding.span.end_line
        shift = places.get(first, -1) - first
        if first in places and all(places.get(line) == line + shift for line in range(first, last + 1)):
            notes = tuple(
                note.moved_down(places.get(note.span.start_line, 0) - note.span.start_line)
                for note in finding.notes
                if note.path is not None or note.span.start_line in places
            )
            found.append(replace(finding, span=finding.span.moved_down(shift), notes=notes, fix=()))
    return found


def _with_ends(edit: Edit, end: str) -> Edit:
    return replace(edit, text=edit.text.replace("\n", end))
