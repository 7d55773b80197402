"""The conditional logit: which of several things is the one, by a weighted sum of what is said of each.

The chance of a thing is `exp(weights · what is said of it)`, divided by the sum over its group; the weights
make the right things as likely as can be, with a small penalty on their squares. Climbed by the signs of the
gradient (Riedmiller and Braun, RPROP, 1993), so that the same data give the same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Item = TypeVar("Item")
Fitted = TypeVar("Fitted")
_STEPS = 200


def fit(
    said: Sequence[Sequence[Sequence[float]]],
    right: Sequence[Sequence[bool]],
    shares: Sequence[float],
    penalty: float = 0.2,
) -> Floats:
    """Weights [F] from groups of things, `said[group][thing]` being F numbers; `shares` weigh the groups.

    A group without a right thing must not be among them.
    """
    count, longest = len(said), max(len(group) for group in said)
    features = np.zeros((count, longest, len(said[0][0])))
    there, true = np.zeros((count, longest)), np.zeros((count, longest))
    for place, group in enumerate(said):
        there[place, : len(group)] = 1.0
        features[place, : len(group)] = group
        true[place, : len(group)] = right[place]
    share = np.asarray(shares)
    number = features.shape[2]
    weights, step, before = np.zeros(number), np.full(number, 0.1), np.zeros(number)
    for _ in range(_STEPS):
        height = np.where(there > 0, features @ weights, -np.inf)
        chance = np.exp(height - height.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        wanted = chance * true
        wanted /= np.maximum(wanted.sum(1, keepdims=True), 1e-300)
        slope = ((wanted - chance) * share[:, None]).reshape(-1) @ features.reshape(-1, number)
        slope -= penalty * weights
        turn = slope * before
        step *= np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0))
        slope[turn < 0] = 0.0
        weights += np.sign(slope) * np.minimum(step, 2.0)
        before = slope
    return weights


def folds_of(tasks: Sequence[str], number: int) -> list[int]:
    """A fold for each item so that all of one task share it; the largest tasks are dealt out first."""
    alike = Counter(tasks)
    order = sorted(alike.items(), key=lambda task: (-task[1], task[0]))
    fold = {task: place % number for place, (task, _) in enumerate(order)}
    return [fold[task] for task in tasks]


def held_out(
    items: Sequence[Item], folds: Sequence[int], fitted: Callable[[Sequence[Item]], Fitted]
) -> list[Fitted]:
    """For each item what was fitted without its fold."""
    by_fold = {
        number: fitted([item for item, fold in zip(items, folds, strict=True) if fold != number])
        for number in set(folds)
    }
    return [by_fold[fold] for fold in folds]
