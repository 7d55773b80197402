"""In which order candidates of several origins are run: always the one that is most likely the repair.

A stream gives candidates of one text, best first. Changes on top of one that was seen to help count as
much as changes of the program itself; those on top of one that merely moved an error count less, and pairs
of changes of which neither was seen to do anything count as much as both are likely at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meno_analyzers.failures.repair.candidates import Candidate
from meno_analyzers.failures.repair.judging import Base
from meno_analyzers.failures.repair.source import Source, changed

_PAIRED = 500  # single changes that are combined with one another


@dataclass(frozen=True, slots=True)
class Trial:
    """A text to run, the text that it is to be better than, and the candidate that makes the one of the
    other."""

    candidate: Candidate
    text: str
    base: Base
    depth: int  # changes of the program that the text holds
    again: bool = False  # it had too little time the first time


class Streams:
    """Candidates of all origins, as one sequence. Not for several threads at once."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Trial, float, Iterator[Trial]]] = []
        self._count = 0
        self._aside: Iterator[Trial] = iter(())
        self._turn = 0

    def set_aside(self, trials: Iterator[Trial]) -> None:
        """Takes in a stream of which every second trial is taken from now on, whatever it is worth: what is
        seen too seldom to be counted would else wait for the endless line of pairs."""
        self._aside = trials

    def add(self, trials: Iterator[Trial], factor: float) -> None:
        """Takes in a stream whose candidates are worth `factor` times what they say."""
        trial = next(trials, None)
        if trial is not None:
            self._count += 1
            worth = -factor * trial.candidate.worth
            heapq.heappush(self._heap, (worth, self._count, trial, factor, trials))

    def take(self) -> Trial | None:
        """The trial that is worth most now; None if there is none left."""
        self._turn += 1
        if self._turn % 2 == 0 or not self._heap:
            trial = next(self._aside, None)
            if trial is not None:
                return trial
        if not self._heap:
            return None
        _, _, trial, factor, trials = heapq.heappop(self._heap)
        self.add(trials, factor)
        return trial


def singles(base: Base, source: Source, candidates: Sequence[Candidate], depth: int) -> Iterator[Trial]:
    """One more change each, in the order given."""
    for candidate in candidates:
        yield Trial(candidate, changed(source.text, candidate.changes), base, depth)


def pairs(base: Base, source: Source, candidates: Sequence[Candidate]) -> Iterator[Trial]:
    """Two of the likeliest changes at once that do not touch, in the order of their common worth."""
    likely = list(candidates[:_PAIRED])
    heap = [(-likely[i].worth * likely[i + 1].worth, i, i + 1) for i in range(len(likely) - 1)]
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
            yield Trial(both, changed(source.text, both.changes), base, 2)


def _apart(one: Candidate, other: Candidate) -> bool:
    return all(
        (a.end <= b.start or b.end <= a.start) and a.start != b.start
        for a in one.changes
        for b in other.changes
    )
