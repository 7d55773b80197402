"""The five kinds of questions that a conversation goes round: no kind twice in a row, and none left out.

The kinds are those of the rubric for hint texts: what will happen, what does happen step by step, what was
meant, what does it say, and where does it break. A catalogue file has one question of each in `[chain]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class QuestionKind(StrEnum):
    """What a question asks the learner to do, in the order in which a conversation starts with them."""

    PREDICT = "predict"
    TRACE = "trace"
    COMPARE = "compare"
    EXPLAIN = "explain"
    COUNTEREXAMPLE = "counterexample"


@dataclass(frozen=True, slots=True)
class Question:
    """One filled question, as Markdown."""

    kind: QuestionKind
    text: str


class Rotation:
    """Which question comes next: the kind that was asked least, and of those the one after the last.

    Kept for one learner's sitting, over all findings, so that the second finding of an hour does not begin
    as the first did.
    """

    def __init__(self) -> None:
        self._asked: dict[QuestionKind, int] = dict.fromkeys(QuestionKind, 0)
        self._last: QuestionKind | None = None

    def next(
        self, chain: Sequence[Question], said: Sequence[str] = (), first: QuestionKind | None = None
    ) -> Question | None:
        """The next question of the chain whose text was not `said`; None if all of them were.

        The kind that was asked last comes again only if the chain has no other. Otherwise the kind `first`
        goes before all others.
        """
        left = [question for question in chain if question.text not in said]
        if not left:
            return None
        order = list(QuestionKind)
        after = 0 if self._last is None else order.index(self._last) + 1
        turn = {kind: place for place, kind in enumerate([*order[after:], *order[:after]])}
        chosen = min(
            left,
            key=lambda question: (
                question.kind is self._last,
                question.kind is not first,
                self._asked[question.kind],
                turn[question.kind],
            ),
        )
        self.asked(chosen.kind)
        return chosen

    def asked(self, kind: QuestionKind) -> None:
        """Notes that a question of that kind was asked, by whomever."""
        self._asked[kind] += 1
        self._last = kind
