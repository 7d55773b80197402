"""The first look at a failing program: how each case ends, and which lines it runs."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from meno_analyzers.failures.cases import Case, CaseResult, Program, Verdict
from meno_analyzers.failures.repair.patience import may_never_end

_FIRST, _AFTER_ONE = 1.0, 0.4  # seconds for a case, and for each one after a case that took all of its time
_AMONG_QUICK, _QUICK = 0.1, 0.005  # the same where all cases that come to an end take next to no time
_TRACED, _MOST_LATE = 0.5, 3  # seconds for a case whose lines are noted, and how many may take longer

_Item = TypeVar("_Item")


class Runs(Protocol):
    """What the search needs of an arena."""

    def run(
        self,
        source: str,
        cases: Sequence[str] | None = None,
        *,
        trace: bool = False,
        stop_at_failure: bool = False,
        seconds: float | None = None,
    ) -> list[CaseResult]: ...


def first_look(
    program: Program,
    cases: Sequence[Case],
    arenas: Sequence[Runs],
    known: Sequence[CaseResult] = (),
    deadline: float = math.inf,
) -> list[CaseResult]:
    """How the program does, with the lines that each case runs; in a hurry from `deadline` (monotonic) on.

    Cases whose results are `known` are not run again but for their lines. Once a case took all the time that
    it was given, the others get less, since what never ends in one case seldom ends in the others. Tracing
    makes a case many times as slow, so it says nothing about the time: of a case that takes too long then,
    the lines are those that it came to.
    """
    results = {result.id: result for result in known if result.verdict is not Verdict.NOT_RUN}

    def look(case: Case, arena: Runs) -> None:
        if case.id not in results:
            (results[case.id],) = arena.run(
                program.source, [case.id], seconds=_patience(list(results.values()))
            )

    _shared_out(cases, arenas, look)
    ordered = [results[case.id] for case in cases]
    if not known:
        ordered = _waited_for(program.source, ordered, arenas[0], deadline)
    return traced(program.source, ordered, arenas)


def _patience(results: Sequence[CaseResult]) -> float:
    """Seconds for the next case, after these."""
    if not any(result.verdict is Verdict.TIME for result in results):
        return _FIRST
    ended = [result.seconds for result in results if result.verdict is not Verdict.TIME]
    return _AMONG_QUICK if ended and max(ended) < _QUICK else _AFTER_ONE


def _waited_for(text: str, results: list[CaseResult], arena: Runs, deadline: float) -> list[CaseResult]:
    """The results with those of cases that are merely slow: where others come to their end, perhaps these do
    if they are given all the time."""
    late = [result.id for result in results if result.verdict is Verdict.TIME]
    again: dict[str, CaseResult] = {}
    if 0 < len(late) < len(results) and not may_never_end(text):
        for id in late:
            left = deadline - time.monotonic()
            if left < _FIRST:
                break
            (result,) = arena.run(text, [id], seconds=None if left == math.inf else left)
            if result.verdict is Verdict.TIME:
                break
            again[id] = result
    return [again.get(result.id, result) for result in results]


def traced(text: str, results: Sequence[CaseResult], arenas: Sequence[Runs]) -> list[CaseResult]:
    """The results with the lines that the cases ran, as far as that can be had in a short time."""
    found = {result.id: result for result in results}
    late = 0

    def trace(result: CaseResult, arena: Runs) -> None:
        nonlocal late
        if late < _MOST_LATE:
            (again,) = arena.run(text, [result.id], trace=True, seconds=_TRACED)
            late += again.verdict is Verdict.TIME
            found[result.id] = replace(result, lines=again.lines)

    _shared_out(results, arenas, trace)
    return [found[result.id] for result in results]


def _shared_out(items: Sequence[_Item], arenas: Sequence[Runs], work: Callable[[_Item, Runs], None]) -> None:
    """Does all items in their order, as many at a time as there are arenas. An arena's error is raised."""
    waiting = iter(items)
    lock = threading.Lock()
    errors: list[BaseException] = []

    def go_on(arena: Runs) -> None:
        while not errors:
            with lock:
                item = next(waiting, None)
            if item is None:
                return
            try:
                work(item, arena)
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=go_on, args=(arena,)) for arena in arenas[1:]]
    for thread in threads:
        thread.start()
    go_on(arenas[0])
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
