"""Functions that call themselves and hand the answer on as it is: only one can come (ME425)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import is_generator
from meno_analyzers.facts.scopes import FunctionNode, parameters_of
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, same
from meno_analyzers.rules.registry import Match, Subject, rule


@rule(
    "ME425",
    "recursion-with-one-answer",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.FunctionDef,),
    values=("function", "answer", "call"),
)
def recursion_with_one_answer(unit: Subject) -> Iterator[Match]:
    if unit.facts.scopes.wrapper is not None:
        return  # a method calls itself through its object; the plain name means something else
    for function in unit.facts.functions:
        ways = [node for node in scope_nodes(function) if isinstance(node, ast.Return)]
        own = [
            way for way in ways if isinstance(way.value, ast.Call) and is_name(way.value.func, function.name)
        ]
        plain = [way for way in ways if way not in own]
        if not own or not plain or is_generator(function) or function.decorator_list:
            continue
        answer = plain[0].value
        if not _is_answer(answer) or not all(same(way.value, answer) for way in plain):
            continue
        if _has_another_purpose(function) or not any(_takes_a_part(way) for way in own):
            continue
        last = max(own, key=lambda way: way.lineno)
        if last.value is None or answer is None:
            continue
        values = {
            "function": function.name,
            "answer": unit.facts.source(answer),
            "call": unit.facts.source(last.value),
        }
        note = Note(unit.facts.span(plain[0]), "This is the only answer that is made.")
        yield Match(last, values, notes=(note,))


def _is_answer(value: ast.expr | None) -> bool:
    """Whether it is a number, a text or an empty list: a `True` at the end may be all there is to say."""
    match value:
        case ast.Constant(value=bool() | None):
            return False
        case ast.Constant() | ast.List(elts=[]):
            return True
        case _:
            return False


def _takes_a_part(way: ast.Return) -> bool:
    """Whether the call is about a part of something: counting a number down may be all that is wanted."""
    return any(isinstance(node, ast.Subscript | ast.Attribute) for node in walk(way.value)) or any(
        isinstance(node, ast.Call) for node in walk(*getattr(way.value, "args", ()))
    )


def _has_another_purpose(function: FunctionNode) -> bool:
    """Whether the calls may be there for what they do: show, change, or refuse something."""
    given = {parameter.arg for parameter in parameters_of(function)}
    for node in scope_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given.discard(node.id)
    for node in scope_nodes(function):
        match node:
            case (
                ast.Raise()
                | ast.Assert()
                | ast.Global()
                | ast.Nonlocal()
                | ast.Try()
                | ast.With()
                | ast.Await()
            ):
                return True
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                return True
            case ast.Call(func=ast.Name(id="print" | "input" | "exit" | "open")):
                return True
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))) if name != function.name:
                return True
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name in given:
                return True
            case _:
                pass
    return False
