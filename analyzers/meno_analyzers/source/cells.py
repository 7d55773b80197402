"""Cells of a notebook as plain Python: what only IPython understands gives way to statements that do nothing.

Lines stay lines, and what stays on a line keeps its columns, so that findings lie where the learner typed.
Magics and shell lines are known where IPython knows them: at the beginning of a statement, not inside a
string or a bracket. Names that they bind stay bound, to values that nothing is known of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from meno_analyzers.source.scan import CLOSED, State, scan_line

NOTEBOOK_NAMES = frozenset({"In", "Out", "__", "___", "display"})
"""What every notebook may use without importing it."""
PREAMBLE = f"from IPython import {', '.join(sorted(NOTEBOOK_NAMES))}\n"
"""The same as a line of Python that says so."""

# Magics whose argument, or whose cell, is Python that runs among the learner's names.
_RUNS_PYTHON = frozenset("time timeit capture prun memit mprun lprun debug".split())
_POSSIBLE = re.compile(
    r"^\s*[%!?]|=\s*[%!]|\?\s*$|^\s*(?:pip|conda|mamba|cd|ls|pwd|who|whos)\b", re.MULTILINE
)
_CELL_MAGIC = re.compile(r"\s*%%(\w*)\s*(.*)")
_PYTHON_MAGIC = re.compile(r"(\s*)%(?:time|timeit|prun|memit)\s+(?:-\w+(?:[ =]?\d+)?\s+)*(?=\S)")
_ASSIGNED = re.compile(r"(\s*)([A-Za-z_][\w, ]*?)\s*=\s*[%!]")
_MAGIC = re.compile(r"(\s*)(?:[%!]|\?{1,2}[\w%])")
# These may give a value to any name.
_GIVES_NAMES = re.compile(r"%(?:run|pylab|store|load|edit|macro|recall|rerun)\b")
_HELP = re.compile(r"(\s*)[%\w.*\[\]]+\?{1,2}\s*$")
# IPython takes these for magics even without the sign, where they can be nothing else.
_BARE = re.compile(r"(\s*)(?:(?:pip|conda|mamba)\s+\w|cd\s+(?:\.\.|[^\s=.(])|(?:ls|pwd|who|whos)\s*$)")
_NOTHING = "pass"
_UNKNOWN = "get_ipython()"
_ANY_NAMES = "from IPython import *"


def as_python(lines: Sequence[str]) -> list[str]:
    """The cell's lines as Python, as many as there were."""
    if not _POSSIBLE.search("".join(lines)):
        return list(lines)
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    magic = _CELL_MAGIC.match(lines[first])
    if magic is not None and magic[1] not in _RUNS_PYTHON:
        return [_end_of(line) for line in lines]
    made: list[str] = []
    state, inside = CLOSED, False
    for index, line in enumerate(lines):
        if magic is not None and index == first:
            bound = magic[2] if magic[1] == "capture" and magic[2].isidentifier() else ""
            made.append(_with_end(f"{bound} = {_UNKNOWN}" if bound else _NOTHING, line))
            continue
        plain = None if inside or state != CLOSED else _replaced(line)
        if inside:
            plain = ""
        if plain is not None:
            inside = line.rstrip("\r\n").endswith("\\") and not _PYTHON_MAGIC.match(line)
            plain = _with_end(plain, line)
        made.append(line if plain is None else plain)
        state = _after(made[-1], state)
    return made


def last_expression(lines: Sequence[str]) -> tuple[int, int] | None:
    """First and last line (0-based) of the expression whose value the cell shows; None if it ends in none.

    `lines` are Python. Of a cell that does not parse it is the last line.
    """
    try:
        body = ast.parse("".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        last = max((index for index, line in enumerate(lines) if line.strip()), default=None)
        return None if last is None else (last, last)
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    return body[-1].lineno - 1, (body[-1].end_lineno or body[-1].lineno) - 1


def _replaced(line: str) -> str | None:
    """What stands for a line that is no Python; None for one that is."""
    if (timed := _PYTHON_MAGIC.match(line)) is not None:
        # The statement behind it keeps its place: "pass;" is as short as any of these magics.
        head = f"{timed[1]}{_NOTHING};"
        return head + " " * (timed.end() - len(head)) + line[timed.end() :].rstrip("\r\n")
    if (assigned := _ASSIGNED.match(line)) is not None:
        return f"{assigned[1]}{assigned[2]} = {_UNKNOWN}"
    if _GIVES_NAMES.match(line):
        return _ANY_NAMES
    for pattern in (_MAGIC, _HELP, _BARE):
        if (found := pattern.match(line)) is not None:
            return found[1] + _NOTHING
    return None


def _after(line: str, before: State) -> State:
    return scan_line(line, before).after


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _with_end(text: str, line: str) -> str:
    return text + _end_of(line)
