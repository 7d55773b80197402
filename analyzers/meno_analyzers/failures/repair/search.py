"""Runs candidates, likeliest first, until a change makes all failing cases pass.

A text that passes more cases than the one it was made of, and fails none that passed, becomes the ground
for further changes. The search can be stopped at any time and keeps what it has. Several arenas work side
by side, each in a thread of its own that mostly waits. A repair is believed only after `verifying.py` saw
it work again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from meno_analyzers.failures.cases import Case, CaseResult, Program
from meno_analyzers.failures.localisation import ModelScores, localise
from meno_analyzers.failures.repair.candidates import Candidate
from meno_analyzers.failures.repair.judging import Ask, Base, Outcome, Pace, judge
from meno_analyzers.failures.repair.looking import Runs, first_look, traced
from meno_analyzers.failures.repair.patience import Patience
from meno_analyzers.failures.repair.ranking import composed, of_rules, ranked
from meno_analyzers.failures.repair.references import guided
from meno_analyzers.failures.repair.source import Source, changed
from meno_analyzers.failures.repair.streams import Streams, Trial, pairs, singles
from meno_analyzers.failures.repair.verifying import Plausibility, plausibility, smallest, verified
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.findings import Finding

_SHARE_OF_FIRST_LOOK = 0.1  # of all the time
# Where one repair is found, others are looked for half as long again, within these bounds (seconds).
_SHORTEST_GRACE, _LONGEST_GRACE = 0.4, 3.0
_DEEPEST = 4  # changes on top of one another
_MOST_ALIKE = 4  # texts that pass as many cases and are built upon
_MOST_MOVED = 12  # texts that only moved an error and are built upon
_BEFORE_REFERENCES, _BEFORE_LAST_RESORT = 1500, 1000  # candidates
_LATE = 0.0005  # what a text is worth that has used its time up, when it is asked once more
# What changes on top of another are worth, against changes of the program itself.
_FACTORS = {Outcome.HELPS: 4.0, Outcome.MOVES: 0.05}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: told between candidates."""

    tried: int
    passed: int  # cases that the best text so far passes
    cases: int
    seconds: float


@dataclass(slots=True)
class Found:
    """What a search came to. `repair` is None if no change within the budget made all cases pass;
    `nearest` is then the text that passes the most, if one passes more than the program and fails nothing
    that passed."""

    baseline: Sequence[CaseResult]
    suspects: Sequence[Suspect] = ()
    repair: Repair | None = None
    others: Sequence[Repair] = ()  # further changes that were seen to work, and are less plausible
    nearest: str | None = None
    tried: int = 0
    seconds: float = 0.0
    ended: str = "exhausted"  # or "repaired", "time", "cancelled", "passes", "unreadable"
    refused: Sequence[str] = ()  # why changes that made all cases pass were not believed


def search(
    program: Program,
    cases: Sequence[Case],
    arenas: Sequence[Runs],
    *,
    seconds: float = 60.0,
    findings: Sequence[Finding] = (),
    references: Sequence[str] = (),
    model: ModelScores = None,
    known: Sequence[CaseResult] = (),
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
) -> Found:
    """Looks for the smallest change of `program` that makes all `cases` pass.

    `arenas` run the program's cases, one thread for each; `findings` are those of the static rules;
    `model`, what the bug model thinks of the program's lines, has a say in the suspects only;
    `known` are results of the program's cases that were seen already;
    `references` are programs that are right, whose ideas are tried behind the likeliest single changes.
    """
    start = time.monotonic()
    baseline = first_look(program, cases, arenas, known, start + _SHARE_OF_FIRST_LOOK * seconds)
    found = Found(baseline)
    if all(result.passed for result in baseline):
        found.ended = "passes"
        return found
    try:
        source = Source(program.source)
    except (SyntaxError, ValueError, RecursionError):
        found.ended = "unreadable"
        return found
    # The model makes the ranking of lines better and the order of changes worse: both were measured.
    likely = localise(baseline, program.main, findings, source=program.source)
    hunt = _Hunt(program, cases, arenas, found, start + seconds, cancel or threading.Event(), progress)
    hunt.start = start
    hunt.last_resort = lambda: composed(source, likely)
    hunt.run(source, [*of_rules(source, findings), *ranked(source, likely)], references)
    found.suspects = localise(baseline, program.main, findings, model, source=program.source)
    found.seconds = time.monotonic() - start
    return found


class _Hunt:
    """One search while it goes on: what its threads share."""

    def __init__(
        self,
        program: Program,
        cases: Sequence[Case],
        arenas: Sequence[Runs],
        found: Found,
        deadline: float,
        cancel: threading.Event,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.start = time.monotonic()
        # Further changes of the program, made once the likelier ones were tried.
        self.last_resort: Callable[[], Sequence[Candidate]] | None = None
        self._program, self._cases, self._arenas = program, cases, arenas
        self._found, self._deadline, self._cancel, self._progress = found, deadline, cancel, progress
        self._lock = threading.Lock()
        self._streams = Streams()
        self._seen = {program.source}
        self._first = self._best = Base.of(program.source, found.baseline)
        self._repairs: list[tuple[Plausibility, Repair]] = []
        self._built: dict[int, int] = {}  # cases passed (-1: an error moved) → texts built upon
        self._limit: int | None = None
        self._source: Source | None = None
        self._single: dict[str, Candidate] = {}  # what one change makes of the program
        self._patience = Patience(program.source, cases, found.baseline)

    def run(self, source: Source, candidates: Sequence[Candidate], references: Sequence[str]) -> None:
        base = self._first = self._best
        self._source = source
        self._single = {changed(source.text, one.changes): one for one in candidates}
        self._streams.add(singles(base, source, candidates, 1), 1.0)
        self._streams.add(pairs(base, source, candidates), 1.0)
        if references:
            self._limit = _BEFORE_REFERENCES
            self._all_arenas()
            self._limit = None
            if not self._over():
                self._from(references)
        if not self._over():
            self._all_arenas()
        found = self._found
        if self._repairs:
            found.repair = min(self._repairs, key=lambda known: known[0])[1]
            found.others = [repair for _, repair in self._repairs if repair is not found.repair]
            found.ended = "repaired"
        elif self._cancel.is_set():
            found.ended = "cancelled"
        else:
            found.ended = "time" if time.monotonic() > self._deadline else "exhausted"
        if found.repair is None and self._best is not base:
            found.nearest = self._best.text

    def _over(self) -> bool:
        return self._cancel.is_set() or time.monotonic() > self._deadline

    def _all_arenas(self) -> None:
        threads = [threading.Thread(target=self._work, args=(arena,)) for arena in self._arenas[1:]]
        for thread in threads:
            thread.start()
        try:
            self._work(self._arenas[0])
        finally:
            for thread in threads:
                thread.join()

    def _work(self, arena: Runs) -> None:
        while not self._over() and (self._limit is None or self._found.tried < self._limit):
            if self._found.tried >= _BEFORE_LAST_RESORT:
                self._use_last_resort()
            with self._lock:
                trial = self._streams.take()
            if trial is None:
                if self._use_last_resort():
                    continue
                return
            with self._lock:
                if trial.text in self._seen and not trial.again:
                    continue
                self._seen.add(trial.text)
                self._found.tried += not trial.again
            outcome, results = judge(trial.base, self._asker(arena, trial))
            if outcome is Outcome.LATE:
                self._ask_again(trial)
            elif outcome is Outcome.PASSES:
                self._believe(trial.candidate, trial.text, arena)
            elif outcome is not Outcome.NOTHING:
                self._build_upon(trial, outcome, results, arena)
            if self._progress is not None and arena is self._arenas[0]:
                self._tell()

    def _ask_again(self, trial: Trial) -> None:
        """Keeps a text that had little time for later, if it will have more then."""
        if not trial.again and self._patience.hasty(trial.base.groups) < self._patience.usual:
            with self._lock:
                self._streams.add(iter([replace(trial, again=True)]), _LATE)

    def _use_last_resort(self) -> bool:
        """Takes in the changes that were not worth making before; whether there were any left."""
        with self._lock:
            make, self.last_resort = self.last_resort, None
        if make is None or self._source is None:
            return False
        candidates = make()
        with self._lock:
            self._streams.set_aside(singles(self._first, self._source, candidates, 1))
        return bool(candidates)

    def _asker(self, arena: Runs, trial: Trial) -> Ask:
        patience = self._patience

        def ask(ids: Sequence[str], *, stop: bool, pace: Pace = Pace.USUAL) -> list[CaseResult]:
            seconds: float | None = patience.usual
            if pace is Pace.HASTY and not trial.again:
                seconds = patience.hasty(ids)
            elif pace is Pace.PATIENT:
                waits, seconds = patience.waits()
                if not waits:
                    return []
            return arena.run(trial.text, ids, stop_at_failure=stop, seconds=seconds)

        return ask

    def _tell(self) -> None:
        assert self._progress is not None
        passed, seconds = len(self._best.passing), time.monotonic() - self.start
        self._progress(Progress(self._found.tried, passed, len(self._found.baseline), seconds))

    def _believe(self, candidate: Candidate, text: str, arena: Runs) -> None:
        text = smallest(self._program.source, text, arena, self._patience.usual)
        # What is left of several changes may be a single one that was not tried yet.
        candidate = self._single.get(text, candidate)
        repair, problems = verified(
            self._program, self._cases, candidate, text, self._found.baseline, arena, self._patience.long
        )
        with self._lock:
            self._found.refused = list(dict.fromkeys([*self._found.refused, *problems]))
            if repair is None:
                return
            now = time.monotonic()
            if not self._repairs:
                grace = min(_LONGEST_GRACE, max(_SHORTEST_GRACE, (now - self.start) / 2))
                self._deadline = min(self._deadline, now + grace)
            self._repairs.append((plausibility(self._program.source, repair, candidate), repair))

    def _build_upon(self, trial: Trial, outcome: Outcome, results: list[CaseResult], arena: Runs) -> None:
        if trial.depth >= _DEEPEST:
            return
        factor = _FACTORS[outcome]
        if outcome is Outcome.HELPS:
            gained = sum(result.passed for result in results)
            factor *= (gained - len(trial.base.passing)) / (len(results) - len(trial.base.passing))
            level = gained
        else:
            level = -1
        with self._lock:
            built = self._built[level] = self._built.get(level, 0) + 1
            if built > (_MOST_ALIKE if level >= len(self._best.passing) else _MOST_MOVED if level < 0 else 0):
                return
        if outcome is Outcome.MOVES:
            results = arena.run(trial.text, seconds=self._patience.usual)
        results = traced(trial.text, results, [arena])
        base = Base.of(trial.text, results)
        try:
            source = Source(trial.text)
        except (SyntaxError, ValueError, RecursionError):
            return
        following = ranked(source, localise(results, self._program.main, source=trial.text))
        with self._lock:
            if outcome is Outcome.HELPS and len(base.passing) > len(self._best.passing):
                self._best = base
            self._streams.add(_upon(trial, base, source, following), factor)

    def _from(self, references: Sequence[str]) -> None:
        arena = self._arenas[0]

        def passes(text: str) -> bool:
            if self._over():
                return False
            self._found.tried += 1
            results = arena.run(text, stop_at_failure=True, seconds=self._patience.usual)
            return all(result.passed for result in results)

        for text in guided(self._program.source, references, passes):
            self._believe(Candidate((), "idea of a reference", 1, 1.0), text, arena)
            if self._repairs:
                return


def _upon(trial: Trial, base: Base, source: Source, following: Sequence[Candidate]) -> Iterator[Trial]:
    """Changes on top of a text that is better than the program, told as one with those it was made by."""
    for one in singles(base, source, following, trial.depth + 1):
        first, second = trial.candidate, one.candidate
        both = Candidate(
            (*first.changes, *second.changes),
            f"{first.operator} + {second.operator}",
            min(first.line, second.line),
            second.worth,
        )
        yield Trial(both, one.text, base, one.depth)
