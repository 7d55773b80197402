"""Fits the weights of localisation: a conditional logit over the lines of each program.

A program counts by one over the root of how many there are of its problem. Problems of a set that is only
measured never take part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from meno_analyzers.failures.cases import CaseResult
from meno_analyzers.failures.localisation import Weights, spectrum, standing, static_lines, traced_lines
from meno_analyzers.findings import Finding
from meno_model import conditional_logit

FOLDS = 10
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
    """The weights that make the lines that have to change as likely as can be."""
    return _named(_fit(rankings))


def _fit(rankings: Sequence[Ranking]) -> conditional_logit.Floats:
    alike = Counter(ranking.task for ranking in rankings)
    return conditional_logit.fit(
        [said_of(ranking) for ranking in rankings],
        [[line in ranking.true for line in ranking.lines] for ranking in rankings],
        [alike[ranking.task] ** -0.5 for ranking in rankings],
    )


def _named(weights: conditional_logit.Floats) -> Weights:
    return Weights(**{name: round(float(value), 1) for name, value in zip(_NAMES, weights, strict=True)})


def held_out(rankings: Sequence[Ranking]) -> list[Weights]:
    """For each program the weights that were fitted without any program of its problem."""
    used = [ranking for ranking in rankings if not ranking.held]
    folds = conditional_logit.folds_of([ranking.task for ranking in used], FOLDS)
    fitted = iter(conditional_logit.held_out(used, folds, _fit))
    whole = fit(used)
    return [whole if ranking.held else _named(next(fitted)) for ranking in rankings]
