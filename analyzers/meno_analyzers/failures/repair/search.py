"""Runs candidates, best first, until one makes all failing cases pass: single changes, then pairs.

The search can be stopped at any time and keeps what it has. Several arenas work side by side, each in a
thread of its own that mostly waits. A repair is believed only after `verifying.py` saw it work twice.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from meno_analyzers.failures.cases import Case, CaseResult, Program, Verdict
from meno_analyzers.failures.localisation import localise
from meno_analyzers.failures.repair.candidates import OPERATORS, Candidate
from meno_analyzers.failures.repair.ranking import of_rules, ranked
from meno_analyzers.failures.repair.references import guided
from meno_analyzers.failures.repair.source import Source, changed
from meno_analyzers.failures.repair.verifying import verified
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.findings import Finding

# A candidate gets so many times what the slowest passing case took, within these bounds (seconds).
_PATIENCE = 10
_LEAST, _MOST = 0.1, 5.0
_BASES = 12  # first halves of pairs that are tried side by side
_BEFORE_REFERENCES = 1500
_PAIRED = 400  # single changes that are combined with one another where no half helps alone


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

    def close(self) -> None: ...


class _OneAtATime:
    """An arena that the thread which makes candidates and the one which runs them may both ask."""

    def __init__(self, arena: Runs) -> None:
        self._arena = arena
        self._lock = threading.Lock()
        self.close = arena.close

    def run(
        self,
        source: str,
        cases: Sequence[str] | None = None,
        *,
        trace: bool = False,
        stop_at_failure: bool = False,
        seconds: float | None = None,
    ) -> list[CaseResult]:
        with self._lock:
            return self._arena.run(
                source, cases, trace=trace, stop_at_failure=stop_at_failure, seconds=seconds
            )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: told between candidates."""

    tried: int
    known: int
    passed: int  # most failing cases that one candidate made pass
    failing: int
    seconds: float


@dataclass(slots=True)
class Found:
    """What a search came to. `repair` is None if no change within the budget made all cases pass;
    `nearest` is the text that made the most failing cases pass then, and broke none, if there is one."""

    baseline: Sequence[CaseResult]
    suspects: Sequence[Suspect] = ()
    repair: Repair | None = None
    nearest: str | None = None
    tried: int = 0
    seconds: float = 0.0
    ended: str = "exhausted"  # or "repaired", "time", "cancelled", "passes", "unreadable"
    refused: Sequence[str] = ()  # why changes that made all cases pass were not believed


@dataclass(slots=True)
class _State:
    """What the threads of one search share."""

    candidates: Iterator[tuple[Candidate, str]]
    failing: Sequence[str]
    order: Sequence[str]
    seconds: float
    deadline: float
    cancel: threading.Event
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    tried: int = 0
    seen: set[str] = field(default_factory=set)
    partial: list[tuple[int, Candidate, str]] = field(default_factory=list)
    hits: list[tuple[Candidate, str]] = field(default_factory=list)

    def ended(self) -> bool:
        return self.stop.is_set() or self.cancel.is_set() or time.monotonic() > self.deadline


def search(
    program: Program,
    cases: Sequence[Case],
    arenas: Sequence[Runs],
    *,
    seconds: float = 60.0,
    findings: Sequence[Finding] = (),
    references: Sequence[str] = (),
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Found:
    """Looks for the smallest change of `program` that makes all `cases` pass.

    `arenas` run the program's cases, one thread for each; `findings` are those of the static rules;
    `references` are programs that are right, whose ideas are tried behind the likeliest single changes.
    """
    start = time.monotonic()
    cancel = cancel or threading.Event()
    arenas = [_OneAtATime(arena) for arena in arenas]
    baseline = arenas[0].run(program.source, trace=True)
    found = Found(baseline)
    failing = [r for r in baseline if not r.passed]
    if not failing:
        found.ended = "passes"
        return found
    try:
        source = Source(program.source)
    except (SyntaxError, ValueError, RecursionError):
        found.ended = "unreadable"
        return found
    found.suspects = localise(baseline, program.main, findings)
    passing = sorted((r for r in baseline if r.passed), key=lambda result: result.seconds)
    # What stops soonest is asked first; a case that took all its time comes last of the failing ones.
    failing.sort(key=lambda result: (result.verdict is Verdict.TIME, result.seconds))
    slowest = max((result.seconds for result in passing), default=_LEAST)
    state = _State(
        candidates=iter(()),
        failing=[r.id for r in failing],
        order=[r.id for r in (*failing, *passing)],
        seconds=min(_MOST, max(_LEAST, _PATIENCE * slowest)),
        deadline=start + seconds,
        cancel=cancel,
    )
    state.seen.add(program.source)

    def tell() -> None:
        if progress is not None:
            most = max((count for count, _, _ in state.partial), default=0)
            passed = len(failing) if state.hits else most
            progress(Progress(state.tried, len(state.seen), passed, len(failing), time.monotonic() - start))

    def believe(candidate: Candidate, text: str) -> bool:
        found.repair, problems = verified(program, cases, candidate, text, baseline, arenas[0])
        found.refused = list(dict.fromkeys([*found.refused, *problems]))
        return found.repair is not None

    singles = [*of_rules(source, findings), *ranked(source, found.suspects)]
    texts = _texts(source, singles)
    likeliest = itertools.islice(texts, _BEFORE_REFERENCES if references else None)
    for stage in (likeliest, _guided(program, references, arenas[0], state), texts):
        if _stage(stage, state, arenas, tell, believe):
            break
    else:
        _stage(_pairs(program, source, singles, arenas[0], state), state, arenas, tell, believe)
    if found.repair is not None:
        found.ended = "repaired"
    else:
        found.ended = "cancelled" if cancel.is_set() else "time" if state.ended() else "exhausted"
        if state.partial:
            found.nearest = max(state.partial, key=lambda part: (part[0], part[1].worth))[2]
    found.tried, found.seconds = state.tried, time.monotonic() - start
    return found


def _stage(
    candidates: Iterable[tuple[Candidate, str]],
    state: _State,
    arenas: Sequence[Runs],
    tell: Callable[[], None],
    believe: Callable[[Candidate, str], bool],
) -> bool:
    """Runs candidates until one is believed; returns whether the search is over."""
    state.candidates = iter(candidates)
    while not state.ended():
        _work(state, arenas, tell)
        hits, state.hits = state.hits, []
        state.stop.clear()
        if not hits:
            return state.ended()
        hits.sort(key=lambda hit: (len(hit[0].changes), -hit[0].worth))
        if any(believe(candidate, text) for candidate, text in hits):
            return True
    return True


def _guided(
    program: Program, references: Sequence[str], arena: Runs, state: _State
) -> Iterator[tuple[Candidate, str]]:
    """What references come to, each already seen to pass."""

    def passes(text: str) -> bool:
        results = (
            [] if state.ended() else arena.run(text, state.order, stop_at_failure=True, seconds=state.seconds)
        )
        return bool(results) and all(result.passed for result in results)

    for text in guided(program.source, references, passes):
        yield Candidate((), "idea of a reference", 1, 1.0), text


def _texts(source: Source, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, str]]:
    for candidate in candidates:
        yield candidate, changed(source.text, candidate.changes)


def _work(state: _State, arenas: Sequence[Runs], tell: Callable[[], None]) -> None:
    """Lets all arenas run candidates until one of them passes everything, or there are none left."""
    threads = [threading.Thread(target=_run_all, args=(state, arena, None)) for arena in arenas[1:]]
    for thread in threads:
        thread.start()
    try:
        _run_all(state, arenas[0], tell)
    finally:
        for thread in threads:
            thread.join()


def _run_all(state: _State, arena: Runs, tell: Callable[[], None] | None) -> None:
    while not state.ended():
        with state.lock:
            taken = next(state.candidates, None)
            if taken is None:
                return
            if taken[1] in state.seen:
                continue
            state.seen.add(taken[1])
        candidate, text = taken
        results = arena.run(text, state.order, stop_at_failure=True, seconds=state.seconds)
        passed = next((i for i, result in enumerate(results) if not result.passed), len(results))
        with state.lock:
            state.tried += 1
            if results and passed == len(results) == len(state.order):
                state.hits.append(taken)
                state.stop.set()
            elif passed > 0:
                state.partial.append((min(passed, len(state.failing)), candidate, text))
        if tell is not None:
            tell()


def _pairs(
    program: Program, source: Source, singles: Sequence[Candidate], arena: Runs, state: _State
) -> Iterator[tuple[Candidate, str]]:
    """Second changes upon first ones that helped some failing case; then pairs of the likeliest changes."""
    helped = heapq.nlargest(_BASES, state.partial, key=lambda part: (part[0], part[1].worth))
    sources = [_upon(program, part, arena) for part in helped]
    streams = [stream for stream in sources if stream is not None]
    while streams:
        for stream in list(streams):
            # The better first halves come round more often.
            for _ in range(8):
                following = next(stream, None)
                if following is None:
                    streams.remove(stream)
                    break
                yield following
    yield from _combined(source, singles)


def _upon(
    program: Program, part: tuple[int, Candidate, str], arena: Runs
) -> Iterator[tuple[Candidate, str]] | None:
    """Single changes of a text that is a first half already, ranked by how that text fails."""
    _, first, text = part
    try:
        source = Source(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    suspects = localise(arena.run(text, trace=True), program.main)

    def stream() -> Iterator[tuple[Candidate, str]]:
        for second in ranked(source, suspects):
            both = Candidate(
                (*first.changes, *second.changes),
                f"{first.operator} + {second.operator}",
                min(first.line, second.line),
                first.worth * second.worth,
            )
            yield both, changed(text, second.changes)

    return stream()


def _combined(source: Source, singles: Sequence[Candidate]) -> Iterator[tuple[Candidate, str]]:
    """Pairs of the likeliest single changes that do not touch, in the order of their common worth."""
    likely = list(singles[:_PAIRED])
    heap = [
        (-one.worth * other.worth, i, i + 1)
        for i, (one, other) in enumerate(zip(likely, likely[1:], strict=False))
    ]
    heapq.heapify(heap)
    while heap:
        _, i, j = heapq.heappop(heap)
        one, other = likely[i], likely[j]
        if j + 1 < len(likely):
            heapq.heappush(heap, (-one.worth * likely[j + 1].worth, i, j + 1))
        if _apart(one, other):
            both = Candidate(
                (*one.changes, *other.changes),
                f"{one.operator} + {other.operator}",
                min(one.line, other.line),
                one.worth * other.worth,
            )
            yield both, changed(source.text, both.changes)


def _apart(one: Candidate, other: Candidate) -> bool:
    return all(a.end <= b.start or b.end <= a.start for a in one.changes for b in other.changes) and not any(
        a.start == b.start for a in one.changes for b in other.changes
    )


def mechanism_of(operator: str) -> str:
    """What was wrong if changes of that kind help, in the words of the explanation."""
    name = operator.partition(" + ")[0]
    return OPERATORS[name].mechanism if name in OPERATORS else "spec_mismatch"
