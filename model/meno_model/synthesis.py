"""The gate before a hint: it is believed only if some single small edit makes the code look right.

A network that merely dislikes a function dislikes it after every edit, too. So before a finding is shown,
the changes that the repair search would try at the suspected place are applied one by one, the kinds that
the repair head expects first, and each text is scored again; the *gain* is by how much the log-odds of a
mistake fall at best. Nothing of the edits is shown. (Analysis by synthesis; compare the "meaningful repair"
of RealiT, Richter and Wehrheim 2023.) Guarded by tests/model/test_synthesis.py.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from meno_analyzers.failures.repair.candidates import proposals
from meno_analyzers.failures.repair.operators import naming as _registered  # noqa: F401 - fills the registry
from meno_analyzers.failures.repair.source import Source, changed
from meno_model.rendering import Rendering, render
from meno_model.units import Unit, parse_quietly

if TYPE_CHECKING:
    from meno_model.predictor import Prediction

Score = Callable[[Sequence[Unit]], "Sequence[tuple[Rendering, Prediction] | None]"]
"""How the network answers for units."""

MOST_EDITS = 12
_PLACES = 3
"""How many of the most suspicious lexemes are tried."""


def gain(unit: Unit, prediction: Prediction, score: Score) -> float:
    """By how much the best single edit lowers the log-odds of a mistake; 0 where none does."""
    return gains([(unit, prediction)], score)[0]


def gains(predicted: Sequence[tuple[Unit, Prediction]], score: Score) -> list[float]:
    """The gain of each unit, with the edits of all of them scored at once."""
    tried = [_edited(unit, prediction) for unit, prediction in predicted]
    answers = iter(score([edit for edits in tried for edit in edits]))
    found = []
    for (_, prediction), edits in zip(predicted, tried, strict=True):
        own = [next(answers) for _ in edits]
        found.append(max([0.0, *(prediction.odds - answer[1].odds for answer in own if answer is not None)]))
    return found


def _edited(unit: Unit, prediction: Prediction) -> list[Unit]:
    text = textwrap.dedent(unit.text)
    return [Unit(unit.name, made, tuple(range(made.count("\n") + 1))) for made in _edits(text, prediction)]


def _edits(text: str, prediction: Prediction) -> Iterator[str]:
    """Texts with one change at a suspected place, the expected kinds of changes first."""
    rendering = render(text)
    if rendering is None or parse_quietly(text) is None:
        return
    source = Source(text)
    suspected = sorted(range(len(rendering.lexemes)), key=lambda place: -prediction.lexeme_weight[place])[
        :_PLACES
    ]
    spans = []
    for place in suspected:
        lexeme = rendering.lexemes[place]
        start = source.line_start(lexeme.line + 1) + lexeme.column
        spans.append((start, source.line_start(lexeme.end_line + 1) + lexeme.end_column))
    rank = {name: place for place, name in enumerate(prediction.repairs)}
    found: dict[str, tuple[int, int]] = {}
    for operator, _, options in proposals(source):
        for changes in options:
            at = next(
                (
                    number
                    for number, (start, end) in enumerate(spans)
                    if any(change.start < end and start < change.end for change in changes)
                ),
                None,
            )
            if at is None:
                continue
            made = changed(text, changes)
            order = (rank.get(operator.name, len(rank)), at)
            if made != text and order < found.get(made, (len(rank) + 1, 0)):
                found[made] = order
    ordered = sorted(found, key=lambda made: found[made])
    number = 0
    for made in ordered:
        if number == MOST_EDITS:
            return
        if parse_quietly(made) is not None:
            number += 1
            yield made
