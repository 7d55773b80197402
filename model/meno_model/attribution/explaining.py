"""Why the model thinks what it thinks of the unit at a line: the judged window, its answer, the words
behind it.

A long unit is judged in windows and the most suspicious one speaks for it, so that one is explained. The
answer is the log-odds of a mistake (what the probability is made of), or the logit of the category at the
token that the model points at. The graph is opened at the first question; reading and judging are the
predictor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from meno_model.attribution.gradients import GradientGraph
from meno_model.attribution.spans import influences_of
from meno_model.attribution.steps import BUDGET_SECONDS, STAGES, WANTED_GAP, Passage, integrate
from meno_model.attribution.values import Attribution, Target
from meno_model.errors import AttributionError
from meno_model.predictor import MOST_WINDOWS, Predictor, combine, read_unit
from meno_model.rendering import Rendering
from meno_model.runtime import Judgement
from meno_model.units import Unit, parse_quietly, units_of
from meno_model.windows import Window

ODDS = "odds"
NO_UNIT = (
    "There is nothing on this line that the model reads: ask on a line of a function, or on a statement"
    " outside of functions and classes."
)
BROKEN = "Python cannot read this file yet, so the model has not read it either: mend the syntax first."
TOO_LONG = f"This is too long for the model: it reads at most {MOST_WINDOWS} windows of code at a time."


class Explainer:
    """Explains predictions of one loaded model."""

    def __init__(self, predictor: Predictor, threads: int | None = None) -> None:
        self.predictor = predictor
        self._threads = threads
        self._graph: GradientGraph | None = None

    @property
    def graph(self) -> GradientGraph:
        """The gradient graph; a `WeightsError` says so when the model has none."""
        if self._graph is None:
            self._graph = GradientGraph.of(self.predictor.files, self._threads)
        return self._graph

    def explain(
        self,
        text: str,
        line: int,
        target: Target = Target.MISTAKE,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Attribution:
        """The attribution for the unit at a 0-based line of a file; `AttributionError` when it has none."""
        unit = unit_at(text, line)
        return self.explain_unit(unit, target, budget_seconds=budget_seconds, is_cancelled=is_cancelled)

    def explain_unit(
        self,
        unit: Unit,
        target: Target = Target.MISTAKE,
        *,
        stages: Sequence[int] = STAGES,
        budget_seconds: float = BUDGET_SECONDS,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> Attribution:
        """The attribution for a unit that is there already."""
        graph = self.graph
        files = self.predictor.files
        read = read_unit(unit, self.predictor.runtime.tokenizer, files.longest)
        if read is None:
            raise AttributionError(TOO_LONG)
        rendering, windows = read
        judgements = self.predictor.runtime.judge(windows)
        judged = list(zip(windows, judgements, strict=True))
        prediction = combine(rendering, judged, files)
        window, judgement = max(judged, key=lambda item: item[1].odds)
        answer = ODDS if target is Target.MISTAKE else prediction.category.value
        passage = Passage.of(
            window.ids,
            graph.answers.index(answer),
            len(graph.answers),
            place=pointed_token(rendering, window, judgement, prediction.place),
        )
        found = integrate(
            graph, passage, stages=stages, budget_seconds=budget_seconds, is_cancelled=is_cancelled
        )
        influences, layout = influences_of(unit, rendering, window, found.effect)
        return Attribution(
            unit=unit.name,
            first_line=unit.line_numbers[0],
            last_line=unit.line_numbers[-1],
            target=target,
            category=prediction.category,
            probability=round(prediction.probability, 4),
            influences=influences,
            layout=layout,
            gap=found.gap,
            steps=found.steps,
            approximate=found.gap > WANTED_GAP,
        )


def unit_at(text: str, line: int) -> Unit:
    """The unit on a 0-based line; an `AttributionError` when there is none."""
    for unit in units_of(text):
        if line in unit.line_numbers:
            return unit
    raise AttributionError(BROKEN if parse_quietly(text) is None else NO_UNIT)


def pointed_token(rendering: Rendering, window: Window, judgement: Judgement, place: int) -> int:
    """The most suspicious of the tokens that make up the lexeme `place`."""
    own = [
        token for token, piece in enumerate(window.pieces) if piece >= 0 and rendering.origins[piece] == place
    ]
    return max(own, key=lambda token: float(judgement.location[token]))
