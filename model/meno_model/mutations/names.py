"""Mistakes with names: the neighbour instead of the thing, a lost `self.`, the wrong attribute."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator, replace_span


def _loads(subject: Subject) -> Iterator[ast.Name]:
    for name in subject.all(ast.Name):
        if isinstance(name.ctx, ast.Load):
            yield name


@operator(Category.WRONG_VARIABLE)
def neighbouring_name(subject: Subject) -> Iterator[Edit]:
    """A loaded local replaced by the local named just before or after it."""
    names = subject.local_names
    for node in _loads(subject):
        if node.id not in names:
            continue
        place = names.index(node.id)
        for other in (place - 1, place + 1):
            if 0 <= other < len(names):
                yield change(subject, node, names[other])


@operator(Category.WRONG_VARIABLE)
def element_or_container(subject: Subject) -> Iterator[Edit]:
    """In `for x in xs`, `xs` used where `x` is meant, and the other way round for the iterable."""
    for loop in subject.all(ast.For):
        if not (isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name)):
            continue
        element, container = loop.target.id, loop.iter.id
        for statement in loop.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == element:
                    yield change(subject, node, container)


@operator(Category.WRONG_VARIABLE)
def index_for_element(subject: Subject) -> Iterator[Edit]:
    """In `for i, x in enumerate(…)` one of the two used for the other."""
    for loop in subject.all(ast.For):
        target = loop.target
        if not (isinstance(target, ast.Tuple) and len(target.elts) == 2):
            continue
        first, second = target.elts
        if not (isinstance(first, ast.Name) and isinstance(second, ast.Name)):
            continue
        swapped = {first.id: second.id, second.id: first.id}
        for statement in loop.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in swapped:
                    yield change(subject, node, swapped[node.id])


@operator(Category.WRONG_VARIABLE)
def same_name_twice(subject: Subject) -> Iterator[Edit]:
    """`a < b` becomes `a < a`, `x - y` becomes `x - x`."""
    for node in subject.all(ast.BinOp):
        if isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name):
            yield change(subject, node.right, node.left.id)
    for comparison in subject.all(ast.Compare):
        right = comparison.comparators[0]
        if isinstance(comparison.left, ast.Name) and isinstance(right, ast.Name):
            yield change(subject, right, comparison.left.id)


@operator(Category.WRONG_VARIABLE)
def other_attribute(subject: Subject) -> Iterator[Edit]:
    """`self.a` read where `self.b` is meant."""
    read = [
        node
        for node in subject.all(ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "self" and isinstance(node.ctx, ast.Load)
        if not isinstance(subject.parents.get(node), ast.Call)
    ]
    names = list(dict.fromkeys(node.attr for node in read))
    for node in read:
        for other in names:
            if other != node.attr:
                yield change(subject, node, f"self.{other}", (5, 5 + len(other)))


@operator(Category.NAME_ERROR)
def missing_self(subject: Subject) -> Iterator[Edit]:
    """`self.` forgotten before an attribute or a method."""
    if "self" not in subject.parameters:
        return
    for node in subject.all(ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            start, end = subject.span(node)
            yield replace_span(start, end, node.attr)


@operator(Category.ATTRIBUTE_ERROR)
def length_as_method(subject: Subject) -> Iterator[Edit]:
    """`len(x)` written as `x.len()`, `x.length` or `x.size()`."""
    for call in subject.all(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == "len" and len(call.args) == 1:
            if not isinstance(call.args[0], ast.Name | ast.Attribute):
                continue
            value = subject.code(call.args[0])
            for method in ("len()", "length()", "size()", "length"):
                name = method.removesuffix("()")
                yield change(subject, call, f"{value}.{method}", (len(value) + 1, len(value) + 1 + len(name)))


@operator(Category.ATTRIBUTE_ERROR)
def keep_none_result(subject: Subject) -> Iterator[Edit]:
    """`xs.append(x)` written as `xs = xs.append(x)`: the name now holds None."""
    for statement in subject.all(ast.Expr):
        call = statement.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        owner = call.func.value
        if isinstance(owner, ast.Name) and call.func.attr in _CHANGES_IN_PLACE:
            start, _ = subject.span(statement)
            attribute = subject.span(call.func)[1] - len(call.func.attr) - start + len(owner.id) + 3
            yield Edit(
                start,
                start,
                f"{owner.id} = ",
                (start + attribute, start + attribute + len(call.func.attr)),
                Category.CLEAN,
                "",
            )


_CHANGES_IN_PLACE = {"append", "extend", "sort", "reverse", "insert", "add", "update", "remove"}
