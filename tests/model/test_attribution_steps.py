"""From a masked text to the text: enough steps, no more than there is time for, and an end when asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from meno_model.attribution.steps import CancelledError, Passage, gauss_legendre, integrate
from meno_model.tokenizer import END, MASK, START


class Power:
    """Answers `Σ (alpha · ids / 12)^power`, whose gradient is known; counts its steps."""

    first_position = 2

    def __init__(self, power: int) -> None:
        self.power = power
        self.chunks: list[int] = []

    def run(
        self, feeds: dict[str, npt.NDArray[Any]]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        alphas, weights = feeds["alphas"].astype(np.float64), feeds["weights"].astype(np.float64)
        self.chunks.append(len(alphas))
        size = np.where(feeds["ids"] == feeds["baseline"], 0.0, feeds["ids"] / 12)[None]
        along = alphas * size
        attribution = (self.power * along ** (self.power - 1) * weights).sum(0)[0] * size[0, 0]
        return attribution.astype(np.float32), (along**self.power).sum(-1).astype(np.float32)


PASSAGE = Passage.of([START, 7, 9, 12, END], 0, 1)


def test_the_baseline_is_masks_between_the_two_ends() -> None:
    assert PASSAGE.baseline.tolist() == [[START, MASK, MASK, MASK, END]]


@pytest.mark.parametrize("steps", [4, 8, 16, 32])
def test_the_steps_weigh_one_together(steps: int) -> None:
    nodes, weights = gauss_legendre(steps)
    assert len(nodes) == steps
    assert weights.sum() == pytest.approx(1.0, abs=1e-6)
    assert nodes.min() > 0
    assert nodes.max() < 1


def test_a_smooth_way_needs_eight_steps_and_gives_each_word_its_own() -> None:
    graph = Power(3)
    found = integrate(graph, PASSAGE)
    assert found.steps == 8
    assert sum(graph.chunks) == 8 + 2
    assert found.effect == pytest.approx([0, (7 / 12) ** 3, (9 / 12) ** 3, 1, 0], rel=1e-5)
    assert found.gap < 1e-5


def test_a_bent_way_is_walked_in_more_steps() -> None:
    graph = Power(100)
    found = integrate(graph, PASSAGE, budget_seconds=60)
    assert found.steps > 8
    assert found.gap <= 0.10


def test_what_stays_open_after_all_steps_shows_in_the_gap() -> None:
    found = integrate(Power(20000), PASSAGE, budget_seconds=60)
    assert found.steps == 32
    assert found.gap > 0.10


def test_no_stage_begins_that_there_is_no_time_for() -> None:
    graph = Power(20000)
    assert integrate(graph, PASSAGE, budget_seconds=0).steps == 8
    assert sum(graph.chunks) == 10


def test_a_cancelled_question_ends_between_two_chunks() -> None:
    graph = Power(3)
    with pytest.raises(CancelledError):
        integrate(graph, PASSAGE, is_cancelled=lambda: len(graph.chunks) == 2)
    assert len(graph.chunks) == 2
