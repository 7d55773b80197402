"""Conditions: negated, narrowed, widened; `if` for `while`, `elif` for `if`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source


def conditions_at(source: Source, node: ast.AST, *, pairs: bool = True) -> list[str]:
    """Conditions that may be meant at a place: those of its function, turned round too, and short ones
    about the values that it can see."""
    function = source.function_of(node) or source.tree
    found: dict[str, None] = {}
    for known in ast.walk(function):
        test = getattr(known, "test", None)
        if isinstance(test, ast.expr) and not isinstance(test, ast.Constant):
            text = source.get(test)
            if len(text) < 50 and "\n" not in text:
                found[text] = None
                found[f"not ({text})" if " " in text else f"not {text}"] = None
    names = [name for name in source.variables(node) if name != "self"][:8]
    for name in names:
        found.update(dict.fromkeys((name, f"not {name}", f"{name} is None", f"len({name}) == 0")))
        found.update(dict.fromkeys((f"{name} == 0", f"{name} <= 0", f"{name} == 1", f"{name} < 0")))
        for other in names if pairs else ():
            if other != name:
                found.update(dict.fromkeys((f"{name} in {other}", f"{name} not in {other}")))
                found.update(dict.fromkeys((f"{name} != {other}", f"{name} < {other}", f"{name} == {other}")))
    return list(found)


@operator(
    "negation", "wrong_operator", ast.If, ast.While, ast.IfExp, ast.Return, ast.comprehension, ast.BoolOp
)
def negation(source: Source, node: ast.AST) -> Iterator[Proposal]:
    tests: list[ast.expr] = []
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            tests = [test]
        case ast.Return(value=ast.expr() as value):
            tests = [value] if isinstance(value, ast.Name | ast.Call | ast.Compare | ast.UnaryOp) else []
        case ast.comprehension(ifs=ifs):
            tests = ifs
        case ast.BoolOp(values=values):
            tests = values
        case _:
            pass
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield source.replace(test, source.get(test.operand))
        else:
            text = source.get(test)
            plain = isinstance(test, ast.Name | ast.Call | ast.Subscript | ast.Attribute)
            yield source.replace(test, f"not {text}" if plain else f"not ({text})")


@operator("condition narrowed", "control_flow", ast.If, ast.While, ast.IfExp)
def condition_narrowed(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`and` something, in front or behind."""
    assert isinstance(node, ast.If | ast.While | ast.IfExp)
    text = _as_side(source, node.test, ast.Or)
    for other in conditions_at(source, node):
        if other not in text:
            side = f"({other})" if " or " in other else other
            yield source.replace(node.test, f"{text} and {side}")
            yield source.replace(node.test, f"{side} and {text}")


@operator("condition widened", "control_flow", ast.If, ast.While, ast.IfExp)
def condition_widened(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`or` something, in front or behind."""
    assert isinstance(node, ast.If | ast.While | ast.IfExp)
    text = source.get(node.test)
    for other in conditions_at(source, node):
        if other not in text:
            yield source.replace(node.test, f"{text} or {other}")
            yield source.replace(node.test, f"{other} or {text}")


@operator("other condition", "control_flow", ast.If, ast.While, ast.IfExp)
def other_condition(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.If | ast.While | ast.IfExp)
    text = source.get(node.test)
    for other in conditions_at(source, node):
        if other != text:
            yield source.replace(node.test, other)


def _as_side(source: Source, test: ast.expr, loose: type[ast.boolop]) -> str:
    text = source.get(test)
    return f"({text})" if isinstance(test, ast.BoolOp) and isinstance(test.op, loose) else text


@operator("keyword of a condition", "control_flow", ast.If, ast.While)
def keyword(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`while` for `if`, `elif` for `if`, and the other way round."""
    assert isinstance(node, ast.If | ast.While)
    start = source.start(node)
    if isinstance(node, ast.While):
        if not node.orelse:
            yield Change(start, start + 5, "if")
        return
    if source.text.startswith("elif", start):
        yield Change(start, start + 4, "if")
        return
    if not node.orelse:
        yield Change(start, start + 2, "while")
    block = source.block_of(node)
    if block is not None:
        place = block.statements.index(node)
        if place and isinstance(block.statements[place - 1], ast.If):
            yield Change(start, start + 2, "elif")


@operator("else", "control_flow", ast.If)
def other_branch(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """What follows an `if` belongs into its `else`; `elif` that is to be `else`, and `else` to be nothing."""
    assert isinstance(node, ast.If)
    start = source.start(node)
    colon = _colon(source, node)
    if source.text.startswith("elif", start) and colon is not None and not node.orelse:
        yield Change(start, colon, "else")
    block = source.block_of(node)
    if block is None or node.orelse or not source.is_alone(node):
        return
    place = block.statements.index(node)
    rest = block.statements[place + 1 :]
    if rest and all(source.is_alone(statement) for statement in rest):
        indent, unit = source.indent(node), source.unit
        for count in {1, len(rest)}:
            last = rest[count - 1]
            begin, end = source.lines_of(rest[0])[0], source.lines_of(last)[1]
            body = source.text[begin:end]
            moved = "".join(unit + row if row.strip() else row for row in body.splitlines(keepends=True))
            yield Change(begin, end, f"{indent}else:\n{moved}")


def _colon(source: Source, node: ast.If) -> int | None:
    end = source.end(node.test)
    found = source.text.find(":", end)
    return found if 0 <= found <= source.start(node.body[0]) else None
