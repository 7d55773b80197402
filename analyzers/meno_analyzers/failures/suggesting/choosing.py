"""Chooses the few calls that say most.

What no case has run yet counts first, then calls that stop or do something odd, then both sides of a
decision.
Each choice makes those that are like it worth less, so that the list stays varied. Of two that say the same,
the smaller one is taken. The weights were set by reading what came out for students' programs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from meno_analyzers.failures.cases import CaseResult, Verdict
from meno_analyzers.failures.suggesting.inputs import Why, key_of
from meno_analyzers.failures.suggesting.oddities import Values

_LENGTH = 100.0  # so many characters cost one point
_LEAST = 0.7
ASKS_BESIDE = frozenset({"changes", "second"})  # what is asked for is not the answer of the call
_ODD = ASKS_BESIDE | {
    "answers_nothing", "answers_another_kind", "as_long", "one_of_them", "only_of_them", "in_order",
    "all_different",
}  # fmt: skip
_DECISIONS = {
    "value_exact": 1.6, "value_below": 1.2, "value_above": 1.2, "value_case": 0.8, "value_start": 0.9,
    "item": 1.3, "item_start": 1.3, "length": 1.2, "empty_turn": 1.2, "zero_turn": 1.2, "divisor": 1.2,
    "remainder": 1.0, "range": 1.1, "place": 1.0, "member": 1.0, "none": 1.2, "equal_pair": 1.2,
    "smaller_pair": 0.8, "greater_pair": 0.8, "is_last": 1.2, "is_first": 1.2, "in_first": 0.9,
    "in_last": 1.1, "in_two": 1.2, "below_all": 1.0, "above_all": 1.1, "between": 1.1, "only_one": 1.0,
    "there_twice": 1.0, "as_many": 0.9, "one_more": 0.9, "one_less": 0.6, "none_of": 0.8,
    "in_nothing": 0.9, "equal_items": 1.0, "repeated": 1.0, "negative_items": 1.0, "one_item": 0.9,
    "empty": 0.9, "equal_values": 1.0, "left_away": 1.0, "ordinary": 1.2, "ordinary_part": 1.2,
    "ordinary_all": 1.2, "backwards": 0.4, "twice": 0.5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call that could be suggested. `deliberate` says that it stops at a `raise` of the program; `share` is
    the share of the function's lines that it runs."""

    call: str
    values: Values
    why: Why
    result: CaseResult
    stopped_on: int | None = None
    deliberate: bool = False
    share: float = 0.0

    @property
    def outcome(self) -> tuple[str, object]:
        """What the learner sees happen; the answer's own value, or the kind of the end."""
        if self.result.error is not None:
            return self.result.error.type, self.stopped_on
        if self.result.seen is None:
            return str(self.result.verdict), None
        return self.result.observed or "", self.result.seen.printed

    @property
    def key(self) -> tuple[str, str, str]:
        beside = self.why.name if self.why.name in ASKS_BESIDE else ""
        return self.call, key_of(self.values), beside


def choose(
    proposals: Sequence[Proposal], run: Collection[int], own: Collection[int], most: int
) -> list[tuple[Proposal, list[int]]]:
    """At most so many, best first, each with the lines that it is the first to run. `run` are the lines that
    cases have run, `own` those of the functions."""
    waiting = list({proposal.key: proposal for proposal in reversed(proposals)}.values())[::-1]
    unseen = set(own) - set(run)
    chosen: list[tuple[Proposal, list[int]]] = []
    while waiting and len(chosen) < most:
        before = [proposal for proposal, _ in chosen]
        scores = [_score(one, before, unseen) for one in waiting]
        best = max(scores)
        if best < _LEAST:
            break
        proposal = waiting.pop(scores.index(best))
        first = sorted(unseen & (proposal.result.lines or frozenset()))
        chosen.append((proposal, first))
        unseen -= set(first)
    return chosen


def _score(one: Proposal, chosen: Sequence[Proposal], unseen: Collection[int]) -> float:
    score = min(len((one.result.lines or frozenset()) & frozenset(unseen)), 3) * 1.5
    score += _of_ending(one) + one.share
    score += 2.0 if one.why.name in _ODD else _DECISIONS.get(one.why.name, 0.7)
    score -= len(repr(one.values)) / _LENGTH
    same = [other for other in chosen if other.call == one.call]
    score -= 0.1 * len(same)
    repeated = sum(other.outcome == one.outcome for other in same)
    score -= (0.3 if one.result.seen is not None else 4.0) * repeated
    score -= 0.9 * sum(_reason(other) == _reason(one) for other in same)
    if any(other.key[:2] == one.key[:2] for other in same):
        score -= 1.5
    return score


def _reason(one: Proposal) -> tuple[str, int | None]:
    return one.why.name.partition("_")[0] if one.why.name.startswith(
        "ordinary"
    ) else one.why.name, one.why.line


def _of_ending(one: Proposal) -> float:
    if one.result.verdict is Verdict.ERROR:
        return 0.8 if one.deliberate else 2.2
    return 0.3 if one.result.seen is not None else 2.0
