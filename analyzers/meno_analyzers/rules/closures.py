"""Functions made in a loop, which see the loop's variable as it is when they run (ME332)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import leaves_after, mentions, statement_of, stores


@rule(
    "ME332",
    "closure-captures-loop-variable",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Lambda, ast.FunctionDef),
    values=("item", "function"),
)
def closure_captures_loop_variable(unit: Subject) -> Iterator[Match]:
    for made in unit.facts.nodes(ast.Lambda):
        parent = unit.facts.parents.get(made)
        if isinstance(parent, ast.ListComp) and parent.elt is made and len(parent.generators) == 1:
            target = parent.generators[0].target
        else:
            loop = _loop_that_keeps(unit, made)
            if loop is None:
                continue
            target = loop.target
        place = _captured(unit, [made.body], target)
        if place is not None:
            yield _found(unit, place, target, unit.facts.source(made))
    for function in unit.facts.nodes(ast.FunctionDef):
        around = unit.facts.parents.get(function)
        if not isinstance(around, ast.For) or function not in around.body or function.decorator_list:
            continue
        uses = [use for use in mentions(function.name, around) if isinstance(use.ctx, ast.Load)]
        if len(uses) == 1 and _loop_that_keeps(unit, uses[0]) is around:
            place = _captured(unit, function.body, around.target)
            if place is not None:
                yield _found(unit, place, around.target, function.name)


def _found(unit: Subject, place: ast.Name, target: ast.expr, function: str) -> Match:
    note = Note(unit.facts.span(target), "Each turn changes it here.")
    return Match(place, {"item": place.id, "function": function}, notes=(note,))


def _loop_that_keeps(unit: Subject, made: ast.expr) -> ast.For | None:
    """The loop whose turns each put such a function away, for a time when the loop is over."""
    container = _kept_in(made, unit.facts.parents.get(made))
    statement = statement_of(unit.facts, made)
    if container is None or statement is None:
        return None
    loop = next(
        (a for a in unit.facts.ancestors(made) if isinstance(a, ast.For | ast.While | ast.Lambda)), None
    )
    if not isinstance(loop, ast.For) or leaves_after(unit.facts, statement, loop):
        return None
    if unit.facts.function_around(made) is not unit.facts.function_around(loop):
        return None
    # A container that the turn itself makes, or looks into, may call the function at once.
    if stores(container, loop.body) or len(mentions(container, loop)) != 1:
        return None
    return loop


def _kept_in(made: ast.expr, parent: ast.AST | None) -> str | None:
    """What takes the function: `fs` of `fs.append(lambda: i)` and of `fs[i] = lambda: i`."""
    match parent:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "add"), args=[argument]):
            return name if argument is made else None
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
            return name if value is made else None
        case _:
            return None


def _captured(unit: Subject, body: Sequence[ast.AST], target: ast.expr) -> ast.Name | None:
    """The first place in the function that reads a variable of the loop, and not one of its own."""
    scopes, facts = unit.facts.scopes, unit.facts
    owners = {
        name.id: scopes.resolve(name.id, facts.scope_at(name))
        for name in walk(target)
        if isinstance(name, ast.Name)
    }
    loop = facts.parents.get(target)
    if isinstance(loop, ast.For):
        # A variable that the body sets as well may be set to what the function needs.
        owners = {name: owner for name, owner in owners.items() if not stores(name, loop.body)}
    places = [
        node
        for node in walk(*body)
        if isinstance(node, ast.Name)
        and node.id in owners
        and scopes.resolve(node.id, facts.scope_at(node)) is owners[node.id]
    ]
    return min(places, key=lambda place: (place.lineno, place.col_offset), default=None)
