"""How much the model suspects each line of a file: its location scores, brought from tokens to lines.

Unlike a finding this is never shown by itself, so that no threshold holds it back: it is one witness among
others for where a program fails that is known to fail. Guarded by tests/model/test_suspicion.py.
"""

from __future__ import annotations

from meno_model.predictor import MOST_UNITS, Predictor
from meno_model.units import units_of


def suspicion(predictor: Predictor, text: str) -> dict[int, float]:
    """1-based line → the unit's probability of a mistake, shared among its lines as the model points at them.

    Lines of units that the model cannot read are absent, and so are all lines of a file that does not parse.
    """
    units = units_of(text)[:MOST_UNITS]
    found: dict[int, float] = {}
    for unit, answer in zip(units, predictor.predict_units(units), strict=True):
        if answer is None:
            continue
        rendering, prediction = answer
        total = sum(prediction.lexeme_weight)
        for lexeme, weight in zip(rendering.lexemes, prediction.lexeme_weight, strict=True):
            if total > 0 and weight > 0 and lexeme.line < len(unit.line_numbers):
                line = unit.line_numbers[lexeme.line] + 1
                found[line] = found.get(line, 0.0) + prediction.probability * weight / total
    return found
