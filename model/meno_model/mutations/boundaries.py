"""Mistakes at the edges: ranges, indices and slices that are one too long, too short or shifted."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator


def _ranges(subject: Subject) -> Iterator[ast.Call]:
    for call in subject.all(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == "range" and not call.keywords:
            yield call


def _is_len(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


@operator(Category.OFF_BY_ONE_ERROR)
def range_one_longer(subject: Subject) -> Iterator[Edit]:
    """`range(len(x))` written as `range(len(x) + 1)`."""
    for call in _ranges(subject):
        stop = call.args[0] if len(call.args) == 1 else call.args[1] if len(call.args) > 1 else None
        if stop is not None and _is_len(stop):
            code = subject.code(stop)
            yield change(subject, stop, f"{code} + 1", (len(code) + 1, len(code) + 4))


@operator(Category.OFF_BY_ONE_ERROR)
def range_shifted(subject: Subject) -> Iterator[Edit]:
    """A range that begins one too late or ends one too early."""
    for call in _ranges(subject):
        if len(call.args) == 1:
            code = subject.code(call.args[0])
            yield change(subject, call.args[0], f"1, {code}", (0, 1))
            yield change(subject, call.args[0], f"{code} - 1", (len(code) + 1, len(code) + 4))
        elif len(call.args) == 2:
            first = call.args[0]
            if isinstance(first, ast.Constant) and type(first.value) is int and first.value in (1, 2):
                yield change(subject, first, str(first.value - 1))


@operator(Category.OFF_BY_ONE_ERROR)
def one_dropped(subject: Subject) -> Iterator[Edit]:
    """`n + 1` or `len(x) - 1` without its one."""
    for node in subject.all(ast.BinOp):
        if not isinstance(node.op, ast.Add | ast.Sub) or not isinstance(node.right, ast.Constant):
            continue
        if node.right.value == 1 and not _in_index(subject, node):
            yield change(subject, node, subject.code(node.left))


@operator(Category.OFF_BY_ONE_ERROR)
def slice_moved(subject: Subject) -> Iterator[Edit]:
    """A constant bound of a slice off by one."""
    for node in subject.all(ast.Slice):
        for bound in (node.lower, node.upper):
            if isinstance(bound, ast.Constant) and isinstance(bound.value, int):
                yield change(subject, bound, str(bound.value + 1))


def _in_index(subject: Subject, node: ast.expr) -> bool:
    parent = subject.parents.get(node)
    return isinstance(parent, ast.Subscript) and parent.slice is node


@operator(Category.INDEX_ERROR)
def index_at_length(subject: Subject) -> Iterator[Edit]:
    """`x[-1]` or `x[len(x) - 1]` written as `x[len(x)]`."""
    for node in subject.all(ast.Subscript):
        if not isinstance(node.value, ast.Name | ast.Attribute):
            continue
        name = subject.code(node.value)
        last = isinstance(node.slice, ast.UnaryOp) and subject.code(node.slice) == "-1"
        if last or subject.code(node.slice).replace(" ", "") == f"len({name})-1":
            code = f"len({name})"
            yield change(subject, node.slice, code)


@operator(Category.INDEX_ERROR)
def index_moved(subject: Subject) -> Iterator[Edit]:
    """`x[i]` read as `x[i + 1]` inside a loop over `range`."""
    for loop in subject.all(ast.For):
        counts = isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Name)
        if not counts or not isinstance(loop.target, ast.Name):
            continue
        if not subject.code(loop.iter).startswith("range("):
            continue
        for statement in loop.body:
            for node in ast.walk(statement):
                if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Name):
                    continue
                if node.slice.id == loop.target.id:
                    yield change(subject, node.slice, f"{node.slice.id} + 1")


@operator(Category.INDEX_ERROR)
def neighbour_dropped(subject: Subject) -> Iterator[Edit]:
    """`x[i - 1]` read as `x[i]`, `x[i + 1]` as `x[i]`."""
    for node in subject.all(ast.Subscript):
        index = node.slice
        if not isinstance(index, ast.BinOp) or not isinstance(index.op, ast.Add | ast.Sub):
            continue
        if isinstance(index.right, ast.Constant) and index.right.value == 1 and not _is_len(index.left):
            yield change(subject, index, subject.code(index.left))
