"""What is missing: an update in a loop, a first value, a last answer, a line like one that is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

_EMPTY = ("0", "[]", '""', "1", "None", "False", "True", "{}", "set()")
_LONGEST_ROW = 60
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Break, ast.Continue)


@operator("missing update", "update_missing", ast.While, ast.For)
def missing_update(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A line at the end of a loop that moves a variable on."""
    assert isinstance(node, ast.While | ast.For)
    last = node.body[-1]
    if not source.is_alone(last):
        return
    near = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for name in source.variables(node):
        if name in near:
            for sign in ("+= 1", "-= 1", "= 0", "= []", '= ""'):
                yield source.insert_behind(last, f"{name} {sign}")


@operator("first value", "initial_value", ast.For, ast.While)
def first_value(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A value for a variable just before the loop that works with it: in an outer loop, each time anew."""
    assert isinstance(node, ast.For | ast.While)
    if not source.is_alone(node):
        return
    changed_inside = dict.fromkeys(
        target.id
        for known in ast.walk(node)
        for target in ast.walk(known)
        if isinstance(known, ast.AugAssign | ast.Call | ast.Assign) and isinstance(target, ast.Name)
    )
    for name in changed_inside:
        if name in source.functions or not name.isidentifier():
            continue
        for value in _EMPTY[:4]:
            yield source.insert_before(node, f"{name} = {value}")


@operator("answer at the end", "missing_return", ast.FunctionDef, ast.For, ast.While, ast.If)
def answer_at_the_end(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`return` as the last line of a function, or of a block."""
    assert isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If)
    last = node.body[-1]
    if isinstance(last, ast.Return) or not source.is_alone(last) or source.function_of(last) is None:
        return
    for name in source.variables(last):
        yield source.insert_behind(last, f"return {name}")
    for value in _EMPTY:
        yield source.insert_behind(last, f"return {value}")
    if isinstance(node, ast.For | ast.While | ast.If):
        for word in ("break", "continue"):
            if any(isinstance(n, ast.For | ast.While) for n in (node, *source.ancestors(node))):
                yield source.insert_behind(last, word)
    if isinstance(node, ast.FunctionDef):
        return
    for value in ("False", "True", "None", "-1", "0", *source.variables(last)[:6]):
        if isinstance(node, ast.For | ast.While) and source.is_alone(node):
            yield source.insert_behind(node, f"return {value}")


def _rows(source: Source, function: ast.AST, node: ast.AST) -> list[str]:
    """The simple lines of a function, as they are and with one name changed for another that `node` sees."""
    names = source.variables(node)
    rows: dict[str, None] = {}
    for other in ast.walk(function):
        if isinstance(other, _SIMPLE) and not source.is_docstring(other):
            text = source.get(other)
            if "\n" not in text and len(text) < _LONGEST_ROW:
                rows[text] = None
                for used in sorted({n.id for n in ast.walk(other) if isinstance(n, ast.Name)} & {*names}):
                    for name in names:
                        if name != used:
                            rows[re.sub(rf"\b{re.escape(used)}\b", name, text, count=1)] = None
    return list(rows)


@operator("line repeated", "update_missing", *_SIMPLE)
def line_repeated(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A line like another one of the function, perhaps with one name changed, below this one or above it."""
    assert isinstance(node, ast.stmt)
    function = source.function_of(node)
    if function is None or not source.is_alone(node) or source.is_docstring(node):
        return
    rows = _rows(source, function, node)
    block = source.block_of(node)
    first = block is not None and block.statements[0] is node
    for row in rows:
        if not isinstance(node, ast.Return | ast.Break | ast.Continue):
            yield source.insert_behind(node, row)
        if first or isinstance(node, ast.Return):
            yield source.insert_before(node, row)


@operator("line repeated behind a block", "update_missing", ast.For, ast.While, ast.If)
def line_behind_block(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A line like another one of the function, perhaps with one name changed, behind a loop or an `if`, or
    as its `else`."""
    assert isinstance(node, ast.For | ast.While | ast.If)
    function = source.function_of(node)
    if function is None or not source.is_alone(node):
        return
    rows = _rows(source, function, node)
    is_elif = source.text.startswith("elif", source.start(node))
    end, indent, unit = source.lines_of(node)[1], source.indent(node), source.unit
    for row in rows:
        if not is_elif:
            yield source.insert_behind(node, row)
        if isinstance(node, ast.If) and not node.orelse:
            lead = "" if source.text[end - 1 : end] == "\n" else "\n"
            yield Change(end, end, f"{lead}{indent}else:\n{indent}{unit}{row}\n")
