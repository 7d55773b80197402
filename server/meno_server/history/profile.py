"""What the events say about a person's patterns: pure functions, which know no database and no clock.

Little data is the rule, so rates have a prior and nothing is called recurring before it is likely. These are
reasons to offer help, never a judgement of a person. Guarded by tests/history/test_profile.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from meno_server.history.events import Count, Event, Outcome

HALF_LIFE = 14.0
"""Days after which a slip counts for half."""
ALPHA, BETA = 1.0, 19.0
"""The prior of a slip's rate: one in twenty."""
NOTABLE_RATE, SURE_ENOUGH = 0.10, 0.8
FEWEST_SLIPS, FEWEST_DAYS = 3, 2
RECENT_DAYS = 7
RUNS_LOOKED_AT = 20
_SHORTEST, _LONGEST = 1.0, 60.0
_FIXED = frozenset({Outcome.FIXED_UNAIDED, Outcome.FIXED_HINTED})


def decayed(count: Count, day: int) -> Count:
    """The counts as they are on a day; a day before theirs changes nothing."""
    gap = max(0, day - count.day)
    share = 2.0 ** (-gap / HALF_LIFE)
    return Count(count.slips * share, count.opportunities * share, max(day, count.day))


def with_event(count: Count | None, event: Event) -> Count:
    """The counts after one more event; one from before their day is taken for one of that day."""
    now = decayed(count, event.day) if count is not None else Count(0.0, 0.0, event.day)
    return Count(now.slips + event.is_slip, now.opportunities + event.opportunities, now.day)


def with_chances(count: Count, places: int, day: int) -> Count:
    """The counts after places that went well."""
    now = decayed(count, day)
    return Count(now.slips, now.opportunities + places, now.day)


def slip_rate(slips: float, opportunities: float) -> float:
    """The mean of the rate's Beta posterior."""
    return (min(slips, opportunities) + ALPHA) / (opportunities + ALPHA + BETA)


def chance_above(rate: float, slips: float, opportunities: float) -> float:
    """How likely it is that the true rate lies above `rate`."""
    slips = min(slips, opportunities)
    return 1.0 - incomplete_beta(slips + ALPHA, opportunities - slips + BETA, rate)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b) for a, b > 0.

    The continued fraction of DLMF 8.17.22 (dlmf.nist.gov/8.17#v), summed by the method of Lentz; it converges
    quickly below (a + 1) / (a + b + 2), and I_x(a, b) = 1 - I_(1-x)(b, a) covers the rest.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(logarithm)
    if x < (a + 1.0) / (a + b + 2.0):
        return min(1.0, front * _fraction(a, b, x) / a)
    return max(0.0, 1.0 - front * _fraction(b, a, 1.0 - x) / b)


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    above, below = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    below = 1.0 / (below or tiny)
    value = below
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        factor = 1.0
        for part in (even, odd):
            below = 1.0 / (1.0 + part * below or tiny)
            above = 1.0 + part / above or tiny
            factor = above * below
            value *= factor
        if abs(factor - 1.0) < 1e-14:
            break
    return value


def is_recurring(count: Count, events: Iterable[Event], day: int) -> bool:
    """Whether it may be said that a pattern comes back: likely above one in ten, and seen often enough."""
    slips = [event.day for event in events if event.is_slip]
    if len(slips) < FEWEST_SLIPS or len(set(slips)) < FEWEST_DAYS:
        return False
    now = decayed(count, day)
    return chance_above(NOTABLE_RATE, now.slips, now.opportunities) > SURE_ENOUGH


def repeated_error_density(patterns: Sequence[str], pattern: str) -> float:
    """How much one pattern repeats in a row among the last events (Becker 2016): r² / (r + 1) for every run
    with r repeats, which weighs long runs more."""
    total = 0.0
    for key, run in groupby(patterns[-RUNS_LOOKED_AT:]):
        repeats = len(list(run)) - 1
        if key == pattern:
            total += repeats**2 / (repeats + 1)
    return total


def half_life(events: Iterable[Event]) -> float:
    """After how many days a takeaway is half forgotten; mending it unaided makes it last longer."""
    slips = unaided = 0
    for event in events:
        slips += event.is_slip
        unaided += event.outcome is Outcome.FIXED_UNAIDED
    exponent = 1.0 + 1.0 * unaided - 0.7 * slips
    return min(_LONGEST, max(_SHORTEST, math.exp2(min(exponent, 10.0))))


def recall(events: Sequence[Event], day: int) -> float:
    """How likely a takeaway is still known on a day, from 0 to 1; 1 if there is nothing to remember."""
    slips = [event.day for event in events if event.is_slip]
    return 2.0 ** (-max(0, day - max(slips)) / half_life(events)) if slips else 1.0


def unaided_repair(events: Iterable[Event], day: int) -> float | None:
    """The share of the last seven days' mistakes that were mended without asking; None without any."""
    unaided = others = 0
    for event in events:
        if not 0 <= day - event.day < RECENT_DAYS:
            continue
        unaided += event.outcome is Outcome.FIXED_UNAIDED
        others += event.outcome in {Outcome.FIXED_HINTED, Outcome.IGNORED}
    return unaided / (unaided + others) if unaided + others else None


def is_mastered(events: Sequence[Event], day: int) -> bool:
    """Whether the last two slips, oldest first, were mended unaided, and none came for a half-life since."""
    slips = [event for event in events if event.is_slip]
    last = slips[-2:]
    if len(last) < 2 or any(event.outcome is not Outcome.FIXED_UNAIDED for event in last):
        return False
    return day - max(event.day for event in slips) >= half_life(events)


def is_fixed(event: Event) -> bool:
    """Whether the mistake was mended, with or without hints."""
    return event.outcome in _FIXED
