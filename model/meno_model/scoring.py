"""What calibration and evaluation have in common: held-out snippets and their mutants, scored by the
exported graph as the editor would score them.

Every score comes from the int8 file that ships, through the same predictor; never from the torch network.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from meno_model.corpus.snippets import Snippet
from meno_model.mutations import Edit, apply, edits_of
from meno_model.mutations.base import is_mutant
from meno_model.predictor import Prediction, Predictor
from meno_model.rendering import Rendering
from meno_model.units import PROGRAM, Unit

_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Scored:
    """One held-out text: clean (`edit` is None) or mutated, and what the model makes of it."""

    snippet: Snippet
    text: str
    edit: Edit | None
    rendering: Rendering
    prediction: Prediction
    gain: float = math.inf
    """What the best single edit takes away from the log-odds; infinite where no gate is asked for."""

    @property
    def stratum(self) -> str:
        """`exercises` for the self-written programs, else `libraries`."""
        return "exercises" if self.snippet.project.startswith("exercises/") else "libraries"

    @property
    def place_is_right(self) -> bool:
        """Whether the pointed lexeme overlaps the mistake."""
        return self.edit is not None and self.prediction.place in wrong_lexemes(
            self.rendering, self.text, self.edit.focus
        )

    @property
    def category_is_right(self) -> bool:
        return self.edit is not None and self.prediction.category is self.edit.category


def wrong_lexemes(rendering: Rendering, text: str, focus: tuple[int, int]) -> set[int]:
    """Indices of the lexemes that overlap a stretch of the text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return {
        index
        for index, lexeme in enumerate(rendering.lexemes)
        if starts[lexeme.line] + lexeme.column < focus[1]
        and focus[0] < starts[lexeme.end_line] + lexeme.end_column
    }


def unit_of(text: str, name: str = PROGRAM) -> Unit:
    """A whole text as one unit."""
    return Unit(name, text, tuple(range(text.count("\n") + 1)))


def score_clean(
    predictor: Predictor, snippets: Sequence[Snippet], on_progress: Callable[[int], None] = lambda _n: None
) -> list[Scored]:
    """Scores of the snippets as they are."""
    return list(_score(predictor, [(s, s.text, None) for s in snippets], on_progress))


def score_mutants(
    predictor: Predictor,
    snippets: Sequence[Snippet],
    each: int,
    seed: int,
    weight: Callable[[Edit], float] = lambda _edit: 1.0,
    on_progress: Callable[[int], None] = lambda _n: None,
) -> list[Scored]:
    """Scores of up to `each` mutants a snippet; operators are drawn by `weight`, then places evenly."""
    return list(_score(predictor, list(_mutants(snippets, each, seed, weight)), on_progress))


def _mutants(
    snippets: Sequence[Snippet], each: int, seed: int, weight: Callable[[Edit], float]
) -> Iterator[tuple[Snippet, str, Edit | None]]:
    for snippet in snippets:
        source = random.Random(f"{seed}:{snippet.text}")
        groups: dict[str, list[Edit]] = {}
        for edit in edits_of(snippet.text, checked=False):
            if weight(edit) > 0:
                groups.setdefault(edit.operator, []).append(edit)
        for _ in range(each):
            if not groups:
                break
            names = list(groups)
            name = source.choices(names, [weight(groups[n][0]) for n in names])[0]
            edit = source.choice(groups.pop(name))
            if is_mutant(snippet.text, edit):
                yield snippet, apply(snippet.text, edit), edit


def _score(
    predictor: Predictor,
    items: Sequence[tuple[Snippet, str, Edit | None]],
    on_progress: Callable[[int], None],
) -> Iterator[Scored]:
    for first in range(0, len(items), _CHUNK):
        chunk = items[first : first + _CHUNK]
        answers = predictor.predict_units([unit_of(text, snippet.name) for snippet, text, _ in chunk])
        for (snippet, text, edit), answer in zip(chunk, answers, strict=True):
            if answer is not None:
                yield Scored(snippet, text, edit, *answer)
        on_progress(len(chunk))


def gated(predictor: Predictor, items: Sequence[Scored], from_odds: float) -> list[Scored]:
    """The items with the gain of each that might speak; those below these log-odds never do."""
    return [
        replace(
            item,
            gain=predictor.gain(unit_of(item.text, item.snippet.name), item.prediction)
            if item.prediction.may_speak and item.prediction.odds >= from_odds
            else -math.inf,
        )
        for item in items
    ]
