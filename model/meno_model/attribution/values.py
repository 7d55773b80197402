"""What comes of explaining a prediction: words of the source with their share in it, as plain values.

Imported by the server's process too, so the standard library is enough here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from meno_analyzers.findings import Category, Note, Span

MOST_NOTES = 5
_LONGEST_WORD = 40


class Target(StrEnum):
    """What is explained: that there is a mistake at all, or that it is of the kind it is said to be."""

    MISTAKE = "mistake"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Influence:
    """One word of the source: `effect` is what it adds to the answer, in logits; negative takes away.

    `weight` is the effect relative to the largest in the unit, −1 to 1, for painting.
    """

    text: str
    span: Span
    weight: float
    effect: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why the model says what it says of one unit.

    The influences are in the order of the text, all words of the passage that was judged. Their effects,
    with `layout` (line ends and indentation, which have no word), add up to how much the answer differs
    from that for a text of masks, but for `gap` of it. `approximate`: the gap is above what was wanted
    after all `steps` that there was time for. `probability` is the calibrated chance of a mistake, whatever
    the target.
    """

    unit: str
    first_line: int
    last_line: int
    target: Target
    category: Category
    probability: float
    influences: tuple[Influence, ...]
    layout: float
    gap: float
    steps: int
    approximate: bool

    def most_influential(self, most: int = MOST_NOTES) -> tuple[Influence, ...]:
        """The words of the largest effect either way, largest first; a word without any is none."""
        told = [item for item in self.influences if item.weight]
        return tuple(sorted(told, key=lambda item: -abs(item.effect))[:most])

    def notes(self, most: int = MOST_NOTES) -> tuple[Note, ...]:
        """The most influential words as places with a sentence each, most influential first."""
        return tuple(
            Note(item.span, _sentence(item, first=rank == 0, approximate=self.approximate))
            for rank, item in enumerate(self.most_influential(most))
        )


def _sentence(item: Influence, *, first: bool, approximate: bool) -> str:
    word = " ".join(item.text.split())
    word = word if len(word) <= _LONGEST_WORD else word[: _LONGEST_WORD - 1] + "…"
    if first:
        roughly = " (measured roughly)" if approximate else ""
        if item.weight > 0:
            return f"`{word}` makes the model suspicious more than any other word here{roughly}."
        return f"`{word}` speaks against a mistake, and more clearly than any other word here{roughly}."
    percent = max(1, round(100 * abs(item.weight)))
    if item.weight > 0:
        return f"`{word}` makes it suspicious too, {percent} % as much as the first."
    return f"`{word}` speaks against a mistake, {percent} % as strongly as the first."


def to_plain(attribution: Attribution) -> dict[str, Any]:
    """As JSON can carry it."""
    return {
        "unit": attribution.unit,
        "lines": [attribution.first_line, attribution.last_line],
        "target": attribution.target.value,
        "category": attribution.category.value,
        "probability": attribution.probability,
        "influences": [
            [
                item.text,
                item.span.start_line,
                item.span.start_column,
                item.span.end_line,
                item.span.end_column,
                item.weight,
                item.effect,
            ]
            for item in attribution.influences
        ],
        "layout": attribution.layout,
        "gap": attribution.gap,
        "steps": attribution.steps,
        "approximate": attribution.approximate,
    }


def from_plain(values: Mapping[str, Any]) -> Attribution:
    """The value again; `KeyError`, `TypeError` or `ValueError` when the values are not one."""
    first, last = values["lines"]
    return Attribution(
        unit=str(values["unit"]),
        first_line=int(first),
        last_line=int(last),
        target=Target(values["target"]),
        category=Category(values["category"]),
        probability=float(values["probability"]),
        influences=tuple(
            Influence(str(text), Span(*(int(number) for number in place)), float(weight), float(effect))
            for text, *place, weight, effect in values["influences"]
        ),
        layout=float(values["layout"]),
        gap=float(values["gap"]),
        steps=int(values["steps"]),
        approximate=bool(values["approximate"]),
    )
