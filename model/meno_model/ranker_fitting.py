"""Fits the ranker's weights on sets of buggy programs whose lines are known, and says how good it is.

First the temperature is chosen by which the network's suspicion is spread over lines: it learned from made
mistakes and is too sure of itself about those of people. Then the weights are fitted with it.
A program counts by one over the root of how many there are of its problem, so that no exercise outvotes the
rest. The figures are of weights that were fitted without any program of the same problem.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from meno_model import conditional_logit
from meno_model.baselines import BASELINES, code_lines
from meno_model.commands import open_predictor
from meno_model.errors import ConfigurationError, CorpusError
from meno_model.evaluating import TESTING_ONLY
from meno_model.evaluation.records import read_set
from meno_model.evaluation.reports import first_right, top_rates
from meno_model.predictor import MOST_UNITS, Predictor, combine, read_unit
from meno_model.ranker import (
    ONLY_MODEL,
    RANKER,
    WITNESSES,
    by_weights,
    said_by_model,
    said_without_model,
)
from meno_model.suspicion import shares_of
from meno_model.units import units_of
from meno_model.weights import CALIBRATION, renew_manifest

FOLDS = 10


TEMPERATURES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The code lines of one program, what is said of them, and which of them are wrong.

    `model` holds by temperature what the network says, `others` what the other witnesses say.
    """

    set: str
    task: str
    text: str
    lines: Sequence[int]
    model: Mapping[float, Sequence[Sequence[float]]]
    others: Sequence[Sequence[float]]
    right: frozenset[int]

    def said(self, temperature: float) -> list[list[float]]:
        """What `WITNESSES` say of the lines."""
        return [[*model, *others] for model, others in zip(self.model[temperature], self.others, strict=True)]

    def reciprocal_rank(self, temperature: float) -> float:
        """Of the first wrong line, by the network alone."""
        order = by_weights(self.lines, self.said(temperature), ONLY_MODEL)
        rank = first_right([item.line for item in order], self.right)
        return 1.0 / rank if rank else 0.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A temperature, and weights in the order of `WITNESSES`."""

    temperature: float
    weights: conditional_logit.Floats


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
    fit = _fit(rankings)
    facts = _held_out_figures(rankings)
    _spread(model, fit.temperature)
    values = {
        "model_sha256": predictor.files.graph_checksum,
        "pointer_temperature": fit.temperature,
        "weights": {name: round(float(w), 3) for name, w in zip(WITNESSES, fit.weights, strict=True)},
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
            lines = code_lines(program.buggy)
            if program.lines & set(lines):
                task = f"{data.name}:{program.task}"
                suspected = _suspicions(predictor, program.buggy)
                model = {warm: said_by_model(lines, own) for warm, own in suspected.items()}
                others = said_without_model(lines, program.buggy)
                found.append(Ranking(data.name, task, program.buggy, lines, model, others, program.lines))
    return found


def _suspicions(predictor: Predictor, text: str) -> dict[float, dict[int, float]]:
    """`suspicion` at every temperature, with the network asked once."""
    found: dict[float, dict[int, float]] = {warm: {} for warm in TEMPERATURES}
    for unit in units_of(text)[:MOST_UNITS]:
        read = read_unit(unit, predictor.runtime.tokenizer, predictor.files.longest)
        if read is None:
            continue
        rendering, windows = read
        judged = list(zip(windows, predictor.runtime.judge(windows), strict=True))
        for warm, lines in found.items():
            prediction = combine(rendering, judged, predictor.files, warm)
            for line, share in shares_of(unit, rendering, prediction):
                lines[line] = lines.get(line, 0.0) + share
    return found


def _fit(rankings: Sequence[Ranking]) -> Fit:
    alike = Counter(ranking.task for ranking in rankings)
    shares = [alike[ranking.task] ** -0.5 for ranking in rankings]
    worth = {
        warm: sum(
            share * ranking.reciprocal_rank(warm) for share, ranking in zip(shares, rankings, strict=True)
        )
        for warm in TEMPERATURES
    }
    temperature = max(worth, key=lambda warm: worth[warm])
    weights = conditional_logit.fit(
        [ranking.said(temperature) for ranking in rankings],
        [[line in ranking.right for line in ranking.lines] for ranking in rankings],
        shares,
    )
    return Fit(temperature, weights)


def _spread(model: Path, temperature: float) -> None:
    """Write the temperature into the model's calibration."""
    values = json.loads((model / CALIBRATION).read_text(encoding="utf-8"))
    values["pointer_temperature"] = temperature
    (model / CALIBRATION).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _held_out_figures(rankings: Sequence[Ranking]) -> dict[str, dict[str, list[float]]]:
    """By set, for each ranking its top-1, top-3, top-5 and mean reciprocal rank."""
    folds = conditional_logit.folds_of([ranking.task for ranking in rankings], FOLDS)
    if len(set(folds)) < 2:
        return {}
    fitted = conditional_logit.held_out(rankings, folds, _fit)
    ranks: dict[str, dict[str, list[int | None]]] = {}
    for ranking, fit in zip(rankings, fitted, strict=True):
        said, sharp = ranking.said(fit.temperature), ranking.said(1.0)
        orders: dict[str, Sequence[int]] = {
            "ranker": [item.line for item in by_weights(ranking.lines, said, list(fit.weights))],
            "model": [item.line for item in by_weights(ranking.lines, said, ONLY_MODEL)],
            "model as trained": [item.line for item in by_weights(ranking.lines, sharp, ONLY_MODEL)],
            **{name: order(ranking.text) for name, order in BASELINES.items()},
        }
        for name, order in orders.items():
            own = ranks.setdefault(ranking.set, {}).setdefault(name, [])
            own.append(first_right(order, ranking.right))
    return {name: top_rates(own) for name, own in ranks.items()}


def _print(values: dict[str, Any], facts: dict[str, dict[str, list[float]]]) -> None:
    console = Console()
    console.print(f"pointer temperature {values['pointer_temperature']}")
    console.print(", ".join(f"{name} {weight}" for name, weight in values["weights"].items()))
    table = Table(title=f"held out by problem, {FOLDS} folds")
    for heading in ("set", "ranking", "top 1", "top 3", "top 5", "MRR"):
        table.add_column(heading, justify="left" if heading in ("set", "ranking") else "right")
    for name, rankings in facts.items():
        for ranking, rates in rankings.items():
            table.add_row(name, ranking, *(f"{rate:.3f}" for rate in rates))
    console.print(table)
