"""What the origin model says of a passage, as plain values that cross processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What may be said. Only the first two say anything, and neither proves anything."""

    LLM = "llm"
    HUMAN = "human"
    UNCLEAR = "unclear"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Influence:
    """A place and how much it adds to the score; 0-based lines and columns in characters.

    Positive speaks for LLM-written code, negative for a person's. All influences and `Judgement.bias` sum to
    `Judgement.score`: the model is linear, so this is its integrated gradient, with no approximation.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    amount: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """One function (`name`), or the whole file (None); lines 0-based, inclusive.

    `likelihood` is the calibrated chance that it is LLM-written, if beforehand half of such programs are;
    None where the passage is too short or too long to be judged.
    """

    name: str | None
    first_line: int
    last_line: int
    tokens: int
    verdict: Verdict
    likelihood: float | None = None
    score: float = 0.0
    bias: float = 0.0
    influences: tuple[Influence, ...] = ()

    def strongest(self, number: int = 5) -> tuple[Influence, ...]:
        """The most influential tokens, strongest first, whichever way they point.

        Tokens that are spelt alike are one, with their amounts added, at the place of the strongest.
        """
        sums: dict[str, float] = {}
        best: dict[str, Influence] = {}
        for item in self.influences:
            sums[item.text] = sums.get(item.text, 0.0) + item.amount
            if item.text not in best or abs(item.amount) > abs(best[item.text].amount):
                best[item.text] = item
        order = sorted(sums, key=lambda text: (-abs(sums[text]), text))[:number]
        return tuple(
            Influence(i.line, i.column, i.end_line, i.end_column, text, sums[text])
            for text in order
            for i in (best[text],)
        )


def judgement_to_plain(judgement: Judgement) -> dict[str, Any]:
    """As JSON holds it; influences as lists."""
    return {
        "name": judgement.name,
        "first_line": judgement.first_line,
        "last_line": judgement.last_line,
        "tokens": judgement.tokens,
        "verdict": judgement.verdict.value,
        "likelihood": judgement.likelihood,
        "score": judgement.score,
        "bias": judgement.bias,
        "influences": [
            [i.line, i.column, i.end_line, i.end_column, i.text, round(i.amount, 6)]
            for i in judgement.influences
        ],
    }


def judgement_from_plain(values: dict[str, Any]) -> Judgement:
    """The judgement again; `KeyError`, `TypeError` or `ValueError` when the values are not one."""
    likelihood = values["likelihood"]
    return Judgement(
        name=None if values["name"] is None else str(values["name"]),
        first_line=int(values["first_line"]),
        last_line=int(values["last_line"]),
        tokens=int(values["tokens"]),
        verdict=Verdict(values["verdict"]),
        likelihood=None if likelihood is None else float(likelihood),
        score=float(values["score"]),
        bias=float(values["bias"]),
        influences=tuple(_influence(item) for item in values["influences"]),
    )


def _influence(item: Sequence[Any]) -> Influence:
    line, column, end_line, end_column, text, amount = item
    return Influence(int(line), int(column), int(end_line), int(end_column), str(text), float(amount))
