"""What each line begins with and leaves open: the cheap lexical layer that finds units without parsing.

A line's facts depend only on its text and on the state the line above left behind (inside a triple-quoted
string, inside brackets, after a backslash), so after an edit lines are scanned again only until the state
agrees with what was known before. On valid Python the result is exact. On broken Python an unclosed bracket
ends at the next line that starts with a statement keyword, since no expression can hold one: that is what
keeps a mistake inside its own unit.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple


class Head(IntEnum):
    """What a line begins with."""

    BLANK = 0
    COMMENT = 1
    CONTINUATION = 2  # in a string, in brackets or after a backslash
    STATEMENT = 3
    DEF = 4
    CLASS = 5
    DECORATOR = 6
    CLAUSE = 7  # else, elif, except, finally: never starts anything of its own
    BORDER = 8  # the line between two cells of a notebook


class State(NamedTuple):
    """What is open at the end of a line: a string's quote, how many brackets, a backslash."""

    quote: str
    depth: int
    backslash: bool


class Line(NamedTuple):
    """The facts of one line; `indent` counts columns with tabs at multiples of eight, as CPython does."""

    after: State
    indent: int
    head: Head


CLOSED = State("", 0, False)
# Stands between the cells of a notebook. Nothing goes on across it: no string, no bracket, no class.
BORDER = "# \ue0ff between two cells \ue0ff\n"

_TOKEN = re.compile(
    r"""(?P<comment>\#)|(?P<triple>\"\"\"|''')"""
    r"""|(?P<string>"(?:\\.|[^"\\\r\n])*+(?P<close1>")?|'(?:\\.|[^'\\\r\n])*+(?P<close2>')?)"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])"""
)
_TRIPLE_END = {q: re.compile(rf"(?:\\.|[^\\])*?{q}", re.DOTALL) for q in ('"""', "'''")}
_SINGLE_END = {
    '"': re.compile(r'(?:\\.|[^"\\\r\n])*+"'),
    "'": re.compile(r"(?:\\.|[^'\\\r\n])*+'"),
}
_INTERESTING = re.compile(r"""["'()\[\]{}\\]""")
_WORD = re.compile(r"[ \t\f]*(?:(async)[ \t]+)?([A-Za-z_@#][A-Za-z_0-9]*)?")
# Keywords that no expression can contain: seen at the start of a line, they end a forgotten bracket.
_HARD_KEYWORDS = frozenset(
    "def class import return while with try pass break continue raise global nonlocal assert del".split()
)
_HEADS = {
    "def": Head.DEF,
    "class": Head.CLASS,
    "else": Head.CLAUSE,
    "elif": Head.CLAUSE,
    "except": Head.CLAUSE,
    "finally": Head.CLAUSE,
}


def indent_width(text: str) -> int:
    """The width of the white space that `text` starts with, in CPython's columns."""
    width = 0
    for character in text:
        if character == " ":
            width += 1
        elif character == "\t":
            width = (width // 8 + 1) * 8
        elif character == "\f":
            width = 0
        else:
            break
    return width


def scan_line(text: str, before: State) -> Line:
    """The facts of the line `text`, given what the line above left open."""
    if text == BORDER:
        return Line(CLOSED, 0, Head.BORDER)
    if before.quote:
        return Line(_scan_tokens(text, 0, before), 0, Head.CONTINUATION)
    match = _WORD.match(text)
    word = (match.group(2) if match else None) or ""
    if before.backslash or before.depth:
        if not (before.depth and word in _HARD_KEYWORDS):
            return Line(_scan_tokens(text, 0, before), 0, Head.CONTINUATION)
        before = CLOSED
    stripped = text.strip(" \t\f\r\n")
    if not stripped:
        return Line(CLOSED, 0, Head.BLANK)
    if stripped[0] == "#":
        return Line(CLOSED, indent_width(text), Head.COMMENT)
    if stripped[0] == "@":
        head = Head.DECORATOR
    else:
        head = _HEADS.get(word, Head.STATEMENT)
    after = _scan_tokens(text, 0, CLOSED) if _INTERESTING.search(text) else CLOSED
    return Line(after, indent_width(text), head)


def _scan_tokens(text: str, position: int, state: State) -> State:
    """The state after `text`, read from `position` on in `state`."""
    depth = state.depth
    if state.quote:
        ends = _TRIPLE_END if len(state.quote) == 3 else _SINGLE_END
        match = ends[state.quote].match(text)
        if match is None:
            # A one-line string goes on only behind a backslash; otherwise it is broken and ends here.
            goes_on = len(state.quote) == 3 or _ends_with_backslash(text)
            return State(state.quote if goes_on else "", depth, False)
        position = match.end()
    while match := _TOKEN.search(text, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "comment":
            return State("", depth, False)
        elif kind == "triple":
            quote = match.group()
            end = _TRIPLE_END[quote].match(text, position)
            if end is None:
                return State(quote, depth, False)
            position = end.end()
        elif match.group("close1") is None and match.group("close2") is None:
            return State(match.group()[0] if _ends_with_backslash(text) else "", depth, False)
    return State("", depth, _ends_with_backslash(text))


def _ends_with_backslash(text: str) -> bool:
    body = text.rstrip("\r\n")
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1


def scan_lines(lines: list[str]) -> list[Line]:
    """The facts of all lines of a file."""
    state = CLOSED
    facts = []
    for text in lines:
        line = scan_line(text, state)
        facts.append(line)
        state = line.after
    return facts


def rescan(lines: list[str], facts: list[Line], first: int, old_end: int, new_end: int) -> int:
    """Brings `facts` up to date after a splice, in place.

    Returns the line behind the last one whose facts may have changed: at least `new_end`, further where
    an opened string or bracket changed what the following lines are.
    """
    state = facts[first - 1].after if first else CLOSED
    old_after = facts[old_end - 1].after if old_end else CLOSED
    fresh = []
    for index in range(first, new_end):
        line = scan_line(lines[index], state)
        fresh.append(line)
        state = line.after
    facts[first:old_end] = fresh
    index = new_end
    while index < len(lines) and state != old_after:
        old_after = facts[index].after
        facts[index] = scan_line(lines[index], state)
        state = facts[index].after
        index += 1
    return index
