"""Calls: arguments in the wrong order, one missing or too much, a call around a value that is missing or
too much."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Change, Source

_WRAPPERS = ("len", "int", "str", "list", "sorted", "set", "abs", "sum", "float", "reversed", "tuple")
_VALUE_METHODS = ("copy()", "lower()", "strip()", "items()", "values()", "keys()", "split()", "pop()")


@operator("arguments swapped", "wrong_call", ast.Call)
def arguments_swapped(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Call)
    for first, left in enumerate(node.args):
        for right in node.args[first + 1 :]:
            if source.get(left) != source.get(right):
                yield (
                    source.replace(left, source.get(right)),
                    source.replace(right, source.get(left)),
                )


@operator("argument dropped", "wrong_call", ast.Call)
def argument_dropped(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Call)
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if len(arguments) < 2:
        return
    pieces = [source.get(argument) for argument in node.args]
    pieces += [
        f"{k.arg}={source.get(k.value)}" if k.arg else f"**{source.get(k.value)}" for k in node.keywords
    ]
    for index in range(len(pieces)):
        kept = ", ".join(piece for position, piece in enumerate(pieces) if position != index)
        yield Change(source.end(node.func), source.end(node), f"({kept})")


@operator("argument added", "wrong_call", ast.Call)
def argument_added(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """An argument that the function of the program wants, or `key`, `reverse` and the like."""
    assert isinstance(node, ast.Call)
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    end = source.end(node) - 1
    lead = ", " if node.args or node.keywords else ""
    given = {keyword.arg for keyword in node.keywords}
    if name in ("sort", "sorted", "min", "max"):
        if "key" not in given:
            for key in ("key=len", "key=lambda x: x[0]", "key=lambda x: x[1]", "key=lambda x: -x"):
                yield Change(end, end, lead + key)
        if "reverse" not in given and name.startswith("sort"):
            yield Change(end, end, f"{lead}reverse=True")
            yield Change(end, end, f"{lead}key=lambda x: x[1], reverse=True")
    elif name == "pop" and not node.args:
        yield Change(end, end, "0")
    elif name in source.functions and len(node.args) < len(source.functions[name].args.args):
        present = {source.get(argument) for argument in node.args}
        for other in source.variables(node):
            if other not in present:
                yield Change(end, end, lead + other)


@operator("reverse", "wrong_call", ast.keyword)
def reverse(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`reverse=True` that turns the wrong way."""
    assert isinstance(node, ast.keyword)
    if node.arg == "reverse" and isinstance(node.value, ast.Constant):
        yield source.replace(node.value, "False" if node.value.value else "True")


@operator("call around", "wrong_type", ast.Name, ast.Call, ast.Subscript, ast.BinOp, ast.Attribute, ast.List)
def call_around(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A value that is to go through a function first."""
    assert isinstance(node, ast.expr)
    around = source.parents.get(node)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(around, ast.Attribute) or (isinstance(around, ast.Call) and around.func is node):
        return
    text = source.get(node)
    present = around.func.id if isinstance(around, ast.Call) and isinstance(around.func, ast.Name) else ""
    for wrapper in _WRAPPERS:
        if wrapper != present and not text.startswith(f"{wrapper}("):
            yield source.replace(node, f"{wrapper}({text})")
    if isinstance(around, ast.For) and around.iter is node:
        yield source.replace(node, f"range({text})")
        yield source.replace(node, f"range(len({text}))")
        yield source.replace(node, f"enumerate({text})")
    for name in source.functions:
        if isinstance(node, ast.Name | ast.Subscript) and name != present:
            yield source.replace(node, f"{name}({text})")


@operator("call taken away", "wrong_call", ast.Call)
def call_taken_away(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`f(x)` becomes `x`; `x.f()` becomes `x`, or `x.f`."""
    assert isinstance(node, ast.Call)
    for argument in node.args:
        yield source.replace(node, source.get(argument))
    if isinstance(node.func, ast.Attribute):
        yield source.replace(node, source.get(node.func.value))
    if isinstance(node.func, ast.Name) and node.func.id == "range" and len(node.args) == 1:
        match node.args[0]:
            case ast.Call(func=ast.Name(id="len"), args=[sequence]):
                yield source.replace(node, source.get(sequence))
            case _:
                pass


@operator("brackets of a call", "wrong_call", ast.Attribute, ast.Name)
def brackets(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A function that is named and not called."""
    assert isinstance(node, ast.Attribute | ast.Name)
    around = source.parents.get(node)
    called = isinstance(around, ast.Call) and around.func is node
    if called or not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node, ast.Attribute) or node.id in source.functions:
        yield Change(source.end(node), source.end(node), "()")


@operator("method around", "api_misuse", ast.Name, ast.Subscript)
def method_around(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Name | ast.Subscript)
    around = source.parents.get(node)
    called = isinstance(around, ast.Call) and around.func is node
    if called or isinstance(around, ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return
    for name in _VALUE_METHODS:
        yield Change(source.end(node), source.end(node), f".{name}")
    attributes = {
        known.attr
        for known in ast.walk(source.tree)
        if isinstance(known, ast.Attribute) and not isinstance(source.parents.get(known), ast.Call)
    }
    for attribute in sorted(attributes):
        yield Change(source.end(node), source.end(node), f".{attribute}")


@operator("attribute dropped", "api_misuse", ast.Attribute)
def attribute_dropped(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Attribute)
    around = source.parents.get(node)
    if not (isinstance(around, ast.Call) and around.func is node):
        yield source.replace(node, source.get(node.value))


@operator("turned round", "wrong_call", ast.Name, ast.Call, ast.Subscript)
def turned_round(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A sequence read from its end, or a copy of it instead of itself."""
    assert isinstance(node, ast.expr)
    match source.parents.get(node):
        case ast.For(iter=iterated) | ast.comprehension(iter=iterated) if iterated is node:
            yield source.replace(node, f"{source.get(node)}[::-1]")
            yield source.replace(node, f"{source.get(node)}[:]")
            yield source.replace(node, f"{source.get(node)}[1:]")
            yield source.replace(node, f"{source.get(node)}[:-1]")
        case ast.Return() | ast.Assign(value=ast.Name()):
            yield source.replace(node, f"{source.get(node)}[::-1]")
            yield source.replace(node, f"{source.get(node)}[:]")
        case ast.Call(args=arguments) if node in arguments and isinstance(node, ast.Name):
            yield source.replace(node, f"{source.get(node)}[:]")
            yield source.replace(node, f"{source.get(node)}[1:]")
            yield source.replace(node, f"{source.get(node)}[:-1]")
        case _:
            pass
