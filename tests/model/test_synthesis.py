"""The gate: a hint needs one small edit that would make the code look right."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from meno_model.predictor import Prediction, Predictor
from meno_model.rendering import Rendering, render
from meno_model.runtime import Runtime
from meno_model.scoring import unit_of
from meno_model.synthesis import MOST_EDITS, gain
from meno_model.units import Unit
from meno_model.weights import CALIBRATION, open_weights, renew_manifest

TEXT = """\
    def total(self, items):
        result = 0
        for item in items:
            result -= item
        return result
"""


def suspecting(predictor: Predictor, unit: Unit, text: str) -> tuple[Rendering, Prediction]:
    """The model's answer with all suspicion on the lexeme with this text."""
    answer = predictor.predict_units([unit])[0]
    assert answer is not None
    rendering, prediction = answer
    place = next(k for k, lexeme in enumerate(rendering.lexemes) if lexeme.text == text)
    weights = tuple(float(k == place) for k in range(len(rendering.lexemes)))
    return rendering, replace(prediction, place=place, lexeme_weight=weights)


def test_the_gain_is_what_the_best_edit_at_the_place_takes_away(shipped: Predictor) -> None:
    unit = unit_of(TEXT, "total")
    _, prediction = suspecting(shipped, unit, "-=")
    tried: list[str] = []

    def score(units: Sequence[Unit]) -> list[tuple[Rendering, Prediction] | None]:
        tried.extend(made.text for made in units)
        answers: list[tuple[Rendering, Prediction] | None] = []
        for made in units:
            rendering = render(made.text)
            assert rendering is not None
            odds = prediction.odds - 3.0 if "result += item" in made.text else prediction.odds + 1.0
            answers.append((rendering, replace(prediction, odds=odds)))
        return answers

    expected = replace(prediction, repairs=("assignment sign", "variable"))
    assert gain(unit, expected, score) == 3.0
    assert 0 < len(tried) <= MOST_EDITS
    assert "result += item" in tried[0] or "result += item" in tried[1], "the expected kind comes first"
    assert all("def total(self, items)" in text for text in tried), "other places are left alone"


def test_where_no_edit_helps_there_is_no_gain(shipped: Predictor) -> None:
    unit = unit_of("x = 1\n")
    _, prediction = suspecting(shipped, unit, "=")
    assert gain(unit, prediction, lambda units: [None] * len(units)) == 0.0


def test_a_closed_gate_silences_a_talkative_model(recalibrated: Callable[[float | None], Path]) -> None:
    folder = recalibrated(0.0)
    text = "def area(width, height):\n    result = width + height\n    return result * width\n"
    assert Predictor(Runtime(open_weights(folder))).findings(text)
    values = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))
    (folder / CALIBRATION).write_text(json.dumps({**values, "least_gain": 1e9}), encoding="utf-8")
    renew_manifest(folder)
    assert Predictor(Runtime(open_weights(folder))).findings(text) == ()
