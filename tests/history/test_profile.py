"""The formulas: known values, and what must hold for any history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meno_server.history.events import Count, Event, Layer, Outcome
from meno_server.history.profile import (
    chance_above,
    decayed,
    half_life,
    incomplete_beta,
    is_mastered,
    is_recurring,
    recall,
    repeated_error_density,
    slip_rate,
    unaided_repair,
    with_event,
)

TODAY = 739_000


def event(day: int = TODAY, outcome: Outcome = Outcome.FIXED_UNAIDED, opportunities: int = 1) -> Event:
    return Event(day, "ME301", Layer.RULES, 0, outcome, 0, opportunities, 1)


EVENTS = st.builds(event, st.integers(TODAY - 200, TODAY), st.sampled_from(Outcome), st.integers(1, 40))


def counted(events: list[Event]) -> Count:
    count = None
    for one in events:
        count = with_event(count, one)
    assert count is not None
    return count


@pytest.mark.parametrize(
    ("a", "b", "x", "known"),
    [
        (1.0, 1.0, 0.3, 0.3),  # the uniform distribution
        (1.0, 19.0, 0.1, 1 - 0.9**19),  # closed form for a = 1
        (5.0, 1.0, 0.7, 0.7**5),  # closed form for b = 1
        (2.0, 3.0, 0.4, 0.5248),  # P(at least 2 of 4 at 0.4), by hand
        (0.5, 0.5, 0.25, 1 / 3),  # the arcsine law: 2/pi * asin(sqrt(x))
    ],
)
def test_the_incomplete_beta_function_has_its_known_values(
    a: float, b: float, x: float, known: float
) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(known, abs=1e-12)


@given(st.integers(1, 60), st.integers(1, 400), st.floats(0.001, 0.999))
def test_it_equals_the_binomial_tail_for_whole_numbers(a: int, b: int, x: float) -> None:
    from math import comb, fsum

    n = a + b - 1
    tail = fsum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert incomplete_beta(a, b, x) == pytest.approx(tail, abs=1e-9)


@given(st.floats(0.1, 80), st.floats(0.1, 500), st.integers(0, 1024))
def test_both_ends_of_the_beta_function_mirror_each_other(a: float, b: float, step: int) -> None:
    x = step / 1024  # so that 1 - x is exact
    assert incomplete_beta(a, b, x) + incomplete_beta(b, a, 1 - x) == pytest.approx(1, abs=1e-9)


@given(st.floats(0, 50), st.floats(0, 500), st.integers(0, 400))
def test_counts_only_shrink_with_time_and_halve_in_two_weeks(slips: float, chances: float, days: int) -> None:
    count = Count(slips, chances, TODAY)
    later = decayed(count, TODAY + days)

    assert later.slips <= slips
    assert later.opportunities <= chances
    assert decayed(count, TODAY + 14).slips == pytest.approx(slips / 2)
    assert decayed(count, TODAY - 5) == count


@given(st.lists(EVENTS, min_size=1, max_size=30))
def test_counts_stay_within_their_bounds_whatever_the_order_of_days(events: list[Event]) -> None:
    count = counted(events)

    assert 0 <= count.slips <= sum(one.is_slip for one in events) + 1e-9
    assert count.slips <= count.opportunities + 1e-9
    assert 0 < slip_rate(count.slips, count.opportunities) < 1
    assert 0 <= chance_above(0.1, count.slips, count.opportunities) <= 1


@given(st.lists(EVENTS, min_size=1, max_size=30))
def test_nothing_is_called_recurring_on_little_evidence(events: list[Event]) -> None:
    slips = [one for one in events if one.is_slip]
    if len(slips) < 3 or len({one.day for one in slips}) < 2:
        assert not is_recurring(counted(events), events, TODAY)


def test_three_slips_on_two_days_with_few_chances_are_recurring_and_with_many_are_not() -> None:
    few = [event(TODAY - 1), event(TODAY), event(TODAY)]
    many = [event(TODAY - 1, opportunities=20), event(TODAY, opportunities=20), event(TODAY)]

    assert is_recurring(counted(few), few, TODAY)
    assert not is_recurring(counted(few), few, TODAY + 60), "what is long ago is no claim about today"
    assert not is_recurring(counted(many), many, TODAY)
    assert not is_recurring(counted(few), [event(), event(), event()], TODAY)


def test_what_was_meant_is_no_slip() -> None:
    meant = [event(TODAY - day, Outcome.DISMISSED) for day in range(5)]

    assert counted(meant).slips == 0
    assert not is_recurring(counted(meant), meant, TODAY)
    assert recall(meant, TODAY) == 1.0


def test_repeats_in_a_row_weigh_more_than_the_same_number_apart() -> None:
    assert repeated_error_density(["a", "a", "a"], "a") == pytest.approx(4 / 3)
    assert repeated_error_density(["a", "a", "b", "a", "a"], "a") == pytest.approx(1.0)
    assert repeated_error_density(["a", "b", "a"], "a") == 0
    assert repeated_error_density(["a"] * 5 + ["b"] * 20, "a") == 0, "only the last twenty count"


@given(st.lists(EVENTS, max_size=60))
def test_half_life_and_recall_stay_within_their_bounds(events: list[Event]) -> None:
    assert 1 <= half_life(events) <= 60
    assert 0 <= recall(events, TODAY) <= 1


def test_mending_alone_makes_a_takeaway_last_longer() -> None:
    assert half_life([event(outcome=Outcome.FIXED_UNAIDED)]) > half_life(
        [event(outcome=Outcome.FIXED_HINTED)]
    )
    assert half_life([event(outcome=Outcome.FIXED_HINTED)]) == pytest.approx(2**0.3)
    assert recall([event(TODAY - 2, Outcome.FIXED_HINTED)], TODAY) == pytest.approx(2 ** (-2 / 2**0.3))


def test_the_share_of_unaided_repair_looks_at_seven_days() -> None:
    events = [
        event(TODAY - 7, Outcome.IGNORED),
        event(TODAY - 6, Outcome.FIXED_HINTED),
        event(TODAY, Outcome.FIXED_UNAIDED),
        event(TODAY, Outcome.DISMISSED),
    ]

    assert unaided_repair(events, TODAY) == 0.5
    assert unaided_repair([], TODAY) is None


def test_mastered_takes_two_unaided_repairs_and_a_quiet_half_life() -> None:
    twice = [event(TODAY - 9), event(TODAY - 8)]

    assert is_mastered(twice, TODAY)
    assert not is_mastered(twice, TODAY - 8), "it was made that very day"
    assert not is_mastered([*twice, event(TODAY - 4, Outcome.FIXED_HINTED)], TODAY + 30)
    assert not is_mastered([event(TODAY - 30)], TODAY)
