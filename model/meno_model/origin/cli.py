"""`meno origin …`: train and evaluate the origin model, and write its card. `meno origin FILE` stands in the
command line's own package, which reads files as Python does.

A failure that has a remedy is one sentence on standard error and exit code 2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from meno_model.errors import ModelError

Model = Annotated[
    Path | None, typer.Option("--model", help="A folder with an origin model. Default: the shipped one.")
]
_Data = Annotated[list[Path], typer.Argument(help="Origin records: .jsonl or .jsonl.gz files, or folders.")]


class Format(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    JSON = "json"


@contextmanager
def sentences() -> Iterator[None]:
    """Expected failures become one sentence and exit code 2."""
    try:
        yield
    except ModelError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(130) from None


def train(
    data: _Data,
    run: Annotated[Path, typer.Option("--run", help="The folder of the run: a model's folder when done.")],
    config: Annotated[
        Path | None, typer.Option("--config", help="A TOML recipe. Default: the shipped model's.")
    ] = None,
) -> None:
    """Train an origin model on the records that may be trained on."""
    with sentences():
        from meno_model.origin.commands import run_training

        facts = run_training(data, run, config)
    typer.echo(json.dumps(facts, indent=1))
    typer.echo(f"Training is done. `meno origin evaluate DATA --model {run}` shows how good it is.", err=True)


def evaluate(
    data: _Data,
    model: Model = None,
    format: Annotated[Format, typer.Option("--format", help="How to print the figures.")] = Format.TABLE,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out", help="Refit without each suite and each generator, too (minutes)."),
    ] = False,
) -> None:
    """Print the figures by suite and by generator, on `code` and `code_norm`, with bootstrap intervals.

    Each program is scored by a model that has not seen its problem.
    """
    with sentences():
        from meno_model.origin.commands import print_figures, run_evaluation

        figures = run_evaluation(data, model, leave_out=leave_out)
        if format is Format.JSON:
            typer.echo(json.dumps(figures, indent=1))
        else:
            print_figures(figures)


def card(
    figures: Annotated[
        Path, typer.Option("--figures", help="What `meno origin evaluate --leave-out --format json` printed.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The page to write, such as docs/origin-card.md.")],
    model: Model = None,
) -> None:
    """Write the model card from an evaluation's figures; no figure is typed by hand."""
    with sentences():
        from meno_model.origin.card import write_card

        write_card(out, figures, model)
    typer.echo(f"Wrote {out}.")
