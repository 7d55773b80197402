"""Parsing one unit: its tree with positions, or the one thing that is wrong with it.

The text is parsed under a name that is no file, because CPython fills `SyntaxError.text` from the disk
when the name is one. A unit from inside a class is parsed below a class header of our own, so that
indentation and `return` mean what they mean in the file.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from meno_analyzers.findings import Span
from meno_analyzers.source.positions import from_bytes

_WRAPPER = "class _:\n"
_NAME = "<buffer>"
# Beyond this a unit is data rather than code, and the parser's time is not worth it.
LONGEST_UNIT = 400_000


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """CPython's complaint in the unit's own coordinates: 0-based line, 0-based character column."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: str  # the class name: SyntaxError, IndentationError, TabError


@dataclass(frozen=True, slots=True)
class Parsed:
    """A unit's tree (or `problem`), with `offset` lines of wrapper above the unit's own first line."""

    tree: ast.Module | None
    problem: SyntaxProblem | None
    offset: int


def parse_unit(lines: list[str], *, in_class: bool, goes_on: bool) -> Parsed:
    """Parses the lines of one unit; never raises on any text."""
    text = "".join(lines)
    offset = 0
    if in_class and _is_indented(lines):
        text = _WRAPPER + text
        offset = 1
    if len(text) > LONGEST_UNIT:
        return Parsed(None, None, offset)
    parsed = _parse(text, lines, offset)
    if goes_on and parsed.problem is not None:
        # The body follows in units of its own: a header without one parses once it has any body.
        end = "" if text.endswith(("\n", "\r")) else "\n"
        return _parse(f"{text}{end}{_header_indent(lines)} pass\n", lines, offset)
    return parsed


def _parse(text: str, lines: list[str], offset: int) -> Parsed:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Parsed(ast.parse(text, _NAME), None, offset)
    except SyntaxError as error:
        return Parsed(None, _problem(error, lines, offset), offset)
    except ValueError:
        # NUL bytes: "source code string cannot contain null bytes".
        line = next((i for i, text in enumerate(lines) if "\0" in text), 0)
        column = max(0, lines[line].find("\0")) if lines else 0
        return Parsed(None, SyntaxProblem("null byte", line, column, line, column + 1, "SyntaxError"), offset)
    except (RecursionError, MemoryError):
        return Parsed(None, SyntaxProblem("too deeply nested", 0, 0, 0, 0, "SyntaxError"), offset)


def _is_indented(lines: list[str]) -> bool:
    for line in lines:
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return line[:1] in " \t"
    return False


def _header_indent(lines: list[str]) -> str:
    """The white space in front of the class's header."""
    for line in lines:
        stripped = line.lstrip(" \t")
        if stripped.startswith("class"):
            return line[: len(line) - len(stripped)]
    return ""


def _problem(error: SyntaxError, lines: list[str], offset: int) -> SyntaxProblem:
    line = (error.lineno or 1) - 1 - offset
    end_line = (error.end_lineno or error.lineno or 1) - 1 - offset
    last = max(0, len(lines) - 1)
    # CPython counts characters here, not bytes, and answers 0 or -1 where it knows no place.
    column = max(0, (error.offset or 1) - 1)
    end_column = max(0, (error.end_offset or 0) - 1)
    if not 0 <= line <= last:
        line = min(max(line, 0), last)
        column = end_column = 0
    if not line <= end_line <= last or (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    return SyntaxProblem(error.msg or "", line, column, end_line, end_column, type(error).__name__)


def span_of(node: ast.AST, lines: list[str], offset: int) -> Span:
    """The node's span in the unit's coordinates, in characters."""
    start = node.lineno - 1 - offset  # type: ignore[attr-defined]
    end = node.end_lineno - 1 - offset  # type: ignore[attr-defined]
    return Span(
        start,
        from_bytes(lines[start], node.col_offset),  # type: ignore[attr-defined]
        end,
        from_bytes(lines[end], node.end_col_offset) if 0 <= end < len(lines) else 0,  # type: ignore[attr-defined]
    )
