"""Values that a loop builds up: set back in every turn, or put away too late (ME303, ME318)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import (
    Loop,
    after,
    before,
    exits,
    has,
    mentions,
    names_in,
    scope_body,
)

_GROWING = frozenset({"append", "extend", "insert", "add", "update"})


@rule(
    "ME303",
    "accumulator-reset-in-loop",
    Category.WRONG_INITIALIZATION,
    Severity.WARNING,
    0.98,
    on=(ast.For, ast.While),
    values=("accumulator", "start"),
)
def accumulator_reset_in_loop(unit: Subject) -> Iterator[Match]:
    loops: list[Loop] = [*unit.facts.nodes(ast.For), *unit.facts.nodes(ast.While)]
    for loop in loops:
        starts = [s for s in loop.body[:-1] if isinstance(s, ast.Assign) and _start_of(s) is not None]
        if not starts or exits(loop.body) or has(loop.body, ast.Try, ast.TryStar):
            continue
        for start in starts:
            name = _start_of(start)
            if name is not None and _only_grows(loop, start, name) and _read_after(unit, loop, name):
                yield Match(
                    start,
                    {"accumulator": name, "start": unit.facts.source(start.value)},
                    notes=(Note(unit.facts.span(_header(loop)), "Every turn of this loop comes past it."),),
                )


def _header(loop: Loop) -> ast.expr:
    return loop.iter if isinstance(loop, ast.For) else loop.test


def _start_of(statement: ast.stmt) -> str | None:
    """`total`, if the statement is `total = 0` or sets it to something empty."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_start(value):
            return name
        case _:
            return None


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str() | int() | float() as constant):
            return constant in ("", 0, 1) and not isinstance(constant, bool)
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "set" | "dict" | "str"), args=[], keywords=[]):
            return True
        case _:
            return False


def _only_grows(loop: Loop, start: ast.stmt, name: str) -> bool:
    """Whether the rest of the body adds to the name from what the turn brings, and nothing else."""
    turn = names_in(loop.target) if isinstance(loop, ast.For) else set()
    turn |= {node.id for node in scope_nodes(loop) if isinstance(node, ast.Name) and _is_stored(node)}
    turn.discard(name)
    position = loop.body.index(start)
    grown = 0
    places = 1
    for statement in loop.body[position + 1 :]:
        for update in _updates(statement, name):
            grown += 1
            places += len(mentions(name, update))
            if not names_in(statement) & turn:
                return False
    return grown == 1 and places == len(mentions(name, *loop.body, _header(loop)))


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _updates(statement: ast.stmt, name: str) -> Iterator[ast.stmt]:
    """The statements here, or in an `if` here, that make the name's value grow."""
    match statement:
        case ast.If():
            for inner in (*statement.body, *statement.orelse):
                yield from _updates(inner, name)
        case ast.AugAssign(target=ast.Name(id=target)) if target == name:
            yield statement
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.BinOp() as value) if target == name:
            if mentions(name, value):
                yield statement
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method))):
            if receiver == name and method in _GROWING:
                yield statement
        case _:
            pass


def _read_after(unit: Subject, loop: Loop, name: str) -> bool:
    """Whether a use behind the loop gets the value that the loop leaves behind, and no other one."""
    inside = set(walk(*loop.body))
    end = loop.end_lineno or loop.lineno
    for place in mentions(name, *scope_body(unit.facts, loop)):
        if place.lineno > end and isinstance(place.ctx, ast.Load):
            reaching = unit.facts.reaching(place) or frozenset()
            if any(definition.node in inside for definition in reaching):
                # Inside an outer loop it may be a value for each turn of that one.
                return True
    return False


@rule(
    "ME318",
    "only-last-item-used",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.For,),
    values=("container", "value", "iterable"),
)
def only_last_item_used(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        following = after(unit.facts, loop)
        if not following or not isinstance(following[0], ast.Expr) or loop.orelse or exits(loop.body):
            continue
        match following[0]:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=container), attr="append" | "add"),
                    args=[ast.Name(id=value)],
                    keywords=[],
                )
            ):
                pass
            case _:
                continue
        made = _made_empty_before(unit, loop, container) and _made_in_each_turn(unit, loop, value)
        if made and not mentions(container, *loop.body):
            values = {"container": container, "value": value, "iterable": unit.facts.source(loop.iter)}
            yield Match(
                following[0], values, notes=(Note(unit.facts.span(loop.iter), "This loop ends above."),)
            )


def _made_empty_before(unit: Subject, loop: ast.For, container: str) -> bool:
    return any(_start_of(statement) == container for statement in before(unit.facts, loop)[-3:])


def _made_in_each_turn(unit: Subject, loop: ast.For, value: str) -> bool:
    """Whether each turn works the value out of its item, and nobody takes it within the turn."""
    if mentions(value, *before(unit.facts, loop)):
        return False
    places = mentions(value, *loop.body)
    if len(places) != 1:
        return False
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=made) if target == value:
                return bool(names_in(made) & names_in(loop.target))
            case _:
                pass
    return False
