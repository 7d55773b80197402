"""Iterators that are gone after their first use (ME331)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import block_of, has, mentions, scope_body, statement_of

_ITERATORS = frozenset({"map", "filter", "zip", "reversed", "enumerate", "iter"})
_CONSUMERS = frozenset({"sum", "max", "min", "list", "tuple", "set", "sorted", "dict", "frozenset"})


@rule(
    "ME331",
    "iterator-used-twice",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Assign,),
    values=("iterator", "maker", "first", "second"),
)
def iterator_used_twice(unit: Subject) -> Iterator[Match]:
    for made in unit.facts.nodes(ast.Assign):
        maker = _maker(unit, made.value)
        if maker is None or len(made.targets) != 1 or not isinstance(made.targets[0], ast.Name):
            continue
        name = made.targets[0].id
        places = [p for p in mentions(name, *scope_body(unit.facts, made)) if isinstance(p.ctx, ast.Load)]
        places = sorted(places, key=lambda place: (place.lineno, place.col_offset))
        uses = [_consumer(unit, place) for place in places]
        if len(uses) < 2 or not all(uses) or not all(_comes_only_from(unit, p, made) for p in places):
            continue
        first, second = uses[0], uses[1]
        if first is None or second is None or not _in_a_row(unit, made, first, second):
            continue
        values = {
            "iterator": name,
            "maker": maker,
            "first": unit.facts.source(first),
            "second": unit.facts.source(second),
        }
        yield Match(second, values, notes=(Note(unit.facts.span(first), f"Here `{name}` is used up."),))


def _maker(unit: Subject, value: ast.expr) -> str | None:
    """What makes the iterator, in a word."""
    match value:
        case ast.Call(func=ast.Name(id=name) as function, args=[_, *_]) if name in _ITERATORS:
            return f"{name}" if unit.facts.is_builtin(function, unit.module) else None
        case ast.GeneratorExp():
            return "for"
        case _:
            return None


def _consumer(unit: Subject, place: ast.Name) -> ast.expr | None:
    """The expression that takes all items at this place: a call such as `sum(m)`, or the `m` of a loop."""
    parent = unit.facts.parents.get(place)
    match parent:
        case ast.Call(func=ast.Name(id=name) as function, args=[argument]):
            if name in _CONSUMERS and argument is place and unit.facts.is_builtin(function, unit.module):
                return parent
            return None
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join"), args=[argument]):
            return parent if argument is place else None
        case ast.For(iter=iterable) if iterable is place:
            return place if not has(parent.body, ast.Break, ast.Return, ast.Raise, ast.Yield) else None
        case _:
            return None


def _comes_only_from(unit: Subject, place: ast.Name, made: ast.Assign) -> bool:
    definitions = unit.facts.reaching(place) or frozenset()
    return {definition.node for definition in definitions} == {made} and all(
        definition.kind is DefinitionKind.ASSIGNMENT for definition in definitions
    )


def _in_a_row(unit: Subject, made: ast.Assign, first: ast.expr, second: ast.expr) -> bool:
    """Whether the two uses stand in statements of the very block in which the iterator is made."""
    block = block_of(unit.facts, made)
    for use in (first, second):
        statement = statement_of(unit.facts, use)
        if statement not in block or isinstance(statement, ast.Assert):
            return False
        if isinstance(statement, ast.If | ast.While | ast.With | ast.Try):
            return False
        for ancestor in unit.facts.ancestors(use):
            if ancestor is statement:
                break
            if isinstance(
                ancestor, ast.IfExp | ast.BoolOp | ast.Lambda | ast.comprehension | ast.GeneratorExp
            ):
                return False
            if isinstance(ancestor, ast.Call) and _is_assertion(ancestor):
                return False
    return True


def _is_assertion(call: ast.Call) -> bool:
    """Whether a test looks here at what is left of the iterator."""
    return isinstance(call.func, ast.Attribute) and "assert" in call.func.attr.lower()
