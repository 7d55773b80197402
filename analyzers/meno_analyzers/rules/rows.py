"""Rows of items worked with as if they were numbers, and items as if they were rows (ME221, ME526)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.scopes import FunctionNode, parameters_of
from meno_analyzers.facts.tree import scope_nodes
from meno_analyzers.facts.types import NUMBERS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.libraries import knows_libraries
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import literal, measured, range_arguments, stores
from meno_analyzers.rules.surroundings import awaits_error

_WITH_NUMBERS = (ast.Add, ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)


@rule(
    "ME221",
    "row-treated-as-number",
    Category.TYPE_ERROR,
    Severity.HINT,
    0.95,
    on=(ast.FunctionDef,),
    values=("row", "expression"),
    variants=("range",),
)
def row_treated_as_number(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.wrapper is not None:
        return
    rows: dict[FunctionNode, set[str]] = {}
    for node in facts.nodes(ast.BinOp, ast.Call):
        candidate = _with_number(unit, node) or _counted_to(unit, node)
        function = facts.function_around(node) if candidate is not None else None
        if candidate is None or function is None:
            continue
        if isinstance(candidate, ast.Name):
            if function not in rows:
                rows[function] = _rows_of(unit, function)
            if candidate.id not in rows[function]:
                continue
        if awaits_error(facts, node) or knows_libraries(unit):
            continue
        values = {"row": facts.source(candidate), "expression": facts.source(node)}
        yield Match(node, values, variant="range" if isinstance(node, ast.Call) else None)


def _with_number(unit: Subject, node: ast.AST) -> ast.expr | None:
    """The name or slice that a number is added to, or taken from, or the like."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, _WITH_NUMBERS):
        return None
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if unit.types.of(other) not in NUMBERS or unit.types.of(side) is not None:
            continue
        if isinstance(side, ast.Name) or (
            isinstance(side, ast.Subscript) and isinstance(side.slice, ast.Slice)
        ):
            return side
    return None


def _counted_to(unit: Subject, node: ast.AST) -> ast.expr | None:
    """The name that is given to `range`."""
    names = [argument for argument in range_arguments(unit, node) or () if isinstance(argument, ast.Name)]
    return next((name for name in names if unit.types.of(name) is None), None)


def _rows_of(unit: Subject, function: FunctionNode) -> set[str]:
    """Parameters that the function measures, cuts or counts through, and gives no new value."""
    parameters = {parameter.arg for parameter in parameters_of(function)}
    found: set[str] = set()
    for node in scope_nodes(function):
        name = measured(unit, node)
        if name is None and isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            counted = isinstance(node.slice, ast.Name) and _is_counter(unit, node.slice)
            name = node.value.id if counted or isinstance(node.slice, ast.Slice) else None
        if isinstance(node, ast.Call) and is_name(node.func, "isinstance"):
            return set()
        if name in parameters:
            found.add(name)
    return {name for name in found if not stores(name, function.body)}


def _is_counter(unit: Subject, index: ast.Name) -> bool:
    """Whether the index comes from a `range`."""
    definitions = unit.facts.reaching(index) or frozenset()
    return bool(definitions) and all(
        definition.value is not None and range_arguments(unit, definition.value) is not None
        for definition in definitions
    )


@rule(
    "ME526",
    "item-added-to-row",
    Category.TYPE_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.BinOp,),
    values=("item", "row", "expression"),
)
def item_added_to_row(unit: Subject) -> Iterator[Match]:
    if unit.facts.scopes.wrapper is not None:
        return
    for node in unit.facts.nodes(ast.BinOp):
        if not isinstance(node.op, ast.Add):
            continue
        for item, row in ((node.left, node.right), (node.right, node.left)):
            name = _item_of(item)
            function = unit.facts.function_around(node) if name is not None else None
            if name is None or function is None or not _is_row(unit, function, name, row):
                continue
            if awaits_error(unit.facts, node) or knows_libraries(unit):
                continue
            values = {
                "item": unit.facts.source(item),
                "row": unit.facts.source(row),
                "expression": unit.facts.source(node),
            }
            yield Match(node, values)
            break


def _item_of(node: ast.expr) -> str | None:
    """`xs`, if the node is `xs[0]` or `xs[-1]`."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=index) if literal(index) is not None:
            return name
        case _:
            return None


def _is_row(unit: Subject, function: FunctionNode, name: str, node: ast.expr) -> bool:
    """Whether the node is a piece of a list, or the function's own answer for one, which is a list."""
    match node:
        case ast.Subscript(value=ast.Name(id=of), slice=ast.Slice()):
            return of == name and (
                _is_compared_with_empty(function, name) or _answers_rows(unit, function, name)
            )
        case ast.Call(
            func=ast.Name(id=called), args=[ast.Subscript(value=ast.Name(id=of), slice=ast.Slice())]
        ):
            return called == function.name and of == name and _answers_rows(unit, function, name)
        case _:
            return False


def _is_compared_with_empty(function: FunctionNode, name: str) -> bool:
    return any(
        isinstance(node, ast.Compare) and is_name(node.left, name) and _is_empty(node.comparators[0])
        for node in scope_nodes(function)
    )


def _is_empty(node: ast.expr | None) -> bool:
    return isinstance(node, ast.List) and not node.elts


def _answers_rows(unit: Subject, function: FunctionNode, name: str) -> bool:
    """Whether the smallest case is answered with `[]`, or with the parameter that was compared with it."""
    answers = [node.value for node in scope_nodes(function) if isinstance(node, ast.Return)]
    if any(answer is not None and unit.types.of(answer) not in {None, "list"} for answer in answers):
        return False
    return any(_is_empty(answer) for answer in answers) or (
        any(is_name(answer, name) for answer in answers) and _is_compared_with_empty(function, name)
    )
