"""What Python's own types and functions answer: the names of their methods and the types of results.

Only what holds for every argument is listed; where the answer depends on the arguments, the inference
decides (`types.py`) or stays silent.
"""

from __future__ import annotations

NUMBERS = frozenset({"int", "float", "bool", "complex", "number"})
TEXTS = frozenset({"str", "input"})

CALLS = {
    "input": "input",
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "list": "list",
    "tuple": "tuple",
    "set": "set",
    "frozenset": "frozenset",
    "dict": "dict",
    "bytes": "bytes",
    "bytearray": "bytearray",
    "len": "int",
    "ord": "int",
    "chr": "str",
    "repr": "str",
    "hex": "str",
    "oct": "str",
    "bin": "str",
    "sorted": "list",
    "dir": "list",
    "range": "range",
    "print": "NoneType",
    "hash": "int",
    "id": "int",
    "ascii": "str",
    "format": "str",
    "isinstance": "bool",
    "issubclass": "bool",
    "hasattr": "bool",
    "callable": "bool",
    "all": "bool",
    "any": "bool",
    "enumerate": "iterator",
    "zip": "iterator",
    "map": "iterator",
    "filter": "iterator",
    "iter": "iterator",
    "reversed": "iterator",
    "divmod": "tuple",
    "open": "file",
}

_TEXT_METHODS = {
    "str": (
        "capitalize casefold center expandtabs format format_map join ljust lower lstrip removeprefix "
        "removesuffix replace rjust rstrip strip swapcase title translate upper zfill"
    ),
    "list": "split rsplit splitlines",
    "int": "count find index rfind rindex",
    "tuple": "partition rpartition",
    "bytes": "encode",
    "bool": (
        "endswith startswith isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric "
        "isprintable isspace istitle isupper"
    ),
}
_SET_METHODS = {
    "set": "copy union intersection difference symmetric_difference",
    "bool": "issubset issuperset isdisjoint",
    "NoneType": (
        "add update discard remove clear difference_update intersection_update symmetric_difference_update"
    ),
}


def _by_method(table: dict[str, str]) -> dict[str, str]:
    return {method: answer for answer, methods in table.items() for method in methods.split()}


# What a method of a receiver of that type answers, whatever its arguments.
METHODS: dict[str, dict[str, str]] = {
    "str": _by_method(_TEXT_METHODS),
    "list": _by_method(
        {"list": "copy", "int": "index count", "NoneType": "append extend insert remove clear sort reverse"}
    ),
    "tuple": _by_method({"int": "index count"}),
    "dict": _by_method(
        {"dict": "copy", "view": "keys values items", "NoneType": "update clear", "tuple": "popitem"}
    ),
    "set": _by_method(_SET_METHODS),
    "int": _by_method({"int": "bit_length conjugate", "tuple": "as_integer_ratio", "bytes": "to_bytes"}),
    "float": _by_method({"bool": "is_integer", "str": "hex", "tuple": "as_integer_ratio"}),
}
NONE_METHODS = {
    kind: frozenset(method for method, answer in METHODS[kind].items() if answer == "NoneType")
    for kind in ("list", "set", "dict")
}
# Every attribute that an object of exactly that type has.
ATTRIBUTES: dict[str, frozenset[str]] = {
    kind.__name__: frozenset(dir(kind))
    for kind in (str, list, tuple, dict, set, frozenset, int, float, bool, bytes, range)
}
ATTRIBUTES["input"] = ATTRIBUTES["str"]
ATTRIBUTES["NoneType"] = frozenset(dir(None))


def method_answer(receiver: str, method: str) -> str | None:
    """The type that `receiver.method(…)` answers, or None."""
    if receiver == "input":
        # What is left of a typed-in text is still a typed-in text.
        if method in {"strip", "lstrip", "rstrip"}:
            return "input"
        receiver = "str"
    return METHODS.get(receiver, {}).get(method)
