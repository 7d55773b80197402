"""Explains why a collected program fails: runs its cases, ranks its lines, looks for a change that was seen
to work, and puts together what is known.

Nothing is claimed that was not seen. A program whose two runs differ is called that and not repaired, and a
script that merely stops is not repaired either: there are many changes that keep it from stopping, and
nothing says which one is right. Guarded by tests/analyzers/failures/test_explaining.py.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from meno_analyzers.engine import analyse
from meno_analyzers.failures.cases import CaseResult, RunError, RunFrame, Verdict
from meno_analyzers.failures.collecting import Collected, expects
from meno_analyzers.failures.collecting.collected import WHOLE_RUN
from meno_analyzers.failures.explanation import Evidence, Explanation, Limit, explain
from meno_analyzers.failures.localisation import ModelScores, localise
from meno_analyzers.failures.repair.looking import first_look
from meno_analyzers.failures.repair.search import Progress, search
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.failures.telling import all_leave_open, as_told, failing_of
from meno_analyzers.findings import Finding

# Once a case had to be ended, the others get less time: what never ends in one seldom ends in the others.
_AFTER_ONE = 1.0


class Doing(StrEnum):
    """What goes on, for who waits."""

    STARTING = "starting"
    RUNNING = "running"
    SEARCHING = "searching"
    EXPLAINING = "explaining"


@dataclass(frozen=True, slots=True)
class Told:
    """How far the analysis is. `passed` is what the best program so far passes of `cases`."""

    doing: Doing
    tried: int = 0
    passed: int = 0
    cases: int = 0


class Ending(StrEnum):
    """How an analysis ended."""

    PASSES = "passes"  # no case fails
    EXPLAINED = "explained"
    NEEDS_INPUT = "needs input"  # the script asked for input, and none was given
    CANCELLED = "cancelled"  # with an explanation of what was known by then, if anything was


@dataclass(frozen=True, slots=True)
class Explained:
    """What came of it. `results` are those of the cases that were run, with the places that the learner
    knows; `repair` is the change that was seen to work, which only level 5 shows."""

    ended: Ending
    explanation: Explanation | None = None
    results: Sequence[CaseResult] = ()
    repair: Repair | None = None


def explain_failure(
    collected: Collected,
    *,
    interpreter: str | Path = sys.executable,
    seconds: float = 30.0,
    level: int = 3,
    searching: bool = True,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    side_by_side: int = 2,
    model: ModelScores = None,
    progress: Callable[[Told], None] | None = None,
    early: Callable[[Explained], None] | None = None,
    cancel: threading.Event | None = None,
) -> Explained:
    """Runs the cases and explains what fails. Raises SandboxError if nothing can be run.

    `seconds` bounds the search, and `limits` each case, of which so many are run `side_by_side` at most.
    `model` is what the bug model thinks of each 1-based line of the program, or a function that is asked for
    it when the cases were run. `early` is told what is seen to fail before a change is looked for. After
    `cancel` is set it ends within moments with what is known by then.
    """
    findings = analyse(collected.program.source)
    refused = refusal(collected)
    if refused is not None:
        evidence = Evidence(collected.program, error=refused, findings=findings, level=level)
        return Explained(Ending.EXPLAINED, explain(evidence))
    cancel = cancel or threading.Event()
    with contextlib.ExitStack() as opened:
        analysis = _Analysis(collected, str(interpreter), seconds, limits, progress, cancel, opened)
        analysis.side_by_side = side_by_side
        try:
            results = analysis.look()
        except SandboxError:
            if cancel.is_set():
                return Explained(Ending.CANCELLED)
            raise
        failing = failing_of(results)
        if not failing:
            over = any(result.verdict is _UNKNOWN for result in results)
            return Explained(Ending.CANCELLED if over else Ending.PASSES, results=results)
        if _lacks_input(analysis.collected, failing):
            return Explained(Ending.NEEDS_INPUT, results=results)
        known = _Known(model)
        if early is not None and searching:
            seen = _evidence(analysis.collected, results, known, findings, level)
            early(Explained(Ending.EXPLAINED, explain(seen), [*seen.failing, *seen.passing]))
        try:
            analysis.find_out(known, results, findings, searching=searching)
        except SandboxError:
            if not cancel.is_set():
                raise
    analysis.tell(Doing.EXPLAINING)
    evidence = _evidence(analysis.collected, results, known, findings, level)
    ended = Ending.CANCELLED if cancel.is_set() else Ending.EXPLAINED
    told = [*evidence.failing, *evidence.passing]
    return Explained(ended, explain(evidence), told, evidence.repair)


_UNKNOWN = Verdict.NOT_RUN


@dataclass(slots=True)
class _Known:
    """What is found out about failing cases."""

    model: ModelScores = None  # what the bug model thinks of the lines
    lines: Mapping[str, frozenset[int] | None] = field(default_factory=dict)  # case → lines that it ran
    suspects: Sequence[Suspect] = ()
    repair: Repair | None = None
    tried: int = 0
    limits: set[Limit] = field(default_factory=set)


class _Analysis:
    """One analysis while it goes on, with its arenas."""

    def __init__(
        self,
        collected: Collected,
        interpreter: str,
        seconds: float,
        limits: Limits,
        progress: Callable[[Told], None] | None,
        cancel: threading.Event,
        opened: contextlib.ExitStack,
    ) -> None:
        self.collected = collected
        self._interpreter, self._limits = interpreter, limits
        self._deadline = time.monotonic() + seconds
        self._progress, self._cancel, self._opened = progress, cancel, opened
        self.side_by_side = 2
        self._arenas: list[Arena] = []

    def tell(self, doing: Doing, tried: int = 0, passed: int = 0) -> None:
        if self._progress is not None:
            self._progress(Told(doing, tried, passed, len(self.collected.cases)))

    def _start(self) -> None:
        self.tell(Doing.STARTING)
        self._arenas = [self._open()]

    def _open(self) -> Arena:
        arena = Arena.open(
            self.collected.runnable,
            self.collected.cases,
            interpreter=self._interpreter,
            limits=self._limits,
            cancel=self._cancel,
        )
        return self._opened.enter_context(arena)

    def look(self) -> list[CaseResult]:
        """How the cases go, with the values of names. Asserts go back to their places if it turns out that
        they answer otherwise there."""
        self._start()
        results = self._run_each()
        lifted = self.collected.lifted.lines
        if lifted and any(case.id == WHOLE_RUN for case in self.collected.cases):
            good = all(result.passed for result in results if result.id in lifted or result.id == WHOLE_RUN)
            [whole] = self._arenas[0].run(self.collected.program.source, [WHOLE_RUN])
            if whole.passed != good and whole.verdict is not _UNKNOWN:
                self.collected = self.collected.unlifted()
                self._arenas[0].close()
                self._start()
                results = self._run_each()
        return results

    def _run_each(self) -> list[CaseResult]:
        results: list[CaseResult] = []
        source = self.collected.runnable.source
        for case in self.collected.cases:
            self.tell(Doing.RUNNING, passed=sum(result.passed for result in results))
            if time.monotonic() > self._deadline and any(not result.passed for result in results):
                results.append(CaseResult(case.id, _UNKNOWN))
                continue
            hung = any(result.verdict is Verdict.TIME for result in results)
            patience = min(_AFTER_ONE, self._limits.seconds) if hung else self._limits.seconds
            results += self._arenas[0].run(source, [case.id], names=True, seconds=patience)
        return results

    def find_out(
        self, known: _Known, results: Sequence[CaseResult], findings: Sequence[Finding], *, searching: bool
    ) -> None:
        """Fills in what can be known of the failing cases; stops where it stands if it is cancelled."""
        if self.collected.truncated:
            known.limits.add(Limit.TRUNCATED_CONTEXT)
        failing = failing_of(results)
        asked = [result for result in failing if expects(self.collected, result)]
        if not asked:
            known.limits.add(Limit.NO_TEST)
        if self._differs(failing):
            known.limits.add(Limit.FLAKY)
        elif searching and asked and not all_leave_open(results, self.collected):
            self._search(known, results, findings)
        else:
            self.tell(Doing.RUNNING)
            program, cases = self.collected.runnable, self.collected.cases
            traced = first_look(program, cases, self._arenas, results)
            known.lines = {result.id: result.lines for result in traced}
            known.suspects = localise(traced, program.main, findings, known.model, source=program.source)

    def _differs(self, failing: Sequence[CaseResult]) -> bool:
        """Whether failing cases end in another way when they are run once more."""
        again = [result for result in failing if result.verdict is not Verdict.TIME]
        ids = [result.id for result in again]
        results = self._arenas[0].run(self.collected.runnable.source, ids) if ids else []
        return any(
            _way(one) != _way(other)
            for one, other in zip(again, results, strict=True)
            if other.verdict is not _UNKNOWN
        )

    def _search(self, known: _Known, results: Sequence[CaseResult], findings: Sequence[Finding]) -> None:
        self.tell(Doing.SEARCHING)
        with contextlib.suppress(SandboxError):  # where there is no room for a second one, one will do
            while len(self._arenas) < self.side_by_side:
                self._arenas.append(self._open())
        found = search(
            self.collected.runnable,
            self.collected.cases,
            self._arenas,
            seconds=max(self._deadline - time.monotonic(), 1.0),
            findings=findings,
            model=known.model,
            known=results,
            progress=self._searched,
            cancel=self._cancel,
        )
        known.lines = {result.id: result.lines for result in found.baseline}
        known.suspects = found.suspects
        known.tried = found.tried
        if found.ended == "passes":
            # Seen with tracing it passes, seen without it does not: the one or the other is chance.
            known.limits.add(Limit.FLAKY)
        elif found.ended == "time":
            known.limits.add(Limit.TIMEOUT)
        for repair in (found.repair, *found.others):
            if repair is not None and (put_back := self._put_back(repair)) is not None:
                known.repair = put_back
                return

    def _searched(self, so_far: Progress) -> None:
        self.tell(Doing.SEARCHING, so_far.tried, so_far.passed)

    def _put_back(self, repair: Repair) -> Repair | None:
        """The repair of the program as the learner wrote it; None if its own asserts do not hold then."""
        if not self.collected.lifted.taken:
            return repair
        text = self.collected.restored(repair.source)
        if text is None or self._cancel.is_set():
            return None
        results = self._arenas[0].run(text)
        return replace(repair, source=text) if all(result.passed for result in results) else None


def _way(result: CaseResult) -> tuple[Verdict, str | None, int | None]:
    """The way in which a case ended, as far as two runs of a steady program agree on it."""
    own = [frame.line for frame in result.error.frames if frame.path] if result.error else []
    return result.verdict, result.error.type if result.error else None, own[-1] if own else None


def _lacks_input(collected: Collected, failing: Sequence[CaseResult]) -> bool:
    """Whether nothing else is wrong than that there was nothing to read."""
    return collected.lacks_input and all(
        result.error is not None and result.error.type == "EOFError" for result in failing
    )


def _evidence(
    collected: Collected,
    results: Sequence[CaseResult],
    known: _Known,
    findings: Sequence[Finding],
    level: int,
) -> Evidence:
    told = [replace(as_told(result, collected), lines=known.lines.get(result.id)) for result in results]
    passing = [result for result in told if result.passed]
    return Evidence(
        program=collected.program,
        cases=collected.cases,
        failing=failing_of(told),
        passing=passing,
        suspects=known.suspects if passing else _without_comparison(known.suspects),
        findings=findings,
        repair=known.repair,
        tried=known.tried,
        level=level,
        limits=frozenset(known.limits),
    )


def _without_comparison(suspects: Sequence[Suspect]) -> Sequence[Suspect]:
    """Where no case passes, that a line runs in failing ones says nothing; what else speaks of it does."""
    return [suspect for suspect in suspects if set(suspect.reasons) - {"spectrum"}] or suspects


def refusal(collected: Collected) -> RunError | None:
    """What Python says of a text that it cannot read, so that it is not run; None for one that it can."""
    program = collected.program
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(program.source, program.main, "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = program.source.count("\n") + 1
        line = min(max(error.lineno or 1, 1), lines)
        return RunError(type(error).__name__, error.msg or "", (RunFrame(program.main, line, "<module>"),))
    except (ValueError, RecursionError, MemoryError) as error:
        return RunError("SyntaxError", str(error), (RunFrame(program.main, 1, "<module>"),))
    return None


__all__ = ["Doing", "Ending", "Explained", "Told", "explain_failure", "refusal"]
