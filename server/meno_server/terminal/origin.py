"""`meno origin FILE`: does the style of a file and of its functions resemble LLM-written code?

`meno origin train`, `evaluate` and `card` are commands beside it; whatever does not name one of them is a
file.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from meno_model.origin import cli as commands
from meno_model.origin.values import Judgement, judgement_to_plain
from meno_model.origin.wording import LIMITS, direction, heat_map, sentence, subject
from meno_server.terminal.files import UnreadableError, decode_python, read_python


class _FileOrCommand(TyperGroup):
    """`meno origin FILE` as well as `meno origin COMMAND`."""

    def parse_args(self, context, arguments):  # type: ignore[no-untyped-def]  # typer does not export the types
        if arguments and arguments[0] not in self.commands and arguments[0] != "--help":
            arguments = ["file", *arguments]
        return super().parse_args(context, arguments)


origin_app = typer.Typer(
    name="origin",
    cls=_FileOrCommand,
    help="Say whether a file's style resembles LLM-written code: `meno origin FILE`. A likelihood, no proof.",
    no_args_is_help=True,
)
origin_app.command()(commands.train)
origin_app.command()(commands.evaluate)
origin_app.command()(commands.card)


class Format(StrEnum):
    """How a judgement is printed."""

    TEXT = "text"
    JSON = "json"


@origin_app.command()
def file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A Python file; `-` reads standard input.")],
    format: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    model: commands.Model = None,
) -> None:
    """Say whether a file's style resembles LLM-written code, with the tokens that speak for it.

    Exits with 0 whatever the answer is, and with 2 if the file cannot be read.
    """
    try:
        text = decode_python(sys.stdin.buffer.read()) if path == Path("-") else read_python(path)
    except UnreadableError as problem:
        typer.echo(f"{path} was not judged: {problem}.", err=True)
        raise typer.Exit(2) from None
    with commands.sentences():
        judgements, least = _judge(path, text, model)
    if format is Format.JSON:
        typer.echo(json.dumps(_plain(path, judgements, least), indent=1))
    else:
        _print(path, text, judgements, least)


def _judge(path: Path, text: str, model: Path | None) -> tuple[tuple[Judgement, ...], int]:
    from meno_model.origin.detector import Detector
    from meno_model.origin.reading import UnreadableCode
    from meno_model.origin.weights import open_origin

    detector = Detector(open_origin(model))
    try:
        return detector.judge(text), detector.files.calibration.least_tokens
    except UnreadableCode as problem:
        typer.echo(f"{path} was not judged: {problem}", err=True)
        raise typer.Exit(2) from None


def _plain(path: Path, judgements: tuple[Judgement, ...], least: int) -> dict[str, object]:
    return {
        "file": str(path),
        "limits": list(LIMITS),
        "judgements": [
            {
                **judgement_to_plain(judgement),
                "sentence": sentence(judgement, least),
                "strongest": [
                    {"text": i.text, "line": i.line, "column": i.column, "amount": round(i.amount, 6)}
                    for i in judgement.strongest()
                ],
            }
            for judgement in judgements
        ],
    }


def _print(path: Path, text: str, judgements: tuple[Judgement, ...], least: int) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(str(path), style="bold"))
    for limit in LIMITS:
        console.print(Text(limit, style="dim"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for judgement in judgements:
        console.print()
        console.print(
            Text.assemble((subject(judgement).strip("`"), "bold"), f": {sentence(judgement, least)}")
        )
        _print_strongest(console, judgement)
    whole = judgements[0]
    shown = whole if whole.influences else next((item for item in judgements if item.influences), None)
    if shown is not None:
        _print_heat(console, shown, lines)


def _print_strongest(console: Console, judgement: Judgement) -> None:
    for item in judgement.strongest():
        style = "red" if item.amount > 0 else "blue"
        console.print(
            Text.assemble(
                f"  {item.amount:+.2f}  ", (item.text, style), f"  line {item.line + 1}, {direction(item)}"
            )
        )


def _print_heat(console: Console, judgement: Judgement, lines: list[str]) -> None:
    """Marks below each line, and colours where there are any: never colours alone."""
    console.print()
    console.print(
        "Under a line, + marks what points towards LLM-written code and - what points towards a person's"
        " (# and = strongly)."
    )
    for number, (line, marks) in enumerate(heat_map(judgement, lines), judgement.first_line + 1):
        shown = Text(f"{number:>4}  {line}")
        for column, sign in enumerate(marks or ""):
            if sign != " ":
                shown.stylize(_STYLES[sign], 6 + column, 7 + column)
        console.print(shown)
        if marks is not None:
            console.print(Text(f"      {marks}", style="dim"))


_STYLES = {"#": "white on red", "+": "red", "=": "white on blue", "-": "blue"}
