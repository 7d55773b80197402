"""What is counted in a program: runs of words, how names are made, how lines follow, and runs of characters.

A feature is hashed into its family's part of a fixed table. Its strength is the square root of its count,
scaled so that each family's strengths have the same length, and all of a program's have length one: longer
programs are not louder. Every feature knows the words that it was read from, which is what makes the
explanation exact. The hash of a feature is the CRC of its parts, which runs of words and of characters take
over from the run that is one shorter. Guarded by `tests/model/test_origin_features.py`.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
import tokenize
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meno_model.origin.flow import flow_of
from meno_model.origin.occurrences import Counted, Ids, Occurrences, counted
from meno_model.origin.reading import Word

FEATURES_VERSION = "runs-2"
_FAMILIES = (1 << 18, 1 << 17, 1 << 17)
"""Places in the table for runs of words and names, the flow of lines, and runs of characters."""
_FIRST = tuple(sum(_FAMILIES[:family]) for family in range(len(_FAMILIES)))
WIDTH = sum(_FAMILIES)

Floats = npt.NDArray[np.float64]
Key = tuple[str, ...]
Occurrence = tuple[int, Sequence[int]]
"""The CRC of a feature, and the words that it was read from this time."""

_KEYWORDS = frozenset(keyword.kwlist)
# Spelt out wherever they stand: names that everybody shares.
_SHARED = frozenset(dir(builtins)) | frozenset(
    "append sort split join strip pop get items values keys add remove replace lower upper isdigit isalpha"
    " count index find insert extend defaultdict Counter deque heappush heappop popleft read stdin readline"
    " self sys math collections re heapq main".split()
)
_SPELT_NUMBERS = frozenset({"0", "1", "2", "10"})
_LENGTHS = ((1, "1"), (2, "2"), (4, "3-4"), (7, "5-7"), (11, "8-11"))
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST_LINE = 14
_MOST_USES = 7
_RUNS_OF_SPELLINGS = (2, 3)
_RUNS_OF_SHAPES = (2, 3)
_RUN_OF_KINDS = 4
_RUNS_OF_CHARACTERS = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class Bag:
    """A program's features: `ids` [N] distinct, `strengths` [N] of length one.

    `places` holds the indices of the words that each feature was read from, once for each time they carry
    it: the first `lengths[0]` are those of the first feature, and so on.
    """

    ids: Ids
    strengths: Floats
    lengths: Ids
    places: Ids


@dataclass(frozen=True, slots=True)
class _Spelt:
    """One word in three spellings, and the name that it is, if it is one that somebody chose."""

    text: str
    kind: str
    shaped: str
    chosen: str | None


def bag_of(words: Sequence[Word]) -> Bag:
    """The features of a passage."""
    spelt = _spelt(words)
    flow = flow_of(words, [word.text for word in spelt], [word.kind for word in spelt])
    families = (
        _of_names(spelt),
        Occurrences.of((_mark(key), places) for key, places in flow),
        _of_characters(words),
    )
    known = [_counted(family, occurrences) for family, occurrences in enumerate(families)]
    return Bag(
        np.concatenate([one.numbers for one in known]),
        np.concatenate([_strengths(one.counts) for one in known]),
        np.concatenate([one.lengths for one in known]),
        np.concatenate([one.places for one in known]),
    )


def _counted(family: int, occurrences: Occurrences) -> Counted:
    return counted(_FIRST[family] + occurrences.marks % _FAMILIES[family], occurrences)


def _strengths(counts: Ids) -> Floats:
    loud = np.sqrt(counts.astype(np.float64))
    length = np.linalg.norm(loud) * math.sqrt(len(_FAMILIES))
    return loud / length if len(loud) else loud


def _mark(key: Key) -> int:
    return zlib.crc32(_bytes("\x1f".join(key)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def names_in(words: Sequence[Word]) -> list[str]:
    """The names that somebody chose, each time they stand: what the identifier-length baseline measures."""
    return [spelt.chosen for spelt in _spelt(words) if spelt.chosen is not None]


def _spelt(words: Sequence[Word]) -> list[_Spelt]:
    return [_spell(words, index) for index in range(len(words))]


def _spell(words: Sequence[Word], index: int) -> _Spelt:
    word = words[index]
    if word.is_break:
        depth = f"\n{min(6, word.depth)}"
        return _Spelt(depth, depth, depth, None)
    text = word.spelling
    if word.kind == tokenize.NAME and text not in _KEYWORDS:
        if text in _SHARED:
            return _Spelt(text, text, text, None)
        kind = "name"
        if index and words[index - 1].spelling == ".":
            kind = ".name"
        elif index + 1 < len(words) and words[index + 1].spelling == "(":
            kind = "name("
        return _Spelt(text, kind, f"name:{_shape(text)}", text)
    if word.kind == tokenize.NUMBER:
        kind = text if text in _SPELT_NUMBERS else "number"
        return _Spelt(text, kind, kind, None)
    if word.kind == tokenize.STRING:
        kind = "f-string" if text[:1] == "f" else "empty" if len(text) <= 2 else "character"
        kind = "string" if kind == "character" and len(text) > 3 else kind
        return _Spelt(text if len(text) < 8 else "string", kind, kind, None)
    return _Spelt(text, text, text, None)


def _shape(name: str) -> str:
    length = next((label for most, label in _LENGTHS if len(name) <= most), "12+")
    if "_" in name.strip("_"):
        return length + "snake"
    if name[:1].isupper():
        return length + "Capital"
    if re.search("[a-z][A-Z]", name):
        return length + "camel"
    return length + ("digit" if re.search(r"\d", name) else "plain")


def _of_names(spelt: Sequence[_Spelt]) -> Occurrences:
    """Words, names and lines, each time they occur."""
    own = {word: _own(word) for word in set(spelt)}
    alone = ((mark, (index,)) for index, word in enumerate(spelt) for mark in own[word])
    return Occurrences.joined(
        [
            Occurrences.of(alone),
            *_runs("texts", [word.text for word in spelt], _RUNS_OF_SPELLINGS),
            *_runs("shapes", [word.shaped for word in spelt], _RUNS_OF_SHAPES),
            *_runs("kinds", [word.kind for word in spelt], (_RUN_OF_KINDS,)),
            Occurrences.of(_lines(spelt)),
            Occurrences.of(_uses(spelt)),
        ]
    )


def _own(word: _Spelt) -> Sequence[int]:
    """What a word says by itself."""
    keys: list[Key] = [("text", word.text)]
    if word.chosen is not None:
        keys.append(("shape", word.kind, _shape(word.chosen)))
        keys += [("part", part.lower()) for part in _PARTS.findall(word.chosen)]
    return [_mark(key) for key in keys]


def _runs(label: str, texts: Sequence[str], lengths: Sequence[int]) -> Iterator[Occurrences]:
    """Runs of words of each of the lengths, which grow."""
    parts = [_bytes(f"\x1f{text}") for text in texts]
    for length, marks in _marks_of_runs(zlib.crc32(_bytes(label)), parts, lengths):
        yield Occurrences.of_runs(marks, np.arange(len(marks)), np.full(len(marks), length))


def _marks_of_runs(
    beginning: int, parts: Sequence[bytes], lengths: Sequence[int]
) -> Iterator[tuple[int, Sequence[int]]]:
    """For each of the growing lengths the CRCs of all runs of so many parts, in the order of the text."""
    marks = [beginning] * len(parts)
    for length in range(1, lengths[-1] + 1):
        marks = list(map(zlib.crc32, parts[length - 1 :], marks))
        if length in lengths:
            yield length, marks


def _lines(spelt: Sequence[_Spelt]) -> Iterator[Occurrence]:
    """The pattern of a logical line, how it begins, and how long it is."""
    first = 0
    for index in range(len(spelt) + 1):
        if index < len(spelt) and not spelt[index].text.startswith("\n"):
            continue
        if index > first:
            kinds = [word.kind for word in spelt[first:index]]
            yield _mark(("line", *kinds[:_LONGEST_LINE])), range(first, min(index, first + _LONGEST_LINE))
            yield _mark(("begins", *kinds[:3])), range(first, min(index, first + 3))
            yield _mark(("long", str(min(24, len(kinds) // 3)))), range(first, index)
        first = index + 1


def _uses(spelt: Sequence[_Spelt]) -> Iterator[Occurrence]:
    """How often each name is used."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(spelt):
        if word.chosen is not None and word.kind in ("name", "name("):
            places[word.chosen].append(index)
    for name, where in places.items():
        times = str(min(len(where), _MOST_USES))
        yield _mark(("used", times, _shape(name))), where
        yield _mark(("used", times)), where


def _of_characters(words: Sequence[Word]) -> Occurrences:
    """Runs of characters of the print, words parted by one space."""
    text: list[str] = []
    owners: list[int] = []
    ends: list[int] = []  # the last word that a run speaks of which ends at a character
    for index, word in enumerate(words):
        spelling = "\n" + " " * min(word.depth, 5) if word.is_break else word.spelling
        if index:
            # The space before a word is owned by it, but a run that ends there does not speak of that word.
            text.append(" ")
            owners.append(index)
            ends.append(index if word.is_break else index - 1)
        text.append(spelling)
        owners += [index] * len(spelling)
        ends += [index] * len(spelling)
    parts = [_bytes(character) for character in "".join(text)]
    first, last = np.array(owners, np.int64), np.array(ends, np.int64)
    return Occurrences.joined(
        [
            Occurrences.of_runs(marks, first[: len(marks)], last[length - 1 :] - first[: len(marks)] + 1)
            for length, marks in _marks_of_runs(0, parts, _RUNS_OF_CHARACTERS)
        ]
    )
