"""The wrong name: another variable, another method, the item for its index and the index for its item."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

# Methods and functions that are taken for one another.
_FAMILIES = (
    "append extend insert add",
    "append appendleft",
    "pop popleft remove discard",
    "lower upper capitalize title swapcase casefold",
    "keys values items",
    "find index rfind count",
    "strip lstrip rstrip",
    "startswith endswith",
    "isdigit isalpha isalnum isupper islower isspace isnumeric",
    "split join splitlines",
    "sort sorted reverse reversed",
    "union intersection difference symmetric_difference update",
    "get setdefault pop",
)
_FUNCTIONS = (
    "min max sum len abs",
    "any all",
    "int float round str",
    "sorted reversed list set tuple",
    "ord chr",
    "range enumerate",
)


def _neighbours(families: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for family in families:
        for word in family.split():
            found.setdefault(word, []).extend(other for other in family.split() if other != word)
    return found


_METHODS = _neighbours(_FAMILIES)
_BUILTINS = _neighbours(_FUNCTIONS)


@operator("variable", "wrong_name", ast.Name)
def variable(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Another variable that the place can see."""
    assert isinstance(node, ast.Name)
    if not isinstance(node.ctx, ast.Load):
        return
    around = source.parents.get(node)
    if isinstance(around, ast.Call) and around.func is node:
        return
    for other in source.variables(node):
        if other != node.id:
            yield source.replace(node, other)


@operator("target", "wrong_name", ast.Name)
def target(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Another variable that is given the value."""
    assert isinstance(node, ast.Name)
    around = source.parents.get(node)
    if isinstance(node.ctx, ast.Store) and isinstance(around, ast.Assign | ast.AugAssign | ast.Tuple):
        for other in source.variables(node):
            if other != node.id:
                yield source.replace(node, other)


@operator("function", "wrong_call", ast.Name)
def function(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Another function of Python's own, or of the program."""
    assert isinstance(node, ast.Name)
    around = source.parents.get(node)
    if isinstance(around, ast.Call) and around.func is node:
        for other in (*_BUILTINS.get(node.id, ()), *source.functions):
            if other != node.id:
                yield source.replace(node, other)


@operator("method", "api_misuse", ast.Attribute)
def method(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Attribute)
    end = source.end(node)
    if not source.text[:end].endswith(node.attr):
        return
    others = dict.fromkeys(_METHODS.get(node.attr, ()))
    for known in ast.walk(source.tree):
        if isinstance(known, ast.Attribute):
            others[known.attr] = None
    for other in others:
        if other != node.attr:
            yield Change(end - len(node.attr), end, other)


@operator("item or index", "wrong_name", ast.Name, ast.Subscript)
def item_or_index(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`i` for `items[i]`, and `items[i]` for `i`."""
    if isinstance(node, ast.Subscript):
        if not isinstance(node.slice, ast.Slice):
            yield source.replace(node, source.get(node.value))
            yield source.replace(node, source.get(node.slice))
        return
    assert isinstance(node, ast.Name)
    around = source.parents.get(node)
    if not isinstance(node.ctx, ast.Load) or (isinstance(around, ast.Call) and around.func is node):
        return
    subscripts = {
        (source.get(known.value), source.get(known.slice))
        for known in ast.walk(source.function_of(node) or source.tree)
        if isinstance(known, ast.Subscript) and not isinstance(known.slice, ast.Slice)
    }
    bases = dict.fromkeys(base for base, _ in sorted(subscripts))
    for loop in ast.walk(source.function_of(node) or source.tree):
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Name):
            bases[loop.iter.id] = None
        match loop:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=measured)]):
                bases[measured] = None
            case _:
                pass
    for base in bases:
        if base != node.id:
            yield source.replace(node, f"{base}[{node.id}]")
    for index in dict.fromkeys(["0", "1", "-1", *(index for _, index in sorted(subscripts))]):
        if index != node.id:
            yield source.replace(node, f"{node.id}[{index}]")


@operator("index", "wrong_name", ast.Subscript)
def index(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """Another index of the same function, or one subscript more or less."""
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Slice):
        return
    present = source.get(node.slice)
    others = dict.fromkeys(
        source.get(known.slice)
        for known in ast.walk(source.function_of(node) or source.tree)
        if isinstance(known, ast.Subscript)
    )
    for other in others:
        if other != present:
            yield source.replace(node.slice, other)
            if isinstance(node.ctx, ast.Load):
                yield source.replace(node, f"{source.get(node)}[{other}]")
