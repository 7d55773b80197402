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
from meno_model.errors import ModelError

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
        Path | None, typer.Option("--config", help="A TOML recipe. Default: the shipped model's.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.1, help="Another budget than the recipe's.")
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="A budget in steps instead.")] = None,
    protect: Annotated[
        list[Path] | None,
        typer.Option("--protect", help="A folder of evaluation sets whose near copies are left out."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Read this installed project only (repeatable).")
    ] = None,
) -> None:
    """Train a model from installed code, or go on with a run that was interrupted."""
    with _sentences():
        from meno_model.commands import run_training

        finished = run_training(config, out, minutes, steps, protect or [], only or None)
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
    gpu: Annotated[bool, typer.Option("--gpu", help="Write the full-precision graph, too.")] = False,
    calibrate: Annotated[bool, typer.Option(help="Calibrate on the run's held-out code.")] = True,
) -> None:
    """Export the checkpoint to ONNX int8, check it and calibrate it."""
    with _sentences():
        from meno_model.commands import run_export

        facts = run_export(run, out, with_gpu_graph=gpu, calibrate=calibrate)
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
    model: _Model = None,
    run: Annotated[
        Path | None, typer.Option("--run", help="A training run: score its held-out code and mutants.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="An evaluation set (.jsonl.gz) of buggy or clean programs (repeatable)."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write all figures to this JSON file.")] = None,
) -> None:
    """Measure the exported model and print tables with baselines beside every number."""
    with _sentences():
        from meno_model.commands import run_evaluation

        run_evaluation(model, run, data or [], out)


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
