"""What the history changes in what its learner sees: pure functions from what is kept to a few yes and no.

A pattern that comes back begins one rung higher and stands before others of its weight; one that is half
forgotten brings its takeaway along; a rule that this learner has called wrong three times out of five is
told on hover only. Guarded by tests/history/test_guidance.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from meno_analyzers.findings import Finding, Span
from meno_server.history.events import Event, Kept, Outcome, pattern_of
from meno_server.history.profile import is_recurring, recall, repeated_error_density

DENSE = 2.0
"""The repeated error density from which a pattern is taken for a struggle."""
HALF_FORGOTTEN = 0.6
LAST_JUDGED, OFTEN_WRONG, DOUBTED_DAYS = 5, 3, 60
"""So many of a learner's last encounters with a rule make it a doubted one, for so long: what is quiet is not
met again, so the doubt has to end by itself."""
STRUGGLE_SECONDS, STRUGGLE_EDITS = 300.0, 3
"""A mistake that survives both is a struggle of today."""
_ENOUGH_UNAIDED = 2


@dataclass(frozen=True, slots=True)
class Advice:
    """What is known of one pattern. `days_since` is told only when it is time to be reminded."""

    recurring: bool = False
    raised: bool = False
    doubted: bool = False
    days_since: int | None = None


_NONE = Advice()


@dataclass(frozen=True, slots=True)
class Guidance:
    """The advice for all patterns of one learner; for those that are not here there is none. `known` are all
    patterns that they have met."""

    patterns: Mapping[str, Advice] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def about(self, finding: Finding) -> Advice:
        """What is known of a finding's pattern."""
        if not self.patterns:
            return _NONE
        return self.patterns.get(pattern_of(finding) or "", _NONE)

    def order(self, finding: Finding) -> tuple[int, bool, tuple[int, Span, str]]:
        """Worst first; among equals what this learner keeps meeting, then by place."""
        return finding.severity.rank, not self.about(finding).recurring, finding.order

    def to_plain(self) -> dict[str, Any]:
        """The advice as JSON values; `guidance_from_plain` reads it."""
        advice = {
            key: [one.recurring, one.raised, one.doubted, one.days_since]
            for key, one in self.patterns.items()
        }
        return {"advice": advice, "known": sorted(self.known)}


NO_GUIDANCE = Guidance()
"""For who has no history, or does not want it to change anything."""


def guidance(kept: Kept, today: int) -> Guidance:
    """The advice on a day, as `date.toordinal` counts."""
    by_pattern: dict[str, list[Event]] = {}
    for event in kept.events:
        by_pattern.setdefault(event.pattern, []).append(event)
    counts = dict(kept.counts)
    slips = [event.pattern for event in kept.events if event.is_slip]
    advice = {}
    for pattern, events in by_pattern.items():
        count = counts.get(pattern)
        recurring = count is not None and is_recurring(count, events, today)
        dense = repeated_error_density(slips, pattern) >= DENSE
        one = Advice(
            recurring,
            (recurring or dense) and not _mends_alone(events),
            _is_doubted(events, today),
            _days_since(events, today),
        )
        if one != _NONE:
            advice[pattern] = one
    return Guidance(advice, frozenset(counts))


def guidance_from_plain(told: Any) -> Guidance:
    """The advice that another process has told; `KeyError`, `TypeError` or `ValueError` if it is none."""
    advice = {}
    for key, (recurring, raised, doubted, days) in dict(told["advice"]).items():
        advice[str(key)] = Advice(bool(recurring), bool(raised), bool(doubted), days and int(days))
    return Guidance(advice, frozenset(map(str, told["known"])))


def doubted_patterns(events: Iterable[Event], today: int) -> list[str]:
    """The patterns that this learner has shown to be wrong for them, sorted."""
    by_pattern: dict[str, list[Event]] = {}
    for event in events:
        by_pattern.setdefault(event.pattern, []).append(event)
    return sorted(pattern for pattern, own in by_pattern.items() if _is_doubted(own, today))


def _mends_alone(events: Sequence[Event]) -> bool:
    """Whether the last slips, oldest first, were mended without help."""
    last = [event.outcome for event in events if event.is_slip][-_ENOUGH_UNAIDED:]
    return len(last) == _ENOUGH_UNAIDED and all(outcome is Outcome.FIXED_UNAIDED for outcome in last)


def _is_doubted(events: Sequence[Event], today: int) -> bool:
    called_wrong = [event for event in events[-LAST_JUDGED:] if event.outcome is Outcome.DISMISSED]
    return sum(today - event.day < DOUBTED_DAYS for event in called_wrong) >= OFTEN_WRONG


def _days_since(events: Sequence[Event], today: int) -> int | None:
    """Days since the last slip, if its takeaway is half forgotten by now."""
    slips = [event.day for event in events if event.is_slip]
    if not slips or recall(events, today) >= HALF_FORGOTTEN:
        return None
    return today - max(slips)
