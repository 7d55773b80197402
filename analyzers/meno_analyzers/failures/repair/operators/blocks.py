"""Statements at the wrong place: one level too deep or not deep enough, a line too early or too late, too
much."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import COMPOUND, Change, Source

_SIMPLE = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Expr,
    ast.Return,
    ast.Break,
    ast.Continue,
    ast.Raise,
    ast.Delete,
    ast.Assert,
)
_ALL = (*_SIMPLE, *COMPOUND)


def lines(source: Source, statement: ast.stmt, more: str = "", less: str = "") -> str:
    """A statement's lines, each indented by `more`, or less by `less`."""
    start, end = source.lines_of(statement)
    text = source.text[start:end]
    if text and not text.endswith("\n"):
        text += "\n"
    rows = text.splitlines(keepends=True)
    if less:
        return "".join(row.removeprefix(less) if row.strip() else row for row in rows)
    return "".join(more + row if row.strip() else row for row in rows)


@operator("statement out of its block", "control_flow", *_ALL)
def out_of_block(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """The last statement of a block, or the last two, come after the block; the first one before it."""
    assert isinstance(node, ast.stmt)
    block = source.block_of(node)
    if block is None or not isinstance(block.owner, COMPOUND) or not source.is_alone(node):
        return
    place = block.statements.index(node)
    statements = block.statements
    inner, outer = source.indent(node), source.indent(block.owner)
    less = inner.removeprefix(outer) if inner.startswith(outer) else ""
    if not less or not all(source.is_alone(statement) for statement in statements):
        return
    end_of_owner = source.lines_of(block.owner)[1]
    tail = list(statements[place:])
    if len(tail) <= 3 and place > 0:
        start = source.lines_of(tail[0])[0]
        moved = "".join(lines(source, statement, less=less) for statement in tail)
        end = source.lines_of(tail[-1])[1]
        yield [Change(start, end, ""), Change(end_of_owner, end_of_owner, moved)]
        if isinstance(block.owner, ast.If | ast.For | ast.While) and end != end_of_owner:
            return
    if place == 0 and len(statements) > 1:
        start, end = source.lines_of(node)
        at = source.lines_of(block.owner)[0]
        yield [Change(at, at, lines(source, node, less=less)), Change(start, end, "")]


@operator("statement two levels out", "control_flow", ast.Return, ast.Assign, ast.AugAssign, ast.Expr)
def two_levels_out(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.stmt)
    around = [n for n in source.ancestors(node) if isinstance(n, ast.stmt)]
    if len(around) < 2 or not all(isinstance(owner, COMPOUND) for owner in around[:2]):
        return
    block = source.block_of(node)
    if block is None or block.statements[-1] is not node or len(block.statements) < 2:
        return
    owner = around[1]
    inner, outer = source.indent(node), source.indent(owner)
    if source.is_alone(node) and source.is_alone(owner) and inner.startswith(outer):
        start, end = source.lines_of(node)
        at = source.lines_of(owner)[1]
        moved = lines(source, node, less=inner.removeprefix(outer))
        yield [Change(start, end, ""), Change(at, at, moved)]


@operator("statement into the block above", "control_flow", *_ALL)
def into_block(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """What follows a loop, an `if` or the like belongs to it, at its end or one block deeper."""
    assert isinstance(node, ast.stmt)
    block = source.block_of(node)
    if block is None or not source.is_alone(node):
        return
    place = block.statements.index(node)
    if place == 0 or not isinstance(block.statements[place - 1], COMPOUND):
        return
    above = block.statements[place - 1]
    outer = source.indent(node)
    bodies: list[list[ast.stmt]] = [getattr(above, "body", []), getattr(above, "orelse", [])]
    last = bodies[0][-1]
    if isinstance(last, COMPOUND):
        bodies.append(getattr(last, "body", []))
    start, end = source.lines_of(node)
    for body in bodies:
        if body and source.is_alone(body[-1]):
            inner = source.indent(body[-1])
            if inner.startswith(outer) and inner != outer:
                at = source.lines_of(body[-1])[1]
                moved = lines(source, node, more=inner.removeprefix(outer))
                yield [Change(at, at, moved), Change(start, end, "")]


@operator("statement moved by a line", "control_flow", *_SIMPLE)
def by_a_line(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Before the statement above it, and to the start of its block."""
    assert isinstance(node, ast.stmt)
    block = source.block_of(node)
    if block is None or not source.is_alone(node) or source.is_docstring(node):
        return
    place = block.statements.index(node)
    start, end = source.lines_of(node)
    others = [block.statements[place - 1]] if place else []
    if place > 1:
        others.append(block.statements[0])
    for other in others:
        if source.is_alone(other) and not source.is_docstring(other):
            at = source.lines_of(other)[0]
            yield [Change(at, at, lines(source, node)), Change(start, end, "")]


@operator("statement dropped", "control_flow", *_ALL)
def dropped(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.stmt)
    block = source.block_of(node)
    if block is None or not source.is_alone(node) or source.is_docstring(node):
        return
    start, end = source.lines_of(node)
    if len(block.statements) == 1:
        if not isinstance(node, ast.Return) or isinstance(block.owner, COMPOUND):
            yield Change(start, end, f"{source.indent(node)}pass\n")
    elif not source.text.startswith("elif", source.start(node)):
        yield Change(start, end, "")


@operator("block without its header", "control_flow", ast.If, ast.For, ast.While)
def without_header(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """The body stays, the `if` or loop around it goes; or only its `else` goes."""
    assert isinstance(node, ast.If | ast.For | ast.While)
    if not source.is_alone(node) or not all(source.is_alone(statement) for statement in node.body):
        return
    start, end = source.lines_of(node)
    inner, outer = source.indent(node.body[0]), source.indent(node)
    if source.text.startswith("elif", source.start(node)) or not inner.startswith(outer):
        return
    less = inner.removeprefix(outer)
    if not node.orelse:
        yield Change(start, end, "".join(lines(source, statement, less=less) for statement in node.body))
        return
    last = node.body[-1]
    yield Change(source.lines_of(last)[1], end, "")
    if all(source.is_alone(statement) for statement in node.orelse) and not (
        len(node.orelse) == 1 and source.text.startswith("elif", source.start(node.orelse[0]))
    ):
        # What was `else` comes behind whatever the test said.
        behind = "".join(lines(source, statement, less=less) for statement in node.orelse)
        yield Change(source.lines_of(last)[1], end, behind)


@operator("answer handed back", "missing_return", ast.Expr, ast.Assign, ast.AugAssign)
def answer_handed_back(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`return` in front of a value that is worked out, printed or kept."""
    assert isinstance(node, ast.Expr | ast.Assign | ast.AugAssign)
    if source.function_of(node) is None or source.is_docstring(node):
        return
    start = source.start(node)
    if isinstance(node, ast.Expr):
        yield Change(start, start, "return ")
        match node.value:
            case ast.Call(func=ast.Name(id="print"), args=[value]):
                yield source.replace(node, f"return {source.get(value)}")
            case ast.Yield(value=ast.expr() as value):
                yield source.replace(node, f"yield from {source.get(value)}")
            case ast.Call(args=[value]) if isinstance(node.value.func, ast.Attribute):
                base = source.get(node.value.func.value)
                yield source.replace(node, f"{base} = {source.get(node.value)}")
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                yield source.replace(node, f"{source.get(left)} = {source.get(right)}")
            case _:
                pass
    else:
        yield source.replace(node, f"return {source.get(node.value)}")


@operator("return taken away", "control_flow", ast.Return)
def return_taken_away(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """An answer that is given too early, or is to be one of many."""
    assert isinstance(node, ast.Return)
    yield source.replace(node, "pass")
    yield source.replace(node, "continue")
    if node.value is None:
        return
    text = source.get(node.value)
    yield source.replace(node, f"yield {text}")
    if isinstance(node.value, ast.Call):
        yield source.replace(node, text)
    for name in source.variables(node)[:8]:
        if name != text:
            yield source.replace(node, f"{name} = {text}")
            yield source.replace(node, f"{name} += {text}")


@operator("break, continue", "control_flow", ast.Break, ast.Continue, ast.Pass)
def leaving(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.stmt)
    for word in ("break", "continue", "pass", "return", "return False", "return True"):
        if word != source.get(node):
            yield source.replace(node, word)


@operator("answers exchanged", "control_flow", ast.FunctionDef)
def answers_exchanged(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`True` for `False` and `False` for `True`, in all answers of a function at once."""
    assert isinstance(node, ast.FunctionDef)
    changes = []
    for answer in ast.walk(node):
        match answer:
            case ast.Return(value=ast.Constant(value=bool(value)) as constant):
                changes.append(source.replace(constant, str(not value)))
            case _:
                pass
    if len(changes) > 1:
        yield changes
