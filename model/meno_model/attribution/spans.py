"""From the effects of tokens to the words of the file that an editor can paint.

A word of the source may be several tokens, whose effects add up. Line ends and indentation are tokens
without a word; what they do is counted apart, so that nothing is lost. Guarded by
`tests/model/test_attribution_spans.py`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from meno_analyzers.findings import Span
from meno_model.attribution.values import Influence
from meno_model.rendering import Lexeme, Rendering
from meno_model.units import Unit
from meno_model.windows import Window


def influences_of(
    unit: Unit, rendering: Rendering, window: Window, effect: npt.NDArray[np.float64]
) -> tuple[tuple[Influence, ...], float]:
    """The words of a window with their effects, in the order of the text, and the effect of the layout.

    `effect` [S] is that of the window's tokens. Words of the unit outside the window were not read and are
    absent.
    """
    of_lexeme: dict[int, float] = {}
    layout = 0.0
    for token, piece in enumerate(window.pieces):
        origin = rendering.origins[piece] if piece >= 0 else -1
        if origin >= 0:
            of_lexeme[origin] = of_lexeme.get(origin, 0.0) + float(effect[token])
        else:
            layout += float(effect[token])
    largest = max((abs(value) for value in of_lexeme.values()), default=0.0)
    made = tuple(
        Influence(
            rendering.lexemes[index].text,
            span_of(unit, rendering.lexemes[index]),
            value / largest if largest > 0 else 0.0,
            value,
        )
        for index, value in sorted(of_lexeme.items())
    )
    return made, layout


def span_of(unit: Unit, lexeme: Lexeme) -> Span:
    """Where a word of a unit stands in its file."""
    lines = unit.line_numbers
    return Span(lines[lexeme.line], lexeme.column, lines[lexeme.end_line], lexeme.end_column)
