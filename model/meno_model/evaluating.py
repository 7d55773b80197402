"""What the commands that measure a model do: score held-out code, evaluate sets, fit the ranker."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from meno_model.calibration import GAINS
from meno_model.commands import open_predictor, split_of
from meno_model.corpus.snippets import EXERCISES, Snippet
from meno_model.dataset import operator_rarity
from meno_model.errors import ConfigurationError, CorpusError
from meno_model.evaluation.mutants import evaluate_mutants
from meno_model.evaluation.programs import evaluate_correct, evaluate_programs
from meno_model.evaluation.records import EvaluationSet, read_set
from meno_model.evaluation.reports import Report, print_reports
from meno_model.predictor import Predictor
from meno_model.preparation import recorded_configuration
from meno_model.scoring import Scored, gated, score_clean, score_mutants
from meno_model.units import units_of

_MUTANTS_EACH = 2
_SEED = 7
_MOST_SNIPPETS = 5000
_SILENT_SHARE = 0.97
"""Of correct code this share looks too little suspicious to be asked for its gain: no line can be so low."""
TESTING_ONLY = "TEST_ONLY"
"""A set whose file name holds this is evaluated and never fitted on."""


def run_evaluation(
    model: Path | None,
    run: Path | None,
    data: Sequence[Path],
    out: Path | None = None,
    beside: Mapping[str, Path] | None = None,
    form: str = "table",
) -> list[Report]:
    """Measure every set, print the figures and store them."""
    if run is None and not data:
        raise ConfigurationError("Name evaluation sets (.jsonl.gz), or a training run with --run.")
    sets = [read_set(path) for path in data]
    predictor = open_predictor(model)
    others = {name: open_predictor(folder) for name, folder in (beside or {}).items()}
    reports: list[Report] = []
    if run is not None:
        clean, mutants = scores(predictor, run, split_of(run, "test"))
        for stratum in ("libraries", "exercises"):
            own = [item for item in clean if item.stratum == stratum]
            wrong = [item for item in mutants if item.stratum == stratum]
            if own and wrong:
                report = evaluate_mutants(predictor, own, wrong)
                report.name = f"held-out {stratum}"
                reports.append(report)
    for item in sets:
        if item.programs:
            reports.append(evaluate_programs(predictor, item, others))
        if item.correct:
            reports.append(evaluate_correct(predictor, item.name, item.correct))
    figures = {
        "model_sha256": predictor.files.graph_checksum,
        "sets": [_without_nan(asdict(report)) for report in reports],
    }
    written = json.dumps(figures, indent=1) + "\n"
    if form == "json":
        Console(soft_wrap=True).print_json(written)
    else:
        print_reports(reports, Console())
    if out is not None:
        out.write_text(written, encoding="utf-8")
    return reports


def scores(predictor: Predictor, run: Path, snippets: Sequence[Snippet]) -> tuple[list[Scored], list[Scored]]:
    """Held-out snippets clean and mutated as the recipe mutates, scored by the exported graph.

    Of more than `_MOST_SNIPPETS` from libraries a fixed sample is taken: more would not move a bound by much.
    """
    libraries = [s for s in snippets if not s.project.startswith(f"{EXERCISES}/")]
    if len(libraries) > _MOST_SNIPPETS:
        libraries = random.Random(_SEED).sample(libraries, _MOST_SNIPPETS)
    snippets = [*libraries, *(s for s in snippets if s.project.startswith(f"{EXERCISES}/"))]
    plan = recorded_configuration(run).mutations
    rarity = operator_rarity(snippets, plan.rarity_power, _SEED)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring held-out code", total=len(snippets) * (1 + _MUTANTS_EACH))

        def advance(number: int) -> None:
            bar.advance(task, number)

        clean = score_clean(predictor, snippets, advance)
        mutants = score_mutants(
            predictor,
            snippets,
            _MUTANTS_EACH,
            _SEED,
            lambda edit: (
                plan.weights.get(edit.category.value, 1.0)
                * plan.operators.get(edit.operator, 1.0)
                * rarity[edit.operator]
            ),
            advance,
        )
    return clean, mutants


def read_correct(paths: Sequence[Path]) -> list[EvaluationSet]:
    """Sets of correct programs that a calibration may see; an error says which one is none."""
    found = []
    for path in paths:
        if TESTING_ONLY in path.name:
            raise ConfigurationError(f"The set {path} is for testing only: name another one.")
        data = read_set(path)
        if not data.correct:
            raise CorpusError(f"The set {path} has no correct programs (records with `code` alone).")
        found.append(data)
    return found


def score_for_calibration(
    model: Path, run: Path, snippets: Sequence[Snippet], correct: Sequence[EvaluationSet]
) -> tuple[Predictor, list[Scored], list[Scored], dict[str, list[Scored]]]:
    """Clean and mutated snippets and further correct programs, with the gate's gains where they may speak."""
    predictor = open_predictor(model)
    clean, mutants = scores(predictor, run, snippets)
    programs: dict[str, list[Scored]] = {}
    for data in correct:
        own = [
            Snippet(data.name, "calibration", unit.name, unit.text)
            for text in data.correct
            for unit in units_of(text)
        ]
        programs[data.name] = score_clean(predictor, own)
    if max(GAINS) > 0 and predictor.files.repairs:
        least = float(np.quantile([item.prediction.odds for item in clean], _SILENT_SHARE))
        clean, mutants = (gated(predictor, items, least) for items in (clean, mutants))
        programs = {name: gated(predictor, items, least) for name, items in programs.items()}
    return predictor, clean, mutants, programs


def _without_nan(value: Any) -> Any:
    """The same values with nothing for what is not a number, which JSON does not know."""
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
