"""From a score to a likelihood, and the two lines between which nothing is said.

Platt scaling on scores of problems that the model had not seen, each suite's humans and each suite's
LLM-written programs weighing alike in sum. The upper line lets at most a share `accused` of the certain
humans through, as the mean over the suites of the training data, so that a large suite of terse programs
cannot pay for a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meno_model.errors import CorpusError
from meno_model.metrics import expected_calibration_error, fit_probability
from meno_model.origin.recipe import Recipe
from meno_model.origin.records import Record

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `calibration.json` holds."""

    temperature: float
    bias: float
    llm_from: float
    human_to: float
    facts: dict[str, Any]


def calibrate(records: Sequence[Record], scores: Floats, recipe: Recipe) -> Outcome:
    """Fit on out-of-fold `scores` of permitted records that are long enough to be judged."""
    truth = np.array([record.is_llm for record in records])
    if truth.all() or not truth.any():
        raise CorpusError("Calibration needs programs of people and of language models: name more data.")
    suites = np.array([record.suite for record in records])
    weights = balanced(suites, truth)
    temperature, bias = fit_probability(scores, truth.astype(np.float64), weights)
    likelihood = 1 / (1 + np.exp(-(scores / temperature + bias)))
    certain = np.array([record.is_certain_human for record in records])
    llm_from = _line(likelihood, suites, certain, recipe.accused)
    human_to = 1 - _line(1 - likelihood, suites, truth, recipe.missed)
    error = expected_calibration_error(likelihood, truth.astype(np.float64), weights)
    facts = {"records": len(records), "expected_calibration_error": round(error, 4)}
    return Outcome(temperature, bias, llm_from, min(human_to, 0.5), facts)


def balanced(suites: npt.NDArray[np.str_], truth: npt.NDArray[np.bool_]) -> Floats:
    """Weights under which each class sums to one half, each suite in it to the same share."""
    weights = np.zeros(len(truth))
    for value in (False, True):
        own = truth == value
        present = np.unique(suites[own])
        for suite in present:
            chosen = own & (suites == suite)
            weights[chosen] = 0.5 / len(present) / chosen.sum()
    return weights


def _line(
    likelihood: Floats, suites: npt.NDArray[np.str_], chosen: npt.NDArray[np.bool_], share: float
) -> float:
    """The lowest line, not below one half, that on average over the suites at most `share` of them reach."""
    own = [likelihood[chosen & (suites == suite)] for suite in np.unique(suites[chosen])]
    candidates = np.unique(np.concatenate([*own, [0.5]]))
    for line in candidates[candidates >= 0.5]:
        above = float(np.nextafter(line, 1.0))
        if np.mean([(group >= above).mean() for group in own]) <= share:
            return above
    return 1.0
