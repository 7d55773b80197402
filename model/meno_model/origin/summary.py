"""One summary of all suites: pairs of the same problem, programs of shared problems, unseen generators.

*Within problems*: every pair of a person's and a language model's program of one problem counts inside its
problem, and each problem of any suite weighs alike. *Shared problems*: the programs of the same problems, of
all suites in one area. *Unseen generators*: each generator has one vote, the mean over its suites. Intervals
are percentile bootstraps over problems. Beside each stands the identifier-length baseline. The first two are
given for all programs, and for those that may be trained on: the others are mostly of generators that the
model has not been shown in their suite. Guarded by `tests/model/test_origin_training.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meno_model.metrics import area_under_curve
from meno_model.origin.evaluation import (
    Figures,
    Scored,
    area,
    area_within_problem,
    draws_of,
    rounded,
    with_interval,
)

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


def pooled(scored: Sequence[Scored]) -> Figures:
    """Both in-suite areas over all suites, of all programs and of those that may be trained on."""
    return {
        "all": _pooled([item for item in scored if item.record.label != "mixed"]),
        "trainable": _pooled([item for item in scored if item.record.may_train]),
    }


def _pooled(scored: Sequence[Scored]) -> Figures | None:
    people = {item.record.group for item in scored if not item.record.is_llm}
    shared = people & {item.record.group for item in scored if item.record.is_llm}
    same = [item for item in scored if item.record.group in shared]
    if not same:
        return None
    return {
        "problems": len(shared),
        "human": sum(not item.record.is_llm for item in same),
        "llm": sum(item.record.is_llm for item in same),
        "area_within_problem": with_interval(same, area_within_problem),
        "area_shared_problems": with_interval(same, area),
    }


@dataclass(frozen=True, slots=True)
class _Cell:
    """Scores of one generator and of people in one suite, with the number of each one's problem."""

    models: Floats
    people: Floats
    of_models: Ids
    of_people: Ids

    def area(self, times: Ids) -> float:
        """With every problem taken `times` [problems] times."""
        return area_under_curve(
            np.repeat(self.models, times[self.of_models]),  # type: ignore[arg-type]  # arrays serve as sequences
            np.repeat(self.people, times[self.of_people]),  # type: ignore[arg-type]
        )


def mean_over_generators(scored: Mapping[str, Mapping[str, Sequence[Scored]]]) -> Figures | None:
    """The mean of the generators' areas on `{generator: {suite: programs}}`, of model and baseline."""
    groups = sorted({i.record.group for suites in scored.values() for own in suites.values() for i in own})
    if not groups:
        return None
    return {
        "generators": len(scored),
        "area": {
            "model": _mean_with_interval(scored, groups, lambda item: item.score),
            "identifier_length": _mean_with_interval(scored, groups, lambda item: item.baseline),
        },
    }


def _mean_with_interval(
    scored: Mapping[str, Mapping[str, Sequence[Scored]]],
    groups: Sequence[str],
    value: Callable[[Scored], float],
) -> list[float]:
    numbers = {group: number for number, group in enumerate(groups)}
    cells = [[_cell(own, numbers, value) for own in suites.values()] for suites in scored.values()]
    draws = [
        _mean_of_means(cells, np.bincount(chosen, minlength=len(groups))) for chosen in draws_of(len(groups))
    ]
    return rounded(_mean_of_means(cells, np.ones(len(groups), np.int64)), draws)


def _cell(own: Sequence[Scored], numbers: Mapping[str, int], value: Callable[[Scored], float]) -> _Cell:
    models = [item for item in own if item.record.is_llm]
    people = [item for item in own if not item.record.is_llm]
    return _Cell(
        np.array([value(item) for item in models]),
        np.array([value(item) for item in people]),
        np.array([numbers[item.record.group] for item in models], np.int64),
        np.array([numbers[item.record.group] for item in people], np.int64),
    )


def _mean_of_means(cells: Sequence[Sequence[_Cell]], times: Ids) -> float:
    means = [_mean([cell.area(times) for cell in suites]) for suites in cells]
    return _mean(means)


def _mean(values: Sequence[float]) -> float:
    usable = [value for value in values if not math.isnan(value)]
    return sum(usable) / len(usable) if usable else math.nan
