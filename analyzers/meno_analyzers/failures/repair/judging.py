"""How a text does against the text that it was made of: which cases to ask it first, and what their
answers mean.

Failing cases that fail in the same way most likely fail for the same reason. One of each group is asked
first, the quickest; a text that none of them passes is done with after one short run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from meno_analyzers.failures.cases import CaseResult, Verdict

_MOST_GROUPS = 5
_SHORT = 0.02  # seconds


class Outcome(Enum):
    """What became of a text, best first."""

    PASSES = 3  # every case
    HELPS = 2  # more cases than before, and none that passed fails
    MOVES = 1  # an error is gone or comes later, or some cases pass at others' cost
    NOTHING = 0
    LATE = -1  # the little time of the first question was not enough


class Pace(Enum):
    """How much time a case is given."""

    HASTY = "hasty"
    USUAL = "usual"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Base:
    """A text with what is known of it: the program itself, or one that is better already."""

    text: str
    results: Mapping[str, CaseResult]
    groups: Sequence[str] = field(default=())  # ids of the failing cases that are asked first

    @property
    def passing(self) -> frozenset[str]:
        return frozenset(id for id, result in self.results.items() if result.passed)

    @classmethod
    def of(cls, text: str, results: Sequence[CaseResult]) -> Base:
        groups: dict[object, CaseResult] = {}
        for result in sorted((r for r in results if not r.passed), key=_cost):
            groups.setdefault(_way_of_failing(result), result)
        chosen = sorted(groups.values(), key=_cost)[:_MOST_GROUPS]
        return cls(text, {result.id: result for result in results}, tuple(r.id for r in chosen))


def _cost(result: CaseResult) -> tuple[bool, float]:
    return (result.verdict is Verdict.TIME, result.seconds)


def _way_of_failing(result: CaseResult) -> object:
    place = _place(result)
    lines = result.lines or frozenset()
    return (result.verdict, result.error.type if result.error else None, place, lines)


def _place(result: CaseResult) -> int | None:
    """The line of the program's own last frame."""
    frames = result.error.frames if result.error is not None else ()
    return next((frame.line for frame in reversed(frames) if frame.path is not None), None)


class Ask(Protocol):
    """Runs a text against the cases with these ids."""

    def __call__(self, ids: Sequence[str], *, stop: bool, pace: Pace = Pace.USUAL) -> list[CaseResult]: ...


def judge(base: Base, ask: Ask) -> tuple[Outcome, list[CaseResult]]:
    """What a text that was made of `base` comes to. The results are those of all cases where it helps."""
    quick = [id for id in base.groups if base.results[id].verdict is not Verdict.TIME]
    # Where cases take their time it is not spent on finding out which of them fail.
    short = sum(base.results[id].seconds for id in quick) < _SHORT
    first = ask(quick or base.groups, stop=not (quick and short), pace=Pace.HASTY)
    if not any(result.passed for result in first):
        moved = any(_moves(base.results[result.id], result) for result in first)
        late = any(result.verdict is Verdict.TIME for result in first)
        return Outcome.MOVES if moved else Outcome.LATE if late else Outcome.NOTHING, first
    everything = {result.id: result for result in ask(tuple(base.results), stop=False)}
    slow = [id for id, result in everything.items() if result.verdict is Verdict.TIME]
    if slow and all(result.passed for id, result in everything.items() if id not in slow):
        # Nothing but time is missing: the right program may need more of it than the wrong one did.
        everything.update((result.id, result) for result in ask(slow, stop=True, pace=Pace.PATIENT))
    passing = {id for id, result in everything.items() if result.passed}
    results = list(everything.values())
    if len(passing) == len(base.results):
        return Outcome.PASSES, results
    if passing > base.passing:
        return Outcome.HELPS, results
    return (Outcome.MOVES if len(passing) > len(base.passing) else Outcome.NOTHING), results


def _moves(before: CaseResult, after: CaseResult) -> bool:
    """Whether a case gets further than it got before, though it still fails."""
    if before.verdict is not Verdict.ERROR or after.verdict is Verdict.NOT_RUN:
        return False
    if after.verdict is Verdict.FAILED:
        return True
    if after.verdict is not Verdict.ERROR or before.error is None or after.error is None:
        return False
    earlier, later = _place(before), _place(after)
    named = before.error.type in ("NameError", "UnboundLocalError") and after.error.type != before.error.type
    return named or (earlier is not None and later is not None and later > earlier)
