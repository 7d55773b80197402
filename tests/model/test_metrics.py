"""The statistics, against values that can be checked by hand or in a table."""

import math

import numpy as np
import pytest

from meno_model.metrics import (
    area_under_curve,
    expected_calibration_error,
    fit_probability,
    interval,
    recall_at_false_positive_rate,
    upper_bound,
)


def test_area_under_the_curve_counts_ties_as_half() -> None:
    assert area_under_curve([2, 3], [0, 1]) == 1.0
    assert area_under_curve([0, 1], [2, 3]) == 0.0
    assert area_under_curve([1], [1]) == 0.5
    assert math.isnan(area_under_curve([], [1]))


def test_recall_at_a_false_positive_rate() -> None:
    clean = list(range(100))
    assert recall_at_false_positive_rate([98.5, 99.5, 10, 97], clean, 0.01) == 0.5
    assert recall_at_false_positive_rate([98.5, 99.5, 10, 97], clean, 0.0) == 0.25


@pytest.mark.parametrize(
    ("hits", "trials", "bound"), [(0, 299, 0.00997), (0, 100, 0.02951), (5, 1000, 0.01049), (10, 10, 1.0)]
)
def test_clopper_pearson_upper_bounds(hits: int, trials: int, bound: float) -> None:
    assert upper_bound(hits, trials) == pytest.approx(bound, abs=2e-5)


def test_an_interval_holds_the_rate() -> None:
    low, high = interval(5, 50)
    assert low == pytest.approx(0.0333, abs=1e-3)
    assert high == pytest.approx(0.2181, abs=1e-3)
    assert interval(0, 0) == (0.0, 1.0)


def test_platt_scaling_finds_the_slope_and_the_bias() -> None:
    random = np.random.default_rng(3)
    odds = random.normal(0, 3, 20_000)
    truth = (random.random(20_000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))).astype(float)
    temperature, bias = fit_probability(odds, truth, np.ones_like(odds))
    assert temperature == pytest.approx(2.0, rel=0.1)
    assert bias == pytest.approx(-1.0, abs=0.1)


def test_scaling_survives_useless_scores() -> None:
    odds = np.zeros(50)
    temperature, bias = fit_probability(odds, np.array([0.0] * 40 + [1.0] * 10), np.ones(50))
    assert math.isfinite(temperature)
    assert 1 / (1 + math.exp(-bias)) == pytest.approx(0.2, abs=0.02)


def test_calibration_error_of_honest_and_of_boastful_probabilities() -> None:
    truth = np.array([1.0, 0.0] * 50)
    assert expected_calibration_error(np.full(100, 0.5), truth, np.ones(100)) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(100, 0.9), truth, np.ones(100)) == pytest.approx(0.4)
