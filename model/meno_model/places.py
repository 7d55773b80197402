"""From the token that the model points at to the piece of code that a person would point at.

A name, a number or a string stands for itself; an operator or a bracket for the smallest expression around
it, a keyword or an assignment sign for its statement, as long as that is short and stands on one line.
"""

from __future__ import annotations

import ast
import keyword
import tokenize

from meno_analyzers.findings import Span
from meno_model.rendering import Lexeme
from meno_model.units import Unit, parse_quietly, split_lines

LONGEST_CODE = 60


def pointed_code(unit: Unit, lexeme: Lexeme) -> tuple[Span, str]:
    """The span in the file and its text, on one line and of at most `LONGEST_CODE` characters."""
    line, start, end = lexeme.line, lexeme.column, lexeme.end_column
    own = lexeme.kind in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)
    if lexeme.line != lexeme.end_line:
        end = len(split_lines(unit.text)[line])
    elif not own or keyword.iskeyword(lexeme.text):
        start, end = _around(unit.text, line, start, end)
    text = split_lines(unit.text)[line][start:end]
    number = unit.line_numbers[line]
    return Span(number, start, number, end), _short(text)


def _around(text: str, line: int, start: int, end: int) -> tuple[int, int]:
    """Columns of the smallest short one-line expression, else statement, around a stretch of a line."""
    wrapped = text[:1] in (" ", "\t")
    tree = parse_quietly("if 1:\n" + text if wrapped else text)
    if tree is None:
        return start, end
    source = split_lines(text)[line]
    first = line + (2 if wrapped else 1)
    around: list[tuple[bool, int, int, int]] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr | ast.stmt) or node.lineno != first or node.end_lineno != first:
            continue
        left, right = _column(source, node.col_offset), _column(source, node.end_col_offset or 0)
        if left <= start and end <= right and right - left <= LONGEST_CODE:
            around.append((isinstance(node, ast.stmt), right - left, left, right))
    if around:
        return min(around)[2:]
    header = source.rstrip()
    indent = len(source) - len(source.lstrip())
    return (indent, len(header)) if indent == start and len(header) - indent <= LONGEST_CODE else (start, end)


def _column(line: str, byte: int) -> int:
    """AST columns count bytes, ours characters."""
    return byte if line.isascii() else len(line.encode("utf-8")[:byte].decode("utf-8", "ignore"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CODE else line[: LONGEST_CODE - 1] + "…"
