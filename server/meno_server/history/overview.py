"""The overview that a panel shows: patterns over time, and what today's fixes have to teach. Pure.

The shape is a contract with the editors' clients (docs/history.md); it holds words of ours and numbers only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from meno_analyzers.hints import DEFAULT_LANGUAGE
from meno_server.history.events import Count, Event, Kept, Outcome
from meno_server.history.guidance import Advice, doubted_patterns, guidance
from meno_server.history.profile import (
    decayed,
    is_fixed,
    is_mastered,
    slip_rate,
    unaided_repair,
)
from meno_server.history.words import words_for

State = Literal["on", "paused", "off"]
DAYS, WEEKS, ALL_WEEKS, MOST_TAKEAWAYS = 28, 8, 26, 3


def overview(kept: Kept, state: State, today: int, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """The overview as JSON values; `today` as `date.toordinal` counts."""
    events = kept.events
    counts = dict(kept.counts)
    by_pattern: dict[str, list[Event]] = {}
    for event in events:
        by_pattern.setdefault(event.pattern, []).append(event)
    advice = guidance(kept, today).patterns
    patterns = [
        _pattern(key, own, counts.get(key), advice.get(key, Advice()), today, language)
        for key, own in by_pattern.items()
        if any(event.is_slip for event in own)
    ]
    patterns.sort(key=lambda p: (p["verdict"] != "recurring", -p["slips"], p["key"]))
    return {
        "state": state,
        "since": _day(min(event.day for event in events)) if events else None,
        "days": _days(events, today),
        "weeks": _all_weeks(events, today),
        "patterns": patterns,
        "doubted": [
            {"key": key, "title": words_for(key, language).title} for key in doubted_patterns(events, today)
        ],
        "today": _today(events, today, language),
    }


def _pattern(
    key: str, events: Sequence[Event], count: Count | None, advice: Advice, today: int, language: str
) -> dict[str, Any]:
    words = words_for(key, language)
    slips = [event.day for event in events if event.is_slip]
    now = decayed(count or Count(0.0, 0.0, today), today)
    verdict = "seen"
    if advice.recurring:
        verdict = "recurring"
    elif is_mastered(events, today):
        verdict = "mastered"
    return {
        "key": key,
        "name": words.name,
        "title": words.title,
        "category": words.category,
        "slips": len(slips),
        "daysSeen": len(set(slips)),
        "rate": round(slip_rate(now.slips, now.opportunities), 3),
        "verdict": verdict,
        "unaidedRepair7d": _rounded(unaided_repair(events, today)),
        "weeks": _weeks(slips, today),
        "lastSeen": _day(max(slips)),
        "daysSince": None if verdict == "mastered" else advice.days_since,
        "takeaway": words.takeaway,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _weeks(slips: Sequence[int], today: int) -> list[int]:
    """Slips in each of the last weeks, oldest first; the last one ends today."""
    weeks = [0] * WEEKS
    for day in slips:
        ago = (today - day) // 7
        if 0 <= ago < WEEKS:
            weeks[WEEKS - 1 - ago] += 1
    return weeks


def _tally(events: Sequence[Event]) -> dict[str, int]:
    outcomes = Counter(event.outcome for event in events)
    return {
        "slips": sum(event.is_slip for event in events),
        "fixedUnaided": outcomes[Outcome.FIXED_UNAIDED],
        "fixedHinted": outcomes[Outcome.FIXED_HINTED],
    }


def _days(events: Sequence[Event], today: int) -> list[dict[str, Any]]:
    by_day: dict[int, list[Event]] = {}
    for event in events:
        if 0 <= today - event.day < DAYS:
            by_day.setdefault(event.day, []).append(event)
    return [{"day": _day(day), **_tally(own)} for day, own in sorted(by_day.items())]


def _all_weeks(events: Sequence[Event], today: int) -> list[dict[str, Any]]:
    """The last half year, oldest first; weeks begin on Mondays, and the last one holds today."""
    monday = today - (today - 1) % 7  # day 1 was a Monday
    by_week: dict[int, list[Event]] = {}
    for event in events:
        by_week.setdefault(event.day - (event.day - 1) % 7, []).append(event)
    starts = [monday - 7 * ago for ago in range(ALL_WEEKS - 1, -1, -1)]
    return [{"week": _day(start), **_tally(by_week.get(start, []))} for start in starts]


def _today(events: Sequence[Event], today: int, language: str) -> dict[str, Any]:
    """Today's numbers, and what to take away from what was mended: what took hints first, then most often."""
    own = [event for event in events if event.day == today]
    hinted = Counter(event.pattern for event in own if event.outcome is Outcome.FIXED_HINTED)
    fixed = Counter(event.pattern for event in own if is_fixed(event))
    keys = sorted(fixed, key=lambda key: (-hinted[key], -fixed[key], key))[:MOST_TAKEAWAYS]
    takeaways = [
        {"key": key, "name": words_for(key, language).name, "takeaway": words_for(key, language).takeaway}
        for key in keys
    ]
    return {**_tally(own), "takeaways": takeaways}


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
