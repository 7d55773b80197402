"""One too many, one too few: numbers, bounds of slices and ranges, indices, sides of comparisons."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

_TIGHT = (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Starred, ast.Await)


def more(source: Source, node: ast.expr, amount: str) -> str:
    """The text of `node + 1` or the like, in brackets where the surroundings bind more closely."""
    text = source.get(node)
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=1)):
            # `n - 1` plus one is `n`.
            if isinstance(sign, ast.Add) is amount.startswith("-"):
                return source.get(left)
        case ast.BoolOp() | ast.Compare() | ast.IfExp() | ast.Lambda() | ast.NamedExpr():
            text = f"({text})"
        case _:
            pass
    around = source.parents.get(node)
    tight = isinstance(around, _TIGHT) or (isinstance(around, ast.Subscript) and around.value is node)
    grown = f"{text} {amount[0]} {amount[1:]}"
    return f"({grown})" if tight else grown


@operator("number by one", "boundary", ast.Constant)
def number_by_one(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Constant)
    if type(node.value) is not int:
        return
    around = source.parents.get(node)
    if isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.USub):
        for value in (1 - node.value, -1 - node.value):
            yield source.replace(around, str(value))
        return
    yield source.replace(node, str(node.value + 1))
    match around:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right) if right is node and node.value == 1:
            yield source.replace(around, source.get(left))  # nobody writes `n - 0`
        case _:
            yield source.replace(node, str(node.value - 1))


@operator("range", "boundary", ast.Call)
def range_bounds(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """The bounds of `range`: one more, one less, a start or a step that is missing or too much."""
    assert isinstance(node, ast.Call)
    if not (isinstance(node.func, ast.Name) and node.func.id == "range" and 1 <= len(node.args) <= 3):
        return
    arguments = [source.get(argument) for argument in node.args]
    for argument in node.args:
        if not isinstance(argument, ast.Constant):
            yield source.replace(argument, more(source, argument, "+1"))
            yield source.replace(argument, more(source, argument, "-1"))
    match arguments:
        case [stop]:
            yield source.replace(node, f"range(1, {stop})")
            yield source.replace(node, f"range(1, {stop} + 1)")
            yield source.replace(node, f"range({stop} - 1, -1, -1)")
            yield source.replace(node, f"range(0, {stop}, 2)")
        case [start, stop]:
            yield source.replace(node, f"range({stop})")
            yield source.replace(node, f"range({start} + 1, {stop} + 1)")
            yield source.replace(node, f"range({start} - 1, {stop} - 1)")
            yield source.replace(node, f"range({start}, {stop}, -1)")
            yield source.replace(node, f"range({stop} - 1, {start} - 1, -1)")
            yield source.replace(node, f"range({start}, {stop}, 2)")
        case [start, stop, _]:
            yield source.replace(node, f"range({start}, {stop})")


@operator("slice", "boundary", ast.Slice)
def slice_bounds(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Slice)
    lower = source.get(node.lower) if node.lower else ""
    upper = source.get(node.upper) if node.upper else ""
    step = f":{source.get(node.step)}" if node.step else ""
    lowers = [lower, "", "1"]
    uppers = [upper, "", "-1"]
    if node.lower is not None:
        lowers += [more(source, node.lower, "+1"), more(source, node.lower, "-1")]
    if node.upper is not None:
        uppers += [more(source, node.upper, "+1"), more(source, node.upper, "-1")]
    start, end = source.start(node), source.end(node)
    for one in dict.fromkeys(lowers):
        for other in dict.fromkeys(uppers):
            if (one, other) != (lower, upper) and (one == lower or other == upper):
                yield Change(start, end, f"{one}:{other}{step}")
    if not step:
        yield Change(start, end, f"{lower}:{upper}:-1")
    else:
        yield Change(start, end, f"{lower}:{upper}")
    # What was the end is the beginning, and the other way round.
    if bool(lower) != bool(upper):
        yield Change(start, end, f"{upper}:{lower}{step}")


@operator("plus or minus one", "boundary", ast.Name, ast.Call, ast.BinOp, ast.Subscript, ast.Attribute)
def by_one(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A number that is used as an index, a bound, an argument or an answer, one more or one less."""
    assert isinstance(node, ast.expr)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    match source.parents.get(node):
        case ast.Subscript(slice=index) if index is node:
            pass
        case ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE() | ast.Eq() | ast.NotEq()]):
            pass
        case ast.Return() | ast.Slice():
            pass
        case ast.Call(func=function, args=arguments) if function is not node and node in arguments:
            name = function.id if isinstance(function, ast.Name) else ""
            if name not in source.functions and name not in ("min", "max", "abs"):
                return
        case ast.Assign(value=value) | ast.AugAssign(value=value) if value is node:
            pass
        case ast.BinOp() if isinstance(node, ast.Name | ast.Call):
            pass
        case _:
            return
    yield source.replace(node, more(source, node, "+1"))
    yield source.replace(node, more(source, node, "-1"))


@operator("last place", "boundary", ast.Subscript)
def last_place(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """The first item for the last one, and a slice for an item."""
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Slice) or not isinstance(node.ctx, ast.Load):
        return
    index = source.get(node.slice)
    for other in ("0", "-1", f"{index}:", f":{index}"):
        if other != index:
            yield source.replace(node.slice, other)
    if isinstance(node.slice, ast.Name | ast.BinOp):
        sequence = source.get(node.value)
        yield source.replace(node.slice, f"-{index}" if isinstance(node.slice, ast.Name) else f"-({index})")
        yield source.replace(node.slice, f"len({sequence}) - 1 - {index}")
