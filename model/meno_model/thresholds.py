"""From which log-odds on each category may speak: chosen on one half, held to its promise on the other.

1. *Choice.* On the first half each category's line is lowered step by step, always where the next step gains
   most right hints for each false alarm, while the budget of false alarms lasts. A category has to speak
   often enough and be right in place more often than not, or it stays silent.
2. *Promise.* On the second half all lines are raised by the same amount, from strict to lax (a fixed
   sequence, so the bound keeps its confidence): the smallest at which the upper 95 % Clopper–Pearson bound of
   "speaks about a correct unit" stays at or below the promised rate in every stratum that is large enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meno_analyzers.findings import Category
from meno_model.metrics import upper_bound
from meno_model.scoring import Scored

PRIOR = 0.3
"""The assumed share of units that are wrong; training and held-out mutants say one in two or more."""
MOST_FALSE_ALARMS = 0.01
LEAST_STRATUM = 150
LEAST_FIRINGS = 8
LEAST_PRECISION = 0.5
_BUDGET = 0.6
"""Share of the promised rate that choosing may spend: the bound on the other half leaves about that much."""
_STEPS = 40

Lines = Mapping[Category, float]
"""Log-odds from which a category speaks; one that is absent never does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Lines with the least gain that goes with them, and how many right hints they gave when chosen."""

    lines: Lines
    least_gain: float
    right: int


def speaks(item: Scored, lines: Lines, least_gain: float) -> bool:
    """Whether a unit would get a hint."""
    return margin(item, lines, least_gain) >= 0.0


def margin(item: Scored, lines: Lines, least_gain: float) -> float:
    """How far a unit is above its category's line; minus infinity where nothing can be said."""
    line = lines.get(item.prediction.category)
    if line is None or not item.prediction.may_speak or item.gain < least_gain:
        return -math.inf
    return item.prediction.odds - line


def choose(
    clean: Sequence[Scored], mutants: Sequence[Scored], categories: Sequence[Category], least_gain: float
) -> Choice:
    """The lines with most right hints within the budget of false alarms."""
    budget = _BUDGET * MOST_FALSE_ALARMS * len(clean)
    paths = {
        category: _path(
            [i for i in clean if i.prediction.category is category and _may(i, least_gain)],
            [i for i in mutants if i.prediction.category is category and _may(i, least_gain)],
            (1 - PRIOR) / max(1, len(clean)),
            PRIOR / max(1, len(mutants)),
        )
        for category in categories
    }
    at: dict[Category, tuple[float, int, int]] = {}
    spent = 0
    while True:
        best: tuple[float, Category, tuple[float, int, int]] | None = None
        for category, path in paths.items():
            _, alarms, right = at.get(category, (math.inf, 0, 0))
            for point in path:
                more_alarms, more_right = point[1] - alarms, point[2] - right
                if more_right > 0 and spent + more_alarms <= budget:
                    worth = more_right / (more_alarms + 0.5)
                    if best is None or worth > best[0]:
                        best = (worth, category, point)
        if best is None:
            break
        _, category, point = best
        spent += point[1] - at.get(category, (math.inf, 0, 0))[1]
        at[category] = point
    return Choice(
        {category: line for category, (line, _, _) in at.items()},
        least_gain,
        sum(right for _, _, right in at.values()),
    )


def _may(item: Scored, least_gain: float) -> bool:
    return item.prediction.may_speak and item.gain >= least_gain


def _path(
    clean: Sequence[Scored], mutants: Sequence[Scored], clean_weight: float, mutant_weight: float
) -> list[tuple[float, int, int]]:
    """Possible lines of one category, each with its false alarms and right hints."""
    if len(mutants) < LEAST_FIRINGS:
        return []
    wrong = np.array([item.prediction.odds for item in clean])
    spoken = np.array([item.prediction.odds for item in mutants])
    placed = np.array([item.place_is_right for item in mutants])
    points = []
    for line in np.unique(np.quantile(spoken, np.linspace(0, 1, _STEPS))):
        alarms, firing = int((wrong >= line).sum()), int((spoken >= line).sum())
        right = int((placed & (spoken >= line)).sum())
        good = mutant_weight * right
        said = mutant_weight * firing + clean_weight * alarms
        if firing >= LEAST_FIRINGS and good > LEAST_PRECISION * said:
            points.append((float(line), alarms, right))
    return points


def kept(choice: Choice, strata: Mapping[str, Sequence[Scored]], promise: float = MOST_FALSE_ALARMS) -> Lines:
    """The chosen lines, raised until the promise is kept in every stratum; none where there is no stratum."""
    raised = 0.0
    large = {name: items for name, items in strata.items() if len(items) >= LEAST_STRATUM}
    for items in (large or strata).values():
        margins = sorted((margin(item, choice.lines, choice.least_gain) for item in items), reverse=True)
        allowed = 0
        while allowed < len(margins) and upper_bound(allowed + 1, len(margins)) <= promise:
            allowed += 1
        # With too few units for the bound the lines are as strict as the most suspicious one asks.
        if allowed < len(margins) and margins[allowed] >= 0.0:
            raised = max(raised, margins[allowed] + 1e-6)
    if not strata:
        return {}
    return {category: line + raised for category, line in choice.lines.items()}
