"""Integrated Gradients along the way from a masked text to the text itself, in as many steps as it needs.

The integral is a Gauss–Legendre sum. Eight steps first; if what the words are said to do together misses
what they do together by more than `WANTED_GAP` (the completeness axiom of Sundararajan et al. 2017), 16
steps, then 32, as long as the time lasts. What is still off then is called approximate. The steps go
through the graph in chunks, between which a question can be cancelled. numpy only; guarded by
`tests/model/test_attribution_steps.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from meno_model.tokenizer import END, MASK, START

STAGES = (8, 16, 32)
WANTED_GAP = 0.10
CHUNK = 4
"""Steps in one call: as fast as all at once, and a cancelled question ends within one."""
BUDGET_SECONDS = 3.0
"""No stage is begun that would not end within this. All three take about one for 128 tokens on a busy core
(`benchmarks/attribution.py`); who asked rather waits than gets an order of words that is off."""


class Graph(Protocol):
    """What is integrated: see `GradientGraph`."""

    first_position: int

    def run(
        self, feeds: dict[str, npt.NDArray[Any]]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]: ...


class CancelledError(Exception):
    """Nobody wants the answer any more."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One sequence and what is asked of it: `ids` and `baseline` [1, S], `place` [1, S], `target` [1, T]."""

    ids: npt.NDArray[np.int64]
    baseline: npt.NDArray[np.int64]
    place: npt.NDArray[np.float32]
    target: npt.NDArray[np.float32]

    @classmethod
    def of(
        cls, ids: Sequence[int], answer: int, answers: int, *, place: int = 0, baseline: int = MASK
    ) -> Passage:
        """Answer number `answer` of `answers`, read at token `place` if it is one of tokens.

        In the baseline every token but `<s>` and `</s>` is `<mask>`: a text of that length that says nothing.
        """
        row = np.array([ids], dtype=np.int64)
        at = np.zeros(row.shape, dtype=np.float32)
        at[0, place] = 1.0
        target = np.zeros((1, answers), dtype=np.float32)
        target[0, answer] = 1.0
        return cls(row, np.where((row == START) | (row == END), row, baseline), at, target)

    def feeds(self, first_position: int, steps: int) -> dict[str, npt.NDArray[Any]]:
        """All steps at once, without the two ends, in the graph's order of inputs."""
        return self._feeds(first_position, *gauss_legendre(steps))

    def _feeds(
        self, first_position: int, alphas: npt.NDArray[np.float32], weights: npt.NDArray[np.float32]
    ) -> dict[str, npt.NDArray[Any]]:
        positions = np.arange(self.ids.shape[1], dtype=np.int64)[None] + first_position
        return {
            "ids": self.ids,
            "baseline": self.baseline,
            "positions": positions,
            "place": self.place,
            "target": self.target,
            "alphas": alphas.reshape(-1, 1, 1),
            "weights": weights.reshape(-1, 1, 1),
        }


@dataclass(frozen=True, slots=True)
class Integration:
    """`effect` [S] is what each token adds to the answer, which is `start` when masked and `end` as it is."""

    effect: npt.NDArray[np.float64]
    start: float
    end: float
    steps: int

    @property
    def gap(self) -> float:
        """|Σ effect − (end − start)| relative to |end − start|: 0 is exact."""
        change = self.end - self.start
        return abs(float(self.effect.sum()) - change) / max(1e-9, abs(change))


def gauss_legendre(steps: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    return ((nodes + 1) / 2).astype(np.float32), (weights / 2).astype(np.float32)


def integrate(
    graph: Graph,
    passage: Passage,
    *,
    stages: Sequence[int] = STAGES,
    wanted_gap: float = WANTED_GAP,
    budget_seconds: float = BUDGET_SECONDS,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Integration:
    """The answer's integrated gradients; `CancelledError` between two chunks when nobody waits any more."""
    began = time.monotonic()
    ends: tuple[float, float] | None = None
    done = 0
    best: Integration | None = None
    for steps in stages:
        spent = time.monotonic() - began
        if best is not None and spent + spent / done * steps > budget_seconds:
            break
        alphas, weights = gauss_legendre(steps)
        if ends is None:
            # The two ends ride along without weight: the answer there is what the effects must add up to.
            alphas = np.concatenate([np.array([0.0, 1.0], dtype=np.float32), alphas])
            weights = np.concatenate([np.zeros(2, dtype=np.float32), weights])
        effect, answers = _walk(graph, passage, alphas, weights, is_cancelled)
        done += len(alphas)
        ends = ends or (float(answers[0]), float(answers[1]))
        best = Integration(effect, *ends, steps)
        if best.gap <= wanted_gap:
            break
    assert best is not None, "at least one stage"
    return best


def _walk(
    graph: Graph,
    passage: Passage,
    alphas: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    is_cancelled: Callable[[], bool],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Effects [S], and the asked answer [K] at each step."""
    effect = np.zeros(passage.ids.shape[1])
    answers: list[npt.NDArray[np.float64]] = []
    for first in range(0, len(alphas), CHUNK):
        if is_cancelled():
            raise CancelledError
        part = slice(first, first + CHUNK)
        attribution, outputs = graph.run(passage._feeds(graph.first_position, alphas[part], weights[part]))
        effect += attribution.astype(np.float64)
        answers.append((outputs.astype(np.float64) * passage.target).sum(axis=1))
    return effect, np.concatenate(answers)
