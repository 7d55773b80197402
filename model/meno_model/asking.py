"""`meno model suspects FILE`: the lines of a file that are likeliest to be wrong, on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from meno_model.commands import open_predictor
from meno_model.errors import CorpusError
from meno_model.ranker import ranked
from meno_model.units import parse_quietly

_LIMITS = (
    "This is where mistakes tend to be in code that looks like this, not a finding: the lines may be right."
)


def show_suspects(file: Path, model: Path | None, number: int, as_json: bool) -> None:
    """Print the first `number` lines of the ranking with their shares."""
    if not file.is_file():
        there = "is a folder" if file.is_dir() else "is not there"
        raise CorpusError(f"{file} {there}: name a Python file.")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CorpusError(f"{file} cannot be read: save it as UTF-8 and ask again.") from problem
    if parse_quietly(text) is None:
        raise CorpusError(f"{file} does not parse yet: `meno check {file}` says where.")
    found = ranked(open_predictor(model), text)[:number]
    rows = text.split("\n")
    if as_json:
        values = [
            {"line": item.line + 1, "share": round(item.share, 4), "code": rows[item.line].strip()}
            for item in found
        ]
        Console(soft_wrap=True).print_json(json.dumps(values))
        return
    console = Console()
    if not found:
        console.print(f"There is no code in {file.name} yet, so there is nowhere to look.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("line", "share", "code"):
        table.add_column(heading, justify="left" if heading == "code" else "right")
    for item in found:
        table.add_row(str(item.line + 1), f"{item.share:.0%}", Text(rows[item.line].strip()))
    console.print(table)
    console.print(_LIMITS, style="dim")
