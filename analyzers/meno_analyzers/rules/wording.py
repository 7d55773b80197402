"""Words for what rules talk about: kinds of values and small numbers, as a person would say them."""

from __future__ import annotations

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "number": "a number",
    "complex": "a number",
    "bool": "a truth value",
    "str": "a text",
    "input": "a text",
    "bytes": "a row of bytes",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "frozenset": "a set",
    "range": "a range",
    "NoneType": "`None`",
    "iterator": "an iterator",
    "view": "a view of a dictionary",
    "function": "a function",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def kind_in_words(kind: str) -> str:
    """`a list` for `list`; `a value` for what has no word of its own."""
    return _KINDS.get(kind, "a value")


def number_in_words(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def count_in_words(number: int, thing: str) -> str:
    """`one item`, `three items`, `no items` for a `thing` such as `item`."""
    return f"{number_in_words(number)} {thing}{'' if number == 1 else 's'}"
