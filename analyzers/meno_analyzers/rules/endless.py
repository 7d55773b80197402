"""Loops without a way out: endless by their test, by a turn that skips its update, by a flag that is compared
and not set (ME305, ME325, ME336)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import is_always_true
from meno_analyzers.facts.tree import scope_nodes, walk, walk_scope
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import other_sign
from meno_analyzers.rules.shapes import (
    calls_only_harmless,
    changes_nothing,
    exits,
    has,
    literal,
    loops_around,
    names_in,
    step_of,
    stores,
)
from meno_analyzers.rules.surroundings import in_try, in_with

_STEADY = (
    ast.Name,
    ast.Constant,
    ast.Compare,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Subscript,
    ast.Call,
    ast.Slice,
)
_NEVER_RAISING = frozenset({"append", "extend", "add", "sort", "reverse", "upper", "lower", "strip", "join"})


@rule(
    "ME305",
    "while-true-without-exit",
    Category.INFINITE_LOOP,
    Severity.HINT,
    0.92,
    on=(ast.While,),
    values=("test",),
)
def while_true_without_exit(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        if not is_always_true(loop.test) or exits(loop.body) or loop.orelse:
            continue
        if in_try(unit.facts, loop) or in_with(unit.facts, loop) or _waits(loop):
            continue
        if _only_known_work(unit, loop):
            yield Match(loop.test, {"test": unit.facts.source(loop.test)})


def _waits(loop: ast.While) -> bool:
    """Whether the loop does nothing at all: so a small computer is kept from stopping."""
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in loop.body
    )


def _only_known_work(unit: Subject, loop: ast.While) -> bool:
    """Whether the body does nothing that might end the program from within: no foreign call, no way to fail
    that somebody may wait for."""
    for node in scope_nodes(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr=method)):
                if unit.types.of(receiver) not in {"list", "str", "set"} or method not in _NEVER_RAISING:
                    return False
            case ast.Call():
                if not changes_nothing(unit, node) or is_name(node.func, "input"):
                    return False
            case (
                ast.Try()
                | ast.TryStar()
                | ast.With()
                | ast.Match()
                | ast.Import()
                | ast.Delete()
                | ast.Global()
            ):
                return False
            case ast.Attribute() if not isinstance(unit.facts.parents.get(node), ast.Call):
                return False
            case ast.Subscript() | ast.FunctionDef() | ast.ClassDef() | ast.Nonlocal():
                return False
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=right) if not literal(right):
                return False
            case _:
                pass
    return True


@rule(
    "ME325",
    "continue-skips-update",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.98,
    on=(ast.Continue,),
    values=("counter", "guard", "test"),
)
def continue_skips_update(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        last = loop.body[-1]
        for counter in sorted(names_in(loop.test)):
            if step_of(last, counter) is None or len(stores(counter, loop.body)) != 1:
                continue
            for position, statement in enumerate(loop.body[:-1]):
                if isinstance(statement, ast.If) and _repeats(unit, loop, position, counter):
                    values = {
                        "counter": counter,
                        "guard": unit.facts.source(statement.test),
                        "test": unit.facts.source(loop.test),
                    }
                    note = Note(unit.facts.span(last), f"Here `{counter}` is updated.")
                    yield Match(statement.body[-1], values, notes=(note,))
                    break


def _repeats(unit: Subject, loop: ast.While, position: int, counter: str) -> bool:
    """Whether a turn that takes this `if … continue` leaves everything as it was, so that the next one takes
    it too."""
    guard = loop.body[position]
    if not isinstance(guard, ast.If) or not isinstance(guard.body[-1], ast.Continue):
        return False
    way = [*loop.body[:position], *guard.body]
    if has(
        way, ast.Return, ast.Raise, ast.Break, ast.Yield, ast.Await, ast.For, ast.While, ast.Try, ast.With
    ):
        return False
    if has(way, ast.Delete, ast.AugAssign, ast.Global, ast.Import) or not _reads_only(unit, way):
        return False
    if has(way[:position], ast.If, ast.Match):
        return False
    derived = _set_from_steady_values(way, counter)
    if derived is None or not _is_steady(guard.test) or not _is_steady(loop.test):
        return False
    return bool(names_in(guard.test) & ({counter} | derived)) and not names_in(loop.test) & derived


def _reads_only(unit: Subject, way: list[ast.stmt]) -> bool:
    """Whether the statements call nothing that changes or reads something from outside."""
    inputs = any(isinstance(n, ast.Call) and is_name(n.func, "input") for n in walk_scope(way))
    return not inputs and calls_only_harmless(unit, way)


def _set_from_steady_values(way: list[ast.stmt], counter: str) -> set[str] | None:
    """The names that the way sets again from the same values in each turn; None if it does anything else."""
    derived: set[str] = set()
    depends = {counter}
    for statement in way:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_steady(value):
                if name == counter or name in names_in(value):
                    return None
                if names_in(value) & depends:
                    depends.add(name)
                derived.add(name)
            case ast.Expr() | ast.If() | ast.Continue() | ast.Pass():
                pass
            case _:
                return None
    return derived & depends if derived <= depends else None


def _is_steady(expression: ast.expr) -> bool:
    """Whether the expression gives the same value as long as its names do."""
    for node in walk(expression):
        if not isinstance(node, _STEADY):
            return False
        if isinstance(node, ast.Call) and not is_name(node.func, "len"):
            return False
    return True


@rule(
    "ME336",
    "while-should-be-if-or-boolean-flag",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.98,
    on=(ast.While,),
    values=("statement", "flag", "test"),
)
def flag_is_compared_not_set(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        loop = loop_of_compared_flag(unit, statement)
        if loop is not None and isinstance(statement.value, ast.Compare):
            values = {
                "statement": unit.facts.source(statement),
                "flag": unit.facts.source(statement.value.left),
                "test": unit.facts.source(loop.test),
            }
            note = Note(unit.facts.span(loop.test), "The loop asks for it here.")
            fix = other_sign(unit, statement.value.left, statement.value.comparators[0], "==", "=")
            yield Match(statement, values, notes=(note,), fix=fix)


def loop_of_compared_flag(unit: Subject, statement: ast.Expr) -> ast.While | None:
    """The `while` whose test names what this lone comparison compares, if nothing in it sets that name."""
    match statement.value:
        case ast.Compare(left=ast.Name(id=flag), ops=[ast.Eq()], comparators=[_]):
            pass
        case _:
            return None
    for loop in loops_around(unit.facts, statement):
        if isinstance(loop, ast.While) and flag in names_in(loop.test):
            return loop if not stores(flag, loop.body) else None
    return None
