"""Quotients: what a division leaves behind, where a whole number or none is wanted
(ME207, ME208, ME217, ME222). A division with `/` gives a fraction even when it comes out even."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from meno_analyzers.facts.builtin_types import NUMBERS, TEXTS
from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import Fix, other_sign
from meno_analyzers.rules.shapes import literal, measured, range_arguments, scope_body, stores
from meno_analyzers.rules.surroundings import awaits_error

_INDEXED = frozenset({"list", "tuple", "str", "input"})


def is_quotient(unit: Subject, node: ast.expr) -> bool:
    """Whether a value is always the result of a division with `/`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div) or (
            isinstance(node.op, ast.Add | ast.Sub | ast.Mult)
            and any(
                isinstance(side, ast.BinOp) and is_quotient(unit, side) for side in (node.left, node.right)
            )
        )
    if not isinstance(node, ast.Name):
        return False
    definitions = unit.facts.reaching(node)
    return bool(definitions) and all(
        definition.kind is DefinitionKind.ASSIGNMENT
        and isinstance(definition.value, ast.BinOp)
        and is_quotient(unit, definition.value)
        for definition in definitions or ()
    )


@rule(
    "ME207",
    "float-where-int-required",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.BinOp,),
    values=("number", "expression", "sequence"),
    variants=("range", "repeat"),
)
def float_where_int_required(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        number = _float_index(unit, node)
        if number is not None and not awaits_error(unit.facts, node):
            values = {
                "number": unit.facts.source(number),
                "expression": unit.facts.source(node),
                "sequence": unit.facts.source(node.value),
            }
            yield from _at_division(unit, node, number, Match(node, values, fix=_whole(unit, number)))
    for call in unit.facts.nodes(ast.Call):
        for argument in range_arguments(unit, call) or ():
            if _is_float_for_range(unit, argument) and not awaits_error(unit.facts, call):
                values = {"number": unit.facts.source(argument), "expression": unit.facts.source(call)}
                found = Match(call, values, variant="range", fix=_whole(unit, argument))
                yield from _at_division(unit, call, argument, found)
                break
    for product in unit.facts.nodes(ast.BinOp):
        if not isinstance(product.op, ast.Mult) or awaits_error(unit.facts, product):
            continue
        for text, number in ((product.left, product.right), (product.right, product.left)):
            if unit.types.of(text) == "str" and unit.types.of(number) == "float":
                values = {"number": unit.facts.source(number), "expression": unit.facts.source(product)}
                yield Match(product, values, variant="repeat", notes=_made_at(unit, number))
                break


def _at_division(unit: Subject, use: ast.AST, number: ast.expr, found: Match) -> Iterator[Match]:
    """The match where the fraction is made: one place for all uses, if one division makes it."""
    definitions = unit.facts.reaching(number) if isinstance(number, ast.Name) else None
    if definitions is None or len(definitions) != 1:
        yield found
        return
    (definition,) = definitions
    if not isinstance(definition.node, ast.Assign) or definition.value is None:
        yield replace(found, notes=_made_at(unit, number))
        return
    note = Note(unit.facts.span(use), "Here a whole number is needed.")
    yield replace(found, where=definition.node, notes=(note,))


def _whole(unit: Subject, number: ast.expr) -> Fix:
    """Division to a whole number, where the division stands in the place itself."""
    if not isinstance(number, ast.BinOp) or not isinstance(number.op, ast.Div):
        return ()
    whole = unit.types.of(number.left) in {"int", None} and unit.types.of(number.right) == "int"
    return other_sign(unit, number.left, number.right, "/", "//") if whole else ()


def _is_float_for_range(unit: Subject, argument: ast.expr) -> bool:
    kind = unit.types.of(argument)
    if kind is not None:
        return kind == "float" and is_quotient(unit, argument)
    match argument:
        # Whatever is halved, `range` does not take what comes out.
        case ast.BinOp(left=ast.Name() as halved, op=ast.Div(), right=ast.Constant(value=int())):
            definitions = unit.facts.reaching(halved) or frozenset()
            return {definition.kind for definition in definitions} == {DefinitionKind.PARAMETER}
        case _:
            return False


def _float_index(unit: Subject, node: ast.Subscript) -> ast.expr | None:
    """The part of the index that is a number with a fraction, if the object has places to count."""
    index = node.slice
    parts = [index.lower, index.upper, index.step] if isinstance(index, ast.Slice) else [index]
    floats = [part for part in parts if part is not None and unit.types.of(part) == "float"]
    if not floats:
        return index if _is_halved_place(unit, node, index) else None
    if unit.types.of(node.value) in _INDEXED:
        return floats[0]
    # Half of its own length can only be meant as a place.
    if isinstance(node.value, ast.Name) and _comes_from_length(unit, floats[0], node.value.id):
        return floats[0]
    return None


def _is_halved_place(unit: Subject, node: ast.Subscript, index: ast.expr) -> bool:
    """Whether a share such as `(lo + hi) / 2` is looked up in something that the function also measures."""
    if not isinstance(node.value, ast.Name) or not is_quotient(unit, index):
        return False
    if unit.types.of(index) is not None or unit.types.of(node.value) not in {None, *_INDEXED}:
        return False
    name = node.value.id
    body = scope_body(unit.facts, node)
    shares = [part for part in walk(*_quotients(unit, index)) if isinstance(part, ast.BinOp)]
    return (
        all(literal(part.right) == 2 for part in shares if isinstance(part.op, ast.Div))
        and unit.facts.function_around(node) is not None
        and not stores(name, body)
        and any(measured(unit, part) == name for part in walk(*body))
    )


def _quotients(unit: Subject, index: ast.expr) -> list[ast.expr]:
    if not isinstance(index, ast.Name):
        return [index]
    return [d.value for d in unit.facts.reaching(index) or () if d.value is not None]


def _comes_from_length(unit: Subject, number: ast.expr, sequence: str) -> bool:
    if isinstance(number, ast.Name):
        values = [definition.value for definition in unit.facts.reaching(number) or ()]
        return bool(values) and all(
            isinstance(value, ast.BinOp) and _comes_from_length(unit, value, sequence) for value in values
        )
    return any(measured(unit, part) == sequence for part in walk(number))


def _made_at(unit: Subject, number: ast.expr) -> tuple[Note, ...]:
    if not isinstance(number, ast.Name):
        return ()
    return tuple(
        Note(unit.facts.span(definition.node), f"Here `{number.id}` gets its value.")
        for definition in unit.facts.reaching(number) or ()
        if definition.node is not None and definition.value is not None
    )[:1]


@rule(
    "ME208",
    "division-instead-of-modulo",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("division", "number", "divisor"),
)
def division_instead_of_modulo(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        match node:
            case ast.Compare(
                left=ast.BinOp(left=number, op=ast.Div(), right=ast.Constant(value=int(divisor))) as division,
                ops=[ast.Eq() | ast.NotEq()],
                comparators=[ast.Constant(value=int(zero))],
            ) if divisor >= 2 and zero == 0 and not _is_exercise(unit, node, number):
                values = {
                    "division": unit.facts.source(division),
                    "number": unit.facts.source(number),
                    "divisor": str(divisor),
                }
                yield Match(node, values, fix=other_sign(unit, number, division.right, "/", "%"))
            case _:
                pass


def _is_exercise(unit: Subject, node: ast.AST, number: ast.expr) -> bool:
    """Whether a test tries out the operator itself."""
    return literal(number) is not None or any(isinstance(a, ast.Assert) for a in unit.facts.ancestors(node))


@rule(
    "ME222",
    "power-before-division",
    Category.WRONG_OPERATOR,
    Severity.HINT,
    0.95,
    on=(ast.BinOp,),
    values=("expression", "power", "divisor"),
)
def power_before_division(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.BinOp):
        match node:
            case ast.BinOp(
                left=ast.BinOp(op=ast.Pow(), right=one) as power,
                op=ast.Div(),
                right=ast.Constant(value=int(n)),
            ) if literal(one) == 1 and n > 1 and not _is_exercise(unit, node, power.left):
                values = {
                    "expression": unit.facts.source(node),
                    "power": unit.facts.source(power),
                    "divisor": str(n),
                }
                yield Match(node, values)
            case _:
                pass


@rule(
    "ME217",
    "division-by-zero-literal",
    Category.ZERO_DIVISION_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.BinOp,),
    values=("divisor", "expression"),
    variants=("literal",),
)
def division_by_zero_literal(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.BinOp):
        if not isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) or awaits_error(unit.facts, node):
            continue
        if literal(node.right) == 0:
            # `1 / 0` is how a program is made to fail on purpose.
            if literal(node.left) is None and unit.types.of(node.left) in NUMBERS:
                yield Match(node, _divided(unit, node), variant="literal")
        elif (
            isinstance(node.right, ast.Name)
            and _is_zero(unit, node.right)
            and unit.types.of(node.left) not in TEXTS
            and not _asked_about(unit, node.right)
        ):
            yield Match(node, _divided(unit, node), notes=_made_at(unit, node.right))


def _divided(unit: Subject, node: ast.BinOp) -> dict[str, str]:
    return {"divisor": unit.facts.source(node.right), "expression": unit.facts.source(node)}


def _is_zero(unit: Subject, name: ast.Name) -> bool:
    """Whether every assignment that may reach the name sets it to zero."""
    if unit.facts.is_global(name) and unit.module.is_rebound(name.id):
        return False  # some function may set it through `global`
    definitions = unit.facts.reaching(name)
    return bool(definitions) and all(
        definition.kind is DefinitionKind.ASSIGNMENT
        and isinstance(definition.node, ast.Assign)
        and literal(definition.value) == 0
        for definition in definitions or ()
    )


def _asked_about(unit: Subject, name: ast.Name) -> bool:
    """Whether a condition around the division looks at the divisor."""
    for ancestor in unit.facts.ancestors(name):
        tests: list[ast.expr] = []
        if isinstance(ancestor, ast.If | ast.While | ast.IfExp):
            tests = [ancestor.test]
        elif isinstance(ancestor, ast.BoolOp):
            tests = ancestor.values
        elif isinstance(ancestor, ast.Match | ast.Lambda):
            return True
        for test in tests:
            if any(
                isinstance(part, ast.Name) and part.id == name.id and part is not name for part in walk(test)
            ):
                return True
    return False
