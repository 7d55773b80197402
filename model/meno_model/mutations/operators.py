"""Mistakes with operators: arithmetic, comparison, logic, augmented assignment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator, replace_span

_ARITHMETIC: dict[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-", "*")),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("+", "**")),
    ast.Div: ("/", ("*", "//", "%")),
    ast.FloorDiv: ("//", ("/", "%")),
    ast.Mod: ("%", ("/", "//")),
    ast.Pow: ("**", ("*", "^")),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Eq: ("==", ("!=", "is")),
    ast.NotEq: ("!=", ("==",)),
    ast.Lt: ("<", (">",)),
    ast.Gt: (">", ("<",)),
    ast.LtE: ("<=", (">=",)),
    ast.GtE: (">=", ("<=",)),
    ast.In: ("in", ("not in", "==")),
    ast.NotIn: ("not in", ("in",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
}
_BOUNDS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}


def _between(subject: Subject, left: ast.expr, right: ast.expr, symbol: str) -> tuple[int, int] | None:
    """Where the operator between two operands stands; None beside brackets, comments or line breaks."""
    start, end = subject.span(left)[1], subject.span(right)[0]
    gap = subject.text[start:end]
    found = re.fullmatch(rf"([\s)]*){re.escape(symbol).replace(' ', ' +')}([\s(]*)", gap)
    if found is None:
        found = re.fullmatch(r"([\s)]*)" + r"\s+".join(map(re.escape, symbol.split())) + r"([\s(]*)", gap)
    if found is None:
        return None
    return start + len(found[1]), end - len(found[2])


def _swapped(subject: Subject, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Edit]:
    place = _between(subject, left, right, old)
    if place is None:
        return
    before, after = subject.text[place[0] - 1], subject.text[place[1] : place[1] + 1]
    padded = new
    if new[0].isalpha() and not before.isspace():
        padded = " " + padded
    if new[-1].isalpha() and not after.isspace():
        padded += " "
    lead = len(padded) - len(padded.lstrip())
    yield replace_span(place[0], place[1], padded, (lead, lead + len(new)))


@operator(Category.WRONG_OPERATOR)
def wrong_arithmetic(subject: Subject) -> Iterator[Edit]:
    """`+` for `-`, `/` for `//`, `*` for `**`; not on text, where only one operator makes sense."""
    for node in subject.all(ast.BinOp):
        if isinstance(node.left, ast.Constant | ast.JoinedStr) and not _is_number(node.left):
            continue
        if isinstance(node.right, ast.Constant | ast.JoinedStr) and not _is_number(node.right):
            continue
        old, others = _ARITHMETIC.get(type(node.op), ("", ()))
        for new in others:
            yield from _swapped(subject, node.left, node.right, old, new)


@operator(Category.WRONG_OPERATOR)
def remainder_as_division(subject: Subject) -> Iterator[Edit]:
    """`n % 2 == 0` written with a division."""
    for node in subject.all(ast.BinOp):
        if isinstance(node.op, ast.Mod) and isinstance(subject.parents.get(node), ast.Compare):
            for new in ("/", "//"):
                yield from _swapped(subject, node.left, node.right, "%", new)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _augmented(subject: Subject, node: ast.AugAssign, symbol: str) -> Iterator[Edit]:
    start, end = subject.span(node.target)[1], subject.span(node.value)[0]
    found = re.fullmatch(r"(\s*)([^\s=(]+=)([\s(]*)", subject.text[start:end])
    if found is not None and found[2] != symbol:
        place = start + len(found[1])
        yield replace_span(place, place + len(found[2]), symbol)


@operator(Category.WRONG_OPERATOR)
def overwrite_instead_of_add(subject: Subject) -> Iterator[Edit]:
    """`total += x` written as `total = x` or `total =+ x`."""
    for node in subject.all(ast.AugAssign):
        if isinstance(node.op, ast.Add):
            yield from _augmented(subject, node, "=")
            if _is_number(node.value):
                yield from _augmented(subject, node, "=+")


@operator(Category.WRONG_OPERATOR)
def wrong_augmented(subject: Subject) -> Iterator[Edit]:
    """`+=` for `-=`, `*=` for `+=`."""
    others = {ast.Add: "-=", ast.Sub: "+=", ast.Mult: "+=", ast.FloorDiv: "/=", ast.Div: "*="}
    for node in subject.all(ast.AugAssign):
        if type(node.op) in others and not _steps_a_while(subject, node):
            yield from _augmented(subject, node, others[type(node.op)])


@operator(Category.INFINITE_LOOP)
def step_the_wrong_way(subject: Subject) -> Iterator[Edit]:
    """The counter of a `while` moves away from its bound."""
    for node in subject.all(ast.AugAssign):
        if isinstance(node.op, ast.Add | ast.Sub) and _steps_a_while(subject, node):
            yield from _augmented(subject, node, "-=" if isinstance(node.op, ast.Add) else "+=")


def _steps_a_while(subject: Subject, node: ast.AugAssign) -> bool:
    if not isinstance(node.target, ast.Name):
        return False
    parent: ast.AST | None = node
    while parent is not None:
        parent = subject.parents.get(parent)
        if isinstance(parent, ast.While) and isinstance(parent.test, ast.Compare):
            return any(isinstance(n, ast.Name) and n.id == node.target.id for n in ast.walk(parent.test))
    return False


@operator(Category.WRONG_COMPARATOR)
def wrong_comparison(subject: Subject) -> Iterator[Edit]:
    """The direction or the sense of a comparison turned round."""
    for node in subject.all(ast.Compare):
        if len(node.ops) == 1:
            old, others = _COMPARISONS[type(node.ops[0])]
            for new in others:
                if new == "is" and not isinstance(node.comparators[0], ast.Constant):
                    continue
                yield from _swapped(subject, node.left, node.comparators[0], old, new)


@operator(Category.OFF_BY_ONE_ERROR)
def bound_included_or_not(subject: Subject) -> Iterator[Edit]:
    """`<` for `<=` and `>` for `>=`, either way."""
    for node in subject.all(ast.Compare):
        if len(node.ops) == 1 and type(node.ops[0]) in _BOUNDS:
            old, new = _BOUNDS[type(node.ops[0])]
            yield from _swapped(subject, node.left, node.comparators[0], old, new)


@operator(Category.LOGIC_ERROR)
def and_for_or(subject: Subject) -> Iterator[Edit]:
    """`and` for `or`, either way."""
    for node in subject.all(ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield from _swapped(subject, node.values[0], node.values[1], old, new)


@operator(Category.LOGIC_ERROR)
def not_lost_or_added(subject: Subject) -> Iterator[Edit]:
    """`not` dropped from a test, or put before one."""
    for node in subject.all(ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            start, end = subject.span(node)
            operand = subject.text[subject.span(node.operand)[0] : end]
            yield replace_span(start, end, operand)
    for statement in subject.all(ast.If):
        if isinstance(statement.test, ast.Name | ast.Call | ast.Attribute):
            yield change(subject, statement.test, f"not {subject.code(statement.test)}", (0, 3))
