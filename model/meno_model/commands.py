"""What the commands of `cli.py` do: progress and tables on the terminal, the work in the other modules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from meno_model.configuration import Configuration, load_configuration
from meno_model.corpus.snippets import Snippet, load_corpus
from meno_model.errors import ConfigurationError, CorpusError, TrainingExtraMissingError

if TYPE_CHECKING:
    from meno_model.evaluation import Report
    from meno_model.predictor import Predictor
    from meno_model.scoring import Scored

_MUTANTS_EACH = 2
_EVALUATION_SEED = 7
_AGREEMENT_SEQUENCES = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """Another budget than the recipe's; at most one is given."""

    minutes: float | None = None
    steps: int | None = None
    epochs: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What code to read: evaluation sets to keep away from, installed projects, folders and repositories."""

    protect: Sequence[Path] = ()
    only: Sequence[str] | None = None
    sources: Sequence[Path] = ()


def run_training(
    config: Path | None,
    out: Path,
    budget: Budget = Budget(),
    reading: Reading = Reading(),
    *,
    backbone: str | None = None,
    track: Path | None = None,
) -> bool:
    """Train to the end of the budget; False when the user interrupted it."""
    _need("torch", "transformers")
    from meno_model.preparation import prepare
    from meno_model.tokenizer import CodeTokenizer
    from meno_model.tracking import tracked
    from meno_model.training import TrainingRun

    configuration = _with_budget(load_configuration(config), budget)
    if backbone is not None:
        configuration = replace(configuration, model=replace(configuration.model, backbone=backbone))
    console = Console(stderr=True)
    try:
        pairs = prepare(
            configuration,
            out,
            lambda text: console.print(text),
            reading.protect,
            reading.only,
            reading.sources,
        )
        with tracked(track, configuration) as note:
            run = TrainingRun(configuration, out, pairs, CodeTokenizer.load(out / "tokenizer.json"), note)
            if run.resume():
                console.print(f"going on after step {run.step}")
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            with Progress(*columns, console=console) as bar:
                task = bar.add_task("training", total=1.0)
                run.run(
                    lambda now: bar.update(
                        task,
                        completed=now.share,
                        description=f"{now.phase} {now.step}: "
                        + ", ".join(f"{name} {value:.2f}" for name, value in now.facts.items()),
                    )
                )
    except KeyboardInterrupt:
        return False
    return True


def _with_budget(configuration: Configuration, budget: Budget) -> Configuration:
    given = [value for value in (budget.minutes, budget.steps, budget.epochs) if value is not None]
    if len(given) > 1:
        raise ConfigurationError("Give only one of --minutes, --steps and --epochs.")
    if not given:
        return configuration
    schedule = replace(
        configuration.training,
        minutes=budget.minutes or 0.0,
        steps=budget.steps or 0,
        epochs=budget.epochs or 0.0,
    )
    return replace(configuration, training=schedule)


def run_export(run: Path, out: Path, *, with_gpu_graph: bool, calibrate: bool) -> dict[str, Any]:
    """Export, check and calibrate; the facts that were measured on the way."""
    _need("torch", "transformers", "onnx")
    from meno_model.calibration import calibrate as fit
    from meno_model.calibration import write_calibration
    from meno_model.export import export
    from meno_model.rendering import render
    from meno_model.tokenizer import CodeTokenizer
    from meno_model.windows import windows_of

    snippets = _split(run, "calibration")
    tokenizer = CodeTokenizer.load(run / "tokenizer.json")
    renderings = [render(s.text) for s in snippets[:: max(1, len(snippets) // _AGREEMENT_SEQUENCES)]]
    sequences = [windows_of(r, tokenizer, 192)[0].ids for r in renderings if r is not None]
    agreement = export(run, out, sequences, with_gpu_graph=with_gpu_graph)
    facts: dict[str, Any] = {"export": asdict(agreement)}
    if calibrate:
        predictor, clean, mutants = _scores(out, run, snippets)
        outcome = fit(clean, mutants, predictor.files.categories)
        write_calibration(out, outcome)
        facts["calibration"] = outcome.facts
        facts["thresholds"] = {c.value: p for c, p in outcome.thresholds.items() if p is not None}
    return facts


def run_evaluation(model: Path | None, run: Path | None, data: Sequence[Path], out: Path | None) -> None:
    """Print the tables of every set and store the figures."""
    from meno_model.evaluation import evaluate_clean, evaluate_mutants, evaluate_programs, read_programs

    if run is None and not data:
        raise ConfigurationError("Name a training run with --run, or evaluation sets with --data.")
    reports: list[Report] = []
    predictor = _predictor(model)
    if run is not None:
        _, clean, mutants = _scores(model, run, _split(run, "test"), predictor)
        for stratum in ("libraries", "exercises"):
            own = [item for item in clean if item.stratum == stratum]
            wrong = [item for item in mutants if item.stratum == stratum]
            if own and wrong:
                report = evaluate_mutants(predictor, own, wrong)
                report.name = f"held-out {stratum}"
                reports.append(report)
    for path in data:
        name = f"{path.parent.name}/{path.name.removesuffix('.jsonl.gz')}"
        programs, texts = read_programs(path)
        if programs:
            reports.append(evaluate_programs(predictor, name, programs))
        if texts:
            reports.append(evaluate_clean(predictor, name, texts))
    _print(reports)
    if out is not None:
        figures = {"model_sha256": predictor.files.graph_checksum, "sets": [asdict(r) for r in reports]}
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def model_information(model: Path | None) -> dict[str, object]:
    """What `meno model info` shows."""
    from meno_model.information import describe

    predictor = _predictor(model)
    return describe(predictor.files, predictor.runtime.provider)


def _predictor(model: Path | None) -> Predictor:
    from meno_model.predictor import Predictor
    from meno_model.runtime import Runtime
    from meno_model.weights import open_weights

    return Predictor(Runtime(open_weights(model)))


def _split(run: Path, split: str) -> list[Snippet]:
    snippets = [snippet for snippet in load_corpus(run / "corpus") if snippet.split == split]
    if not snippets:
        raise CorpusError(f"The run in {run} has no {split} code: name {split} projects in its recipe.")
    return snippets


def _scores(
    model: Path | None, run: Path, snippets: Sequence[Snippet], predictor: Predictor | None = None
) -> tuple[Predictor, list[Scored], list[Scored]]:
    """Held-out snippets clean and mutated as the recipe mutates, scored by the exported graph."""
    from meno_model.dataset import operator_rarity
    from meno_model.preparation import recorded_configuration
    from meno_model.scoring import score_clean, score_mutants

    plan = recorded_configuration(run).mutations
    rarity = operator_rarity(snippets, plan.rarity_power, _EVALUATION_SEED)
    chosen = predictor or _predictor(model)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring held-out code", total=len(snippets) * (1 + _MUTANTS_EACH))

        def advance(number: int) -> None:
            bar.advance(task, number)

        clean = score_clean(chosen, snippets, advance)
        mutants = score_mutants(
            chosen,
            snippets,
            _MUTANTS_EACH,
            _EVALUATION_SEED,
            lambda edit: (
                plan.weights.get(edit.category.value, 1.0)
                * plan.operators.get(edit.operator, 1.0)
                * rarity[edit.operator]
            ),
            advance,
        )
    return chosen, clean, mutants


def _print(reports: Sequence[Report]) -> None:
    console = Console()
    for report in reports:
        table = Table(title=f"{report.name} (n = {report.number})")
        table.add_column("figure")
        table.add_column("value", justify="right")
        for key, value in report.figures.items():
            if key == "by_operator":
                continue
            if isinstance(value, dict):
                for name, inner in value.items():
                    table.add_row(f"{key.replace('_', ' ')}: {name}", _figure(inner))
            else:
                table.add_row(key.replace("_", " "), _figure(value))
        console.print(table)
        if "by_operator" in report.figures:
            console.print(_operator_table(report))


def _operator_table(report: Report) -> Table:
    table = Table(title=f"{report.name}, by operator")
    for heading in ("operator", "mutants", "place right", "pushed"):
        table.add_column(heading, justify="left" if heading == "operator" else "right")
    rows: dict[str, dict[str, float]] = report.figures["by_operator"]
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["place_right"]):
        table.add_row(name, str(row["number"]), f"{row['place_right']:.2f}", f"{row['pushed']:.2f}")
    return table


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return " / ".join(_figure(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_figure(item)}" for key, item in value.items())
    return str(value)


def _need(*modules: str) -> None:
    """A sentence instead of an ImportError when the [train] extra is missing."""
    from importlib.util import find_spec

    for module in modules:
        if find_spec(module) is None:
            raise TrainingExtraMissingError(module)
