"""Fits the weights of localisation: a conditional logit over the lines of each program.

The chance of a line is `exp(weights · what the witnesses say of it)`, divided by the sum over the program's
lines; the weights make the lines that have to change as likely as can be. A program counts by one over the
root of how many there are of its problem, and a small penalty on the squares keeps a rare witness modest.
Climbed by the signs of the gradient (Riedmiller and Braun, RPROP, 1993), so that the same data give the same
weights. Problems of a set that is only measured never take part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from meno_analyzers.failures.cases import CaseResult
from meno_analyzers.failures.localisation import Weights, spectrum, standing, static_lines, traced_lines
from meno_analyzers.findings import Finding

FOLDS = 10
_STEPS, _PENALTY = 200, 0.2
_NAMES = [field.name for field in fields(Weights)]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A failing program whose lines are to be ranked, with what speaks of them; `true` have to change."""

    set: str
    task: str
    held: bool  # only measured
    source: str
    path: str
    lines: Sequence[int]
    true: set[int]
    results: Sequence[CaseResult]
    findings: Sequence[Finding]
    model: Mapping[int, float]


def said_of(ranking: Ranking) -> list[list[float]]:
    """For each line what each witness says of it, in the order of the weights."""
    total = sum(ranking.model.values()) or 1.0
    plain = standing(ranking.source)
    said: dict[str, Mapping[int, float]] = {
        "spectrum": spectrum(ranking.results),
        "trace": traced_lines(ranking.results, ranking.path),
        "static": static_lines(ranking.findings),
        "model": {line: score / total for line, score in ranking.model.items()},
        "header": {line: 1.0 for line, kind in plain.items() if kind == "header"},
        "quiet": {line: 1.0 for line, kind in plain.items() if kind == "quiet"},
    }
    return [[said[name].get(line, 0.0) for name in _NAMES] for line in ranking.lines]


def fit(rankings: Sequence[Ranking]) -> Weights:
    count, longest = len(rankings), max(len(ranking.lines) for ranking in rankings)
    said = np.zeros((count, longest, len(_NAMES)))
    there, true = np.zeros((count, longest)), np.zeros((count, longest))
    for place, ranking in enumerate(rankings):
        there[place, : len(ranking.lines)] = 1.0
        said[place, : len(ranking.lines)] = said_of(ranking)
        true[place, : len(ranking.lines)] = [line in ranking.true for line in ranking.lines]
    alike = Counter(ranking.task for ranking in rankings)
    share = np.array([alike[ranking.task] ** -0.5 for ranking in rankings])
    weights, step, before = np.zeros(len(_NAMES)), np.full(len(_NAMES), 0.1), np.zeros(len(_NAMES))
    for _ in range(_STEPS):
        chance = np.exp(np.where(there > 0, said @ weights, -np.inf))
        chance /= chance.sum(1, keepdims=True)
        wanted = chance * true
        wanted /= wanted.sum(1, keepdims=True)
        slope = ((wanted - chance) * share[:, None]).reshape(-1) @ said.reshape(-1, len(_NAMES))
        slope -= _PENALTY * weights
        turn = slope * before
        step *= np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0))
        slope[turn < 0] = 0.0
        weights += np.sign(slope) * np.minimum(step, 2.0)
        before = slope
    return Weights(**{name: round(float(value), 1) for name, value in zip(_NAMES, weights, strict=True)})


def held_out(rankings: Sequence[Ranking]) -> list[Weights]:
    """For each program the weights that were fitted without any program of its problem."""
    alike = Counter(ranking.task for ranking in rankings if not ranking.held)
    fold = {task: place % FOLDS for place, (task, _) in enumerate(sorted(alike.items(), key=_largest))}
    used = [ranking for ranking in rankings if not ranking.held]
    fitted = {
        number: fit([ranking for ranking in used if fold[ranking.task] != number])
        for number in set(fold.values())
    }
    whole = fit(used)
    return [whole if ranking.held else fitted[fold[ranking.task]] for ranking in rankings]


def _largest(task: tuple[str, int]) -> tuple[int, str]:
    return -task[1], task[0]
