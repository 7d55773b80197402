"""The mechanism: what one learner can change in what is told, at most, computed and not drawn."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import pytest

from meno_server.gateway.team.privacy import DELTA, ENDINGS, EPSILON, Cell, K, Mechanism, Noise

FARTHEST = 120
NOT_TOLD = None


def outcomes(mechanism: Mechanism, learners: int) -> dict[int | None, float]:
    """What is told of a pattern that so many have stumbled over, with its chance."""
    if learners < K:
        return {NOT_TOLD: 1.0}
    noise, chances = mechanism.of_patterns, {NOT_TOLD: 0.0}
    for drawn in range(-FARTHEST, FARTHEST + 1):
        told = learners + drawn if learners + drawn >= mechanism.threshold else NOT_TOLD
        chances[told] = chances.get(told, 0.0) + noise.probability(drawn)
    return chances


def excess(epsilon: float, left: dict[int | None, float], right: dict[int | None, float]) -> float:
    """By how much chances differ beyond exp(epsilon): the delta of differential privacy, for the best
    attack."""
    return sum(max(0.0, chance - math.exp(epsilon) * right.get(told, 0.0)) for told, chance in left.items())


@pytest.mark.parametrize("places", [1, 2, 3])
@pytest.mark.parametrize("learners", range(40))
def test_no_attack_can_tell_whether_one_learner_more_is_in_a_pattern(places: int, learners: int) -> None:
    mechanism = Mechanism(places)
    without, with_one = outcomes(mechanism, learners), outcomes(mechanism, learners + 1)
    budget = mechanism.of_patterns.epsilon

    tiny = 1e-12
    assert excess(budget, without, with_one) <= DELTA / places + tiny
    assert excess(budget, with_one, without) <= DELTA / places + tiny


@pytest.mark.parametrize("places", [1, 2, 3])
def test_all_that_a_learner_gives_in_a_week_is_within_the_budget(places: int) -> None:
    mechanism = Mechanism(places)

    spent = places * (mechanism.of_patterns.epsilon + mechanism.of_endings.epsilon)
    assert spent == pytest.approx(EPSILON)


def test_four_confederates_cannot_see_a_fifth() -> None:
    mechanism = Mechanism()

    assert outcomes(mechanism, K - 1) == {NOT_TOLD: 1.0}
    assert 1 - outcomes(mechanism, K)[NOT_TOLD] <= DELTA


def test_fewer_than_five_are_never_told_whatever_the_noise() -> None:
    def lucky() -> Iterator[float]:
        while True:
            yield 1 - 1e-12  # as much noise upwards as there is
            yield 0.0

    draws = lucky()
    cells = {"ME301": Cell(K - 1, {"alone": K - 1}), "ME101": Cell(K, {"alone": K})}

    assert list(Mechanism().told(cells, lambda: next(draws))) == ["ME101"]


@pytest.mark.parametrize("epsilon", [0.13, 0.6, 1.0])
def test_the_noise_is_what_it_says(epsilon: float) -> None:
    noise, numbers = Noise(epsilon), random.Random(1)
    drawn = [noise.draw(numbers.random) for _ in range(20_000)]

    assert sum(noise.probability(value) for value in range(-900, 901)) == pytest.approx(1)
    assert noise.at_least(7) == pytest.approx(sum(noise.probability(value) for value in range(7, 900)))
    for value in range(-2, 3):
        assert drawn.count(value) / len(drawn) == pytest.approx(noise.probability(value), abs=0.012)
    near = noise.within(0.9)
    assert sum(noise.probability(value) for value in range(-near, near + 1)) >= 0.9
    assert sum(noise.probability(value) for value in range(-near + 1, near)) < 0.9


def test_a_large_class_is_told_of_nearly_as_it_is() -> None:
    numbers = random.Random(3)
    cells = {"ME301": Cell(200, dict(zip(ENDINGS, (120, 40, 30, 10), strict=True)))}
    told = [Mechanism().told(cells, numbers.random)["ME301"] for _ in range(300)]

    assert abs(sum(one.learners for one in told) / 300 - 200) < 1
    assert all(min(one.endings.values()) >= 0 for one in told)
    assert max(one.endings["alone"] for one in told) > 120
    pairs = itertools.pairwise(one.learners for one in told)
    assert any(first != second for first, second in pairs), "each drawing has noise of its own"
