"""The origin model at work: a file's text in, a judgement of the whole and of every function out.

The graph runs in onnxruntime on one thread; nothing of the [train] extra is needed. What each feature adds is
shared equally among its occurrences and among the words of each, so that the words' amounts sum to the score.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from meno_model.errors import WeightsError
from meno_model.onnx_library import open_session
from meno_model.origin.features import Bag, bag_of
from meno_model.origin.reading import MOST_WORDS, Passage, Word, read_file
from meno_model.origin.values import Influence, Judgement, Verdict
from meno_model.origin.weights import OriginCalibration, OriginFiles

Place = tuple[int, int, int, int]


class Detector:
    """One loaded model."""

    def __init__(self, files: OriginFiles) -> None:
        self.files = files
        self._session = _open_session(files)

    def judge(self, text: str) -> tuple[Judgement, ...]:
        """The whole file first, then its functions; `UnreadableCode` when Python cannot parse the text."""
        return tuple(self._judge(passage) for passage in read_file(text))

    def score(self, bag: Bag) -> tuple[np.ndarray[Any, Any], float]:
        """What each feature adds [N], and the score: their sum and the bias."""
        feeds = {"ids": bag.ids, "strengths": bag.strengths.astype(np.float32)}
        contributions, score = self._session.run(None, feeds)
        return contributions, float(score)

    def _judge(self, passage: Passage) -> Judgement:
        span = passage.name, passage.first_line, passage.last_line, passage.tokens
        if passage.tokens < self.files.calibration.least_tokens:
            return Judgement(*span, Verdict.SHORT)
        if len(passage.words) > MOST_WORDS:
            return Judgement(*span, Verdict.LONG)
        bag = bag_of(passage.words)
        contributions, score = self.score(bag)
        likelihood, verdict = reading_of(score, self.files.calibration)
        shares = _by_word(bag, contributions.astype(np.float64), len(passage.words))
        bias = score - math.fsum(shares)
        return Judgement(*span, verdict, likelihood, score, bias, _influences(passage.words, shares))


def reading_of(score: float, calibration: OriginCalibration) -> tuple[float, Verdict]:
    """Likelihood and verdict of a score."""
    odds = score / calibration.temperature + calibration.bias
    likelihood = 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))
    if likelihood >= calibration.llm_from:
        return likelihood, Verdict.LLM
    if likelihood <= calibration.human_to:
        return likelihood, Verdict.HUMAN
    return likelihood, Verdict.UNCLEAR


def _by_word(bag: Bag, contributions: np.ndarray[Any, Any], number: int) -> list[float]:
    each = np.repeat(contributions / bag.lengths, bag.lengths)
    shares: list[float] = np.bincount(bag.places, each, number).tolist()
    return shares


def _influences(words: Sequence[Word], shares: Sequence[float]) -> tuple[Influence, ...]:
    """Amounts by place: a line break's goes to the word after it, an added word's to the place before it."""
    amounts: dict[Place, float] = defaultdict(float)
    texts: dict[Place, str] = {}
    waiting = 0.0
    last: Place | None = None
    for word, share in zip(words, shares, strict=True):
        if word.place is None:
            waiting += share
            continue
        amounts[word.place] += share + waiting
        texts.setdefault(word.place, word.spelling)
        waiting, last = 0.0, word.place
    if last is not None:
        amounts[last] += waiting
    return tuple(Influence(*place, texts[place], amount) for place, amount in sorted(amounts.items()))


def _open_session(files: OriginFiles) -> Any:
    try:
        return open_session(files.graph)
    except Exception as problem:  # onnxruntime raises its own kinds, which it does not export
        raise WeightsError(
            "The origin model could not be started: its graph cannot be read by the installed onnxruntime."
            " `meno doctor` shows how to repair it."
        ) from problem
