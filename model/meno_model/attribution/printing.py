"""An attribution on the terminal: the unit with its words painted, and the most influential in a table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from meno_model.attribution.values import Attribution, to_plain
from meno_model.errors import AttributionError
from meno_model.units import split_lines

_STRONG, _SOME = 0.5, 0.15
_MOST_ROWS = 10
_COLUMN = re.compile(r"(:\d+):\d+:?$")


def read_place(place: str) -> tuple[Path, int]:
    """`FILE:LINE`, or `FILE:LINE:COLUMN` as `meno check` prints it, as a path and a 0-based line; an
    `AttributionError` says how it should look."""
    place = _COLUMN.sub(r"\1", place)
    name, colon, number = place.rpartition(":")
    if not colon or not name or not number.isdecimal() or int(number) < 1:
        raise AttributionError(
            f"“{place}” names no line: write the file, a colon and a line, as in lesson.py:12."
        )
    return Path(name), int(number) - 1


def read_source(path: Path) -> str:
    """The text of a Python file; an `AttributionError` says why it cannot be had."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AttributionError(f"{path} is not UTF-8 text: save it as UTF-8 and ask again.") from None
    except OSError as problem:
        raise AttributionError(f"{path} cannot be read: {problem.strerror or problem}.") from None


def as_json(attribution: Attribution, path: Path) -> str:
    """Everything; lines and columns from 1, in characters, the end exclusive, as `meno check` writes them."""
    values: dict[str, Any] = {"file": str(path), **to_plain(attribution)}
    values["lines"] = [attribution.first_line + 1, attribution.last_line + 1]
    values["influences"] = [
        {
            "word": item.text,
            "line": item.span.start_line + 1,
            "column": item.span.start_column + 1,
            "end_line": item.span.end_line + 1,
            "end_column": item.span.end_column + 1,
            "weight": round(item.weight, 4),
            "effect": round(item.effect, 5),
        }
        for item in attribution.influences
    ]
    return json.dumps(values, indent=1, ensure_ascii=False)


def print_attribution(attribution: Attribution, text: str, console: Console) -> None:
    """The unit's lines, what raises the suspicion in red and what lowers it in blue; then a table."""
    lines = split_lines(text)
    spans: dict[int, list[tuple[int, int, str]]] = {}
    for item in attribution.influences:
        place, style = item.span, _style(item.weight)
        for line in range(place.start_line, place.end_line + 1):
            first = place.start_column if line == place.start_line else 0
            last = place.end_column if line == place.end_line else len(lines[line])
            if style:
                spans.setdefault(line, []).append((first, last, style))
    width = len(str(attribution.last_line + 1))
    for number in range(attribution.first_line, attribution.last_line + 1):
        painted = Text(lines[number])
        for first, last, style in spans.get(number, ()):
            painted.stylize(style, first, last)
        console.print(Text(f"{number + 1:>{width}}  ", style="dim") + painted, soft_wrap=True)
    console.print(_table(attribution))
    console.print(_summary(attribution))


def _style(weight: float) -> str:
    colour = "red" if weight > 0 else "blue"
    if abs(weight) >= _STRONG:
        return f"bold reverse {colour}"
    return f"bold {colour}" if abs(weight) >= _SOME else ""


def _table(attribution: Attribution) -> Table:
    asked = "a mistake" if attribution.target.value == "mistake" else attribution.category.value
    table = Table(title=f"for (+) and against (−) {asked}", title_justify="left", min_width=44)
    for heading in ("word", "line", "effect", "relative"):
        table.add_column(heading, justify="left" if heading == "word" else "right")
    for item in attribution.most_influential(_MOST_ROWS):
        word = Text(" ".join(item.text.split()), style=_style(item.weight))
        table.add_row(word, str(item.span.start_line + 1), f"{item.effect:+.2f}", f"{item.weight:+.0%}")
    return table


def _summary(attribution: Attribution) -> str:
    roughly = "; take the order as a rough one" if attribution.approximate else ""
    return (
        f"Chance of a mistake {attribution.probability:.0%}, likeliest kind {attribution.category.value}."
        f" {attribution.steps} steps; {attribution.gap:.1%} of the whole is not accounted for{roughly}."
    )
