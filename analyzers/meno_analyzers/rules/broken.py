"""What syntax rules look at, a unit that does not parse, and small questions about it."""

from __future__ import annotations

import re

from meno_analyzers.findings import Span
from meno_analyzers.rules.registry import Broken
from meno_analyzers.rules.tokens import Token, TokenKind

# What a line that opens a block begins with.
BLOCK_WORDS = frozenset("if elif else for while def class try except finally with async match case".split())

_WORD = re.compile(r"\s*([^\W\d]\w*)")


def problem_span(broken: Broken) -> Span:
    p = broken.problem
    return Span(p.line, p.column, p.end_line, p.end_column)


def first_word(line: str) -> str:
    match = _WORD.match(line)
    return match.group(1) if match else ""


def line_span(broken: Broken, line: int) -> Span:
    """The text of a line without the white space around it."""
    text = broken.lines[line].rstrip()
    return Span(line, len(text) - len(text.lstrip()), line, max(len(text), 1))


def on_line(broken: Broken, line: int) -> list[Token]:
    """The tokens of one line of code, without reading the whole unit."""
    return broken.tokens_on(line)


def code_on_line(broken: Broken, line: int) -> list[Token]:
    """The tokens of one line without its comment."""
    return [token for token in on_line(broken, line) if token.kind is not TokenKind.COMMENT]


def is_generic(broken: Broken) -> bool:
    message = broken.problem.message
    return message.startswith(("invalid syntax", "expected 'else'", "cannot assign", "expected ':'"))
