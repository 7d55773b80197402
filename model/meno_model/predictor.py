"""File text to findings: units, windows, the graph, the calibration; silent wherever it is not sure enough.

The predictor remembers answers by the unit's text, so that a save scores only what changed. It abstains on
files that do not parse, on units of more than `MOST_WINDOWS` windows, and below the thresholds of
`calibration.json`. A probability it shows was calibrated on code the model had not seen; see the model card.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from meno_analyzers.findings import Category, Finding, Severity, Source
from meno_model.places import pointed_code
from meno_model.rendering import Rendering, render
from meno_model.runtime import Floats, Judgement, Runtime
from meno_model.synthesis import gains
from meno_model.tokenizer import CodeTokenizer
from meno_model.units import Unit, units_of
from meno_model.weights import ModelFiles
from meno_model.windows import Window, windows_of

MOST_WINDOWS = 6
MOST_UNITS = 400
LOUD_FROM = 0.8
"""From this probability on a finding is information, below it a hint."""
NOT_JUDGED = frozenset({"print"})
"""Names it never points at aloud: libraries hardly print, so it takes a learner's `print` for a bug."""
_REMEMBERED = 2000
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model thinks of one unit, before any threshold.

    `probability` is the calibrated chance that something is wrong; `place` indexes the rendering's lexemes;
    `lexeme_weight[k]` is the share of suspicion on lexeme `k`, spread by the pointer's temperature; where
    `may_speak` is false the model abstains, however sure it is. `repairs` are the kinds of changes that would
    undo the mistake, the likeliest first.
    """

    probability: float
    odds: float
    category: Category
    category_share: float
    place: int
    lexeme_weight: tuple[float, ...]
    may_speak: bool = True
    repairs: tuple[str, ...] = ()


class Predictor:
    """Answers for whole files, with a memory."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.files = runtime.files
        self._memory: OrderedDict[str, tuple[Rendering, Prediction] | None] = OrderedDict()
        self._gains: OrderedDict[str, float] = OrderedDict()
        self.scored = 0

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Findings of a file in its own 0-based lines and character columns."""
        (found,) = self._found([units_of(text)[:MOST_UNITS]])
        return found

    def findings_of_many(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """The findings of each text; a unit that several of them share is judged once.

        On an accelerator the units of all of them go through the graph in the same batches.
        """
        return self._found([units_of(text)[:MOST_UNITS] for text in texts])

    def _found(self, files: Sequence[Sequence[Unit]]) -> list[tuple[Finding, ...]]:
        """Findings of files that were cut into units, each step done for all of them at once."""
        units = [unit for own in files for unit in own]
        answers = self.predict_units(units)
        if len(files) > 1 and self.files.calibration.least_gain > 0.0:
            pairs = zip(units, answers, strict=True)
            self._remember_gains([(u, a[1]) for u, a in pairs if a is not None and self._is_sure(a[1])])
        made = iter([self._finding(unit, answer) for unit, answer in zip(units, answers, strict=True)])
        return [tuple(finding for _ in own if (finding := next(made)) is not None) for own in files]

    def predict_units(self, units: Sequence[Unit]) -> list[tuple[Rendering, Prediction] | None]:
        """One prediction a unit; None for what cannot be read or is too long."""
        keys = [_key(unit) for unit in units]
        fresh = {key: unit for key, unit in zip(keys, units, strict=True) if key not in self._memory}
        found = dict(zip(fresh, self._score(list(fresh.values())), strict=True))
        self.scored += len(fresh)
        answers = [found[key] if key in found else self._memory[key] for key in keys]
        self._memory.update(zip(keys, answers, strict=True))
        for key in keys:
            self._memory.move_to_end(key)
        while len(self._memory) > _REMEMBERED:
            self._memory.popitem(last=False)
        return answers

    def shows(self, unit: Unit, prediction: Prediction) -> bool:
        """Whether the model says something about a unit unasked: sure enough, and some edit would mend it."""
        if not self._is_sure(prediction):
            return False
        least = self.files.calibration.least_gain
        return least <= 0.0 or self.gain(unit, prediction) >= least

    def _is_sure(self, prediction: Prediction) -> bool:
        threshold = self.files.calibration.threshold_of(prediction.category)
        return threshold is not None and prediction.probability >= threshold and prediction.may_speak

    def gain(self, unit: Unit, prediction: Prediction) -> float:
        """What the best single edit takes away from the log-odds of a mistake; remembered."""
        return self._remember_gains([(unit, prediction)])[0]

    def _remember_gains(self, predicted: Sequence[tuple[Unit, Prediction]]) -> list[float]:
        """The gain of each, those that are not known scored at once."""
        keys = [_key(unit) for unit, _ in predicted]
        fresh = {key: one for key, one in zip(keys, predicted, strict=True) if key not in self._gains}
        if fresh:
            found = dict(zip(fresh, gains(list(fresh.values()), self._score), strict=True))
            self._gains.update(found)
        answers = [self._gains[key] for key in keys]
        while len(self._gains) > _REMEMBERED:
            self._gains.popitem(last=False)
        return answers

    def _score(self, units: Sequence[Unit]) -> list[tuple[Rendering, Prediction] | None]:
        read = [read_unit(unit, self.runtime.tokenizer, self.files.longest) for unit in units]
        windows = [window for item in read if item is not None for window in item[1]]
        judgements = iter(self.runtime.judge(windows))
        answers: list[tuple[Rendering, Prediction] | None] = []
        for item in read:
            if item is None:
                answers.append(None)
                continue
            rendering, own = item
            judged = [(window, next(judgements)) for window in own]
            prediction = combine(rendering, judged, self.files)
            answers.append((rendering, prediction))
        return answers

    def _finding(self, unit: Unit, answer: tuple[Rendering, Prediction] | None) -> Finding | None:
        if answer is None:
            return None
        rendering, prediction = answer
        if not self.shows(unit, prediction):
            return None
        span, code = pointed_code(unit, rendering.lexemes[prediction.place])
        probability = prediction.probability
        return Finding(
            rule=f"model/{prediction.category.value}",
            name=f"possible-{kebab(prediction.category)}",
            category=prediction.category,
            severity=Severity.INFORMATION if probability >= LOUD_FROM else Severity.HINT,
            confidence=round(probability, 4),
            source=Source.MODEL,
            span=span,
            values={
                "function": unit.name,
                "code": code,
                "chance": chance(probability),
            },
        )


def _key(unit: Unit) -> str:
    """What answers are remembered by."""
    return hashlib.sha256(unit.text.encode("utf-8", "surrogatepass")).hexdigest()


def read_unit(unit: Unit, tokenizer: CodeTokenizer, longest: int) -> tuple[Rendering, list[Window]] | None:
    """A unit as the model reads it; None for what cannot be tokenized or needs too many windows."""
    rendering = render(unit.text)
    if rendering is None or len(rendering.pieces) > longest * MOST_WINDOWS:
        return None
    windows = windows_of(rendering, tokenizer, longest)
    return (rendering, windows) if len(windows) <= MOST_WINDOWS else None


def combine(
    rendering: Rendering,
    judged: Sequence[tuple[Window, Judgement]],
    files: ModelFiles,
    temperature: float | None = None,
) -> Prediction:
    """The most suspicious window speaks for the unit; lexemes keep the highest weight of any window.

    `temperature` is the pointer's; None takes that of the calibration.
    """
    wide = files.calibration.pointer_temperature if temperature is None else temperature
    weights = np.zeros(len(rendering.lexemes))
    best_odds, place, category, share = -math.inf, 0, files.categories[0], 0.0
    repairs: tuple[str, ...] = ()
    for window, judgement in judged:
        location = judgement.location[1:].astype(np.float64)
        suspicion = np.exp(location)
        owners = _owners(rendering, window)
        spread = _by_lexeme(owners, np.exp((location - location.max(initial=-60.0)) / wide), len(weights))
        weights = np.maximum(weights, spread / max(1e-12, float(spread.sum())))
        if judgement.odds > best_odds:
            best_odds = judgement.odds
            place = int(_by_lexeme(owners, suspicion, len(weights)).argmax())
            kinds = _mixture(judgement.category, suspicion)
            category, share = files.categories[int(kinds.argmax())], float(kinds.max())
            order = _mixture(judgement.repair, suspicion).argsort()[::-1] if files.repairs else ()
            repairs = tuple(files.repairs[int(index)] for index in order)
    return Prediction(
        probability=calibrated(best_odds, files.calibration.temperature, files.calibration.bias),
        odds=best_odds,
        category=category,
        category_share=share,
        place=place,
        lexeme_weight=tuple(weights.tolist()),
        may_speak=rendering.lexemes[place].text not in NOT_JUDGED,
        repairs=repairs,
    )


def _owners(rendering: Rendering, window: Window) -> list[int]:
    """The lexeme that each token behind `<s>` is read from, -1 where it is none."""
    return [rendering.origins[piece] if piece >= 0 else -1 for piece in window.pieces[1:]]


def _by_lexeme(owners: Sequence[int], weights: np.ndarray, number: int) -> np.ndarray:
    """Weights of the tokens behind `<s>`, added up by the lexemes that they are read from."""
    # What belongs to none is counted before the first and left out.
    found: np.ndarray = np.bincount(np.array(owners[: len(weights)]) + 1, weights, number + 1)[1:]
    return found


def _mixture(logits: Floats, suspicion: np.ndarray) -> np.ndarray:
    """Probabilities [C] of the pointed tokens from logits [S, C]: a mixture weighted by suspicion."""
    own = logits[1:].astype(np.float64)
    shares = np.exp(own - own.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    mixed: np.ndarray = (shares * suspicion[:, None]).sum(axis=0)
    return mixed / max(1e-12, float(suspicion.sum()))


def calibrated(odds: float, temperature: float, bias: float) -> float:
    """Log-odds to a probability."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds / temperature + bias))))


def chance(probability: float) -> str:
    """A probability in words that a reader can picture: `7 in 10`, `19 in 20`, `99 in 100`."""
    if probability < 0.945:
        return f"{max(1, min(9, round(probability * 10)))} in 10"
    return "19 in 20" if probability < 0.975 else "99 in 100"


def kebab(category: Category) -> str:
    """`OffByOneError` as `off-by-one-error`."""
    return _WORDS.sub("-", category.value).lower()
