"""How sure a figure is: 95 % percentile intervals by the bootstrap over problems.

Programs of one problem resemble each other, so whole problems are drawn, not programs (a cluster bootstrap).
The draws are fixed by a seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
DRAWS = 300


def intervals(
    items: Sequence[Item],
    tasks: Sequence[str],
    figures: Callable[[Sequence[Item]], Mapping[str, float]],
    draws: int = DRAWS,
) -> dict[str, tuple[float, float]]:
    """For each figure its 2.5th and 97.5th percentile; figures that cannot be computed are left out."""
    groups: dict[str, list[Item]] = {}
    for item, task in zip(items, tasks, strict=True):
        groups.setdefault(task, []).append(item)
    clusters = list(groups.values())
    source = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for _ in range(draws):
        drawn = source.integers(0, len(clusters), len(clusters))
        for name, value in figures([item for index in drawn for item in clusters[int(index)]]).items():
            if not math.isnan(value):
                found.setdefault(name, []).append(value)
    return {
        name: (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975)))
        for name, values in found.items()
        if len(values) > draws / 2
    }
