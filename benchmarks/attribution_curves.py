"""Deletion and insertion curves of one passage, for `attribution.py`.

Words are masked in the order in which they are said to raise the model's suspicion, most first: the sooner
its log-odds fall, the better the order (Petsiuk et al. 2018). Insertion begins with a text of masks and
puts the words back in the same order. Both are judged by the graph that speaks in the editor, not by the
one that explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meno_model.runtime import Runtime
from meno_model.tokenizer import MASK
from meno_model.windows import Window

FRACTIONS = tuple(round(0.1 * step, 1) for step in range(11))


@dataclass(frozen=True, slots=True)
class Area:
    """Mean log-odds along the two curves: low is good for deletion, high for insertion."""

    deletion: float
    insertion: float


def area(runtime: Runtime, window: Window, words: Sequence[Sequence[int]], order: Sequence[int]) -> Area:
    """The areas for an order of words; `words[k]` holds the tokens of word `k`."""
    whole = np.array(window.ids)
    blank = np.where(np.isin(np.arange(len(whole)), [t for word in words for t in word]), MASK, whole)
    passages: list[Window] = []
    for fraction in FRACTIONS:
        first = order[: round(fraction * len(order))]
        tokens = [token for word in first for token in words[word]]
        gone, back = whole.copy(), blank.copy()
        gone[tokens] = MASK
        back[tokens] = whole[tokens]
        passages += [Window(tuple(int(i) for i in ids), window.pieces) for ids in (gone, back)]
    odds = [judgement.odds for judgement in runtime.judge(passages)]
    return Area(float(np.mean(odds[0::2])), float(np.mean(odds[1::2])))


def mean_area(areas: Sequence[Area]) -> Area:
    """The average of several."""
    return Area(
        float(np.mean([one.deletion for one in areas])), float(np.mean([one.insertion for one in areas]))
    )


def interval(differences: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    values = np.array(differences)
    random = np.random.default_rng(seed)
    means = values[random.integers(0, len(values), size=(2000, len(values)))].mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))
