"""A tokenizer for text that does not parse: it never fails, and it knows just enough for syntax rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from meno_analyzers.findings import Span


class TokenKind(Enum):
    """What a token is; white space and line ends are no tokens."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    COMMENT = "comment"
    OPERATOR = "operator"


class Token(NamedTuple):
    """A piece of text with its place in the unit."""

    kind: TokenKind
    text: str
    line: int
    column: int

    @property
    def end(self) -> int:
        return self.column + len(self.text)

    @property
    def span(self) -> Span:
        return Span(self.line, self.column, self.line, self.end)

    @property
    def is_operand(self) -> bool:
        return self.kind in {TokenKind.NAME, TokenKind.NUMBER, TokenKind.STRING}


_TOKEN = re.compile(
    r"""(?P<comment>\#.*)"""
    r"""|(?P<string>(?:[rbfuRBFU]{0,3})(?:\"\"\"|'''|"(?:\\.|[^"\\\r\n])*+"?|'(?:\\.|[^'\\\r\n])*+'?))"""
    r"""|(?P<number>\d[\w.]*)|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<operator>\*\*=?|//=?|<<=?|>>=?|[=!<>+\-*/%&|^@:]=|->|\S)"""
)

_KIND_OF = {kind.value: kind for kind in TokenKind}


def tokens_of(lines: list[str]) -> list[Token]:
    """All tokens of a unit; a triple-quoted string is one token, placed where it opens."""
    return list(_tokens(lines))


def _tokens(lines: list[str]) -> Iterator[Token]:
    quote = ""
    for number, line in enumerate(lines):
        position = 0
        if quote:
            end = _end_of_triple(line, 0, quote)
            if end < 0:
                continue
            position, quote = end, ""
        while match := _TOKEN.search(line.rstrip("\r\n"), position):
            kind = _KIND_OF[match.lastgroup or ""]
            text = match.group()
            position = match.end()
            if (
                kind is TokenKind.STRING
                and text.endswith(('"""', "'''"))
                and text[:-3].isalpha() | (text[:-3] == "")
            ):
                quote = text[-3:]
                end = _end_of_triple(line, position, quote)
                position = end if end >= 0 else len(line)
                quote = "" if end >= 0 else quote
            yield Token(kind, text, number, match.start())


def _end_of_triple(line: str, start: int, quote: str) -> int:
    position = start
    while position < len(line):
        if line[position] == "\\":
            position += 2
        elif line.startswith(quote, position):
            return position + 3
        else:
            position += 1
    return -1


PAIRS = {"(": ")", "[": "]", "{": "}"}
KINDS = {"(": "round", ")": "round", "[": "square", "]": "square", "{": "curly", "}": "curly"}


# Comments and strings, which are passed over, and brackets.
_BRACKET = re.compile(
    r"""\#[^\r\n]*"""
    r"""|(?P<quotes>\"\"\"|''')(?s:\\.|(?!(?P=quotes)).)*+(?:(?P=quotes))?"""
    r"""|"(?:\\.|[^"\\\r\n])*+"?|'(?:\\.|[^'\\\r\n])*+'?"""
    r"""|(?P<bracket>[()\[\]{}])"""
)


def unclosed_bracket(lines: list[str]) -> tuple[str, int, int] | None:
    """The innermost bracket that is opened and never closed, with its line and column, or None; gives up
    at a mismatch.

    It reads the whole unit at almost every key in a half-typed call, so it makes no tokens.
    """
    text = "".join(lines)
    stack: list[tuple[str, int]] = []
    for found in _BRACKET.finditer(text):
        if found.lastgroup != "bracket":
            continue
        bracket = found.group()
        if bracket in PAIRS:
            stack.append((bracket, found.start()))
        elif not stack or PAIRS[stack.pop()[0]] != bracket:
            return None
    if not stack:
        return None
    bracket, place = stack[-1]
    for number, line in enumerate(lines):
        if place < len(line):
            return bracket, number, place
        place -= len(line)
    return None
