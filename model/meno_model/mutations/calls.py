"""Mistakes with calls: forgotten brackets, wrong method, arguments in the wrong order, lost conversions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator, replace_span

_CONFUSED = {
    "append": ("add", "extend", "push"),
    "extend": ("append",),
    "add": ("append",),
    "keys": ("values", "items"),
    "values": ("keys", "items"),
    "items": ("keys", "values"),
    "sort": ("sorted",),
    "lower": ("upper",),
    "upper": ("lower",),
    "strip": ("split",),
    "lstrip": ("rstrip",),
    "rstrip": ("lstrip",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "read": ("readline",),
    "readlines": ("readline",),
    "pop": ("remove",),
    "remove": ("pop",),
    "find": ("count",),
    "split": ("strip", "join"),
    "join": ("split",),
    "isdigit": ("isalpha",),
    "isalpha": ("isdigit",),
    "update": ("append",),
    "get": ("pop",),
}
_CONFUSED_FUNCTIONS = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "enumerate": ("zip",),
    "sum": ("len",),
    "len": ("sum", "max"),
    "range": ("len",),
    "sorted": ("reversed",),
    "int": ("str",),
    "str": ("int",),
    "ceil": ("floor",),
    "floor": ("ceil",),
}
_ORDERED = {
    "isinstance",
    "issubclass",
    "getattr",
    "setattr",
    "hasattr",
    "range",
    "pow",
    "round",
    "map",
    "filter",
}


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


@operator(Category.MISSING_CALL)
def brackets_forgotten(subject: Subject) -> Iterator[Edit]:
    """`s.strip()` without its brackets: the method itself, not its result."""
    for call in subject.all(ast.Call):
        if not call.args and not call.keywords and isinstance(call.func, ast.Attribute):
            start, end = subject.span(call)
            code = subject.code(call.func)
            yield replace_span(start, end, code, (len(code) - len(call.func.attr), len(code)))


@operator(Category.TYPE_ERROR)
def conversion_lost(subject: Subject) -> Iterator[Edit]:
    """`int(x)`, `str(x)`, `float(x)`, `list(x)` or `len(x)` without the call around it."""
    for call in subject.all(ast.Call):
        if _name(call) not in ("int", "str", "float", "list", "len") or call.keywords or len(call.args) != 1:
            continue
        if isinstance(call.args[0], ast.Name | ast.Attribute | ast.Call):
            yield change(subject, call, subject.code(call.args[0]))


@operator(Category.TYPE_ERROR)
def loop_over_a_number(subject: Subject) -> Iterator[Edit]:
    """`for i in range(n)` without the `range`."""
    for loop in subject.all(ast.For):
        if isinstance(loop.iter, ast.Call) and _name(loop.iter) == "range" and len(loop.iter.args) == 1:
            yield change(subject, loop.iter, subject.code(loop.iter.args[0]))


@operator(Category.TYPE_ERROR)
def brackets_of_the_wrong_kind(subject: Subject) -> Iterator[Edit]:
    """`xs[i]` written as `xs(i)`, or `f(x)` as `f[x]`."""
    for node in subject.all(ast.Subscript):
        simple = isinstance(node.slice, ast.Name | ast.Constant) and isinstance(node.ctx, ast.Load)
        if simple and isinstance(node.value, ast.Name):
            name, index = node.value.id, subject.code(node.slice)
            yield change(subject, node, f"{name}({index})", (0, len(name) + 1))
    for call in subject.all(ast.Call):
        if len(call.args) != 1 or call.keywords or not isinstance(call.func, ast.Name | ast.Attribute):
            continue
        if isinstance(call.args[0], ast.Name | ast.Constant):
            code, value = subject.code(call.func), subject.code(call.args[0])
            yield change(subject, call, f"{code}[{value}]", (len(code), len(code) + 1))


@operator(Category.WRONG_METHOD_CALL)
def confused_method(subject: Subject) -> Iterator[Edit]:
    """A method of the same family that does something else."""
    for call in subject.all(ast.Call):
        if isinstance(call.func, ast.Attribute):
            end = subject.span(call.func)[1]
            for other in _CONFUSED.get(call.func.attr, ()):
                yield replace_span(end - len(call.func.attr), end, other)


@operator(Category.WRONG_METHOD_CALL)
def confused_function(subject: Subject) -> Iterator[Edit]:
    """`min` for `max`, `any` for `all`, `len` for `sum`."""
    for call in subject.all(ast.Call):
        for other in _CONFUSED_FUNCTIONS.get(_name(call), ()):
            yield change(subject, call.func, other)


@operator(Category.WRONG_ARGUMENT)
def arguments_swapped(subject: Subject) -> Iterator[Edit]:
    """The first two positional arguments in the wrong order."""
    for call in subject.all(ast.Call):
        if len(call.args) < 2 or any(isinstance(item, ast.Starred) for item in call.args[:2]):
            continue
        known = _name(call) in _ORDERED
        if not known and not all(isinstance(item, ast.Name | ast.Attribute) for item in call.args[:2]):
            continue
        (start, first_end), (second_start, end) = (subject.span(item) for item in call.args[:2])
        text = subject.text
        yield replace_span(
            start, end, text[second_start:end] + text[first_end:second_start] + text[start:first_end]
        )


@operator(Category.WRONG_ARGUMENT)
def join_turned_round(subject: Subject) -> Iterator[Edit]:
    """`", ".join(parts)` written as `parts.join(", ")`."""
    for call in subject.all(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "join" and len(call.args) == 1:
            separator, parts = call.func.value, call.args[0]
            if isinstance(separator, ast.Constant) and isinstance(parts, ast.Name):
                code = f"{parts.id}.join({subject.code(separator)})"
                yield change(subject, call, code)


@operator(Category.WRONG_ARGUMENT)
def argument_dropped(subject: Subject) -> Iterator[Edit]:
    """The last of two or more positional arguments missing."""
    for call in subject.all(ast.Call):
        if len(call.args) >= 2 and not call.keywords and _name(call) not in ("print", "range"):
            start, end = subject.span(call.args[-2])[1], subject.span(call.args[-1])[1]
            first, _ = subject.span(call)
            yield Edit(start, end, "", (first, subject.span(call.func)[1]), Category.CLEAN, "")


@operator(Category.WRONG_ARGUMENT)
def argument_repeated(subject: Subject) -> Iterator[Edit]:
    """The first of two arguments given twice."""
    for call in subject.all(ast.Call):
        if len(call.args) >= 2 and all(isinstance(item, ast.Name) for item in call.args[:2]):
            yield change(subject, call.args[1], subject.code(call.args[0]))
