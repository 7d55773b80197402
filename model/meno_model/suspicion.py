"""How much the model suspects each line of a file: its location scores, brought from tokens to lines.

Unlike a finding this is never shown by itself, so that no threshold holds it back: it is one witness among
others for where a program fails that is known to fail. Guarded by tests/model/test_suspicion.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from meno_model.predictor import MOST_UNITS, Prediction, Predictor
from meno_model.rendering import Rendering
from meno_model.units import Unit, units_of


def suspicion(predictor: Predictor, text: str) -> dict[int, float]:
    """1-based line → the unit's probability of a mistake, shared among its lines as the model points at them.

    Lines of units that the model cannot read are absent, and so are all lines of a file that does not parse.
    """
    units = units_of(text)[:MOST_UNITS]
    found: dict[int, float] = {}
    for unit, answer in zip(units, predictor.predict_units(units), strict=True):
        if answer is None:
            continue
        for line, share in shares_of(unit, *answer):
            found[line] = found.get(line, 0.0) + share
    return found


def shares_of(unit: Unit, rendering: Rendering, prediction: Prediction) -> Iterator[tuple[int, float]]:
    """1-based lines with their lexemes' parts of a unit's probability of a mistake; a line comes up often."""
    total = sum(prediction.lexeme_weight)
    for lexeme, weight in zip(rendering.lexemes, prediction.lexeme_weight, strict=True):
        if total > 0 and weight > 0 and lexeme.line < len(unit.line_numbers):
            yield unit.line_numbers[lexeme.line] + 1, prediction.probability * weight / total
