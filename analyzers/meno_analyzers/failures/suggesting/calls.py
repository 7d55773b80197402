"""The calls that are worth a try: one parameter varied at a time, and two set against each other, where the
one lies in the other, is equal to it, or counts its items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meno_analyzers.failures.suggesting.given import Asked, Given
from meno_analyzers.failures.suggesting.inputs import (
    MANY,
    NUMBERS,
    Candidate,
    Why,
    base_of,
    items_of,
    key_of,
    of_length,
    one_at_a_time,
    ordered,
    plain,
)
from meno_analyzers.failures.suggesting.kinds import Kind
from meno_analyzers.failures.suggesting.turns import Turn

_MOST_CALLS = 160
_LONGEST = 160  # characters of a call's values


def candidates(asked: Asked) -> list[Candidate]:
    """Calls that nobody made so far, each once."""
    known = {key_of(call) for call in asked.calls}
    found: dict[str, Candidate] = {}
    alone = list(one_at_a_time(asked))
    # A line that speaks of the values is the best reason, and their own look the least.
    spoken_of = [candidate for candidate in alone if candidate.why.line is not None]
    for candidate in (*spoken_of, *_against_each_other(asked), *_left_away(asked), *alone):
        if candidate.key not in known and len(repr(candidate.values)) <= _LONGEST:
            found.setdefault(candidate.key, candidate)
    return list(found.values())[:_MOST_CALLS]


def _left_away(asked: Asked) -> Iterator[Candidate]:
    """Calls that leave parameters to their default values."""
    for base in base_of(asked):
        for count in range(max(asked.needed, 1), len(asked.given)):
            yield Candidate(base[:count], Why("left_away", None, (("parameter", asked.given[count].name),)))


def _against_each_other(asked: Asked) -> Iterator[Candidate]:
    for base in base_of(asked):
        for first, one in enumerate(asked.given):
            for second, other in enumerate(asked.given):
                if first != second:
                    for value, partner, why in _pairs(one, other):
                        values = list(base)
                        values[first], values[second] = value, partner
                        yield Candidate(tuple(values), why)


def _pairs(one: Given, other: Given) -> Iterator[tuple[Any, Any, Why]]:
    """Values of two parameters that lie in a special way to each other; `one` is the single value."""
    mark = next((m for m in (*one.marks, *other.marks) if m.turn is Turn.PAIR), None)
    line = mark.line if mark and {mark.parameter, mark.value} == {one.name, other.name} else None
    gaps = (("parameter", one.name), ("other", other.name))
    for kind in one.kinds:
        for many in other.kinds:
            if many.name in {"list", "row"} and (kind == many.item or {kind.name, many.item.name} <= NUMBERS):
                for name, value, items in _inside(other, many):
                    yield value, items, Why(name, line, gaps)
                yield from _in_parts(kind, other, many, gaps)
            if kind.name == "int" and (many.name in MANY or many.name == "str"):
                for count, more, name in (
                    (2, 0, "as_many"),
                    (2, 1, "one_more"),
                    (2, -1, "one_less"),
                    (0, 0, "none_of"),
                ):
                    made = of_length(other, many, count)
                    if made is not None:
                        yield count + more, made[0], Why(name, line, gaps)
            if kind == many and line is not None and kind.name in {"int", "float", "str"}:
                low, high = sorted([plain(kind, 0), plain(kind, 1)])
                yield low, low, Why("equal_pair", line, gaps)
                yield low, high, Why("smaller_pair", line, gaps)
                yield high, low, Why("greater_pair", line, gaps)


def _inside(given: Given, kind: Kind) -> Iterator[tuple[str, Any, Any]]:
    """A value and a collection: where in it the value lies, if it does."""
    made = MANY[kind.name]
    items = list({key_of([item]): item for item in items_of(given, kind, 3)}.values())
    yield "is_first", items[0], ordered(given, kind, items)
    if given.in_order:
        items = sorted(items)
    yield "is_last", items[-1], made(items)
    yield "only_one", items[0], made(items[:1])
    yield "there_twice", items[0], ordered(given, kind, [items[0], *items])
    yield "in_nothing", items[0], made()
    numbers = [item for item in items if isinstance(item, (int, float))]
    if numbers:
        yield "below_all", min(numbers) - 1, made(items)
        yield "above_all", max(numbers) + 1, made(items)
        wide = sorted(numbers)
        gaps = [a + 1 for a, b in zip(wide, wide[1:], strict=False) if b - a > 1]
        if gaps:
            yield "between", gaps[0], made(items)


def _in_parts(
    kind: Kind, other: Given, many: Kind, gaps: tuple[tuple[str, str], ...]
) -> Iterator[tuple[Any, Any, Why]]:
    """A value that is a part of items which have several."""
    if many.item.name not in {"pair", "row", "list"} or kind not in many.item.parts:
        return
    items = [item for item in items_of(other, many, 3) if len(item) == len(items_of(other, many, 1)[0])]
    for place in range(min(map(len, items), default=0)):
        parts = [item[place] for item in items]
        if type(parts[0]).__name__ != kind.name:
            continue
        yield parts[0], ordered(other, many, items), Why("in_first", None, gaps)
        if parts.count(parts[-1]) == 1:
            yield parts[-1], ordered(other, many, items), Why("in_last", None, gaps)
        yield parts[0], ordered(other, many, [items[0], *items[:2]]), Why("in_two", None, gaps)
