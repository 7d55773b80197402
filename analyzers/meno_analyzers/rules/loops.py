"""Loops that end before they have gathered everything, or never (ME302, ME304, ME329)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.builtin_types import NUMBERS, TEXTS
from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, stored_names
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.shapes import after, changes_nothing
from meno_analyzers.rules.standing import value_at_each_turn


def _function_name(unit: Subject, node: ast.AST) -> str | None:
    function = unit.facts.function_around(node)
    return function.name if function is not None else None


@rule(
    "ME302",
    "return-inside-accumulating-loop",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.95,
    on=(ast.For,),
    values=("accumulator", "iterable", "function"),
)
def return_inside_accumulating_loop(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        function = _function_name(unit, loop)
        last = loop.body[-1]
        if function is None or not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name):
            continue
        name = last.value.id
        if _holds_inner_loop_or_continue(loop) or _returned_elsewhere(unit, loop, last, name):
            continue
        updates = [node for node in loop.body[:-1] if _updates(node, name)]
        if not updates or not _starts_before(unit, loop, name):
            continue
        yield Match(
            last,
            {"accumulator": name, "iterable": unit.facts.source(loop.iter), "function": function},
            notes=(Note(unit.facts.span(updates[0]), f"Here `{name}` is updated."),),
        )


def _holds_inner_loop_or_continue(loop: ast.For) -> bool:
    return any(
        isinstance(node, ast.For | ast.While | ast.Continue | ast.AsyncFor | ast.Try)
        for node in scope_nodes(loop)
    )


def _returned_elsewhere(unit: Subject, loop: ast.For, last: ast.Return, name: str) -> bool:
    function = unit.facts.function_around(loop)
    if function is None:
        return False
    return any(
        isinstance(node, ast.Return) and node is not last and is_name(node.value, name)
        for node in scope_nodes(function)
    )


def _updates(node: ast.stmt, name: str) -> bool:
    """Whether the statement, or one in an `if` right here, grows the accumulator."""
    if isinstance(node, ast.If):
        return any(_updates(inner, name) for inner in [*node.body, *node.orelse])
    if isinstance(node, ast.AugAssign):
        return is_name(node.target, name)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and is_name(node.targets[0], name):
        return isinstance(node.value, ast.BinOp) and any(is_name(inner, name) for inner in walk(node.value))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        return (
            isinstance(called, ast.Attribute)
            and called.attr in {"append", "extend", "insert", "add"}
            and is_name(called.value, name)
        )
    return False


def _starts_before(unit: Subject, loop: ast.For, name: str) -> bool:
    """Whether the accumulator gets a plain start value before the loop, in the same function."""
    function = unit.facts.function_around(loop)
    if function is None:
        return False
    for statement in scope_nodes(function):
        if (
            isinstance(statement, ast.Assign)
            and statement.lineno < loop.lineno
            and any(is_name(target, name) for target in statement.targets)
        ):
            return isinstance(statement.value, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Set) or (
                isinstance(statement.value, ast.Call) and not statement.value.args
            )
    return False


declare(
    "ME329",
    "update-outside-loop",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.99,
    values=("test", "name", "update"),
)


@rule(
    "ME304",
    "while-variable-never-updated",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.99,
    on=(ast.While,),
    values=("test", "names", "value"),
    variants=("reset",),
)
def while_variable_never_updated(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        names = _plain_test_names(unit, loop.test)
        if not names or _may_leave(loop) or _is_said_elsewhere(loop, names):
            continue
        values = {"test": unit.facts.source(loop.test)}
        if not _may_change(unit, loop, names):
            late = _update_right_after(unit, loop, names)
            if late is not None:
                name, statement = late
                more = {**values, "name": name, "update": unit.facts.source(statement)}
                note = Note(unit.facts.span(loop.test), "The loop goes on while this holds.")
                yield Match(statement, more, notes=(note,), rule="ME329")
                continue
            listed = ", ".join(f"`{name}`" for name in sorted(names))
            yield Match(loop.test, {**values, "names": listed})
        elif (kept := value_at_each_turn(unit, loop, names)) is not None:
            yield Match(loop.test, {**values, "names": f"`{kept[0]}`", "value": kept[1]}, variant="reset")


def _is_said_elsewhere(loop: ast.While, names: set[str]) -> bool:
    """Whether a line in the body was meant to change a name and has a slip of its own: `n - 1`, `++n`,
    `done == True`."""
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Compare | ast.BinOp | ast.UnaryOp)
        and any(isinstance(part, ast.Name) and part.id in names for part in walk(node.value))
        for node in scope_nodes(loop)
    )


def _update_right_after(unit: Subject, loop: ast.While, names: set[str]) -> tuple[str, ast.stmt] | None:
    """The update of a name of the test that stands right behind the loop, and so is never reached."""
    following = after(unit.facts, loop)
    if not following or loop.orelse:
        return None
    for name in sorted(names):
        match following[0]:
            case ast.AugAssign(target=ast.Name(id=target)) if target == name:
                return name, following[0]
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.BinOp() as value) if target == name:
                if any(is_name(part, name) for part in walk(value)):
                    return name, following[0]
            case _:
                pass
    return None


def _plain_test_names(unit: Subject, test: ast.expr) -> set[str]:
    """The names of a test that only names, constants and `len` decide; empty for any other test."""
    names: set[str] = set()
    for node in walk(test):
        match node:
            case ast.Name(id="len") if unit.facts.is_builtin(node, unit.module):
                pass
            case ast.Name():
                names.add(node.id)
            case ast.Call(func=ast.Name(id="len"), keywords=[]):
                pass
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp() | ast.BinOp() | ast.Constant():
                pass
            case ast.Load() | ast.operator() | ast.unaryop() | ast.boolop() | ast.cmpop():
                pass
            case _:
                return set()
    for name in names:
        # A module variable may be changed by any function, thread or signal handler that runs meanwhile.
        owner = unit.facts.scopes.resolve(name, unit.facts.scope_at(test))
        at_module = unit.facts.scope_at(test) is unit.facts.scopes.module
        if owner is None and not at_module:
            return set()
        if owner is not None and name in owner.shared_names():
            return set()
    return names


def _may_leave(loop: ast.While) -> bool:
    """Whether anything in the body leaves the loop other than through its test."""
    ways = outcomes(loop.body)
    if ways & (Outcome.BREAK | Outcome.RETURN | Outcome.RAISE):
        return True
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.Assert | ast.Return | ast.Raise)
        for node in scope_nodes(loop)
    )


def _may_change(unit: Subject, loop: ast.While, names: set[str]) -> bool:
    """Whether the body stores one of the names or hands it to something that might change it."""
    if stored_names(loop) & names:
        return True
    at_module = unit.facts.scope_at(loop) is unit.facts.scopes.module
    containers = _may_be_containers(unit, loop)
    for node in scope_nodes(loop):
        if isinstance(node, ast.Global | ast.Nonlocal):
            return True
        if (
            isinstance(node, ast.Subscript | ast.Attribute)
            and not isinstance(node.ctx, ast.Load)
            and containers
        ):
            return True  # the same object may go by another name
        if isinstance(node, ast.For | ast.With) and containers:
            return True  # `for x in queue` may use an iterator up
        if isinstance(node, ast.Call) and not changes_nothing(unit, node):
            # Any function may change a module variable or an object that it is given.
            mentioned = any(isinstance(n, ast.Name) and n.id in names for n in walk(node))
            if at_module or containers or mentioned:
                return True
    return False


def _may_be_containers(unit: Subject, loop: ast.While) -> bool:
    """Whether a name of the test may hold an object that can change in place: `while queue`, `len(xs)`."""
    return any(
        isinstance(node, ast.Name)
        and node.id != "len"
        and not isinstance(unit.facts.parents.get(node), ast.Compare | ast.BinOp)
        and unit.types.of(node) not in NUMBERS | TEXTS
        for node in walk(loop.test)
    )
