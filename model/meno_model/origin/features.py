"""What is counted in a program: runs of words, how names are made, how lines follow, and runs of characters.

A feature is hashed into its family's part of a fixed table. Its strength is the square root of its count,
scaled so that each family's strengths have the same length, and all of a program's have length one: longer
programs are not louder. Every feature knows the words that it was read from, which is what makes the
explanation exact. Guarded by `tests/model/test_origin_features.py`.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
import tokenize
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meno_model.origin.flow import flow_of
from meno_model.origin.reading import Word

FEATURES_VERSION = "runs-2"
_FAMILIES = (1 << 18, 1 << 17, 1 << 17)
"""Places in the table for runs of words and names, the flow of lines, and runs of characters."""
_FIRST = tuple(sum(_FAMILIES[:family]) for family in range(len(_FAMILIES)))
WIDTH = sum(_FAMILIES)

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Key = tuple[str, ...]

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

    `words[k]` holds the indices of the words that feature `k` was read from, once for each time they carry
    it.
    """

    ids: Ids
    strengths: Floats
    words: tuple[tuple[int, ...], ...]


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
    families = (
        _occurrences(spelt),
        flow_of(words, [word.text for word in spelt], [word.kind for word in spelt]),
        _characters(words),
    )
    found: dict[int, list[int]] = defaultdict(list)
    strengths: list[Floats] = []
    for family, occurrences in enumerate(families):
        counts: Counter[int] = Counter()
        for key, places in occurrences:
            number = identity(key, family)
            counts[number] += 1
            found[number] += places
        if counts:
            loud = np.sqrt(np.fromiter(counts.values(), np.float64, len(counts)))
            strengths.append(loud / (np.linalg.norm(loud) * math.sqrt(len(families))))
    ids = np.fromiter(found, np.int64, len(found))
    return Bag(ids, np.concatenate([np.zeros(0), *strengths]), tuple(map(tuple, found.values())))


def identity(key: Key, family: int) -> int:
    """A feature's place in the table."""
    return _FIRST[family] + zlib.crc32("\x1f".join(key).encode("utf-8", "surrogatepass")) % _FAMILIES[family]


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


def _occurrences(spelt: Sequence[_Spelt]) -> Iterator[tuple[Key, Sequence[int]]]:
    """Every feature each time it occurs, with the words it was read from."""
    for index, word in enumerate(spelt):
        yield ("text", word.text), (index,)
        if word.chosen is not None:
            yield ("shape", word.kind, _shape(word.chosen)), (index,)
            for part in _PARTS.findall(word.chosen):
                yield ("part", part.lower()), (index,)
    yield from _runs("texts", [word.text for word in spelt], _RUNS_OF_SPELLINGS)
    yield from _runs("shapes", [word.shaped for word in spelt], _RUNS_OF_SHAPES)
    yield from _runs("kinds", [word.kind for word in spelt], (_RUN_OF_KINDS,))
    yield from _lines(spelt)
    yield from _uses(spelt)


def _runs(label: str, texts: Sequence[str], lengths: Sequence[int]) -> Iterator[tuple[Key, Sequence[int]]]:
    for length in lengths:
        for first in range(len(texts) - length + 1):
            yield (label, *texts[first : first + length]), range(first, first + length)


def _lines(spelt: Sequence[_Spelt]) -> Iterator[tuple[Key, Sequence[int]]]:
    """The pattern of a logical line, how it begins, and how long it is."""
    first = 0
    for index in range(len(spelt) + 1):
        if index < len(spelt) and not spelt[index].text.startswith("\n"):
            continue
        if index > first:
            kinds = [word.kind for word in spelt[first:index]]
            yield ("line", *kinds[:_LONGEST_LINE]), range(first, min(index, first + _LONGEST_LINE))
            yield ("begins", *kinds[:3]), range(first, min(index, first + 3))
            yield ("long", str(min(24, len(kinds) // 3))), range(first, index)
        first = index + 1


def _uses(spelt: Sequence[_Spelt]) -> Iterator[tuple[Key, Sequence[int]]]:
    """How often each name is used."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(spelt):
        if word.chosen is not None and word.kind in ("name", "name("):
            places[word.chosen].append(index)
    for name, where in places.items():
        times = str(min(len(where), _MOST_USES))
        yield ("used", times, _shape(name)), where
        yield ("used", times), where


def _characters(words: Sequence[Word]) -> Iterator[tuple[Key, Sequence[int]]]:
    """Runs of characters of the print, words parted by one space."""
    text: list[str] = []
    owners: list[int] = []
    for index, word in enumerate(words):
        spelling = "\n" + " " * min(word.depth, 5) if word.is_break else word.spelling
        text += [*([" "] if index else []), *spelling]
        owners += [index] * (len(spelling) + bool(index))
    whole = "".join(text)
    for length in _RUNS_OF_CHARACTERS:
        for first in range(len(whole) - length + 1):
            own = whole[first : first + length]
            # The space before a word is owned by it: a run that ends there does not speak of that word.
            last = first + length - 1 - (own[-1] == " " and not words[owners[first + length - 1]].is_break)
            yield (own,), range(owners[first], owners[last] + 1)
