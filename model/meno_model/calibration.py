"""From log-odds to an honest probability, and to a line below which the model says nothing.

Measured on projects and exercise families that were not trained on, with the int8 graph that ships.

1. *Probability.* Platt scaling of "a mistake is here" (the place must be right, too), weighted so that one
   unit in `prior` is wrong, not one in two as in training.
2. *Categories.* On the first half of the snippets: a category is shown only if what it says there is
   right in place in more than half of the weighted cases.
3. *Threshold.* On the second half, from strict to lax (a fixed sequence, so the bound keeps its confidence):
   the lowest probability at which the upper 95 % Clopper–Pearson bound of "fires on a clean unit" stays at
   or below `most_false_alarms`, in library code and in exercises alike.

`calibration.json` names the SHA-256 of the graph; a runtime with another graph refuses it.
"""

from __future__ import annotations

import json
import zlib
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
    """Categories right in place more often than not at the threshold that this half alone would choose."""
    chosen = set(categories)
    for _ in range(4):
        threshold = _threshold(clean, chosen, temperature, bias, at_most=MOST_FALSE_ALARMS * 1.3)
        if threshold is None:
            return set()
        kept = set()
        for category in chosen:
            firing = [
                m
                for m in mutants
                if m.prediction.category is category and _fires(m, chosen, threshold, temperature, bias)
            ]
            false = sum(
                c.prediction.category is category and _fires(c, chosen, threshold, temperature, bias)
                for c in clean
            )
            right = PRIOR / len(mutants) * sum(m.place_is_right for m in firing)
            all_firing = PRIOR / len(mutants) * len(firing) + (1 - PRIOR) / len(clean) * false
            if len(firing) >= LEAST_FIRINGS and right > LEAST_PRECISION * all_firing:
                kept.add(category)
        if kept == chosen:
            break
        chosen = kept
    return chosen


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
        (calibrated(c.prediction.odds, temperature, bias) for c in clean if c.prediction.category in chosen),
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
    if threshold is None or item.prediction.category not in chosen:
        return False
    return calibrated(item.prediction.odds, temperature, bias) >= threshold
