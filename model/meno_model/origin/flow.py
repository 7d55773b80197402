"""How lines follow each other: what each logical line does, how deep it stands, and how long blocks are.

A line is known by its head: its keyword, or what it assigns to and how, or that it only calls. Runs of heads,
with the indentation relative to the first, say how a program is put together whatever it is about.
Guarded by `tests/model/test_origin_features.py`.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meno_model.origin.reading import Word

Key = tuple[str, ...]

_KEYWORDS = frozenset(keyword.kwlist)
_DECIDE = frozenset({"return", "if", "while", "elif", "for"})
_ASSIGN = frozenset("= += -= *= //= /= %= |= &= ^= >>= <<=".split())
_RUNS_OF_HEADS = (2, 3, 4)
_RUNS_OF_BEGINNINGS = (2, 3)
_LONGEST_BLOCK = 12


@dataclass(frozen=True, slots=True)
class _Line:
    """A logical line: its words' indices, how deep it stands, what it does, and how that begins."""

    places: range
    depth: int
    head: str
    beginning: str
    opens: bool


def flow_of(
    words: Sequence[Word], texts: Sequence[str], kinds: Sequence[str]
) -> Iterator[tuple[Key, Sequence[int]]]:
    """Every feature each time it occurs, with the indices of the words it was read from."""
    lines = list(_lines(words, texts, kinds))
    if not lines:
        return
    ends = _Line(range(0), 0, "start", "start", False), _Line(range(0), 0, "end", "end", False)
    framed = [ends[0], *lines, ends[1]]
    yield from _runs("heads", framed, [line.head for line in framed], _RUNS_OF_HEADS, 1)
    yield from _runs("beginnings", framed, [line.beginning for line in framed], _RUNS_OF_BEGINNINGS, 3)
    for index, line in enumerate(lines):
        if line.opens:
            inside = next(
                (k for k, other in enumerate(lines[index + 1 :]) if other.depth <= line.depth),
                len(lines) - index - 1,
            )
            yield ("block", line.head, str(min(inside + 1, _LONGEST_BLOCK))), line.places[:1]
            yield ("depth", line.head, str(line.depth)), line.places[:1]


def _runs(
    label: str, lines: Sequence[_Line], names: Sequence[str], lengths: Sequence[int], shown: int
) -> Iterator[tuple[Key, Sequence[int]]]:
    for length in lengths:
        for first in range(len(lines) - length + 1):
            run = range(first, first + length)
            key = (label, *(f"{names[k]} {lines[k].depth - lines[first].depth}" for k in run))
            yield key, [place for k in run for place in lines[k].places[:shown]]


def _lines(words: Sequence[Word], texts: Sequence[str], kinds: Sequence[str]) -> Iterator[_Line]:
    first = depth = 0
    for index in range(len(words) + 1):
        if index < len(words) and not words[index].is_break:
            continue
        if index > first:
            yield _line(range(first, index), depth, texts[first:index], kinds[first:index])
        if index < len(words):
            depth = words[index].depth
        first = index + 1


def _line(places: range, depth: int, texts: Sequence[str], kinds: Sequence[str]) -> _Line:
    sign = _assignment(texts)
    if texts[0] in _KEYWORDS:
        head = texts[0]
    elif sign is None:
        head = "call"
    else:
        target = "several" if "," in texts[:sign] else "item" if "[" in texts[:sign] else "name"
        head = f"{target} {texts[sign]}"
    if head in _DECIDE:
        beginning = kinds[1:4]
    else:
        beginning = kinds[:2] if sign is None else kinds[sign + 1 : sign + 3]
    return _Line(places, depth, head, " ".join((head, *beginning)), texts[-1] == ":")


def _assignment(texts: Sequence[str]) -> int | None:
    """Where the line assigns, outside all brackets."""
    depth = 0
    for index, text in enumerate(texts):
        if text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
        elif depth == 0 and text in _ASSIGN:
            return index
    return None
