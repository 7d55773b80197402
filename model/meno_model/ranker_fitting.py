"""Fits the ranker's weights on sets of buggy programs whose lines are known, and says how good it is.

A program counts by one over the root of how many there are of its problem, so that no exercise outvotes the
rest. The figures are of weights that were fitted without any program of the same problem.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from meno_model import conditional_logit
from meno_model.baselines import BASELINES
from meno_model.commands import open_predictor
from meno_model.errors import ConfigurationError, CorpusError
from meno_model.evaluating import TESTING_ONLY
from meno_model.evaluation.records import read_set
from meno_model.evaluation.reports import first_right, top_rates
from meno_model.predictor import Predictor
from meno_model.ranker import RANKER, WITNESSES, by_weights, said_of
from meno_model.units import units_of
from meno_model.weights import renew_manifest

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """The code lines of one program, what is said of them, and which of them are wrong."""

    set: str
    task: str
    text: str
    lines: Sequence[int]
    said: Sequence[Sequence[float]]
    right: frozenset[int]


def run_fit(model: Path, data: Sequence[Path]) -> None:
    """Fit, write `ranker.json` into the model's folder, and print the held-out figures."""
    for path in data:
        if TESTING_ONLY in path.name:
            raise ConfigurationError(f"The set {path} is for testing only: leave it out.")
    predictor = open_predictor(model)
    rankings = [item for path in data for item in _rankings(predictor, path)]
    if not rankings:
        raise CorpusError(
            "None of these sets has a program that parses and a line that is known to be wrong."
        )
    weights = _fit(rankings)
    facts = _held_out_figures(rankings)
    values = {
        "model_sha256": predictor.files.graph_checksum,
        "weights": {name: round(float(w), 3) for name, w in zip(WITNESSES, weights, strict=True)},
        "facts": {"programs": len(rankings), "folds": FOLDS, "held_out": facts},
    }
    (model / RANKER).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    renew_manifest(model)
    _print(values, facts)


def _rankings(predictor: Predictor, path: Path) -> list[Ranking]:
    data = read_set(path)
    found = []
    for program in track(data.programs, f"reading {data.name}", console=Console(stderr=True), transient=True):
        if program.lines and units_of(program.buggy):
            lines, said = said_of(predictor, program.buggy)
            if program.lines & set(lines):
                task = f"{data.name}:{program.task}"
                found.append(Ranking(data.name, task, program.buggy, lines, said, program.lines))
    return found


def _fit(rankings: Sequence[Ranking]) -> conditional_logit.Floats:
    alike = Counter(ranking.task for ranking in rankings)
    return conditional_logit.fit(
        [ranking.said for ranking in rankings],
        [[line in ranking.right for line in ranking.lines] for ranking in rankings],
        [alike[ranking.task] ** -0.5 for ranking in rankings],
    )


def _held_out_figures(rankings: Sequence[Ranking]) -> dict[str, dict[str, list[float]]]:
    """By set, for each ranking its top-1, top-3, top-5 and mean reciprocal rank."""
    folds = conditional_logit.folds_of([ranking.task for ranking in rankings], FOLDS)
    if len(set(folds)) < 2:
        return {}
    fitted = conditional_logit.held_out(rankings, folds, _fit)
    ranks: dict[str, dict[str, list[int | None]]] = {}
    only_model = [1.0, *([0.0] * (len(WITNESSES) - 1))]
    for ranking, weights in zip(rankings, fitted, strict=True):
        orders: dict[str, Sequence[int]] = {
            "ranker": [item.line for item in by_weights(ranking.lines, ranking.said, list(weights))],
            "model": [item.line for item in by_weights(ranking.lines, ranking.said, only_model)],
            **{name: order(ranking.text) for name, order in BASELINES.items()},
        }
        for name, order in orders.items():
            own = ranks.setdefault(ranking.set, {}).setdefault(name, [])
            own.append(first_right(order, ranking.right))
    return {name: top_rates(own) for name, own in ranks.items()}


def _print(values: dict[str, Any], facts: dict[str, dict[str, list[float]]]) -> None:
    console = Console()
    console.print(", ".join(f"{name} {weight}" for name, weight in values["weights"].items()))
    table = Table(title=f"held out by problem, {FOLDS} folds")
    for heading in ("set", "ranking", "top 1", "top 3", "top 5", "MRR"):
        table.add_column(heading, justify="left" if heading in ("set", "ranking") else "right")
    for name, rankings in facts.items():
        for ranking, rates in rankings.items():
            table.add_row(name, ranking, *(f"{rate:.3f}" for rate in rates))
    console.print(table)
