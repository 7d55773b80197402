"""Token ids of a unit, cut into windows that the encoder can read, with each token's way back.

A unit that fits is one window. A longer one is cut at logical lines into overlapping windows, each begun
with the unit's first line (the signature) where that is short: the parameters stay in view. The same code
makes training samples and serves the editor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from meno_model.rendering import Rendering
from meno_model.tokenizer import END, START, CodeTokenizer

LONGEST_SIGNATURE = 48


@dataclass(frozen=True, slots=True)
class Window:
    """`ids` from `<s>` to `</s>`; `pieces[k]` is the piece of token `k`, -1 for the two specials."""

    ids: tuple[int, ...]
    pieces: tuple[int, ...]


def windows_of(rendering: Rendering, tokenizer: CodeTokenizer, longest: int) -> list[Window]:
    """The windows of a rendering, each of at most `longest` tokens."""
    ids, words = tokenizer.encode(rendering.pieces)
    if len(ids) + 2 <= longest:
        return [_window(ids, words)]
    breaks = _line_breaks(rendering, words)
    signature = breaks[0] if breaks and breaks[0] <= LONGEST_SIGNATURE else 0
    return [
        _window(ids[:signature] + ids[start:end], words[:signature] + words[start:end])
        for start, end in _cuts(breaks, signature, len(ids), longest - 2 - signature)
    ]


def _window(ids: list[int], words: list[int]) -> Window:
    return Window((START, *ids, END), (-1, *words, -1))


def _line_breaks(rendering: Rendering, words: list[int]) -> list[int]:
    """Token indices at which a logical line begins, the first line excepted."""
    starts = set(rendering.line_starts)
    return [k for k, word in enumerate(words) if word in starts and (k == 0 or words[k - 1] != word)]


def _cuts(breaks: list[int], begin: int, end: int, room: int) -> Iterator[tuple[int, int]]:
    start = begin
    while True:
        limit = start + room
        if limit >= end:
            yield start, end
            return
        stop = max((place for place in breaks if start < place <= limit), default=limit)
        yield start, stop
        middle = start + (stop - start) // 2
        start = min((place for place in breaks if middle <= place <= stop and place > start), default=stop)
