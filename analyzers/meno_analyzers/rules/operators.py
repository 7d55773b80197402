"""Types and operators: texts and numbers that do not go together (ME201–ME203).

Each fires only where every way to the value proves its type; parameters, attributes and imported values
are unknown and keep it silent.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.types import NUMBERS, TEXTS
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_ORDERINGS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_WANT_NUMBERS = frozenset({"range", "abs", "round", "chr"})


@rule(
    "ME201",
    "string-plus-number",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.BinOp, ast.AugAssign),
    values=("text", "number"),
)
def string_plus_number(unit: Subject) -> Iterator[Match]:
    for node, first, second in _calculations(unit):
        if not isinstance(node.op, ast.Add) or awaits_error(unit.facts, node):
            continue
        left, right = unit.types.of(first), unit.types.of(second)
        if "input" in (left, right):
            continue  # ME203 has the better explanation
        if left == "str" and right in NUMBERS:
            text, number = first, second
        elif left in NUMBERS and right == "str":
            text, number = second, first
        else:
            continue
        yield Match(node, {"text": _tail(unit, text), "number": unit.facts.source(number)})


def _calculations(unit: Subject) -> Iterator[tuple[ast.BinOp | ast.AugAssign, ast.expr, ast.expr]]:
    """All of `a + b` and `a += b`, with their two sides."""
    yield from ((node, node.left, node.right) for node in unit.facts.nodes(ast.BinOp))
    yield from ((node, node.target, node.value) for node in unit.facts.nodes(ast.AugAssign))


def _tail(unit: Subject, text: ast.expr) -> str:
    """The operand that stands next to the number: of `"a" + b + 1` it is `b`."""
    while isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add):
        text = text.right
    return unit.facts.source(text)


@rule(
    "ME202",
    "input-compared-with-number",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Compare,),
    values=("name", "number"),
)
def input_compared_with_number(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if not isinstance(operator, _ORDERINGS) or awaits_error(unit.facts, node):
                continue
            for text, number in ((left, right), (right, left)):
                if unit.types.of(text) == "input" and unit.types.is_number(number):
                    values = {"name": unit.facts.source(text), "number": unit.facts.source(number)}
                    yield Match(node, values, notes=_origin(unit, text))


@rule(
    "ME203",
    "input-used-in-arithmetic",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.BinOp, ast.AugAssign, ast.Call),
    values=("name", "expression"),
    variants=("range",),
)
def input_used_in_arithmetic(unit: Subject) -> Iterator[Match]:
    for node, left, right in _calculations(unit):
        if not isinstance(node.op, _ARITHMETIC) or awaits_error(unit.facts, node):
            continue
        for text, other in ((left, right), (right, left)):
            if unit.types.of(text) == "input" and _clashes(unit, node.op, text is left, other):
                values = {"name": unit.facts.source(text), "expression": unit.facts.source(node)}
                yield Match(node, values, notes=_origin(unit, text))
                break
    for call in unit.facts.nodes(ast.Call):
        function = call.func
        if (
            not isinstance(function, ast.Name)
            or function.id not in _WANT_NUMBERS
            or not unit.facts.is_builtin(function, unit.module)
            or awaits_error(unit.facts, call)
        ):
            continue
        for argument in call.args:
            if unit.types.of(argument) == "input":
                values = {"name": unit.facts.source(argument), "expression": unit.facts.source(call)}
                yield Match(call, values, variant="range", notes=_origin(unit, argument))
                break


def _clashes(unit: Subject, operator: ast.operator, text_is_left: bool, other: ast.expr) -> bool:
    """Whether a text from `input()` under this operator with `other` certainly raises."""
    kind = unit.types.of(other)
    if isinstance(operator, ast.Mult):
        return kind == "float"  # a whole number repeats the text, which is legal
    if isinstance(operator, ast.Mod) and (text_is_left or kind in TEXTS):
        return False  # formatting
    if isinstance(operator, ast.Add):
        return kind in NUMBERS
    return kind in NUMBERS or kind in TEXTS


def _origin(unit: Subject, node: ast.expr) -> tuple[Note, ...]:
    """Where the text came in, if that is in the same unit."""
    if not isinstance(node, ast.Name):
        return ()
    for definition in unit.facts.reaching(node) or ():
        if definition.value is not None and definition.node is not None:
            return (Note(unit.facts.span(definition.node), f"Here `{node.id}` gets its value from `input`."),)
    return ()
