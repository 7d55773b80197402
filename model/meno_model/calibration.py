"""From log-odds to an honest probability, and to a line below which the model says nothing.

Measured on projects and exercise families that were not trained on, with the int8 graph that ships.

1. *Probability.* Platt scaling of "a mistake is here" (the place must be right, too), weighted so that one
   unit in `prior` is wrong, not one in two as in training.
2. *Categories.* On the first half of the snippets: the set that is right most often, of categories that are
   right in place in more than half of the weighted cases.
3. *Threshold.* On the second half, from strict to lax (a fixed sequence, so the bound keeps its confidence):
   the lowest probability at which the upper 95 % Clopper–Pearson bound of "fires on a clean unit" stays at
   or below `most_false_alarms`, in library code and in exercises alike.

`calibration.json` names the SHA-256 of the graph; a runtime with another graph refuses it.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from meno_analyzers.findings import Category
from meno_model.metrics import expected_calibration_error, fit_probability, upper_bound
from meno_model.predictor import calibrated
from meno_model.scoring import Scored
from meno_model.weights import CALIBRATION, MANIFEST, open_weights, write_manifest

PRIOR = 0.3
MOST_FALSE_ALARMS = 0.01
LEAST_STRATUM = 150
LEAST_FIRINGS = 8
LEAST_PRECISION = 0.5
_BUDGET = 0.6
"""Share of the promised rate that choosing may spend: the bound on the other half leaves about that much."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished calibration: what goes into `calibration.json`."""

    temperature: float
    bias: float
    thresholds: dict[Category, float | None]
    facts: dict[str, Any]


def calibrate(clean: Sequence[Scored], mutants: Sequence[Scored], categories: Sequence[Category]) -> Outcome:
    """Fit the probability, choose the categories, find the threshold."""
    odds = np.array([item.prediction.odds for item in (*clean, *mutants)])
    truth = np.array([0.0] * len(clean) + [float(item.place_is_right) for item in mutants])
    weights = np.array([(1 - PRIOR) / len(clean)] * len(clean) + [PRIOR / len(mutants)] * len(mutants))
    temperature, bias = fit_probability(odds, truth, weights)
    probabilities = np.array([calibrated(value, temperature, bias) for value in odds])
    choosing, bounding = _halves(clean)
    chosen = _useful_categories(choosing, _halves(mutants)[0], categories, temperature, bias)
    threshold = _threshold(bounding, chosen, temperature, bias)
    if threshold is None:
        chosen = set()
    shown = {category: threshold if category in chosen else None for category in categories}
    fired = [item for item in bounding if _fires(item, chosen, threshold, temperature, bias)]
    facts = {
        "calibrated": True,
        "prior": PRIOR,
        "clean_units": len(clean),
        "mutants": len(mutants),
        "bound_units": len(bounding),
        "bound_false_alarms": len(fired),
        "bound_upper_95": round(upper_bound(len(fired), len(bounding)), 5),
        "promised_false_alarm_rate": MOST_FALSE_ALARMS,
        "calibration_error": round(expected_calibration_error(probabilities, truth, weights), 4),
        "calibration_error_before": round(
            expected_calibration_error(1 / (1 + np.exp(-np.clip(odds, -60, 60))), truth, weights), 4
        ),
    }
    return Outcome(temperature, bias, shown, facts)


def write_calibration(folder: Path, outcome: Outcome) -> None:
    """Write `calibration.json` for the graph in the folder and renew the manifest's checksums."""
    files = open_weights(folder)
    values = {
        "model_sha256": files.graph_checksum,
        "temperature": outcome.temperature,
        "bias": outcome.bias,
        "thresholds": {category.value: value for category, value in outcome.thresholds.items()},
        "facts": outcome.facts,
    }
    (folder / CALIBRATION).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    description = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, {k: v for k, v in description.items() if k not in ("files", "rendering")})


def _halves(items: Sequence[Scored]) -> tuple[list[Scored], list[Scored]]:
    """Two halves by a checksum of the original snippet, the same for its mutants."""
    halves: tuple[list[Scored], list[Scored]] = ([], [])
    for item in items:
        halves[zlib.crc32(item.snippet.text.encode()) % 2].append(item)
    return halves


def _useful_categories(
    clean: Sequence[Scored],
    mutants: Sequence[Scored],
    categories: Sequence[Category],
    temperature: float,
    bias: float,
) -> set[Category]:
    """The set of categories with most right firings of this half, at the best common threshold.

    At each threshold a category may take part if it fires often enough and is right in place more often
    than not; those with the most right firings a false alarm come first, while `_BUDGET` lasts.
    """
    best: set[Category] = set()
    most = 0
    for percent in range(20, 98, 2):
        spoken = [
            [
                i
                for i in items
                if i.prediction.may_speak and _probability(i, temperature, bias) >= percent / 100
            ]
            for items in (clean, mutants)
        ]
        false = Counter(item.prediction.category for item in spoken[0])
        firing = Counter(item.prediction.category for item in spoken[1])
        right = Counter(item.prediction.category for item in spoken[1] if item.place_is_right)
        chosen: set[Category] = set()
        alarms = hits = 0
        for category in sorted(categories, key=lambda c: -right[c] / (false[c] + 1)):
            good = PRIOR / len(mutants) * right[category]
            spent = PRIOR / len(mutants) * firing[category] + (1 - PRIOR) / len(clean) * false[category]
            if firing[category] < LEAST_FIRINGS or good <= LEAST_PRECISION * spent:
                continue
            if alarms + false[category] <= _BUDGET * MOST_FALSE_ALARMS * len(clean):
                chosen.add(category)
                alarms, hits = alarms + false[category], hits + right[category]
        if hits > most:
            best, most = chosen, hits
    return best


def _threshold(
    clean: Sequence[Scored],
    chosen: set[Category],
    temperature: float,
    bias: float,
    at_most: float = MOST_FALSE_ALARMS,
) -> float | None:
    """The lowest probability whose bound holds in every stratum that is large enough; None if none does."""
    needed = [_stratum_threshold(stratum, chosen, temperature, bias, at_most) for stratum in _strata(clean)]
    if not needed or any(value is None for value in needed):
        return None
    return max(value for value in needed if value is not None)


def _strata(clean: Sequence[Scored]) -> Iterator[list[Scored]]:
    names = {item.stratum for item in clean}
    for name in sorted(names):
        members = [item for item in clean if item.stratum == name]
        if len(members) >= LEAST_STRATUM or len(names) == 1:
            yield members


def _stratum_threshold(
    clean: Sequence[Scored], chosen: set[Category], temperature: float, bias: float, at_most: float
) -> float | None:
    firing = sorted(
        (
            _probability(item, temperature, bias)
            for item in clean
            if item.prediction.category in chosen and item.prediction.may_speak
        ),
        reverse=True,
    )
    if upper_bound(0, len(clean)) > at_most:
        # Too few units for the promised bound: be as strict as the most suspicious clean unit asks.
        return min(1.0, firing[0] + 1e-6) if firing else 1.0
    allowed = 0
    while allowed + 1 < len(firing) and upper_bound(allowed + 1, len(clean)) <= at_most:
        allowed += 1
    if allowed >= len(firing):
        return firing[-1] if firing else 1.0
    return min(1.0, firing[allowed] + 1e-6)


def _fires(
    item: Scored, chosen: set[Category], threshold: float | None, temperature: float, bias: float
) -> bool:
    if threshold is None or item.prediction.category not in chosen or not item.prediction.may_speak:
        return False
    return _probability(item, temperature, bias) >= threshold


def _probability(item: Scored, temperature: float, bias: float) -> float:
    return calibrated(item.prediction.odds, temperature, bias)
