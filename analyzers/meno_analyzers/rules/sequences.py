"""Sequences and indexing (ME502, ME513)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import in_try


@rule(
    "ME502",
    "index-equals-length",
    Category.INDEX_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    words=("len",),
    values=("sequence",),
)
def index_equals_length(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        if not isinstance(node.ctx, ast.Load) or not isinstance(node.value, ast.Name):
            continue
        name = node.value.id
        match node.slice:
            case ast.Call(func=ast.Name(id="len") as function, args=[ast.Name(id=measured)], keywords=[]):
                if measured != name or not unit.facts.is_builtin(function, unit.module):
                    continue
            case _:
                continue
        # A dict may well have its own length as a key, and a class of the file its own idea of indexing.
        kind = unit.types.of(node.value)
        if kind == "dict" or _guarded(unit, node, name) or (kind is None and _file_defines_indexing(unit)):
            continue
        yield Match(node, {"sequence": name})


def _file_defines_indexing(unit: Subject) -> bool:
    return unit.module.in_class("__getitem__")


def _guarded(unit: Subject, node: ast.AST, name: str) -> bool:
    """Whether the code is ready for the failure (`try`) or asks about the key first (`in xs`)."""
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.Try | ast.TryStar | ast.With):
            return True
        if isinstance(ancestor, ast.If | ast.While | ast.IfExp):
            for inner in walk(ancestor.test):
                if (
                    isinstance(inner, ast.Compare)
                    and any(isinstance(operator, ast.In) for operator in inner.ops)
                    and any(is_name(side, name) for side in inner.comparators)
                ):
                    return True
    return False


@rule(
    "ME513",
    "pop-value-instead-of-index",
    Category.WRONG_METHOD_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Call,),
    words=("pop",),
    values=("sequence", "argument"),
)
def pop_value_instead_of_index(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name) as receiver, attr="pop"),
                args=[argument],
                keywords=[],
            ):
                pass
            case _:
                continue
        kind = unit.types.of(receiver)
        if kind not in {"list", None} or in_try(unit.facts, call):
            continue
        if (
            _is_extreme_of(unit, argument, name)
            and (kind == "list" or _is_sorted_or_appended(unit, call, name))
        ) or (_is_own_element(unit, call, argument, name) and kind == "list"):
            yield Match(call, {"sequence": name, "argument": unit.facts.source(argument)})


def _is_extreme_of(unit: Subject, argument: ast.expr, name: str) -> bool:
    """`max(xs)` or `min(xs)`."""
    match argument:
        case ast.Call(func=ast.Name(id="max" | "min") as function, args=[ast.Name(id=measured)], keywords=[]):
            return measured == name and unit.facts.is_builtin(function, unit.module)
        case _:
            return False


def _is_sorted_or_appended(unit: Subject, call: ast.Call, name: str) -> bool:
    """Whether the function uses a method that only a list has on the same name."""
    function = unit.facts.function_around(call)
    if function is None:
        return False
    return any(
        isinstance(node, ast.Attribute)
        and is_name(node.value, name)
        and node.attr in {"append", "sort", "reverse", "insert", "extend"}
        for node in walk(function)
    )


def _is_own_element(unit: Subject, call: ast.Call, argument: ast.expr, name: str) -> bool:
    """Whether the argument is the variable of a loop over the very list: its items are not indices.

    A list of whole numbers may hold its own indices, so a text or float item must be proven.
    """
    if not isinstance(argument, ast.Name):
        return False
    for ancestor in unit.facts.ancestors(call):
        if isinstance(ancestor, ast.For) and is_name(ancestor.target, argument.id):
            return is_name(ancestor.iter, name) and _holds_no_indices(unit, ancestor.iter)
    return False


def _holds_no_indices(unit: Subject, node: ast.expr) -> bool:
    if not isinstance(node, ast.Name):
        return False
    for definition in unit.facts.reaching(node) or ():
        if not isinstance(definition.value, ast.List) or not definition.value.elts:
            return False
        if any(unit.types.of(element) not in {"str", "float", "input"} for element in definition.value.elts):
            return False
    return bool(unit.facts.reaching(node))
