"""Mistakes with values: literals, starting values, shared defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator


@operator(Category.WRONG_LITERAL)
def number_off(subject: Subject) -> Iterator[Edit]:
    """A whole number one too big or too small."""
    for node in subject.all(ast.Constant):
        if type(node.value) is int and subject.code(node).isdigit() and node.value < 1000:
            yield change(subject, node, str(node.value + 1))
            if node.value > 0:
                yield change(subject, node, str(node.value - 1))


@operator(Category.WRONG_LITERAL)
def truth_flipped(subject: Subject) -> Iterator[Edit]:
    """`True` for `False` in an assignment or a return."""
    for node in subject.all(ast.Constant):
        if isinstance(node.value, bool) and isinstance(subject.parents.get(node), ast.Return | ast.Assign):
            yield change(subject, node, str(not node.value))


@operator(Category.WRONG_INITIALIZATION)
def accumulator_starts_wrong(subject: Subject) -> Iterator[Edit]:
    """A sum that starts at one, a product at zero, a list that starts as None or text."""
    updated = {
        node.target.id: node.op for node in subject.all(ast.AugAssign) if isinstance(node.target, ast.Name)
    }
    appended = {
        call.func.value.id
        for call in subject.all(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "extend")
        if isinstance(call.func.value, ast.Name)
    }
    for node in subject.all(ast.Assign):
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Name):
            continue
        if target.id in updated and isinstance(value, ast.Constant) and type(value.value) is int:
            wrong = "0" if isinstance(updated[target.id], ast.Mult) else "1"
            yield change(subject, value, wrong)
            if value.value == 0:
                yield change(subject, value, '""')
                yield change(subject, value, "None")
        if target.id in updated and isinstance(value, ast.Constant) and value.value == "":
            yield change(subject, value, "0")
        if target.id in appended and isinstance(value, ast.List) and not value.elts:
            for wrong in ("{}", "None", '""'):
                yield change(subject, value, wrong)


@operator(Category.WRONG_INITIALIZATION)
def extreme_starts_at_zero(subject: Subject) -> Iterator[Edit]:
    """The best so far starts at zero instead of the first element."""
    named = [node for node in subject.all(ast.Assign) if isinstance(node.targets[0], ast.Name)]
    for node in named:
        value, name = node.value, subject.code(node.targets[0])
        if not isinstance(value, ast.Subscript) or subject.code(value.slice) != "0":
            continue
        if any(other is not node and subject.code(other.targets[0]) == name for other in named):
            yield change(subject, value, "0")


@operator(Category.MUTABLE_DEFAULT)
def shared_default(subject: Subject) -> Iterator[Edit]:
    """A parameter that defaults to None gets a list or a dictionary that all calls share."""
    if subject.function is None:
        return
    for default in subject.function.args.defaults:
        if isinstance(default, ast.Constant) and default.value is None:
            yield change(subject, default, "[]")
            yield change(subject, default, "{}")


@operator(Category.KEY_ERROR)
def default_forgotten(subject: Subject) -> Iterator[Edit]:
    """`counts[k] = counts.get(k, 0) + 1` without the default."""
    for call in subject.all(ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "get" or len(call.args) != 2:
            continue
        owner, default = call.func.value, call.args[1]
        if isinstance(owner, ast.Name) and isinstance(default, ast.Constant) and type(default.value) is int:
            yield change(subject, call, f"{owner.id}[{subject.code(call.args[0])}]")
