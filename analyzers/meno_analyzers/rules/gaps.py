"""Texts with gaps, and the values for them (ME609).

Whether a text can be filled is not guessed: Python fills it, with a stand-in for each value that is good for
any gap unless the value's type is proven. What fails with stand-ins fails with every value. A width is made
whatever it costs, and this runs while somebody types: texts that are long, or hold a long number, are left
alone, and no long number is put into a gap, where `*` would take it for a width.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from typing import Any

from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error
from meno_analyzers.rules.wording import kind_in_words

_WIDE = re.compile(r"\d{4}")
_WIDEST = 999
_LONGEST_TEXT = 10_000
_STAND_INS: dict[str, Any] = {
    "int": 1,
    "bool": True,
    "float": 1.5,
    "str": "a",
    "input": "a",
    "list": [],
    "tuple": (),
    "dict": {},
    "set": set(),
    "NoneType": None,
}
_KEY = re.compile(r"%\((?P<key>[^()]*)\)")
_CONVERSION = re.compile(
    r"%(?:(?P<key>\([^()]*\))?[#0\- +]*(?P<width>\*|\d+)?(?:\.(?P<digits>\*|\d+)?)?[hlL]?"
    r"(?P<kind>[diouxXeEfFgGcrsa%]))?"
)
# The type that does not go into a gap, where Python names it.
_BLAMED = re.compile(r"object of type '(\w+)'|not (\w+)$|to (\w+)\.__format__")
_KINDS = {"str": ("str", "input"), "int": ("int", "bool")}
# Signs in a gap that go together with some kinds of numbers only.
_SPECIAL = ("Cannot specify", "Sign not", "Alternate", "Precision not")
_Values = dict[str, str]


class _Anything:
    """Fits into every gap, and has every attribute and item: none of them leads out of it."""

    def __getattribute__(self, name: str) -> _Anything:
        return self

    def __getitem__(self, key: object) -> _Anything:
        return self

    def __format__(self, spec: str) -> str:
        return ""

    def __str__(self) -> str:
        return ""


_ANYTHING = _Anything()


@rule(
    "ME609",
    "format-argument-mismatch",
    Category.WRONG_ARGUMENT,
    Severity.ERROR,
    0.98,
    on=(ast.Constant,),
    values=("text", "gaps", "given", "name"),
    variants=("name", "key", "unused", "mixed", "broken", "nameless", "type"),
)
def format_argument_mismatch(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Constant(value=str(text)) as literal, attr="format"):
                yield from _matches(unit, call, literal, _format_mismatch(unit, text, call))
            case _:
                pass
    for node in unit.facts.nodes(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Constant(value=str(text)) as literal, op=ast.Mod(), right=right):
                yield from _matches(unit, node, literal, _percent_mismatch(unit, text, right))
            case _:
                pass


def _matches(
    unit: Subject, node: ast.expr, literal: ast.Constant, found: tuple[_Values, str | None] | None
) -> Iterator[Match]:
    if found is None or awaits_error(unit.facts, node):
        return
    values, variant = found
    # What is left over stops nothing with `format` and with dictionaries.
    severity = Severity.WARNING if variant == "unused" else None
    yield Match(node, {"text": unit.facts.source(literal), **values}, variant=variant, severity=severity)


def _stand_in(unit: Subject, node: ast.expr, otherwise: Any) -> Any:
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, int) and abs(value) > _WIDEST:
            return 1
        return value[:_WIDEST] if isinstance(value, str | bytes) else value
    return _STAND_INS.get(unit.types.of(node) or "", otherwise)


def _counts(gaps: int, given: int) -> _Values:
    return {"gaps": str(gaps), "given": str(given), "name": str(given + 1)}


def _costs_too_much(text: str) -> bool:
    return len(text) > _LONGEST_TEXT or _WIDE.search(text) is not None


def _format_mismatch(unit: Subject, text: str, call: ast.Call) -> tuple[_Values, str | None] | None:
    """What keeps a `.format(…)` call from filling its text, or is left over."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    if _costs_too_much(text):
        return None
    fields = list(_fields(text))
    plain = all("." not in field and "[" not in field and not nested for field, nested in fields)
    used = [re.split(r"[.\[]", field, maxsplit=1)[0] for field, _ in fields]
    numbered = [int(name) for name in used if name.isdecimal()]
    gaps = used.count("") or max(numbered, default=-1) + 1
    positional = [_stand_in(unit, a, _ANYTHING) if plain else _ANYTHING for a in call.args]
    named = {str(k.arg): _stand_in(unit, k.value, _ANYTHING) if plain else _ANYTHING for k in call.keywords}
    try:
        text.format(*positional, **named)
    except KeyError as error:
        return {**_counts(len(used), len(positional) + len(named)), "name": str(error.args[0])}, "name"
    except IndexError:
        return _counts(gaps, len(positional)), None
    except (ValueError, TypeError) as error:
        return _said(str(error), call.args + [k.value for k in call.keywords], unit)
    except (AttributeError, OverflowError):
        return None
    if gaps < len(positional):
        return {"name": unit.facts.source(call.args[gaps])}, "unused"
    left_over = next((name for name in named if name not in used), None)
    return None if left_over is None else ({"name": left_over}, "unused")


def _said(error: str, values: list[ast.expr], unit: Subject) -> tuple[_Values, str | None] | None:
    """What Python's complaint about a gap comes to."""
    if error.startswith("cannot switch"):
        return {}, "mixed"
    blamed = _BLAMED.search(error)
    if blamed is None:
        return ({}, "broken") if not error.startswith(_SPECIAL) else None
    name = next(word for word in blamed.groups() if word)
    for value in values:
        kind = unit.types.of(value) or ""
        if kind in _KINDS.get(name, (name,)):
            return {"name": unit.facts.source(value), "given": kind_in_words(kind)}, "type"
    return None


def _fields(text: str, depth: int = 2) -> Iterator[tuple[str, bool]]:
    """The name of each gap ("" where it has none), and whether its own format has gaps."""
    try:
        for _, field, spec, _ in string.Formatter().parse(text):
            if field is not None:
                yield field, bool(spec and "{" in spec)
                if spec and depth:
                    yield from _fields(spec, depth - 1)
    except ValueError:
        return


def _percent_mismatch(unit: Subject, text: str, right: ast.expr) -> tuple[_Values, str | None] | None:
    """What keeps `text % right` from being filled, or is left over."""
    if _costs_too_much(text):
        return None
    conversions = list(_CONVERSION.finditer(text))
    if any(conversion["kind"] is None for conversion in conversions):
        return {}, "broken"
    gaps = sum(1 + (c["width"] == "*") + (c["digits"] == "*") for c in conversions if c["kind"] != "%")
    keys = _KEY.findall(text)
    values: list[ast.expr]
    filling: Any
    if isinstance(right, ast.Tuple):
        if any(isinstance(element, ast.Starred) for element in right.elts):
            return None
        values = right.elts
        filling = tuple(_stand_in(unit, element, 1) for element in values)
    elif isinstance(right, ast.Dict):
        if not all(isinstance(key, ast.Constant) for key in right.keys):
            return None
        values = right.values
        names = [key.value for key in right.keys if isinstance(key, ast.Constant)]
        filling = {name: _stand_in(unit, value, 1) for name, value in zip(names, values, strict=True)}
    elif unit.types.of(right) in _STAND_INS and unit.types.of(right) not in {"tuple", "dict"}:
        values, filling = [right], _stand_in(unit, right, 1)
    else:
        return None
    try:
        text % filling
    except KeyError as error:
        return {"name": str(error.args[0])}, "key"
    except (TypeError, ValueError, OverflowError) as error:
        said = str(error)
        if "mapping" in said or said.startswith("list indices"):
            return {}, "nameless"
        given = len(values) if isinstance(right, ast.Tuple) else 1
        if said.startswith("not ") or (not keys and gaps != given):
            return _counts(gaps, given), None
        return _said(said, values, unit)
    if keys and isinstance(filling, dict):
        left_over = next((name for name in filling if name not in keys), None)
        return None if left_over is None else ({"name": str(left_over)}, "unused")
    return None
