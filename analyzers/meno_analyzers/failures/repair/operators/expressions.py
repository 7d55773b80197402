"""One expression for another of the same function, and for one of its own parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

_SMALL = 28  # characters
_LONGEST_GROWN = 80
_KINDS = (ast.Name, ast.Subscript, ast.Attribute, ast.Call, ast.BinOp, ast.Compare, ast.BoolOp, ast.List)


def expressions_of(source: Source, node: ast.AST) -> dict[str, ast.expr]:
    """The small expressions of the function around a place, by their texts."""
    found: dict[str, ast.expr] = {}
    for known in ast.walk(source.function_of(node) or source.tree):
        if isinstance(known, _KINDS) and isinstance(getattr(known, "ctx", ast.Load()), ast.Load):
            text = source.get(known)
            if len(text) <= _SMALL and "\n" not in text:
                found.setdefault(text, known)
    return found


@operator("other expression", "wrong_name", ast.Subscript, ast.Call, ast.BinOp, ast.Attribute, ast.Name)
def other_expression(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.expr)
    around = source.parents.get(node)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(around, ast.Attribute | ast.keyword) or (
        isinstance(around, ast.Call) and around.func is node
    ):
        return
    present = source.get(node)
    for text, other in expressions_of(source, node).items():
        if text == present or (isinstance(node, ast.Name) and isinstance(other, ast.Name)):
            continue
        wide = isinstance(other, ast.BinOp | ast.Compare | ast.BoolOp) and isinstance(
            around, ast.BinOp | ast.Compare | ast.UnaryOp | ast.Subscript
        )
        yield source.replace(node, f"({text})" if wide else text)


@operator("part of it", "wrong_operator", ast.BinOp, ast.BoolOp, ast.IfExp)
def part_of_it(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Only one side of an operation."""
    match node:
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case ast.BoolOp(values=values) if len(values) == 2:
            parts = values
        case ast.BoolOp(values=values):
            for dropped in values:
                sign = " and " if isinstance(node.op, ast.And) else " or "
                yield source.replace(node, sign.join(source.get(v) for v in values if v is not dropped))
            return
        case ast.IfExp(body=body, orelse=other):
            parts = [body, other]
        case _:
            return
    assert isinstance(node, ast.expr)
    for part in parts:
        yield source.replace(node, source.get(part))


@operator("one more term", "wrong_operator", ast.Return, ast.Assign, ast.AugAssign)
def one_more_term(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`+ other`, `- other`, `* other` at the end of a value."""
    value = getattr(node, "value", None)
    if not isinstance(value, ast.expr) or isinstance(value, ast.Constant | ast.BoolOp | ast.Compare):
        return
    text = source.get(value)
    if "\n" in text or len(text) > _LONGEST_GROWN:
        return
    grown = f"({text})" if isinstance(value, ast.BinOp) else text
    for sign in ("/ 2", "// 2", "* 2"):
        yield source.replace(value, f"{grown} {sign}")
    terms = [
        other
        for other, known in expressions_of(source, value).items()
        if isinstance(known, ast.Subscript | ast.Call | ast.Attribute)
    ]
    names = source.variables(value)
    for other in (*names, *terms):
        for sign in ("+", "-", "*"):
            yield source.replace(value, f"{text} {sign} {other}")
    for name in names:
        yield source.replace(value, f"{text} + [{name}]")
        yield source.replace(value, f"[{name}] + {text}")
        yield source.replace(value, f"{name} + {text}")


@operator("grouping", "wrong_operator", ast.BinOp)
def grouping(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Brackets: `a + b * c` becomes `(a + b) * c`."""
    assert isinstance(node, ast.BinOp)
    for side, is_left in ((node.left, True), (node.right, False)):
        if isinstance(side, ast.BinOp) and not _in_brackets(source, side):
            near = side.right if is_left else side.left
            other = node.right if is_left else node.left
            first, last = (near, other) if is_left else (other, near)
            start, end = source.start(first), source.end(last)
            if source.text[start:end].count("(") == source.text[start:end].count(")"):
                yield [Change(start, start, "("), Change(end, end, ")")]


def _in_brackets(source: Source, node: ast.expr) -> bool:
    return source.text[: source.start(node)].rstrip().endswith("(")
