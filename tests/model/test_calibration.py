"""Thresholds keep their promise and the useless is silenced."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from meno_analyzers.findings import Category
from meno_model.calibration import MOST_FALSE_ALARMS, calibrate, write_calibration
from meno_model.corpus.snippets import Snippet
from meno_model.metrics import upper_bound
from meno_model.mutations import Edit
from meno_model.predictor import Prediction, calibrated
from meno_model.rendering import render
from meno_model.scoring import Scored
from meno_model.weights import CALIBRATION, open_weights

GOOD, BAD = Category.MISSING_CALL, Category.WRONG_LITERAL


def scored(number: int, odds: float, category: Category, *, mutant: bool, hit: bool = True) -> Scored:
    text = f"x = {number}\n"
    rendering = render(text)
    assert rendering is not None
    edit = Edit(0, 1, "x", (0, 1), category, "any") if mutant else None
    prediction = Prediction(0.5, odds, category, 1.0, 0 if hit else 2, (1.0, 0.0, 0.0))
    project = "exercises/sum" if number % 4 == 0 else "library"
    return Scored(Snippet(project, "calibration", "f", text), text, edit, rendering, prediction)


@pytest.fixture(scope="module")
def material() -> tuple[list[Scored], list[Scored]]:
    source = random.Random(4)
    clean = [scored(n, source.gauss(-2, 1), source.choice([GOOD, BAD]), mutant=False) for n in range(6000)]
    good = [scored(n, source.gauss(2, 2), GOOD, mutant=True) for n in range(3000)]
    bad = [scored(n, source.gauss(-1, 1.5), BAD, mutant=True, hit=n % 5 == 0) for n in range(3000)]
    return clean, good + bad


def test_the_bound_on_false_alarms_holds(material: tuple[list[Scored], list[Scored]]) -> None:
    clean, mutants = material
    outcome = calibrate(clean, mutants, [GOOD, BAD])
    threshold = outcome.thresholds[GOOD]
    assert threshold is not None
    assert 0.3 < threshold <= 1.0
    assert outcome.facts["bound_upper_95"] <= MOST_FALSE_ALARMS
    fired = sum(
        item.prediction.category is GOOD
        and calibrated(item.prediction.odds, outcome.temperature, outcome.bias) >= threshold
        for item in clean
    )
    assert upper_bound(fired, len(clean)) <= 1.5 * MOST_FALSE_ALARMS
    caught = sum(
        calibrated(i.prediction.odds, outcome.temperature, outcome.bias) >= threshold for i in mutants[:3000]
    )
    assert caught > 900


def test_a_category_that_points_to_the_wrong_place_is_silenced(
    material: tuple[list[Scored], list[Scored]],
) -> None:
    clean, mutants = material
    assert calibrate(clean, mutants, [GOOD, BAD]).thresholds[BAD] is None


def test_calibration_makes_probabilities_more_honest(material: tuple[list[Scored], list[Scored]]) -> None:
    facts = calibrate(*material, [GOOD, BAD]).facts
    assert facts["calibration_error"] < facts["calibration_error_before"]
    assert facts["calibration_error"] < 0.05


def test_a_model_that_knows_nothing_says_nothing() -> None:
    source = random.Random(5)
    clean = [scored(n, source.gauss(0, 1), GOOD, mutant=False) for n in range(1500)]
    mutants = [scored(n, source.gauss(0, 1), GOOD, mutant=True) for n in range(1500)]
    assert set(calibrate(clean, mutants, [GOOD, BAD]).thresholds.values()) == {None}


def test_what_is_written_can_be_opened(
    copied_weights: Path, material: tuple[list[Scored], list[Scored]]
) -> None:
    outcome = calibrate(*material, [GOOD, BAD])
    write_calibration(copied_weights, outcome)
    files = open_weights(copied_weights)
    assert files.calibration.threshold_of(GOOD) == outcome.thresholds[GOOD]
    assert files.calibration.threshold_of(BAD) is None
    stored = json.loads((copied_weights / CALIBRATION).read_text(encoding="utf-8"))
    assert stored["model_sha256"] == files.graph_checksum
