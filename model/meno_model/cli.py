"""`meno model …`: train, evaluate, export, explain and show the bug model.

Everything heavy is imported inside the commands. A failure that has a remedy is one sentence on standard
error and exit code 2; an interrupted training leaves a checkpoint, says so and exits with 130.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from meno_model.attribution.values import Target
from meno_model.errors import ConfigurationError, ModelError

model_app = typer.Typer(
    name="model", help="Train, evaluate, export and show the bug model.", no_args_is_help=True
)

_Model = Annotated[Path | None, typer.Option("--model", help="A model directory. Default: the shipped one.")]


class _Format(StrEnum):
    TEXT = "text"
    JSON = "json"


@contextmanager
def _sentences() -> Iterator[None]:
    """Expected failures become one sentence and exit code 2."""
    try:
        yield
    except ModelError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None


@model_app.command()
def train(
    out: Annotated[Path, typer.Option("--out", help="The run's folder; an existing run is continued.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", help="A TOML recipe, or the name of a shipped one. Default: `default`."),
    ] = None,
    sources: Annotated[
        list[Path] | None,
        typer.Option("--from", help="A folder of code or a git repository to read, too (repeatable)."),
    ] = None,
    installed: Annotated[
        bool, typer.Option(help="Read the standard library and the installed projects.")
    ] = True,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Of installed projects this one only (repeatable).")
    ] = None,
    protect: Annotated[
        list[Path] | None,
        typer.Option("--protect", help="A folder of evaluation sets whose near copies are left out."),
    ] = None,
    backbone: Annotated[
        str | None,
        typer.Option("--backbone", help="Fine-tune this RoBERTa encoder, by name or folder."),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option("--start", help="The folder of an earlier run whose weights a new run begins with."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.1, help="Another budget than the recipe's.")
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="A budget in steps.")] = None,
    epochs: Annotated[float | None, typer.Option("--epochs", min=0.01, help="A budget in epochs.")] = None,
    track: Annotated[
        Path | None, typer.Option("--track", help="Keep figures in this MLflow folder, too.")
    ] = None,
) -> None:
    """Train a model from code on this machine, or go on with a run that was interrupted."""
    with _sentences():
        from meno_model.commands import Budget, run_training
        from meno_model.corpus.snippets import Reading

        finished = run_training(
            config,
            out,
            Budget(minutes, steps, epochs),
            Reading(protect or [], (only or None) if installed else [], sources or []),
            backbone=backbone,
            start=start,
            track=track,
        )
    if not finished:
        typer.echo(
            f"Training was interrupted. `meno model train --out {out}` with the same options goes on.",
            err=True,
        )
        raise typer.Exit(130)
    typer.echo(f"Training is done. `meno model export --run {out} --out DIRECTORY` makes the model's files.")


@model_app.command()
def export(
    run: Annotated[Path, typer.Option("--run", help="The folder of a training run.")],
    out: Annotated[Path, typer.Option("--out", help="Where the model's files go.")],
    gpu: Annotated[bool, typer.Option("--gpu", help="Write the graphs for a graphics card, too.")] = False,
    calibrate: Annotated[bool, typer.Option(help="Calibrate on the run's held-out code.")] = True,
    correct: Annotated[
        list[Path] | None,
        typer.Option(
            "--correct", help="A set of correct programs on which it has to be silent (repeatable)."
        ),
    ] = None,
    untrained: Annotated[
        bool, typer.Option("--untrained", help="The network before its first step, as a baseline.")
    ] = False,
) -> None:
    """Export the checkpoint to ONNX int8, check it and calibrate it."""
    with _sentences():
        from meno_model.commands import run_export

        facts = run_export(
            run,
            out,
            with_gpu_graph=gpu,
            calibrate=calibrate,
            untrained=untrained,
            correct=correct or [],
        )
    typer.echo(json.dumps(facts, indent=1))


@model_app.command("add-attribution")
def add_attribution(
    run: Annotated[Path, typer.Option("--run", help="The training run that the model was exported from.")],
    model: Annotated[Path, typer.Option("--model", help="The model directory that gets the graph.")],
) -> None:
    """Give a model that was exported without it the graph that explains what it says."""
    with _sentences():
        from meno_model.commands import add_attribution_graph

        facts = add_attribution_graph(run, model)
    typer.echo(json.dumps(facts, indent=1))


@model_app.command()
def evaluate(
    data: Annotated[
        list[Path] | None,
        typer.Argument(help="Evaluation sets (.jsonl.gz) of buggy or correct programs.", show_default=False),
    ] = None,
    model: _Model = None,
    run: Annotated[
        Path | None, typer.Option("--run", help="A training run: score its held-out code and mutants.")
    ] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option("--beside", help="NAME=DIRECTORY: another model whose line ranking is shown, too."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", help="Write all figures to this JSON file.")] = None,
) -> None:
    """Measure the exported model, with baselines beside every number and 95 % intervals."""
    with _sentences():
        if form not in ("table", "json"):
            raise ConfigurationError("The option --format is `table` or `json`.")
        from meno_model.evaluating import run_evaluation

        others = dict(_named(text) for text in beside or [])
        run_evaluation(model, run, data or [], out, others, form)


def _named(text: str) -> tuple[str, Path]:
    name, sign, folder = text.partition("=")
    if not sign or not name:
        raise ConfigurationError("The option --beside wants NAME=DIRECTORY.")
    return name, Path(folder)


@model_app.command("fit-ranker")
def fit_ranker(
    data: Annotated[list[Path], typer.Argument(help="Sets of buggy programs whose lines are known.")],
    model: Annotated[Path, typer.Option("--model", help="The model directory that gets `ranker.json`.")],
) -> None:
    """Fit how the model, the rules and a line's looks add up to "look here first"."""
    with _sentences():
        from meno_model.ranker_fitting import run_fit

        run_fit(model, data)


@model_app.command()
def suspects(
    file: Annotated[Path, typer.Argument(help="A Python file.")],
    model: _Model = None,
    number: Annotated[int, typer.Option("--number", min=1, help="How many lines.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Where to look first, if something is wrong: the likeliest lines, however unlikely."""
    with _sentences():
        from meno_model.asking import show_suspects

        show_suspects(file, model, number, as_json)


@model_app.command()
def pull(
    name: Annotated[str, typer.Argument(help="OWNER/MODEL on the hub.")],
    revision: Annotated[str | None, typer.Option("--revision", help="A branch, tag or commit.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="A folder. Default: in your data folder.")] = None,
) -> None:
    """Fetch a model by name from a hub, check it, and say how to use it."""
    with _sentences():
        from meno_model.pulling import pull as fetch

        place = fetch(name, revision, to)
    typer.echo(f'{name} is in {place}. To use it, set "meno.model.path" to that folder.')


@model_app.command()
def why(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="A line of a function or program.")],
    model: _Model = None,
    target: Annotated[
        Target, typer.Option("--target", help="Explain that there is a mistake, or its category.")
    ] = Target.MISTAKE,
    form: Annotated[_Format, typer.Option("--format", help="How to answer.")] = _Format.TEXT,
) -> None:
    """Show which words make the model suspect the function at a line, or trust it."""
    with _sentences():
        from meno_model.commands import print_reasons

        print_reasons(place, model, target, as_json=form is _Format.JSON)


@model_app.command()
def info(
    model: _Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show name, size, provider, checksum and thresholds of a model."""
    with _sentences():
        from meno_model.commands import model_information

        facts = model_information(model)
    if as_json:
        typer.echo(json.dumps(facts, indent=1))
        return
    for key in ("name", "provider", "parameters", "model_sha256", "folder", "longest_window"):
        typer.echo(f"{key.replace('_', ' ')}: {facts[key]}")
    typer.echo(
        f"can say why: {'no' if facts['attribution_sha256'] is None else 'yes, with `meno model why`'}"
    )
    thresholds = facts["thresholds"]
    if isinstance(thresholds, dict) and thresholds:
        typer.echo("speaks about (from this probability on):")
        for category, probability in thresholds.items():
            typer.echo(f"  {category}: {probability:.2f}")
    else:
        typer.echo("speaks about: nothing (no category is calibrated well enough)")


@model_app.command()
def card(
    out: Annotated[Path, typer.Option("--out", help="The folder of the pages, such as docs.")],
    figures: Annotated[Path, typer.Option("--figures", help="What `meno model evaluate --out` wrote.")],
    run: Annotated[Path, typer.Option("--run", help="The training run.")],
    model: _Model = None,
) -> None:
    """Write `model-card.md` and `dataset.md` from a run's records; no figure is typed by hand."""
    with _sentences():
        from meno_model.cards import write_cards

        write_cards(out, figures, run, model)
    typer.echo(f"Wrote {out / 'model-card.md'} and {out / 'dataset.md'}.")
