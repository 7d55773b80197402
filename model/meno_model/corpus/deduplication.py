"""Sameness of code: exact and near duplicates inside a corpus, near copies of evaluation programs.

Everything compares identifier-normalised lexemes, so that a renamed copy is a copy. Near duplicates are
found by MinHash over five-lexeme shingles (Broder 1997; Jaccard at least 0.8 by bands of 4 rows), near
copies of evaluation programs by the share of shingles they have in common with one such program.
"""

from __future__ import annotations

import builtins
import keyword
import tokenize
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from meno_model.rendering import Lexeme

SHINGLE = 5
_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"self", "append"}
_PERMUTATIONS = 32
_ROWS = 4
_COMMONPLACE = 150
_ALIKE, _INSIDE, _WHOLE = 0.6, 0.8, 20
_PRIME = (1 << 31) - 1


def normalised(lexemes: Sequence[Lexeme]) -> list[str]:
    """Lexemes with names, numbers and strings replaced by their kind; keywords and builtins stay."""
    return [_normal(lexeme) for lexeme in lexemes]


def _normal(lexeme: Lexeme) -> str:
    if lexeme.kind == tokenize.NAME:
        return lexeme.text if lexeme.text in _KEPT else "NAME"
    if lexeme.kind == tokenize.STRING:
        return "STRING"
    return lexeme.text


def shingles(words: Sequence[str], size: int = SHINGLE) -> frozenset[int]:
    """Checksums of all runs of `size` words (of the whole, when it is shorter)."""
    if len(words) <= size:
        return frozenset([zlib.crc32(" ".join(words).encode())])
    return frozenset(zlib.crc32(" ".join(words[k : k + size]).encode()) for k in range(len(words) - size + 1))


class NearDuplicates:
    """Remembers what was seen; `is_new` answers whether something like it was not."""

    def __init__(self) -> None:
        random = np.random.default_rng(20)
        self._factors = random.integers(1, _PRIME, size=(_PERMUTATIONS, 1), dtype=np.int64)
        self._offsets = random.integers(0, _PRIME, size=(_PERMUTATIONS, 1), dtype=np.int64)
        self._exact: set[int] = set()
        self._bands: set[tuple[int, bytes]] = set()

    def is_new(self, words: Sequence[str]) -> bool:
        """True the first time; the words are remembered only when they are new."""
        exact = hash(tuple(words))
        if exact in self._exact:
            return False
        signature = self._signature(shingles(words))
        bands = [(k, signature[k : k + _ROWS].tobytes()) for k in range(0, _PERMUTATIONS, _ROWS)]
        if sum(band in self._bands for band in bands) >= 3:
            return False
        self._exact.add(exact)
        self._bands.update(bands)
        return True

    def _signature(self, items: frozenset[int]) -> npt.NDArray[np.int64]:
        values = np.fromiter(items, dtype=np.int64, count=len(items))[None, :] % _PRIME
        mixed = (values * (self._factors % 65_521) + self._offsets) % _PRIME
        smallest: npt.NDArray[np.int64] = mixed.min(axis=1)
        return smallest


class Contamination:
    """Near copies of programs that are kept for evaluation.

    Shingles that more than `_COMMONPLACE` distinct programs share say nothing about a copy and do not count.
    """

    def __init__(self, programs: Iterable[Sequence[str]], names: Iterable[str] = ()) -> None:
        self._names = frozenset(names)
        self._owners: dict[int, list[int]] = {}
        distinct = [shingles(program) for program in dict.fromkeys(map(tuple, programs))]
        for number, items in enumerate(distinct):
            for item in items:
                self._owners.setdefault(item, []).append(number)
        self._common = {item for item, owners in self._owners.items() if len(owners) > _COMMONPLACE}
        self._sizes = [len(items - self._common) for items in distinct]

    def __len__(self) -> int:
        return len(self._sizes)

    def touches(self, name: str, words: Sequence[str]) -> bool:
        """Whether the code bears a protected name, resembles a protected program, or contains one.

        Resembling: at least 60 % of the longer one's shingles are common; containing: at least 80 % of a
        program's shingles (and 20 of them) are in the code.
        """
        if name.lower() in self._names:
            return True
        items = shingles(words) - self._common
        common: Counter[int] = Counter()
        for item in items:
            common.update(self._owners.get(item, ()))
        return any(
            number >= _ALIKE * max(len(items), self._sizes[program])
            or number >= max(_WHOLE, _INSIDE * self._sizes[program])
            for program, number in common.items()
            if number >= 4
        )
