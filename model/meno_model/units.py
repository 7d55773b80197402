"""Source text to units: the grain in which the model reads a program.

A unit is one function or method (with what is nested in it), or the run of a file's module-level
statements, called the program. A file that does not parse has no units: the parser owns it. Guarded by
`tests/model/test_units.py`; positions of a unit's text lead back to the file through `line_numbers`.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

PROGRAM = "this program"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEFT_OUT_OF_PROGRAM = (*_FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Unit:
    """One function or the module-level program.

    `text` keeps the original indentation; its line `n` (0-based) is line `line_numbers[n]` of the file.
    """

    name: str
    text: str
    line_numbers: tuple[int, ...]


def parse_quietly(text: str) -> ast.Module | None:
    """The tree of `text`, or None when CPython cannot parse it (too deep and null bytes included)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def split_lines(text: str) -> list[str]:
    """Lines as CPython counts them: only `\\n`, `\\r\\n` and `\\r` end one, a form feed does not."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def units_of(text: str) -> tuple[Unit, ...]:
    """The units of a file in the order of their first line; empty when the file does not parse."""
    tree = parse_quietly(text)
    if tree is None:
        return ()
    lines = split_lines(text)
    units = [_function_unit(node, lines) for node in functions_in(tree.body)]
    program = _program_unit(tree, lines)
    if program is not None:
        units.append(program)
    return tuple(sorted(units, key=lambda unit: unit.line_numbers[0]))


def functions_in(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Outermost functions and methods below `body`, looking through classes, `if`, `try` and `with`.

    A stack instead of recursion: a long chain of `elif` is nested as deeply as it is long.
    """
    waiting: list[ast.AST] = [*body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _FUNCTIONS):
            yield node
        elif isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            for part in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, part, None)
                if isinstance(inner, list):
                    waiting.extend(inner)


def _function_unit(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> Unit:
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    return Unit(node.name, "\n".join(lines[first:last]), tuple(range(first, last)))


def _program_unit(tree: ast.Module, lines: list[str]) -> Unit | None:
    numbers: list[int] = []
    for statement in tree.body:
        if isinstance(statement, _LEFT_OUT_OF_PROGRAM):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        last = statement.end_lineno or statement.lineno
        numbers.extend(n for n in range(statement.lineno - 1, last) if not numbers or n > numbers[-1])
    if not numbers:
        return None
    return Unit(PROGRAM, "\n".join(lines[number] for number in numbers), tuple(numbers))
