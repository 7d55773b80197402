"""A unit's text in the one spelling that the model reads, with the way back to the original places.

Comments, docstrings, blank lines and the author's spacing are left out, so that formatting is no cue:
every name, number and string begins with one space, an operator with none, a logical line with a newline
and four spaces a level. Each piece remembers the lexeme it came from. The same function serves training
and inference; its version is stored beside the weights and a runtime refuses another one.
"""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass
from typing import NamedTuple

RENDERING_VERSION = "lexemes-1"
LONGEST_STRING = 24
LONGEST_NUMBER = 8

_STRING_PREFIX = "rRbBuUfFtT"
_OPENERS = {"FSTRING_START", "TSTRING_START"}
_CLOSERS = {"FSTRING_END", "TSTRING_END"}
_NUMBERS_OF_PARTS = {number for number, name in tokenize.tok_name.items() if name in _OPENERS | _CLOSERS}
_SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}


class Lexeme(NamedTuple):
    """A Python token of the unit: its text and its place, 0-based lines and columns in characters."""

    kind: int
    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    depth: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """`pieces[k]` is what the tokenizer sees; `origins[k]` indexes `lexemes`, or is -1 for line breaks."""

    pieces: tuple[str, ...]
    origins: tuple[int, ...]
    lexemes: tuple[Lexeme, ...]

    @property
    def line_starts(self) -> tuple[int, ...]:
        """Indices of the pieces that begin a logical line after the first."""
        return tuple(index for index, origin in enumerate(self.origins) if origin < 0)


def render(text: str) -> Rendering | None:
    """The rendering of a unit's text, or None when it cannot be tokenized or has nothing to read."""
    logical_lines = _logical_lines(text)
    if not logical_lines:
        return None
    pieces: list[str] = []
    origins: list[int] = []
    lexemes: list[Lexeme] = []
    for line in logical_lines:
        if pieces:
            pieces.append("\n" + "    " * min(line[0].depth, 12))
            origins.append(-1)
        for lexeme in line:
            pieces.append(_spelling(lexeme))
            origins.append(len(lexemes))
            lexemes.append(lexeme)
    return Rendering(tuple(pieces), tuple(origins), tuple(lexemes))


def _logical_lines(text: str) -> list[list[Lexeme]]:
    """Logical lines as lists of lexemes, without those that are a bare string (docstrings)."""
    wrapped = text[:1] in (" ", "\t")
    source = "if 1:\n" + text if wrapped else text
    shift = 2 if wrapped else 1
    lines: list[list[Lexeme]] = []
    current: list[Lexeme] = []
    depth = 0
    for kind, string, (line, column), (end_line, end_column), _ in _tokens(source):
        if kind == tokenize.INDENT:
            depth += 1
        elif kind == tokenize.DEDENT:
            depth -= 1
        elif kind == tokenize.NEWLINE:
            if current and not (len(current) == 1 and current[0].kind == tokenize.STRING):
                lines.append(current)
            current = []
        elif kind not in _SILENT and line >= shift:
            level = depth - 1 if wrapped else depth
            current.append(Lexeme(kind, string, line - shift, column, end_line - shift, end_column, level))
    return lines


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    """CPython's tokens, with the parts of an f-string (3.12 and later) joined to one string again."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
    if not any(token[0] in _NUMBERS_OF_PARTS for token in tokens):
        return tokens
    joined: list[tokenize.TokenInfo] = []
    opened: list[tokenize.TokenInfo] = []
    parts: list[str] = []
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name in _OPENERS:
            opened.append(token)
        if not opened:
            joined.append(token)
            continue
        parts.append(token.string)
        if name in _CLOSERS:
            first = opened.pop()
            if not opened:
                joined.append(
                    tokenize.TokenInfo(tokenize.STRING, "".join(parts), first.start, token.end, first.line)
                )
                parts = []
    return joined


def _spelling(lexeme: Lexeme) -> str:
    if lexeme.kind == tokenize.NAME:
        return " " + lexeme.text
    if lexeme.kind == tokenize.NUMBER:
        return " " + lexeme.text[:LONGEST_NUMBER]
    if lexeme.kind == tokenize.STRING:
        return " " + _string_spelling(lexeme.text)
    return lexeme.text


def _string_spelling(text: str) -> str:
    """Double quotes, one line, at most `LONGEST_STRING` characters of content (twice that for f-strings)."""
    body = text.lstrip(_STRING_PREFIX)
    prefix = text[: len(text) - len(body)].lower()
    quotes = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    content = " ".join(body[quotes:-quotes].split()) if body[quotes:-quotes].strip() else body[quotes:-quotes]
    longest = LONGEST_STRING * 2 if "f" in prefix else LONGEST_STRING
    return f'{prefix}"{content[:longest]}"'
