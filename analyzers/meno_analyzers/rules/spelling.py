"""How far apart two spellings are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=4096)
def distance(left: str, right: str, most: int) -> int:
    """The Damerau–Levenshtein distance (optimal string alignment), or `most` + 1 if it is larger.

    Source: Boytsov, Indexing methods for approximate dictionary searching, 2011, section 2.2.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    # What both begin and end with costs nothing; the rest mostly shows at once that it is too much.
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    left, right = left[start : len(left) - end], right[start : len(right) - end]
    if not left or not right:
        return len(left) + len(right)
    if most == 1 and len(left) + len(right) > 2:
        return 1 if len(left) == 2 and left == right[::-1] else 2
    two_ago: list[int] = []
    previous = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, two_ago[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        two_ago, previous = previous, current
    return previous[-1]


def nearest(name: str, others: Sequence[str]) -> str | None:
    """The closest of `others` within a quarter of the name's length (at least 1), or None.

    Names of one or two letters have no near names: everything would be near.
    """
    # A renamed name is looked for in every unit that uses it, among the same names.
    return _nearest(name, others) if isinstance(others, tuple) else _nearest_of(name, others)


def _nearest_of(name: str, others: Sequence[str]) -> str | None:
    if len(name) < 3:
        return None
    allowed = max(1, len(name) // 4)
    best: tuple[int, str] | None = None
    for other in others:
        if len(other) < 3:
            continue
        apart = distance(name, other, allowed)
        if apart <= allowed and (best is None or (apart, other) < best):
            best = (apart, other)
    return best[1] if best else None


_nearest = lru_cache(maxsize=64)(_nearest_of)


@lru_cache(maxsize=64)
def nearest_few(name: str, others: tuple[str, ...], most: int) -> tuple[str, ...]:
    """The `most` nearest of `others`, capitals aside, nearest first; names with two underscores in front are
    left out, since nobody means them."""
    plain = [other for other in others if not other.startswith("__")]
    ranked = sorted(plain, key=lambda other: (distance(name.lower(), other.lower(), 4), other))
    return tuple(ranked[:most])
