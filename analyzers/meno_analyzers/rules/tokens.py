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


def unclosed_bracket(tokens: list[Token]) -> Token | None:
    """The innermost bracket that is opened and never closed, or None; gives up at a mismatch."""
    stack: list[Token] = []
    for token in tokens:
        if token.kind is not TokenKind.OPERATOR:
            continue
        if token.text in PAIRS:
            stack.append(token)
        elif token.text in PAIRS.values():
            if not stack or PAIRS[stack[-1].text] != token.text:
                return None
            stack.pop()
    return stack[-1] if stack else None
