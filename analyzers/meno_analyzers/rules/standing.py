"""Loops whose test is decided by what is known: it moves away from its end, never begins, or begins every
turn with the same value (ME326, ME327, a part of ME304)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.evaluation import Value, holds
from meno_analyzers.rules.registry import Match, Subject, rule, shorten
from meno_analyzers.rules.shapes import (
    calls_only_harmless,
    constant_before,
    exits,
    has,
    literal,
    names_in,
    step_of,
    steps_in,
    stores,
)
from meno_analyzers.rules.surroundings import in_try


def value_at_each_turn(unit: Subject, loop: ast.While, names: set[str]) -> tuple[str, str] | None:
    """The name that each turn leaves at one and the same value, and the value, if the test is true of it."""
    changed = [name for name in sorted(names) if stores(name, loop.body)]
    if len(changed) != 1 or has(loop.body, ast.Continue, ast.Try, ast.With, ast.Global, ast.Nonlocal):
        return None
    (name,) = changed
    if unit.module.is_rebound(name):
        return None
    value: Value | None = None
    found = 0
    for statement in loop.body:
        step = step_of(statement, name)
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=assigned) if target == name and step is None:
                constant = unit.values.constant(assigned)
                value = constant.value if constant is not None else None
                found += 1
            case _ if step is not None:
                value = value + step if isinstance(value, int | float) else None
                found += 1
            case _:
                continue
        if value is None:
            return None
    if value is None or found != len(stores(name, loop.body)):
        return None
    known = {name: value}
    for node in walk(loop.test):
        if isinstance(node, ast.Name) and node.id != name:
            other = constant_before(unit, node, loop)
            if other is None or unit.facts.is_global(node):
                return None
            known[node.id] = other
    return (name, repr(value)) if holds(loop.test, known) else None


@rule(
    "ME326",
    "loop-moves-away-from-exit",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.98,
    on=(ast.While,),
    values=("counter", "test", "update"),
)
def loop_moves_away_from_exit(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        if not isinstance(loop.test, ast.Compare) or len(loop.test.ops) != 1 or exits(loop.body):
            continue
        found = _counter_and_direction(loop.test)
        if (
            found is None
            or in_try(unit.facts, loop)
            or has(loop.body, ast.Try, ast.With, ast.Global, ast.Nonlocal)
        ):
            continue
        name, bound, above = found
        steps = steps_in(unit.facts, name.id, loop.body)
        if not steps or not all((step > 0) == above and step for step in steps):
            continue
        if not _keeps_still(unit, loop, name, bound) or _is_false_at_first(unit, loop):
            continue
        first = min(stores(name.id, loop.body), key=lambda place: place.lineno)
        update = unit.facts.parents[first]
        values = {
            "counter": name.id,
            "test": unit.facts.source(loop.test),
            "update": unit.facts.source(update),
        }
        yield Match(
            update, values, notes=(Note(unit.facts.span(loop.test), "The loop goes on while this holds."),)
        )


def _counter_and_direction(test: ast.Compare) -> tuple[ast.Name, ast.expr, bool] | None:
    """The counter, its bound, and whether the loop runs while the counter is above the bound."""
    left, right, operator = test.left, test.comparators[0], test.ops[0]
    above = isinstance(operator, ast.Gt | ast.GtE)
    if not above and not isinstance(operator, ast.Lt | ast.LtE):
        return None
    if isinstance(left, ast.Name) and not names_in(right) & {left.id}:
        return left, right, above
    if isinstance(right, ast.Name) and literal(left) is not None:
        return right, left, not above
    return None


def _keeps_still(unit: Subject, loop: ast.While, name: ast.Name, bound: ast.expr) -> bool:
    """Whether nothing in the loop changes the bound, or the counter behind its back."""
    if literal(bound) is None:
        if not isinstance(bound, ast.Name) or stores(bound.id, loop.body):
            return False
        if unit.types.of(bound) not in {"int", "float", "number"} and not _is_parameter(unit, bound):
            return False
    if unit.facts.is_global(name) or (isinstance(bound, ast.Name) and unit.facts.is_global(bound)):
        at_module = unit.facts.scope_at(name) is unit.facts.scopes.module
        return at_module and calls_only_harmless(unit, loop.body)
    scope = unit.facts.scopes.resolve(name.id, unit.facts.scope_at(name))
    return scope is not None and name.id not in scope.shared_names()


def _is_parameter(unit: Subject, name: ast.Name) -> bool:
    function = unit.facts.function_around(name)
    return function is not None and name.id in {argument.arg for argument in function.args.args}


def _is_false_at_first(unit: Subject, loop: ast.While) -> bool:
    known = _first_values(unit, loop)
    return known is not None and holds(loop.test, known) is False


def _first_values(unit: Subject, loop: ast.While) -> dict[str, Value] | None:
    """What the names of the test certainly hold before the first turn; None if that is not known of all."""
    known: dict[str, Value] = {}
    for node in walk(loop.test):
        if isinstance(node, ast.Name):
            value = constant_before(unit, node, loop)
            if value is None:
                return None
            known[node.id] = value
    return known


@rule(
    "ME327",
    "loop-never-starts",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.While,),
    values=("test", "known"),
)
def loop_never_starts(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        names = names_in(loop.test)
        # A setting that the loop leaves alone may be switched off on purpose.
        if not any(stores(name, loop.body) for name in names) or loop.orelse:
            continue
        known = _first_values(unit, loop)
        if known is None or holds(loop.test, known) is not False or not _only_ours(unit, loop):
            continue
        values = {"test": unit.facts.source(loop.test), "known": _listed(known)}
        yield Match(loop.test, values)


def _only_ours(unit: Subject, loop: ast.While) -> bool:
    """Whether no function of the file may have set a name of the test in the meantime."""
    return all(
        not (unit.facts.is_global(node) and unit.module.is_rebound(node.id))
        for node in walk(loop.test)
        if isinstance(node, ast.Name)
    )


def _listed(known: Mapping[str, Value]) -> str:
    return ", ".join(f"`{name} = {_written(value)}`" for name, value in sorted(known.items()))


def _written(value: Value) -> str:
    """The value as it may stand in code quotes: a backtick in a text would end them."""
    return shorten(repr(value)).replace("`", "\\x60")
