"""What a learner who wants to gives of a week to the class: which patterns, and how they ended. Pure.

No counts and no times go out: the heaviest patterns in their order, and for each whether it was mended alone,
with which kind of hint, or not at all. The gateway takes as many of them as it counts.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from meno_analyzers.hints import Level
from meno_server.history.events import Event, Kept, Outcome

MOST = 3


def gift(kept: Kept, today: date) -> dict[str, Any]:
    """What is given of the week that holds `today`, as the body of `POST contributions`."""
    monday = today - timedelta(days=today.weekday())
    by_pattern: dict[str, list[Event]] = {}
    for event in kept.events:
        if event.is_slip and monday.toordinal() <= event.day <= today.toordinal():
            by_pattern.setdefault(event.pattern, []).append(event)
    heaviest = sorted(by_pattern, key=lambda pattern: (-len(by_pattern[pattern]), pattern))[:MOST]
    return {
        "week": monday.isoformat(),
        "stumbles": [{"pattern": key, "ending": ending(by_pattern[key])} for key in heaviest],
    }


def ending(events: list[Event]) -> str:
    """How a pattern ended in a week: as its last slip did."""
    last = events[-1]
    if last.outcome is Outcome.FIXED_UNAIDED:
        return "alone"
    if last.outcome is not Outcome.FIXED_HINTED:
        return "open"
    return "idea" if last.hint_level <= Level.CONCEPT else "questions"
