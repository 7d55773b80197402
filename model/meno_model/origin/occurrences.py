"""Occurrences of features as arrays, so that thousands of them are counted at once.

An occurrence is the mark of a feature (its hash before it is brought into the table) and the indices of the
words that it was read from. Guarded by `tests/model/test_origin_features.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """`marks` [N] in their order, and `places`, of which the first `lengths[0]` belong to the first, and so
    on."""

    marks: Ids
    lengths: Ids
    places: Ids

    @classmethod
    def of(cls, single: Iterable[tuple[int, Sequence[int]]]) -> Occurrences:
        """Those that come one by one."""
        known = list(single)
        lengths = np.fromiter((len(places) for _, places in known), np.int64, len(known))
        places = chain.from_iterable(places for _, places in known)
        return cls(
            np.fromiter((mark for mark, _ in known), np.int64, len(known)),
            lengths,
            np.fromiter(places, np.int64, int(lengths.sum())),
        )

    @classmethod
    def of_runs(cls, marks: Sequence[int], firsts: Ids, lengths: Ids) -> Occurrences:
        """Those that are read from words that follow each other."""
        behind = np.cumsum(lengths)
        shifts = np.repeat(firsts - behind + lengths, lengths)
        places = np.arange(len(shifts), dtype=np.int64) + shifts
        return cls(np.array(marks, np.int64), lengths, places)

    @classmethod
    def joined(cls, several: Sequence[Occurrences]) -> Occurrences:
        """All of them, one after the other."""
        return cls(
            np.concatenate([one.marks for one in several]),
            np.concatenate([one.lengths for one in several]),
            np.concatenate([one.places for one in several]),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """Distinct `numbers` [N] in the order in which each came first, how often each came, and the places of
    all its occurrences: the first `lengths[0]` of `places` are those of the first, and so on."""

    numbers: Ids
    counts: Ids
    lengths: Ids
    places: Ids


def counted(numbers: Ids, occurrences: Occurrences) -> Counted:
    """Occurrences put together by their numbers."""
    distinct, first, index, counts = np.unique(
        numbers, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    own = rank[index]
    lengths = np.bincount(own, occurrences.lengths, len(order)).astype(np.int64)
    by_number = np.argsort(np.repeat(own, occurrences.lengths), kind="stable")
    return Counted(distinct[order], counts[order], lengths, occurrences.places[by_number])
