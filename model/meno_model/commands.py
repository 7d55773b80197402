"""What the commands of `cli.py` do: progress and tables on the terminal, the work in the other modules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from meno_model.configuration import Configuration, load_configuration
from meno_model.corpus import Snippet, load_corpus
from meno_model.errors import ConfigurationError, CorpusError, TrainingExtraMissingError

if TYPE_CHECKING:
    from meno_model.attribution.values import Target
    from meno_model.evaluation import Report
    from meno_model.predictor import Predictor
    from meno_model.scoring import Scored

_MUTANTS_EACH = 2
_EVALUATION_SEED = 7
_AGREEMENT_SEQUENCES = 200


def run_training(
    config: Path | None,
    out: Path,
    minutes: float | None,
    steps: int | None,
    protect: Sequence[Path],
    only: Sequence[str] | None,
) -> bool:
    """Train to the end of the budget; False when the user interrupted it."""
    _need("torch", "transformers")
    from meno_model.preparation import prepare
    from meno_model.training import TrainingRun

    configuration = _with_budget(load_configuration(config), minutes, steps)
    console = Console(stderr=True)
    try:
        train, validation = prepare(configuration, out, lambda text: console.print(text), protect, only)
        run = TrainingRun(configuration, out, train, validation)
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


def _with_budget(configuration: Configuration, minutes: float | None, steps: int | None) -> Configuration:
    if minutes is not None and steps is not None:
        raise ConfigurationError("Give either --minutes or --steps, not both.")
    if minutes is None and steps is None:
        return configuration
    schedule = replace(configuration.training, minutes=minutes or 0.0, steps=steps or 0)
    return replace(configuration, training=schedule)


def run_export(run: Path, out: Path, *, with_gpu_graph: bool, calibrate: bool) -> dict[str, Any]:
    """Export, check and calibrate; the facts that were measured on the way."""
    _need("torch", "transformers", "onnx", "onnxscript")
    from meno_model.calibration import calibrate as fit
    from meno_model.calibration import write_calibration
    from meno_model.export import export

    snippets = _split(run, "calibration")
    sequences = _sequences(run, snippets)
    agreement = export(run, out, sequences, with_gpu_graph=with_gpu_graph)
    facts: dict[str, Any] = {"export": asdict(agreement)}
    if calibrate:
        predictor, clean, mutants = _scores(out, run, snippets)
        outcome = fit(clean, mutants, predictor.files.categories)
        write_calibration(out, outcome)
        facts["calibration"] = outcome.facts
        facts["thresholds"] = {c.value: p for c, p in outcome.thresholds.items() if p is not None}
    return facts


def add_attribution_graph(run: Path, model: Path) -> dict[str, Any]:
    """Give an exported model the graph that explains it; the facts that were measured on the way."""
    _need("torch", "transformers", "onnx", "onnxscript")
    from meno_model.export import add_attribution

    return asdict(add_attribution(run, model, _sequences(run, _split(run, "calibration"))))


def _sequences(run: Path, snippets: Sequence[Snippet]) -> list[tuple[int, ...]]:
    """Token ids of some of the snippets, on which an export is checked."""
    from meno_model.rendering import render
    from meno_model.tokenizer import CodeTokenizer
    from meno_model.windows import windows_of

    tokenizer = CodeTokenizer.load(run / "tokenizer.json")
    renderings = [render(s.text) for s in snippets[:: max(1, len(snippets) // _AGREEMENT_SEQUENCES)]]
    return [windows_of(r, tokenizer, 192)[0].ids for r in renderings if r is not None]


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


def print_reasons(place: str, model: Path | None, target: Target, *, as_json: bool) -> None:
    """What `meno model why` prints."""
    from meno_model.attribution import printing
    from meno_model.attribution.explaining import Explainer

    path, line = printing.read_place(place)
    text = printing.read_source(path)
    attribution = Explainer(_predictor(model)).explain(text, line, target)
    console = Console()
    if as_json:
        console.out(printing.as_json(attribution, path), highlight=False)
    else:
        printing.print_attribution(attribution, text, console)


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
