"""Statements that work something out and leave it there (ME213, ME214)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.builtin_types import NUMBERS, TEXTS
from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.endless import loop_of_compared_flag
from meno_analyzers.rules.instances import instance_class
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import other_sign
from meno_analyzers.rules.shapes import block_of
from meno_analyzers.rules.surroundings import in_try, in_with

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_MAY_ACT = (ast.Call, ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Subscript, ast.Attribute)
_ROWS = frozenset({"list", "tuple"})
_PLAIN = NUMBERS | TEXTS | {"list", "tuple", "dict", "set", "range"}


@rule(
    "ME213",
    "comparison-as-statement",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("comparison", "left"),
)
def comparison_as_statement(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        value = statement.value
        if not isinstance(value, ast.Compare) or _tries_something(unit, statement):
            continue
        if not _is_plain(unit, value) or loop_of_compared_flag(unit, statement) is not None:
            continue
        values = {"comparison": unit.facts.source(value), "left": unit.facts.source(value.left)}
        plain = len(value.ops) == 1 and isinstance(value.left, ast.Name)
        fix = other_sign(unit, value.left, value.comparators[0], "==", "=") if plain else ()
        yield Match(statement, values, fix=fix)


@rule(
    "ME214",
    "expression-without-effect",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Expr,),
    values=("expression", "name"),
    variants=("value",),
)
def expression_without_effect(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        value = statement.value
        if _is_bare_value(unit, statement) and not _tries_something(unit, statement):
            yield Match(statement, {"expression": unit.facts.source(value)}, variant="value")
            continue
        if not isinstance(value, ast.BinOp | ast.UnaryOp) or _tries_something(unit, statement):
            continue
        if not _is_plain(unit, value) or not _is_arithmetic(unit, value) or _is_doubled_sign(value):
            continue
        kept = [node for node in walk(value) if _is_own_attribute(unit, node)]
        names = kept or [node for node in walk(value) if isinstance(node, ast.Name)]
        if not names:
            continue  # `1 / 0` makes a program fail on purpose
        values = {"expression": unit.facts.source(value), "name": unit.facts.source(names[-1])}
        yield Match(statement, values)


def _is_bare_value(unit: Subject, statement: ast.Expr) -> bool:
    """Whether a number, a truth value, a text with gaps or a collection of such stands alone on a line."""
    match statement.value:
        case ast.Constant(value=bool()):
            return True
        case ast.Constant(value=int() | float() | complex() | bytes() | None):
            # One that is all there is in its block holds the place of what is still to come.
            return len(block_of(unit.facts, statement)) > 1
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.JoinedStr():
            return not any(isinstance(part, _MAY_ACT) for part in walk(statement.value))
        case _:
            return False


def _tries_something(unit: Subject, statement: ast.Expr) -> bool:
    """Whether the expression may be there to see whether it fails."""
    return in_try(unit.facts, statement) or in_with(unit.facts, statement)


def _is_plain(unit: Subject, value: ast.expr) -> bool:
    """Whether only variables of this scope, attributes of its own object, constants and items take part."""
    waiting = [value]  # a sum may be longer than Python calls go deep
    while waiting:
        part = waiting.pop()
        match part:
            case ast.Name():
                if unit.types.of(part) not in _PLAIN and not _is_own_variable(unit, part):
                    return False
            case ast.Attribute():
                if not _is_own_attribute(unit, part):
                    return False
            case (
                ast.Constant() | ast.Compare() | ast.BinOp() | ast.UnaryOp() | ast.Subscript() | ast.Slice()
                | ast.Tuple() | ast.List() | ast.Set()
            ):  # fmt: skip
                waiting += [one for one in ast.iter_child_nodes(part) if isinstance(one, ast.expr)]
            case _:
                return False
    return True


def _is_own_attribute(unit: Subject, node: ast.AST) -> bool:
    """Whether it is `self.name` in a plain class whose methods store something under that name."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    class_name = instance_class(unit, node.value)
    attribute = unit.module.attribute(class_name, node.attr) if class_name is not None else None
    return attribute is not None and attribute.stored and not attribute.in_body


def _is_own_variable(unit: Subject, name: ast.Name) -> bool:
    """Whether it is a variable of this scope that no call made: an object may react to operators."""
    definitions = unit.facts.reaching(name)
    return bool(definitions) and not any(
        definition.kind in {DefinitionKind.UNBOUND, DefinitionKind.AUGMENTED}
        or any(isinstance(part, ast.Call | ast.Attribute) for part in walk(definition.value))
        or isinstance(definition.node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
        for definition in definitions or ()
    )


def _is_arithmetic(unit: Subject, value: ast.expr) -> bool:
    """Whether the expression certainly is a sum of numbers or texts, which nobody can watch happen."""
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.UAdd | ast.USub) and _is_value(unit, value.operand)
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, _OPERATORS):
        return False
    # `folder / "name"` joins a path: only some signs go with a text, and one with a list.
    kinds = NUMBERS | TEXTS if isinstance(value.op, ast.Add | ast.Mult | ast.Mod) else NUMBERS
    kinds |= _ROWS if isinstance(value.op, ast.Add) else frozenset()
    known = [side for side in (value.left, value.right) if unit.types.of(side) in kinds]
    if not known and not _is_of_parameters(unit, value):
        return False
    return all(_is_value(unit, side) for side in (value.left, value.right))


def _is_of_parameters(unit: Subject, value: ast.BinOp) -> bool:
    """`a * b` of two parameters, loop variables or attributes of the own object: learners write it where a
    `return` or an `=` is meant."""
    if not isinstance(value.op, ast.Add | ast.Sub | ast.Mult):
        return False
    for side in (value.left, value.right):
        if _is_own_attribute(unit, side):
            continue
        definitions = unit.facts.reaching(side) if isinstance(side, ast.Name) else None
        kinds = {definition.kind for definition in definitions or ()}
        if not kinds or not kinds <= {DefinitionKind.PARAMETER, DefinitionKind.LOOP}:
            return False
    return True


def _is_value(unit: Subject, node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        return _is_arithmetic(unit, node)
    if isinstance(node, ast.Name | ast.Subscript) or _is_own_attribute(unit, node):
        return True
    return unit.types.of(node) in NUMBERS | TEXTS | _ROWS


def _is_doubled_sign(value: ast.expr) -> bool:
    """`++i` is a slip of its own, ME212."""
    return isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.UnaryOp)
