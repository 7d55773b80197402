"""The values that are worth a try: both sides of the code's own decisions, and the edges of every kind.

One parameter is varied at a time, the others keep what a call that was seen gives them; and two parameters
are set against each other where the one can lie in the other, or be equal to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from meno_analyzers.failures.suggesting.given import Asked, Given
from meno_analyzers.failures.suggesting.kinds import ANY, Kind
from meno_analyzers.failures.suggesting.marks import Mark, Turn

MOST_CALLS = 160
_MOST_OF_ONE = 40
_LONGEST = 160  # characters of a call's values
_FARTHEST = 2_000  # the largest number that is tried where the code counts with it
_NUMBERS = frozenset({"int", "float"})
_MANY = {"list": list, "row": tuple, "set": set}


@dataclass(frozen=True, slots=True)
class Why:
    """Why a value is tried: the catalogue's name for it, the line that speaks of it, and what fills the
    sentence."""

    name: str
    line: int | None = None
    gaps: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Candidate:
    """The values of one call."""

    values: tuple[Any, ...]
    why: Why

    @property
    def key(self) -> str:
        return key_of(self.values)


def key_of(values: Sequence[Any]) -> str:
    """The same for calls with the same values, whether they came as JSON or not."""
    return repr(_plain(tuple(values)))


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return ("set", sorted(map(repr, value)))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def candidates(asked: Asked) -> list[Candidate]:
    """Calls that nobody made so far, each once."""
    known = {key_of(call) for call in asked.calls}
    found: dict[str, Candidate] = {}
    for candidate in (*_one_at_a_time(asked), *_against_each_other(asked)):
        if candidate.key not in known and len(repr(candidate.values)) <= _LONGEST:
            found.setdefault(candidate.key, candidate)
    return list(found.values())[:MOST_CALLS]


def base_of(asked: Asked) -> list[tuple[Any, ...]]:
    """The calls that are varied: a short one that was seen, or plain values."""
    full = [call for call in asked.calls if len(call) == len(asked.given)]
    if full:
        by_length = sorted(full, key=lambda call: len(repr(call)))
        # The very shortest is often the empty one, which has nothing to vary.
        return list({key_of(call): call for call in (by_length[len(by_length) // 2], by_length[0])}.values())
    return [tuple(given.default[0] if given.default else plain(given.kinds[0]) for given in asked.given)]


def _one_at_a_time(asked: Asked) -> Iterator[Candidate]:
    for base in base_of(asked):
        for place, given in enumerate(asked.given):
            for value, why in islice(values_for(given), _MOST_OF_ONE):
                yield Candidate((*base[:place], value, *base[place + 1 :]), why)


def values_for(given: Given) -> Iterator[tuple[Any, Why]]:
    """Values of one parameter: those that its marks call for, then those of its kinds."""
    for mark in given.marks:
        for kind in given.kinds:
            yield from _of_mark(given, kind, mark)
        if mark.turn is Turn.NONE:
            yield None, _why(mark)
    for kind in given.kinds:
        yield from _of_kind(given, kind)


def _why(mark: Mark, side: str = "") -> Why:
    name = f"{mark.turn}_{side}" if side else str(mark.turn)
    gaps = (("parameter", mark.parameter), ("value", repr(mark.value)), ("shown", mark.shown))
    return Why(name, mark.line, gaps)


def _of_mark(given: Given, kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    match mark.turn:
        case Turn.VALUE:
            yield from _around(kind, mark)
        case Turn.MEMBER:
            yield from _members(kind, mark)
        case Turn.DIVISOR | Turn.RANGE if kind.name in _NUMBERS:
            for value in (0, 1, -1):
                yield value, _why(mark)
        case Turn.REMAINDER if kind.name in _NUMBERS and type(mark.value) is int:
            for value in (0, mark.value, mark.value + 1, mark.value * 2, -1):
                yield value, _why(mark)
        case Turn.EMPTY:
            empty = empty_of(kind)
            if empty is not None:
                yield empty[0], _why(mark)
        case Turn.LENGTH | Turn.PLACE:
            yield from _lengths(given, kind, mark)
        case Turn.ITEM if kind.name in _MANY or kind.name == "str":
            yield from _with_item(given, kind, mark)


def _around(kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    value = mark.value
    if kind.name in _NUMBERS and type(value) in (int, float) and abs(value) <= 10**9:
        for side, moved in (("exact", value), ("below", value - 1), ("above", value + 1)):
            if kind.name == "float" or moved == int(moved):
                yield moved if kind.name == "float" else int(moved), _why(mark, side)
    elif kind.name == "str" and type(value) is str:
        yield value, _why(mark, "exact")
        if value.swapcase() != value:
            yield value.swapcase(), _why(mark, "case")
    elif kind.name in _MANY and isinstance(value, tuple):
        yield _MANY[kind.name](value), _why(mark, "exact")


def _members(kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    for member in mark.value[:3] if isinstance(mark.value, tuple) else ():
        if type(member).__name__ == kind.name:
            yield member, _why(mark)


def _lengths(given: Given, kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    if type(mark.value) is not int or not 0 <= abs(mark.value) <= 12:
        return
    wanted = abs(mark.value)
    for count in (wanted, wanted + 1, wanted - 1):
        made = of_length(given, kind, count)
        if made is not None:
            yield made[0], _why(mark)


def _with_item(given: Given, kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    value = mark.value
    if type(value).__name__ != kind.item.name and not (
        kind.name == "str" and type(value) is str or {type(value).__name__, kind.item.name} <= _NUMBERS
    ):
        return
    if isinstance(value, str):
        sides = [value, value.swapcase()] if value.swapcase() != value else [value]
    else:
        sides = [value, value - 1, value + 1]
    for side in sides:
        for made in ([side], [side, side], [*_items(given, kind, 2), side]):
            if kind.name == "str":
                yield "".join(map(str, made)), _why(mark)
            else:
                yield _ordered(given, kind, made), _why(mark)


def plain(kind: Kind, number: int = 0) -> Any:
    """A plain value of the kind; other numbers give other ones."""
    if kind.name == "pair":
        return tuple(plain(part, number) for part in kind.parts)
    if kind.name in _MANY:
        return _MANY[kind.name](plain(kind.item, place) for place in range(3))
    simple: dict[str, Sequence[Any]] = {
        "int": (3, 1, 2, 5, 4), "float": (2.5, 1.0, 2.0, 0.5), "str": ("b", "a", "c", "d"),
        "bool": (True, False), "none": (None,), "any": (3, 1, 2, 5, 4),
    }  # fmt: skip
    if kind.name == "dict":
        return {plain(kind.parts[0] if kind.parts[0] != ANY else Kind("str")): plain(kind.parts[1])}
    return simple[kind.name][number % len(simple[kind.name])]


def empty_of(kind: Kind) -> tuple[Any] | None:
    """The value that holds nothing, wrapped; None for a kind that has none."""
    empty: dict[str, Any] = {"list": [], "row": (), "set": set(), "dict": {}, "str": "", "int": 0, "float": 0}
    return (empty[kind.name],) if kind.name in empty else None


def of_length(given: Given, kind: Kind, count: int) -> tuple[Any] | None:
    """A value with so many items, wrapped."""
    if count < 0 or (kind.name not in _MANY and kind.name != "str"):
        return None
    items = _items(given, kind, count)
    return ("".join(map(str, items)) if kind.name == "str" else _ordered(given, kind, items),)


def _items(given: Given, kind: Kind, count: int) -> list[Any]:
    """So many items: those of the values that were seen, and then plain ones."""
    pool: list[Any] = []
    for value in given.seen:
        if isinstance(value, (list, tuple, set, str)) and (kind.name == "str") == isinstance(value, str):
            pool.extend(value)
    distinct = list({key_of([item]): item for item in pool}.values())
    made = [plain(kind.item if kind.name != "str" else Kind("str"), place) for place in range(max(count, 1))]
    return (distinct + made)[:count]


def _ordered(given: Given, kind: Kind, items: Iterable[Any]) -> Any:
    try:
        return _MANY[kind.name](sorted(items) if given.in_order else items)
    except TypeError:  # items of several kinds, or ones that no set can hold
        return list(items)


def _of_kind(given: Given, kind: Kind) -> Iterator[tuple[Any, Why]]:
    if kind.name in _NUMBERS:
        for name, value in (("zero", 0), ("one", 1), ("negative", -1), ("negative", -7), ("large", 100)):
            yield value, _shape(name, given)
        if kind.name == "float":
            yield 0.5, _shape("fraction", given)
    elif kind.name == "bool":
        for flag in (True, False):
            yield flag, _shape("flag", given)
    elif kind.name == "none":
        yield None, _shape("none_seen", given)
    elif kind.name == "str":
        yield from _texts(given)
    elif kind.name in _MANY:
        yield from _collections(given, kind)
    elif kind.name == "dict":
        yield {}, _shape("empty_dict", given)
        for value in given.seen:
            if isinstance(value, dict) and len(value) > 1:
                yield dict(list(value.items())[:1]), _shape("one_entry", given)
                break


def _shape(name: str, given: Given) -> Why:
    return Why(name, None, (("parameter", given.name),))


def _texts(given: Given) -> Iterator[tuple[Any, Why]]:
    yield "", _shape("empty_text", given)
    seen = [value for value in given.seen if isinstance(value, str) and value] or ["ab"]
    text = min(seen, key=len)
    yield text[0], _shape("one_character", given)
    longest = max(seen, key=len)
    for name, made in (
        ("other_case", longest.swapcase()),
        ("twice", text + text),
        ("blank_at_edge", " " + text),
        ("blank", " "),
        ("backwards", longest[::-1]),
    ):
        if made not in seen:
            yield made, _shape(name, given)


def _collections(given: Given, kind: Kind) -> Iterator[tuple[Any, Why]]:
    yield _MANY[kind.name](), _shape("empty", given)
    items = _items(given, kind, 3)
    yield _ordered(given, kind, items[:1]), _shape("one_item", given)
    yield _ordered(given, kind, items[:2]), _shape("two_items", given)
    if kind.name != "set":
        yield _ordered(given, kind, [items[0], items[0]]), _shape("equal_items", given)
        yield _ordered(given, kind, [items[0], items[1], items[0]]), _shape("repeated", given)
    if not given.in_order:
        try:
            up = sorted(items)
        except TypeError:
            up = []
        if up:
            yield _MANY[kind.name](up), _shape("rising", given)
            yield _MANY[kind.name](up[::-1]), _shape("falling", given)
    if kind.item.name in _NUMBERS or kind.item == ANY:
        for made in ([-1], [-3, -1, -2], [0], [-2, 0, 2]):
            yield _ordered(given, kind, made), _shape("negative_items" if made[0] else "zero_item", given)
    if kind.item.name == "str":
        yield _ordered(given, kind, [""]), _shape("empty_text_inside", given)
    if kind.item.name in {"list", "row"}:
        yield _MANY[kind.name]([_MANY[kind.item.name]()]), _shape("empty_inside", given)


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
            if many.name in {"list", "row"} and (kind == many.item or {kind.name, many.item.name} <= _NUMBERS):
                for name, value, items in _inside(other, many):
                    yield value, items, Why(name, line, gaps)
            if kind.name == "int" and (many.name in _MANY or many.name == "str"):
                for count, more, name in ((2, 0, "as_many"), (2, 1, "one_more"), (2, -1, "one_less"), (0, 0, "none_of")):
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
    made = _MANY[kind.name]
    items = list({key_of([item]): item for item in _items(given, kind, 3)}.values())
    yield "is_first", items[0], _ordered(given, kind, items)
    if given.in_order:
        items = sorted(items)
    yield "is_last", items[-1], made(items)
    yield "only_one", items[0], made(items[:1])
    yield "there_twice", items[0], _ordered(given, kind, [items[0], *items])
    yield "in_nothing", items[0], made()
    numbers = [item for item in items if isinstance(item, (int, float))]
    if numbers:
        yield "below_all", min(numbers) - 1, made(items)
        yield "above_all", max(numbers) + 1, made(items)
        wide = sorted(numbers)
        gaps = [a + 1 for a, b in zip(wide, wide[1:], strict=False) if b - a > 1]
        if gaps:
            yield "between", gaps[0], made(items)
