"""What the commands of `cli.py` that make and show a model do: the work is in the other modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from meno_model.configuration import Configuration, load_configuration
from meno_model.corpus.snippets import INSTALLED, Reading, Snippet, load_corpus
from meno_model.errors import ConfigurationError, CorpusError, TrainingExtraMissingError

if TYPE_CHECKING:
    from meno_model.attribution.values import Target
    from meno_model.predictor import Predictor

_AGREEMENT_SEQUENCES = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """Another budget than the recipe's; at most one is given."""

    minutes: float | None = None
    steps: int | None = None
    epochs: float | None = None


def run_training(
    config: Path | None,
    out: Path,
    budget: Budget = Budget(),
    reading: Reading = INSTALLED,
    *,
    backbone: str | None = None,
    start: Path | None = None,
    track: Path | None = None,
) -> bool:
    """Train to the end of the budget; False when the user interrupted it.

    `start` is the folder of an earlier run whose vocabulary and weights a new run begins with.
    """
    _need("torch", "transformers")
    from meno_model.preparation import prepare, take_vocabulary
    from meno_model.tokenizer import CodeTokenizer
    from meno_model.tracking import tracked
    from meno_model.training import TrainingRun

    configuration = _with_budget(load_configuration(config), budget)
    if backbone is not None:
        configuration = replace(configuration, model=replace(configuration.model, backbone=backbone))
    console = Console(stderr=True)
    try:
        if start is not None:
            take_vocabulary(start, out)
        pairs = prepare(
            configuration,
            out,
            lambda text: console.print(text),
            reading,
        )
        with tracked(track, configuration) as note:
            run = TrainingRun(configuration, out, pairs, CodeTokenizer.load(out / "tokenizer.json"), note)
            if run.resume():
                console.print(f"going on after step {run.step}")
            elif start is not None:
                run.begin_with(start)
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


def run_export(
    run: Path,
    out: Path,
    *,
    with_gpu_graph: bool = False,
    calibrate: bool = True,
    untrained: bool = False,
    correct: Sequence[Path] = (),
) -> dict[str, Any]:
    """Export, check and calibrate; the facts that were measured on the way.

    `correct` are sets of correct programs on which the promise about false alarms has to be kept, too.
    `untrained` exports the network as it was before the first step, as a baseline.
    """
    _need("torch", "transformers", "onnx", "onnxscript")
    from meno_model.calibration import calibrate as fit
    from meno_model.calibration import write_calibration
    from meno_model.evaluating import read_correct, score_for_calibration
    from meno_model.export import export

    sets = read_correct(correct)  # before minutes of exporting
    snippets = split_of(run, "calibration")
    sequences = _sequences(run, snippets)
    agreement = export(run, out, sequences, with_gpu_graph=with_gpu_graph, untrained=untrained)
    facts: dict[str, Any] = {"export": asdict(agreement)}
    if calibrate and not untrained:
        predictor, clean, mutants, programs = score_for_calibration(out, run, snippets, sets)
        outcome = fit(clean, mutants, predictor.files.categories, programs)
        write_calibration(out, outcome)
        facts["calibration"] = outcome.facts
        facts["thresholds"] = {c.value: p for c, p in outcome.thresholds.items() if p is not None}
    return facts


def add_attribution_graph(run: Path, model: Path) -> dict[str, Any]:
    """Give an exported model the graph that explains it; the facts that were measured on the way."""
    _need("torch", "transformers", "onnx", "onnxscript")
    from meno_model.export import add_attribution

    return asdict(add_attribution(run, model, _sequences(run, split_of(run, "calibration"))))


def _sequences(run: Path, snippets: Sequence[Snippet]) -> list[tuple[int, ...]]:
    """Token ids of some of the snippets, on which an export is checked."""
    from meno_model.rendering import render
    from meno_model.tokenizer import CodeTokenizer
    from meno_model.windows import windows_of

    tokenizer = CodeTokenizer.load(run / "tokenizer.json")
    renderings = [render(s.text) for s in snippets[:: max(1, len(snippets) // _AGREEMENT_SEQUENCES)]]
    return [windows_of(r, tokenizer, 192)[0].ids for r in renderings if r is not None]


def print_reasons(place: str, model: Path | None, target: Target, *, as_json: bool) -> None:
    """What `meno model why` prints."""
    from meno_model.attribution import printing
    from meno_model.attribution.explaining import Explainer

    path, line = printing.read_place(place)
    text = printing.read_source(path)
    attribution = Explainer(open_predictor(model)).explain(text, line, target)
    console = Console()
    if as_json:
        console.out(printing.as_json(attribution, path), highlight=False)
    else:
        printing.print_attribution(attribution, text, console)


def model_information(model: Path | None) -> dict[str, object]:
    """What `meno model info` shows."""
    from meno_model.information import describe

    predictor = open_predictor(model)
    return describe(predictor.files, predictor.runtime.provider)


def open_predictor(model: Path | None) -> Predictor:
    """The model in a directory (default: the shipped one), ready to answer."""
    from meno_model.predictor import Predictor
    from meno_model.runtime import Runtime
    from meno_model.weights import open_weights

    return Predictor(Runtime(open_weights(model)))


def split_of(run: Path, split: str) -> list[Snippet]:
    """The run's held-out code of one split; a `CorpusError` where there is none."""
    snippets = [snippet for snippet in load_corpus(run / "corpus") if snippet.split == split]
    if not snippets:
        raise CorpusError(f"The run in {run} has no {split} code: name {split} projects in its recipe.")
    return snippets


def _need(*modules: str) -> None:
    """A sentence instead of an ImportError when the [train] extra is missing."""
    from importlib.util import find_spec

    for module in modules:
        if find_spec(module) is None:
            raise TrainingExtraMissingError(module)
