"""The figures of the origin model: by suite and by generator, on `code` and on `code_norm`, with intervals.

Every program is scored by a model that has not seen its problem: the shipped one where the problem is new,
the model of its fold where the shipped one was trained on it. Intervals are percentile bootstraps over
problems, not programs. Beside each stands the identifier-length baseline (the mean length of the names that
somebody chose). Guarded by `tests/model/test_origin_training.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meno_model.metrics import area_under_curve, upper_bound
from meno_model.origin.detector import Detector, reading_of
from meno_model.origin.records import Record
from meno_model.origin.training import HeldOut, Library, scores_of
from meno_model.origin.values import Verdict

VIEWS = ("code", "code_norm")
RESAMPLES = 500
_SEED = 7

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """One record in one view: score and likelihood of the model, and the baseline's score."""

    record: Record
    tokens: int
    score: float
    baseline: float
    likelihood: float
    verdict: Verdict


def score_records(
    records: Sequence[Record],
    view: str,
    detector: Detector,
    held_out: HeldOut,
    library: Library,
) -> list[Scored]:
    """Scores of every record that can be read in that view."""
    scored = []
    for record in records:
        text = record.code if view == "code" else record.code_norm
        found = library.of(text) if text else None
        if found is None:
            continue
        model = held_out.model_for(record)
        score = detector.score(found.bag)[1] if model is None else float(scores_of(model, [found.bag])[0])
        likelihood, verdict = reading_of(score, detector.files.calibration)
        if found.tokens < detector.files.calibration.least_tokens:
            verdict = Verdict.SHORT
        scored.append(Scored(record, found.tokens, score, found.name_length, likelihood, verdict))
    return scored


def figures_of(scored: Sequence[Scored]) -> Figures:
    """All figures of one view."""
    suites = sorted({item.record.suite for item in scored})
    generators = sorted({item.record.generator for item in scored if item.record.is_llm})
    return {
        "programs": len(scored),
        "by_suite": {suite: _separation([i for i in scored if i.record.suite == suite]) for suite in suites},
        "by_generator": {name: _of_generator(scored, name) for name in generators},
        "operating_point": {
            suite: operating_point([i for i in scored if i.record.suite == suite]) for suite in suites
        },
        "mixed": _mixed([item for item in scored if item.record.label == "mixed"]),
    }


def _separation(scored: Sequence[Scored]) -> Figures | None:
    """Areas within a suite: over all programs, over problems that both solved, and within each problem."""
    people = [item for item in scored if item.record.label == "human"]
    models = [item for item in scored if item.record.is_llm]
    if not people or not models:
        return None
    shared = {i.record.group for i in people} & {i.record.group for i in models}
    same = [item for item in [*people, *models] if item.record.group in shared]
    return {
        "human": len(people),
        "llm": len(models),
        "shared_problems": len(shared),
        "area": with_interval([*people, *models], area),
        "area_shared_problems": with_interval(same, area) if shared else None,
        "area_within_problem": with_interval(same, area_within_problem) if shared else None,
    }


def _of_generator(scored: Sequence[Scored], name: str) -> Figures:
    """A generator against the people of its suites, and what is said of its programs."""
    own = [item for item in scored if item.record.is_llm and item.record.generator == name]
    suites = {item.record.suite for item in own}
    people = [i for i in scored if i.record.label == "human" and i.record.suite in suites]
    return {
        "programs": len(own),
        "suites": sorted(suites),
        "area": with_interval([*own, *people], area) if people else None,
        "said": _said(own),
    }


Statistic = Callable[[Sequence[Scored], Callable[[Scored], float]], float]


def area(scored: Sequence[Scored], value: Callable[[Scored], float]) -> float:
    """Chance that an LLM-written program scores above a person's."""
    return area_under_curve(
        [value(i) for i in scored if i.record.is_llm], [value(i) for i in scored if not i.record.is_llm]
    )


def area_within_problem(scored: Sequence[Scored], value: Callable[[Scored], float]) -> float:
    """The same, within each problem, as the mean over the problems that both have solved."""
    problems: dict[str, list[Scored]] = {}
    for item in scored:
        problems.setdefault(item.record.group, []).append(item)
    areas = [area(group, value) for group in problems.values()]
    usable = [number for number in areas if not math.isnan(number)]
    return sum(usable) / len(usable) if usable else math.nan


def with_interval(scored: Sequence[Scored], statistic: Statistic) -> Figures:
    """A statistic of the model and of the baseline, each with its 95 % bootstrap interval over problems."""
    return {
        "model": interval_of(scored, statistic, lambda item: item.score),
        "identifier_length": interval_of(scored, statistic, lambda item: item.baseline),
    }


def interval_of(
    scored: Sequence[Scored],
    statistic: Statistic,
    value: Callable[[Scored], float],
    resamples: int = RESAMPLES,
) -> list[float]:
    """`[value, low, high]`."""
    groups: dict[str, list[Scored]] = {}
    for item in scored:
        groups.setdefault(item.record.group, []).append(item)
    if statistic is area_within_problem:
        return _interval_of_means(list(groups.values()), value, resamples)
    parts = [
        (
            np.array([value(i) for i in group if i.record.is_llm]),
            np.array([value(i) for i in group if not i.record.is_llm]),
        )
        for group in groups.values()
    ]
    draws = []
    for chosen in draws_of(len(parts), resamples):
        models = np.concatenate([parts[k][0] for k in chosen])
        people = np.concatenate([parts[k][1] for k in chosen])
        draws.append(area_under_curve(models, people))  # type: ignore[arg-type]  # arrays serve as sequences
    return rounded(statistic(scored, value), draws)


def _interval_of_means(
    groups: Sequence[Sequence[Scored]], value: Callable[[Scored], float], resamples: int
) -> list[float]:
    areas = np.array([area(group, value) for group in groups])
    areas = areas[~np.isnan(areas)]
    if not len(areas):
        return [math.nan] * 3
    return rounded(float(areas.mean()), [float(areas[k].mean()) for k in draws_of(len(areas), resamples)])


def draws_of(number: int, resamples: int = RESAMPLES) -> list[npt.NDArray[np.int64]]:
    """Which of `number` problems each resample takes."""
    random = np.random.default_rng(_SEED)
    return [random.integers(0, number, number) for _ in range(resamples)]


def rounded(value: float, draws: Sequence[float]) -> list[float]:
    """`[value, low, high]` of a statistic and its resamples."""
    usable = [draw for draw in draws if not math.isnan(draw)]
    low, high = np.percentile(usable, [2.5, 97.5]) if usable else (math.nan, math.nan)
    return [round(value, 4), round(float(low), 4), round(float(high), 4)]


def operating_point(scored: Sequence[Scored]) -> Figures:
    """What is said of people and of language models in a suite.

    `accused` counts people's programs of which Meno says that they resemble LLM-written code; rates are of
    those that are long enough to be judged, with an exact one-sided 95 % upper bound.
    """
    people = [item for item in scored if item.record.label == "human"]
    certain = [item for item in people if item.record.is_certain_human]
    return {
        "certain_humans": _accusations(certain),
        "presumed_humans": _accusations([item for item in people if not item.record.is_certain_human]),
        "llm": _said([item for item in scored if item.record.is_llm]),
    }


def _accusations(scored: Sequence[Scored]) -> Figures | None:
    if not scored:
        return None
    judged = [item for item in scored if item.verdict is not Verdict.SHORT]
    accused = sum(item.verdict is Verdict.LLM for item in judged)
    return {
        "programs": len(scored),
        "judged": len(judged),
        "accused": accused,
        "rate": round(accused / len(judged), 4) if judged else None,
        "upper_bound": round(upper_bound(accused, len(judged)), 4) if judged else None,
    }


def _said(scored: Sequence[Scored]) -> Figures | None:
    """Shares of the verdicts among programs that are long enough, and how many are too short."""
    if not scored:
        return None
    judged = [item for item in scored if item.verdict is not Verdict.SHORT]
    shares = {
        verdict.value: round(sum(i.verdict is verdict for i in judged) / len(judged), 4) if judged else None
        for verdict in (Verdict.LLM, Verdict.UNCLEAR, Verdict.HUMAN)
    }
    return {"programs": len(scored), "too_short": len(scored) - len(judged), **shares}


def _mixed(scored: Sequence[Scored]) -> Figures | None:
    """Where programs fall that a person began and a language model repaired."""
    said = _said(scored)
    if said is None:
        return None
    return {**said, "mean_likelihood": round(sum(i.likelihood for i in scored) / len(scored), 4)}
