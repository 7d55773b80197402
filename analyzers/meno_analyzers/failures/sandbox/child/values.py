"""Pictures of values that are short and safe to make, and their way onto the result sheet.

A value may be endless, may refuse to be shown, or may be larger than the memory left. Containers are
therefore walked here and cut, and only what is not a plain container is asked for its own `repr`. The little
JSON writer exists because `json` itself can be changed by the program that is being run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

try:
    from _json import encode_basestring_ascii as _quote
except ImportError:  # an interpreter without the accelerator
    from json.encoder import py_encode_basestring_ascii as _quote

LONGEST = 240
_MOST_ITEMS = 24
_DEEPEST = 4
_OPEN_AND_CLOSE: dict[Any, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}
_object_repr: Any = object.__repr__


def clip(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and its end where it is longer than `longest`."""
    if len(text) <= longest:
        return text
    tail = longest // 4
    return text[: longest - tail - 1] + "…" + text[-tail:]


def picture(value: Any, longest: int = LONGEST) -> str:
    """A representation of at most `longest` characters, whatever the value is."""
    try:
        return clip(_picture(value, _DEEPEST), longest)
    except Exception:
        return "<" + type(value).__name__ + " that cannot be shown>"


def _picture(value: Any, depth: int) -> str:
    kind: Any = type(value)
    if kind is str or kind is bytes or kind is bytearray:
        return clip(repr(value[: LONGEST * 2] if len(value) > LONGEST * 2 else value))
    if kind is int and value.bit_length() > 4096:
        return "<a whole number of about " + str(value.bit_length() * 1233 // 4096) + " digits>"
    if kind in _OPEN_AND_CLOSE:
        if not value and kind is set:
            return "set()"
        if not value and kind is frozenset:
            return "frozenset()"
        opening, closing = _OPEN_AND_CLOSE[kind]
        inner = _items(value, len(value), depth)
        if kind is tuple and len(value) == 1:
            inner += ","
        return opening + inner + closing
    if kind is dict:
        return "{" + _pairs(value, depth) + "}"
    if kind.__repr__ is _object_repr:
        return f"<{kind.__name__} object>"  # without its address, which differs from run to run
    return clip(repr(value))


def _items(values: Iterable[Any], count: int, depth: int) -> str:
    if depth == 0:
        return "…" if count else ""
    shown: list[str] = []
    room = LONGEST
    for value in values:
        if len(shown) == _MOST_ITEMS or room < 0:
            shown.append("… " + str(count) + " items in all")
            break
        shown.append(_picture(value, depth - 1))
        room -= len(shown[-1])
    return ", ".join(shown)


def _pairs(value: dict[Any, Any], depth: int) -> str:
    if depth == 0:
        return "…" if value else ""
    shown: list[str] = []
    room = LONGEST
    for key in value:
        if len(shown) == _MOST_ITEMS or room < 0:
            shown.append("… " + str(len(value)) + " items in all")
            break
        shown.append(_picture(key, depth - 1) + ": " + _picture(value[key], depth - 1))
        room -= len(shown[-1])
    return ", ".join(shown)


def encoded(value: Any) -> str:
    """JSON of plain data: strings, numbers, truth values, None, and lists and dictionaries of them."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return str(_quote(value))
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join([str(_quote(key)) + ": " + encoded(value[key]) for key in value]) + "}"
    return "[" + ", ".join([encoded(item) for item in value]) + "]"
