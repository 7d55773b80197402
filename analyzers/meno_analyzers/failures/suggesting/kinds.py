"""What a value is, as far as a call needs to know it: a number, a text, a list of such.

A kind comes from values that were seen, from an annotation, or from how the code uses a parameter. Where the
items of a container are not known they are left open (`ANY`), and are numbers where a value has to be made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is `int`, `float`, `bool`, `str`, `none`, `list`, `row` (a tuple of any length), `set`, `dict`
    (of keys and values), `pair` (a tuple with a part for each place) or `any`."""

    name: str
    parts: tuple[Kind, ...] = ()

    @property
    def item(self) -> Kind:
        """What the items are."""
        return self.parts[0] if self.parts else ANY


ANY = Kind("any")
INT, FLOAT, BOOL, STR, NONE = Kind("int"), Kind("float"), Kind("bool"), Kind("str"), Kind("none")
_PLAIN: dict[type, Kind] = {int: INT, float: FLOAT, bool: BOOL, str: STR, type(None): NONE}
_OF_ITEMS: dict[type, str] = {list: "list", set: "set", frozenset: "set"}
_DEEPEST = 4


def kind_of(value: Any, deep: int = 0) -> Kind:
    """The kind of one value; `ANY` for what has no plain text."""
    kind = type(value)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if deep > _DEEPEST:
        return ANY
    if kind in _OF_ITEMS:
        return Kind(_OF_ITEMS[kind], (joined(kind_of(item, deep + 1) for item in value),))
    if kind is dict:
        keys, values = list(value), list(value.values())
        return Kind(
            "dict",
            (joined(kind_of(k, deep + 1) for k in keys), joined(kind_of(v, deep + 1) for v in values)),
        )
    if kind is tuple:
        parts = tuple(kind_of(item, deep + 1) for item in value)
        return Kind("pair", parts)
    return ANY


def joined(kinds: Iterable[Kind]) -> Kind:
    """The one kind that stands for all; `ANY` if they have nothing in common."""
    found: Kind | None = None
    for kind in kinds:
        found = kind if found is None else _both(found, kind)
    return found or ANY


def _both(one: Kind, other: Kind) -> Kind:
    if one == other or other is ANY or other == ANY:
        return one
    if one == ANY:
        return other
    if {one.name, other.name} == {"int", "float"}:
        return FLOAT
    if one.name == other.name and len(one.parts) == len(other.parts) and one.name != "pair":
        return Kind(one.name, tuple(_both(a, b) for a, b in zip(one.parts, other.parts, strict=True)))
    if one.name in {"pair", "row"} and other.name in {"pair", "row"}:
        if one.name == other.name and len(one.parts) == len(other.parts):
            parts = tuple(_both(a, b) for a, b in zip(one.parts, other.parts, strict=True))
            if ANY not in parts:
                return Kind("pair", parts)
        return Kind("row", (joined([*one.parts, *other.parts]),))
    return ANY


def kinds_of(values: Iterable[Any]) -> tuple[Kind, ...]:
    """The kinds of all values that were seen for one parameter, most frequent first; lists of numbers and
    empty lists are one kind."""
    counts: dict[Kind, int] = {}
    for value in values:
        kind = kind_of(value)
        if kind == ANY:
            continue
        for known in counts:
            both = _both(known, kind)
            if both != ANY:
                counts[both] = counts.pop(known) + 1
                break
        else:
            counts[kind] = counts.get(kind, 0) + 1
    ranked = sorted(counts, key=lambda kind: -counts[kind])
    return tuple(_as_row(kind) for kind in ranked)


def _as_row(kind: Kind) -> Kind:
    """A tuple of more than three of the same is taken as one of any length."""
    if kind.name == "pair" and len(kind.parts) != 2 and joined(kind.parts) != ANY:
        return Kind("row", (joined(kind.parts),)) if len(kind.parts) > 3 else kind
    return Kind("row", (ANY,)) if kind.name == "pair" and not kind.parts else kind


_NAMES = {
    "int": INT, "float": FLOAT, "bool": BOOL, "str": STR, "None": NONE, "complex": ANY,
    "list": Kind("list", (ANY,)), "set": Kind("set", (ANY,)), "frozenset": Kind("set", (ANY,)),
    "tuple": Kind("row", (ANY,)), "dict": Kind("dict", (ANY, ANY)),
}  # fmt: skip
_CONTAINERS = {
    "list": "list", "sequence": "list", "iterable": "list", "collection": "list", "mutablesequence": "list",
    "iterator": "list", "set": "set", "frozenset": "set", "abstractset": "set", "dict": "dict",
    "mapping": "dict", "mutablemapping": "dict",
}  # fmt: skip


def kinds_of_annotation(node: ast.expr | None) -> tuple[Kind, ...]:
    """The kinds that an annotation names; empty where it names what is not known here."""
    match node:
        case None:
            return ()
        case ast.Constant(value=None):
            return (NONE,)
        case ast.Constant(value=str(text)):
            try:
                return kinds_of_annotation(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError):
                return ()
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if name.lower() in _CONTAINERS and name not in _NAMES:
                kind = _CONTAINERS[name.lower()]
                return (Kind(kind, (ANY, ANY) if kind == "dict" else (ANY,)),)
            return (_NAMES[name],) if _NAMES.get(name, ANY) != ANY else ()
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _together([left, right])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inside):
            return _of_subscript(name, inside)
    return ()


def _together(nodes: Iterable[ast.expr]) -> tuple[Kind, ...]:
    found = [kinds_of_annotation(node) for node in nodes]
    return tuple(dict.fromkeys(kind for kinds in found for kind in kinds)) if all(found) else ()


def _of_subscript(name: str, inside: ast.expr) -> tuple[Kind, ...]:
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if name == "Optional":
        return (*kinds_of_annotation(inside), NONE) if kinds_of_annotation(inside) else ()
    if name == "Union":
        return _together(parts)
    if name == "Literal":
        return kinds_of(part.value for part in parts if isinstance(part, ast.Constant))
    if name.lower() == "tuple":
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
            return (Kind("row", (_first(parts[0]),)),)
        return (Kind("pair", tuple(_first(part) for part in parts)),)
    kind = _CONTAINERS.get(name.lower())
    if kind is None:
        return ()
    return (Kind(kind, tuple(_first(part) for part in parts[: 2 if kind == "dict" else 1])),)


def _first(node: ast.expr) -> Kind:
    return next(iter(kinds_of_annotation(node)), ANY)
