"""From log-odds to an honest probability, and to the lines below which the model says nothing.

Measured on projects and exercise families that were not trained on, with the int8 graph that ships, and on
correct programs of sets that are named. The probability is a Platt scaling of "a mistake is here" (the place
must be right, too), weighted so that one unit in `PRIOR` is wrong, not one in two as in training; the lines
are those of `thresholds.py`. `calibration.json` names the SHA-256 of the graph; a runtime with another graph
refuses it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meno_analyzers.findings import Category
from meno_model.metrics import (
    calibration_bins,
    expected_calibration_error,
    fit_probability,
    upper_bound,
)
from meno_model.predictor import calibrated
from meno_model.scoring import Scored
from meno_model.thresholds import MOST_FALSE_ALARMS, PRIOR, Choice, choose, kept, speaks
from meno_model.weights import CALIBRATION, open_weights, renew_manifest

GAINS = (0.0, 0.5, 1.0, 2.0, 3.0)
"""The least gains of the synthesis gate that are tried; 0 leaves the gate open."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished calibration: what goes into `calibration.json`."""

    temperature: float
    bias: float
    thresholds: dict[Category, float | None]
    least_gain: float
    facts: dict[str, Any]


def calibrate(
    clean: Sequence[Scored],
    mutants: Sequence[Scored],
    categories: Sequence[Category],
    programs: Mapping[str, Sequence[Scored]] | None = None,
) -> Outcome:
    """Fit the probability, choose the lines, keep the promise; `programs` are more correct units by set."""
    odds = np.array([item.prediction.odds for item in (*clean, *mutants)])
    truth = np.array([0.0] * len(clean) + [float(item.place_is_right) for item in mutants])
    weights = np.array([(1 - PRIOR) / len(clean)] * len(clean) + [PRIOR / len(mutants)] * len(mutants))
    temperature, bias = fit_probability(odds, truth, weights)
    probabilities = np.array([calibrated(value, temperature, bias) for value in odds])
    choosing, bounding = _halves(clean)
    wrong = _halves(mutants)[0]
    tried = [choose(choosing, wrong, categories, gain) for gain in GAINS]
    best = max(tried, key=lambda choice: choice.right)
    # Programs that people wrote are one stratum: a single small set could only be kept silent altogether.
    written = [item for items in (programs or {}).values() for item in items]
    lines = kept(best, {**_strata(bounding), **({"programs": written} if written else {})})
    strata = {**_strata(bounding), **(programs or {})}
    fired = {name: _fired(items, lines, best.least_gain) for name, items in strata.items()}
    number = sum(fired.values())
    units = sum(map(len, strata.values()))
    facts = {
        "calibrated": True,
        "prior": PRIOR,
        "clean_units": len(clean),
        "mutants": len(mutants),
        "bound_units": units,
        "bound_false_alarms": number,
        "bound_upper_95": round(upper_bound(number, units), 5),
        "promised_false_alarm_rate": MOST_FALSE_ALARMS,
        "strata": {
            name: {
                "units": len(items),
                "false_alarms": fired[name],
                "upper_95": round(upper_bound(fired[name], len(items)), 5),
            }
            for name, items in strata.items()
        },
        "calibration_error": round(expected_calibration_error(probabilities, truth, weights), 4),
        "calibration_error_before": round(
            expected_calibration_error(1 / (1 + np.exp(-np.clip(odds, -60, 60))), truth, weights), 4
        ),
        "reliability": calibration_bins(probabilities, truth, weights),
    }
    if any(math.isfinite(item.gain) for item in (*clean, *mutants)):
        rights = {str(choice.least_gain): choice.right for choice in tried}
        facts["gate"] = {"least_gain": best.least_gain, "right_hints_by_least_gain": rights}
    shown = {
        category: round(calibrated(lines[category], temperature, bias), 4) if category in lines else None
        for category in categories
    }
    return Outcome(temperature, bias, shown, best.least_gain, facts)


def write_calibration(folder: Path, outcome: Outcome) -> None:
    """Write `calibration.json` for the graph in the folder and renew the manifest's checksums."""
    files = open_weights(folder)
    values = {
        "model_sha256": files.graph_checksum,
        "temperature": outcome.temperature,
        "bias": outcome.bias,
        "thresholds": {category.value: value for category, value in outcome.thresholds.items()},
        "least_gain": outcome.least_gain,
        "facts": outcome.facts,
    }
    (folder / CALIBRATION).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    renew_manifest(folder)


def _fired(items: Sequence[Scored], lines: Mapping[Category, float], least_gain: float) -> int:
    return sum(speaks(item, lines, least_gain) for item in items)


def _halves(items: Sequence[Scored]) -> tuple[list[Scored], list[Scored]]:
    """Two halves by a checksum of the original snippet, the same for its mutants."""
    halves: tuple[list[Scored], list[Scored]] = ([], [])
    for item in items:
        halves[zlib.crc32(item.snippet.text.encode()) % 2].append(item)
    return halves


def _strata(items: Sequence[Scored]) -> dict[str, list[Scored]]:
    found: dict[str, list[Scored]] = {}
    for item in items:
        found.setdefault(item.stratum, []).append(item)
    return found


__all__ = ["GAINS", "MOST_FALSE_ALARMS", "Choice", "Outcome", "calibrate", "write_calibration"]
