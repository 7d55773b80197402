"""The values that are worth a try: both sides of the code's own decisions, and the edges of every kind.

One parameter is varied at a time, the others keep what a call that was seen gives them; and two parameters
are set against each other where the one can lie in the other, or be equal to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from meno_analyzers.failures.suggesting.given import Asked, Given
from meno_analyzers.failures.suggesting.kinds import ANY, Kind
from meno_analyzers.failures.suggesting.turns import Mark, Turn

_MOST_OF_ONE = 40
_LONG = 60  # characters of a call
NUMBERS = frozenset({"int", "float"})
MANY = {"list": list, "row": tuple, "set": set}


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


def base_of(asked: Asked) -> list[tuple[Any, ...]]:
    """The calls that are varied: a short one that was seen, or plain values."""
    full = [call for call in asked.calls if len(call) == len(asked.given)]
    if full:
        by_length = sorted(full, key=lambda call: len(repr(call)))
        if len(repr(by_length[0])) > _LONG:
            return [*by_length[:1], _plain_call(asked)]
        # The very shortest is often the empty one, which has nothing to vary.
        return list({key_of(call): call for call in (by_length[len(by_length) // 2], by_length[0])}.values())
    return [_plain_call(asked)]


def _plain_call(asked: Asked) -> tuple[Any, ...]:
    return tuple(given.default[0] if given.default else plain(given.kinds[0]) for given in asked.given)


def one_at_a_time(asked: Asked) -> Iterator[Candidate]:
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
    if mark.starts and mark.turn in {Turn.VALUE, Turn.ITEM}:
        name = f"{mark.turn}_start"
    value = mark.against or repr(mark.value)
    gaps = (("parameter", mark.parameter), ("value", value), ("shown", mark.shown))
    return Why(name, mark.line, gaps)


def _of_mark(given: Given, kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    match mark.turn:
        case Turn.VALUE:
            yield from _around(kind, mark)
        case Turn.MEMBER:
            yield from _members(kind, mark)
        case Turn.DIVISOR | Turn.RANGE if kind.name in NUMBERS:
            for value in (0, 1, -1):
                yield value, _why(mark)
        case Turn.REMAINDER if kind.name in NUMBERS and type(mark.value) is int:
            for value in (0, mark.value, mark.value + 1, mark.value * 2, -1):
                yield value, _why(mark)
        case Turn.EMPTY:
            empty = empty_of(kind)
            if empty is not None and kind.name in NUMBERS:
                yield empty[0], replace(_why(mark), name="zero_turn")
            elif empty is not None:
                yield empty[0], _why(mark)
        case Turn.LENGTH | Turn.PLACE:
            yield from _lengths(given, kind, mark)
        case Turn.ITEM if kind.name in MANY or kind.name == "str":
            yield from _with_item(given, kind, mark)


def _around(kind: Kind, mark: Mark) -> Iterator[tuple[Any, Why]]:
    value = mark.value
    if kind.name in NUMBERS and type(value) in (int, float) and abs(value) <= 10**9:
        for side, moved in (("exact", value), ("below", value - 1), ("above", value + 1)):
            if kind.name == "float" or moved == int(moved):
                yield moved if kind.name == "float" else int(moved), _why(mark, side)
    elif kind.name == "str" and type(value) is str:
        yield value, _why(mark, "exact")
        if value.swapcase() != value:
            yield value.swapcase(), _why(mark, "case")
    elif kind.name in MANY and isinstance(value, tuple):
        yield MANY[kind.name](value), _why(mark, "exact")


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
        (kind.name == "str" and type(value) is str) or {type(value).__name__, kind.item.name} <= NUMBERS
    ):
        return
    if isinstance(value, str):
        sides = [value, value.swapcase()] if value.swapcase() != value else [value]
    else:
        sides = [value, value - 1, value + 1]
    for side in sides:
        for made in ([side], [side, side], [*items_of(given, kind, 2), side]):
            if kind.name == "str":
                yield "".join(map(str, made)), _why(mark)
            else:
                yield ordered(given, kind, made), _why(mark)


def plain(kind: Kind, number: int = 0) -> Any:
    """A plain value of the kind; other numbers give other ones."""
    if kind.name == "pair":
        return tuple(plain(part, number) for part in kind.parts)
    if kind.name in MANY:
        return MANY[kind.name](plain(kind.item, place) for place in range(3))
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
    if count < 0 or (kind.name not in MANY and kind.name != "str"):
        return None
    items = items_of(given, kind, count)
    return ("".join(map(str, items)) if kind.name == "str" else ordered(given, kind, items),)


def items_of(given: Given, kind: Kind, count: int) -> list[Any]:
    """So many items: those of the values that were seen, and then plain ones."""
    pool: list[Any] = []
    for value in given.seen:
        if isinstance(value, (list, tuple, set, str)) and (kind.name == "str") == isinstance(value, str):
            pool.extend(value)
    distinct = list({key_of([item]): item for item in pool}.values())
    made = [plain(kind.item if kind.name != "str" else Kind("str"), place) for place in range(max(count, 1))]
    return (distinct + made)[:count]


def ordered(given: Given, kind: Kind, items: Iterable[Any]) -> Any:
    try:
        return MANY[kind.name](sorted(items) if given.in_order else items)
    except TypeError:  # items of several kinds, or ones that no set can hold
        return list(items)


def _of_kind(given: Given, kind: Kind) -> Iterator[tuple[Any, Why]]:
    if kind.name in NUMBERS:
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
    elif kind.name in MANY:
        yield from _collections(given, kind)
    elif kind.name == "dict":
        yield from _dicts(given)


def _dicts(given: Given) -> Iterator[tuple[Any, Why]]:
    yield {}, _shape("empty_dict", given)
    seen = [value for value in given.seen if isinstance(value, dict) and len(value) > 1]
    for value in sorted(seen, key=lambda value: len(repr(value)))[:1]:
        entries = list(value.items())
        yield dict(entries[:1]), _shape("one_entry", given)
        yield dict.fromkeys(list(value)[:2], entries[0][1]), _shape("equal_values", given)
        yield dict(entries[::-1]), _shape("other_order", given)


def _shape(name: str, given: Given) -> Why:
    return Why(name, None, (("parameter", given.name),))


def _texts(given: Given) -> Iterator[tuple[Any, Why]]:
    yield "", _shape("empty_text", given)
    seen = [value for value in given.seen if isinstance(value, str) and value] or ["ab"]
    text = min([value for value in seen if len(value) > 1] or seen, key=len)
    yield text[0], _shape("one_character", given)
    for name, made in (
        ("other_case", text.swapcase()),
        ("twice", text + text),
        ("blank_at_edge", " " + text),
        ("blank", " "),
        ("backwards", text[::-1]),
    ):
        if made not in seen:
            yield made, _shape(name, given)


def _collections(given: Given, kind: Kind) -> Iterator[tuple[Any, Why]]:
    yield MANY[kind.name](), _shape("empty", given)
    items = items_of(given, kind, 3)
    yield ordered(given, kind, items[:1]), _shape("one_item", given)
    yield ordered(given, kind, items[:2]), _shape("two_items", given)
    if kind.name != "set":
        yield ordered(given, kind, [items[0], items[0]]), _shape("equal_items", given)
        yield ordered(given, kind, [items[0], items[1], items[0]]), _shape("repeated", given)
    if not given.in_order:
        try:
            up = sorted(items)
        except TypeError:
            up = []
        if up:
            yield MANY[kind.name](up), _shape("rising", given)
            yield MANY[kind.name](up[::-1]), _shape("falling", given)
    if kind.item.name in NUMBERS or kind.item == ANY:
        for made in ([-1], [-3, -1, -2], [0], [-2, 0, 2]):
            yield ordered(given, kind, made), _shape("negative_items" if made[0] else "zero_item", given)
    if kind.item.name == "str":
        yield ordered(given, kind, [""]), _shape("empty_text_inside", given)
    if kind.item.name in {"list", "row"}:
        yield MANY[kind.name]([MANY[kind.item.name]()]), _shape("empty_inside", given)
