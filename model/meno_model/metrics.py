"""Small statistics for evaluation and calibration, in the standard library and numpy alone.

Exact binomial bounds (Clopper & Pearson 1934) by bisection on the binomial tail; ROC area as the
Mann–Whitney statistic; two-parameter Platt scaling by Newton's method. Guarded by `test_metrics.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores higher than a negative; ties count half. NaN without both."""
    if not len(positive) or not len(negative):
        return math.nan
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    values = np.asarray(positive, dtype=np.float64)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return float((below + not_above).sum() / 2 / (len(values) * len(ordered)))


def recall_at_false_positive_rate(positive: Sequence[float], negative: Sequence[float], rate: float) -> float:
    """Share of positives above the threshold that at most `rate` of the negatives exceed."""
    if not len(positive) or not len(negative):
        return math.nan
    ordered = np.sort(np.asarray(negative, dtype=np.float64))[::-1]
    threshold = ordered[min(len(ordered) - 1, math.floor(rate * len(ordered)))]
    return float((np.asarray(positive, dtype=np.float64) > threshold).mean())


def upper_bound(hits: int, trials: int, confidence: float = 0.95) -> float:
    """One-sided Clopper–Pearson upper bound of a rate."""
    if trials == 0 or hits >= trials:
        return 1.0
    low, high = hits / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(hits, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def interval(hits: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Two-sided Clopper–Pearson interval of a rate."""
    one_sided = 1 - (1 - confidence) / 2
    return 1 - upper_bound(trials - hits, trials, one_sided), upper_bound(hits, trials, one_sided)


def _at_most(hits: int, trials: int, rate: float) -> float:
    """P(X <= hits) for a binomial X."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return 1.0 if hits >= trials else 0.0
    total = 0.0
    for k in range(hits + 1):
        logarithm = (
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(rate)
            + (trials - k) * math.log1p(-rate)
        )
        total += math.exp(logarithm)
    return min(1.0, total)


def fit_probability(odds: Floats, truth: Floats, weights: Floats) -> tuple[float, float]:
    """Temperature and bias so that `sigmoid(odds / temperature + bias)` is the weighted share of truths.

    Platt scaling with a small ridge; the slope is kept positive.
    """
    slope, bias = 1.0, 0.0
    weights = weights / weights.sum() * len(weights)
    for _ in range(50):
        guess = 1 / (1 + np.exp(-np.clip(slope * odds + bias, -60, 60)))
        error = weights * (guess - truth)
        spread = weights * guess * (1 - guess)
        gradient = np.array([(error * odds).sum() + 1e-3 * (slope - 1), error.sum() + 1e-3 * bias])
        curvature = np.array(
            [
                [(spread * odds * odds).sum() + 1e-3, (spread * odds).sum()],
                [(spread * odds).sum(), spread.sum() + 1e-3],
            ]
        )
        step = np.linalg.solve(curvature, gradient)
        step = np.clip(step, -0.5, 0.5)
        slope, bias = max(0.02, slope - float(step[0])), bias - float(step[1])
        if float(np.abs(step).max()) < 1e-7:
            break
    return 1.0 / slope, bias


def calibration_bins(
    probabilities: Floats, truth: Floats, weights: Floats, bins: int = 10
) -> list[list[float]]:
    """The reliability diagram: for each filled bin the mean claim, the share of truths, and its mass."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    found: list[list[float]] = []
    for place in range(bins):
        inside = places == place
        mass = float(weights[inside].sum())
        if mass > 0:
            claimed = float((probabilities * weights)[inside].sum()) / mass
            actual = float((truth * weights)[inside].sum()) / mass
            found.append([round(claimed, 4), round(actual, 4), round(mass / float(weights.sum()), 4)])
    return found


def expected_calibration_error(
    probabilities: Floats, truth: Floats, weights: Floats, bins: int = 10
) -> float:
    """Weighted mean distance between probability and share of truths over equal bins."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for place in range(bins):
        inside = places == place
        mass = float(weights[inside].sum())
        if mass > 0:
            claimed = float((probabilities * weights)[inside].sum()) / mass
            actual = float((truth * weights)[inside].sum()) / mass
            total += mass * abs(claimed - actual)
    return total / float(weights.sum())
