"""What an instructor is told, as plain values: the weeks that were told, in words of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from meno_server.gateway.team.privacy import DELTA, EPSILON, Cell, K, Mechanism
from meno_server.history.words import words_for


def insights(weeks: Mapping[int, Mapping[str, Cell]], mechanism: Mechanism) -> dict[str, Any]:
    """The answer of `insights`; the weeks in their order, patterns by their number of learners."""
    return {
        "weeks": [
            {"week": date.fromordinal(week).isoformat(), "patterns": _patterns(cells)}
            for week, cells in weeks.items()
        ],
        "promise": {
            "fewest_learners": K,
            "epsilon": EPSILON,
            "delta": DELTA,
            "told_from_noisy_count": mechanism.threshold,
            "patterns_of_a_learner": mechanism.places,
            "within": {
                "learners": mechanism.of_patterns.within(0.9),
                "endings": mechanism.of_endings.within(0.9),
            },
        },
    }


def _patterns(cells: Mapping[str, Cell]) -> list[dict[str, Any]]:
    ordered = sorted(cells.items(), key=lambda item: (-item[1].learners, item[0]))
    return [
        {
            "pattern": pattern,
            "title": words_for(pattern).title,
            "learners": cell.learners,
            "endings": dict(cell.endings),
        }
        for pattern, cell in ordered
    ]
