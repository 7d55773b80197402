"""Arithmetic that says another thing than it looks like
(ME206, ME209, ME210, ME211, ME212)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk, walk_scope
from meno_analyzers.findings import Category, Edit, Severity, Span
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import other_sign, replaced_between, wrapped
from meno_analyzers.rules.shapes import literal, loops_around, mentions, names_in, scope_body

_WORD = re.compile(r"[^\W\d_]+")
_ROUNDS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


@rule(
    "ME206",
    "float-equality",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.Compare,),
    values=("left", "right", "test"),
)
def float_equality(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq) or _in_check(unit, node):
            continue
        left, right = node.left, node.comparators[0]
        if any(
            (_is_inexact(exact) and _is_worked_out(unit, other))
            or (literal(exact) and _is_added_up(unit, other))
            for exact, other in ((left, right), (right, left))
        ):
            values = {
                "left": unit.facts.source(left),
                "right": unit.facts.source(right),
                "test": unit.facts.source(node),
            }
            yield Match(node, values)


def _in_check(unit: Subject, node: ast.AST) -> bool:
    """Whether the comparison is part of a test, which may know the exact digits."""
    function = unit.facts.function_around(node)
    return (function is not None and function.name.startswith("test")) or any(
        isinstance(ancestor, ast.Assert) for ancestor in unit.facts.ancestors(node)
    )


def _is_inexact(node: ast.AST) -> bool:
    """Whether a number is written that no sum of halves, quarters and so on meets exactly, as 0.1 is."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, float):
        return False
    if node.value != node.value or node.value in (float("inf"), float("-inf")):
        return False
    return Fraction(repr(node.value)) != Fraction(node.value)


def _is_worked_out(unit: Subject, node: ast.expr) -> bool:
    """Whether the value comes from arithmetic in which digits were rounded."""
    match node:
        case ast.BinOp(op=op, left=left, right=right) if isinstance(op, _ROUNDS):
            return isinstance(op, ast.Div) or any(_is_inexact(part) for part in (*walk(left), *walk(right)))
        case ast.Name():
            definitions = unit.facts.reaching(node) or frozenset()
            return _is_added_up(unit, node) or (
                bool(definitions)
                and all(
                    definition.kind is DefinitionKind.ASSIGNMENT
                    and isinstance(definition.value, ast.BinOp)
                    and _is_worked_out(unit, definition.value)
                    for definition in definitions
                )
            )
        case _:
            return False


def _is_added_up(unit: Subject, node: ast.expr) -> bool:
    """Whether a name is moved in steps such as 0.1, whose rests add up."""
    definitions = unit.facts.reaching(node) if isinstance(node, ast.Name) else None
    return any(
        isinstance(definition.node, ast.AugAssign)
        and isinstance(definition.node.op, ast.Add | ast.Sub)
        and _is_inexact(definition.node.value)
        for definition in definitions or ()
    )


_POWERS = frozenset(
    (
        "area square squared cube cubed cubic power pow volume dist distance radius hypot hypotenuse side "
        "sqrt exponent quadratic pythagoras circle sphere bmi squares"
    ).split()
)
_BITS = frozenset("mask flag flags bit bits parity xor hash crc checksum toggle swap nim".split())


@rule(
    "ME209",
    "caret-as-power",
    Category.WRONG_OPERATOR,
    Severity.HINT,
    0.93,
    on=(ast.BinOp,),
    values=("expression", "base", "exponent"),
)
def caret_as_power(unit: Subject) -> Iterator[Match]:
    carets = [
        node
        for node in unit.facts.nodes(ast.BinOp)
        if isinstance(node.op, ast.BitXor)
        and isinstance(node.right, ast.Constant)
        and node.right.value in (2, 3)
    ]
    for node in carets:
        if _works_with_bits(unit, node) or unit.types.of(node.left) in {"set", "dict", "bool"}:
            continue
        if not _is_geometry(unit, node):
            continue
        values = {
            "expression": unit.facts.source(node),
            "base": unit.facts.source(node.left),
            "exponent": unit.facts.source(node.right),
        }
        yield Match(node, values, fix=other_sign(unit, node.left, node.right, "^", "**"))


def _works_with_bits(unit: Subject, node: ast.AST) -> bool:
    body = scope_body(unit.facts, node)
    for part in walk_scope(body):
        operator = getattr(part, "op", None)
        if isinstance(operator, ast.BitAnd | ast.BitOr | ast.LShift | ast.RShift | ast.Invert):
            return True
        if isinstance(part, ast.AugAssign) and isinstance(operator, ast.BitXor):
            return True
    if any(isinstance(ancestor, ast.Subscript) for ancestor in unit.facts.ancestors(node)):
        return True
    spoken = {word for name in names_in(*body) for word in _WORD.findall(name.lower().replace("_", " "))}
    function = unit.facts.function_around(node)
    if function is not None:
        spoken |= set(_WORD.findall(function.name.lower().replace("_", " ")))
    return bool(spoken & _BITS)


def _is_geometry(unit: Subject, node: ast.BinOp) -> bool:
    """Whether a name around the caret, or the arithmetic that it is part of, speaks of powers."""
    names = names_in(node.left)
    function = unit.facts.function_around(node)
    if function is not None:
        names = names | {function.name}
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.Assign):
            names = names | names_in(*ancestor.targets)
        if isinstance(ancestor, ast.Call):
            names = names | {getattr(ancestor.func, "attr", getattr(ancestor.func, "id", ""))}
        if isinstance(ancestor, ast.BinOp) and any(
            isinstance(part, ast.Constant) and isinstance(part.value, float) for part in walk(ancestor)
        ):
            return True
        if isinstance(ancestor, ast.stmt):
            break
    words = {word for name in names for word in _WORD.findall(name.lower().replace("_", " "))}
    return bool(words & _POWERS)


_MIDDLES = frozenset({"average", "mean", "avg", "midpoint", "mid", "middle"})
_ENDS = frozenset({"hi", "high", "right", "end", "upper", "last", "stop", "r", "b", "max", "y"})


@rule(
    "ME210",
    "average-precedence",
    Category.WRONG_OPERATOR,
    Severity.HINT,
    0.93,
    on=(ast.BinOp,),
    values=("expression", "divided", "divisor"),
)
def average_precedence(unit: Subject) -> Iterator[Match]:
    statements: list[ast.Return | ast.Assign] = [*unit.facts.nodes(ast.Return), *unit.facts.nodes(ast.Assign)]
    for statement in statements:
        value = statement.value
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
            continue
        words = _named(unit, statement) & _MIDDLES
        terms = _terms(value)
        if not words or terms is None:
            continue
        numerator, divisor = terms[-1]
        if words <= {"mid", "middle", "midpoint"} and not _is_an_end(numerator):
            continue  # a start plus half a width is a middle too
        values = {
            "expression": unit.facts.source(value),
            "divided": unit.facts.source(numerator),
            "divisor": divisor,
        }
        start, end = unit.facts.span(value), unit.facts.span(numerator)
        whole = Span(start.start_line, start.start_column, end.end_line, end.end_column)
        yield Match(value, values, fix=wrapped(whole, "(", ")"))


def _named(unit: Subject, statement: ast.stmt) -> set[str]:
    """The words of the name that the value goes by."""
    names: set[str] = set()
    function = unit.facts.function_around(statement)
    if isinstance(statement, ast.Assign):
        names = names_in(*statement.targets)
        if isinstance(statement.value, ast.BinOp) and names & names_in(statement.value):
            return set()  # an average that is brought up to date
    elif function is not None:
        names = {function.name}
    return {word for name in names for word in _WORD.findall(name.lower().replace("_", " "))}


def _terms(value: ast.BinOp) -> list[tuple[ast.expr, str]] | None:
    """The terms of `a + b / 2`, if all are plain and the last alone is divided by how many there are."""
    last = value.right
    if not isinstance(last, ast.BinOp) or not isinstance(last.op, ast.Div | ast.FloorDiv):
        return None
    terms: list[ast.expr] = [last.left]
    rest: ast.expr = value.left
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        terms.append(rest.right)
        rest = rest.left
    terms.append(rest)
    if not all(isinstance(term, ast.Name | ast.Subscript | ast.Attribute) for term in terms):
        return None
    if not isinstance(last.right, ast.Constant) or last.right.value != len(terms):
        return None
    return [*((term, "") for term in reversed(terms[1:])), (terms[0], str(last.right.value))]


def _is_an_end(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else ""
    return bool(set(_WORD.findall(name.lower().replace("_", " "))) & _ENDS)


@rule(
    "ME211",
    "plus-assign-reversed",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.UnaryOp,),
    values=("name", "sign", "value", "statement"),
)
def plus_assign_reversed(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Assign):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name) as target],
                value=ast.UnaryOp(op=ast.UAdd() | ast.USub() as operator, operand=operand),
            ):
                pass
            case _:
                continue
        sign = "+" if isinstance(operator, ast.UAdd) else "-"
        if not _is_glued(unit, target, operand, sign) or mentions(name, operand):
            continue
        if next(loops_around(unit.facts, statement), None) is None or not _known_before(
            unit, statement, name
        ):
            continue
        values = {
            "name": name,
            "sign": f"={sign}",
            "value": unit.facts.source(operand),
            "statement": unit.facts.source(statement),
        }
        left, right = unit.facts.span(target), unit.facts.span(operand)
        fix = replaced_between(unit.facts.lines, left, right, f"={sign}", f"{sign}=")
        yield Match(statement, values, fix=fix)


def _is_glued(unit: Subject, target: ast.expr, operand: ast.expr, sign: str) -> bool:
    """Whether the text reads `name =+ value`: the sign at the `=`, and a space behind it."""
    start, end = unit.facts.span(target), unit.facts.span(operand)
    if start.end_line != end.start_line:
        return False
    between = unit.facts.lines[start.end_line][start.end_column : end.start_column]
    return between.strip() == f"={sign}" and between.endswith(" ")


def _known_before(unit: Subject, statement: ast.stmt, name: str) -> bool:
    flow = unit.facts.flow(unit.facts.scope_at(statement))
    return any(
        definition.node is not statement and getattr(definition.node, "lineno", 0) < statement.lineno
        for definition in flow.definitions.get(name, ())
    )


@rule(
    "ME212",
    "prefix-increment-noop",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.UnaryOp,),
    values=("name", "expression"),
)
def prefix_increment(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.UnaryOp):
        match node:
            case ast.UnaryOp(op=outer, operand=ast.UnaryOp(op=inner, operand=ast.Name(id=name))) if type(
                outer
            ) is type(inner) and isinstance(outer, ast.UAdd | ast.USub):
                sign = "++" if isinstance(outer, ast.UAdd) else "--"
            case _:
                continue
        if not unit.facts.source(node).startswith(sign) or not _is_meant_as_step(unit, node, sign):
            continue
        # In the test of a `while` the step has no place that is certain.
        alone = isinstance(unit.facts.parents.get(node), ast.Expr)
        fix = (Edit(unit.facts.span(node), f"{name} {sign[0]}= 1"),) if alone else ()
        yield Match(node, {"name": name, "expression": unit.facts.source(node)}, fix=fix)


def _is_meant_as_step(unit: Subject, node: ast.AST, sign: str) -> bool:
    """Whether the doubled sign is a statement, or stands in the test of a `while`.

    Two plus signs together are nothing else anywhere; two minus signs may turn a sign twice on purpose.
    """
    if sign == "++":
        return True
    child = node
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.Expr):
            return ancestor.value is node
        if isinstance(ancestor, ast.stmt):
            return isinstance(ancestor, ast.While) and child is ancestor.test
        child = ancestor
    return False
