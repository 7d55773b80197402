"""Operators of expressions: comparison, arithmetic, `and` and `or`, and those of assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

_COMPARE: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">", ">=", "!=", "=="),
    ast.LtE: ("<", ">=", ">", "==", "!="),
    ast.Gt: (">=", "<", "<=", "!=", "=="),
    ast.GtE: (">", "<=", "<", "==", "!="),
    ast.Eq: ("!=", "<=", ">=", "<", ">", "in", "is"),
    ast.NotEq: ("==", "<", ">", "<=", ">=", "not in", "is not"),
    ast.In: ("not in", "=="),
    ast.NotIn: ("in", "!="),
    ast.Is: ("is not", "=="),
    ast.IsNot: ("is", "!="),
}
_BINARY: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*", "%", "//"),
    ast.Sub: ("+", "*", "//", "/"),
    ast.Mult: ("+", "**", "/", "//", "-"),
    ast.Div: ("//", "*", "%", "-"),
    ast.FloorDiv: ("%", "/", "*", "-"),
    ast.Mod: ("//", "/", "*"),
    ast.Pow: ("*", "+"),
    ast.BitAnd: ("|", "^"),
    ast.BitOr: ("&", "^", "+"),
    ast.BitXor: ("&", "|", "**"),
    ast.LShift: (">>",),
    ast.RShift: ("<<",),
}


@operator("comparison", "wrong_operator", ast.Compare)
def comparison(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Compare)
    sides = [node.left, *node.comparators]
    for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
        start, end = source.between(left, right)
        for other in _COMPARE[type(sign)]:
            yield Change(start, end, f" {other} ")


@operator("arithmetic", "wrong_operator", ast.BinOp)
def arithmetic(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.BinOp)
    start, end = source.between(node.left, node.right)
    for other in _BINARY.get(type(node.op), ()):
        yield Change(start, end, f" {other} ")


@operator("sides swapped", "wrong_operator", ast.BinOp)
def sides_swapped(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.BinOp)
    simple = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Tuple)
    if isinstance(node.left, simple) and isinstance(node.right, simple):
        yield (
            source.replace(node.left, source.get(node.right)),
            source.replace(node.right, source.get(node.left)),
        )


@operator("and, or", "wrong_operator", ast.BoolOp)
def logic(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.BoolOp)
    other = " or " if isinstance(node.op, ast.And) else " and "
    gaps = [source.between(left, right) for left, right in zip(node.values, node.values[1:], strict=False)]
    yield [Change(start, end, other) for start, end in gaps]


@operator("assignment sign", "wrong_operator", ast.AugAssign, ast.Assign)
def assignment_sign(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`=` for `+=` and the like."""
    if isinstance(node, ast.AugAssign):
        start, end = source.between(node.target, node.value)
        for sign in ("", *_BINARY.get(type(node.op), ())):
            yield Change(start, end, f" {sign}= ")
        return
    match node:
        case ast.Assign(targets=[ast.Name() | ast.Subscript() | ast.Attribute() as target], value=value):
            start, end = source.between(target, value)
            for sign in ("+", "-", "*"):
                yield Change(start, end, f" {sign}= ")
        case _:
            pass


@operator("minus sign", "wrong_operator", ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.UnaryOp)
def minus_sign(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A minus put before a value, or taken away."""
    assert isinstance(node, ast.expr)
    if isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.USub):
            yield source.replace(node, source.get(node.operand))
        return
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value
    around = source.parents.get(node)
    loaded = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    answered = not isinstance(node, ast.Constant) and isinstance(around, ast.Return | ast.BinOp)
    if (number or answered) and loaded and not isinstance(around, ast.UnaryOp):
        yield source.replace(node, f"-{source.get(node)}")
