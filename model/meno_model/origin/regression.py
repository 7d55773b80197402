"""Logistic regression over sparse rows, fitted by L-BFGS (Liu & Nocedal 1989), in numpy alone.

A few thousand programs with a few hundred features each need no more. The fit is deterministic: the same rows
give the same table, to the last digit on one machine. Guarded by `tests/model/test_origin_training.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meno_model.origin.features import Bag

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]
_MEMORY = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: `columns` and `values` [M] in the order of `row` [M], `number` rows, `width` columns."""

    row: Ids
    columns: Ids
    values: Floats
    number: int
    width: int

    @classmethod
    def of(cls, bags: Sequence[Bag], width: int) -> Rows:
        lengths = [len(bag.ids) for bag in bags]
        return cls(
            np.repeat(np.arange(len(bags)), lengths),
            np.concatenate([bag.ids for bag in bags]) if bags else np.zeros(0, np.int64),
            np.concatenate([bag.strengths for bag in bags]) if bags else np.zeros(0),
            len(bags),
            width,
        )

    def common(self, groups: Ids, least: int) -> Rows:
        """Without the columns that fewer than `least` of the rows' `groups` [number] have."""
        pairs = np.unique(self.columns * (int(groups.max(initial=0)) + 1) + groups[self.row])
        counts = np.bincount(pairs // (int(groups.max(initial=0)) + 1), minlength=self.width)
        kept = counts[self.columns] >= least
        return Rows(self.row[kept], self.columns[kept], self.values[kept], self.number, self.width)

    def times(self, table: Floats) -> Floats:
        """Row sums of `values * table[columns]` [number]."""
        return _sums(self.row, self.values * table[self.columns], self.number)

    def back(self, errors: Floats) -> Floats:
        """The transposed product [width]."""
        return _sums(self.columns, self.values * errors[self.row], self.width)


def _sums(places: Ids, values: Floats, number: int) -> Floats:
    """Values summed by place [number]."""
    return np.bincount(places, values, number).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted model: `table` [width] of weights and `bias`; positive speaks for a language model."""

    table: Floats
    bias: float


def fit(
    rows: Rows,
    truth: npt.NDArray[np.bool_],
    weights: Floats,
    *,
    strength: float,
    smoothing: float,
    counted: float,
    sets: Ids,
    set_scale: float,
    iterations: int,
) -> Linear:
    """Ridge-penalised logistic regression; `strength` is the inverse of the penalty.

    What is returned is the sum of that model and `counted` times a naive Bayes one: the logarithm of how
    differently often the two classes have a feature, with `smoothing` added to both counts (after Wang &
    Manning 2012). The second knows no suites, so it is given little weight.

    `sets` [number] says which suite a row is of. Each suite has an intercept of its own while fitting,
    which is then left out: that a suite holds more programs of one kind is no property of a program.
    """
    signs = np.where(truth, 1.0, -1.0)
    suites = int(sets.max()) + 1 if len(sets) else 0
    full = rows.width
    present, columns = np.unique(rows.columns, return_inverse=True)
    width = len(present)
    rows = Rows(rows.row, columns, rows.values, rows.number, width)

    def loss(point: Floats) -> tuple[float, Floats]:
        table, own, bias = point[:width], point[width : width + suites], point[-1]
        margins = signs * (rows.times(table) + set_scale * own[sets] + bias)
        value = float(weights @ np.logaddexp(0.0, -margins))
        errors = -weights * signs / (1.0 + np.exp(np.clip(margins, -50.0, 50.0)))
        penalised = point[:-1] / strength
        gradient = np.concatenate(
            [rows.back(errors), set_scale * np.bincount(sets, errors, suites), [errors.sum()]]
        )
        gradient[:-1] += penalised
        return value + 0.5 * float(point[:-1] @ penalised), gradient

    point = _minimise(loss, np.zeros(width + suites + 1), iterations)
    table = np.zeros(full)
    table[present] = point[:width] + counted * _log_ratio(rows, truth, weights, smoothing)
    return Linear(table, float(point[-1]))


def _log_ratio(rows: Rows, truth: npt.NDArray[np.bool_], weights: Floats, smoothing: float) -> Floats:
    return np.log((rows.back(weights * truth) + smoothing) / (rows.back(weights * ~truth) + smoothing))


def _minimise(
    loss: Callable[[Floats], tuple[float, Floats]], point: Floats, iterations: int, tolerance: float = 2e-6
) -> Floats:
    """L-BFGS with backtracking; stops when a step gains less than `tolerance` of the value."""
    steps: list[Floats] = []
    turns: list[Floats] = []
    value, gradient = loss(point)
    for _ in range(iterations):
        direction = _direction(gradient, steps, turns)
        size = 1.0
        while True:
            candidate = point - size * direction
            new_value, new_gradient = loss(candidate)
            if new_value <= value - 1e-4 * size * float(gradient @ direction) or size < 1e-6:
                break
            size /= 2
        step, turn = candidate - point, new_gradient - gradient
        if float(step @ turn) > 1e-12:
            steps, turns = [*steps, step][-_MEMORY:], [*turns, turn][-_MEMORY:]
        gain = value - new_value
        point, value, gradient = candidate, new_value, new_gradient
        if abs(gain) < tolerance * abs(value):
            break
    return point


def _direction(gradient: Floats, steps: Sequence[Floats], turns: Sequence[Floats]) -> Floats:
    """The two-loop recursion."""
    direction = gradient.copy()
    shares: list[float] = []
    for step, turn in zip(reversed(steps), reversed(turns), strict=True):
        share = float(step @ direction) / float(step @ turn)
        shares.append(share)
        direction -= share * turn
    if steps:
        direction *= float(steps[-1] @ turns[-1]) / float(turns[-1] @ turns[-1])
    else:
        direction /= max(1.0, float(np.linalg.norm(gradient)))
    for step, turn, share in zip(steps, turns, reversed(shares), strict=True):
        direction += step * (share - float(turn @ direction) / float(step @ turn))
    return direction
