"""Loops over something that changes or runs dry under them
(ME315, ME316, ME317, ME324)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import (
    block_of,
    calls_only_harmless,
    has,
    leaves_after,
    loops_around,
    mentioned_below,
    mentions,
    names_in,
    scope_body,
    statement_of,
    stores,
)
from meno_analyzers.rules.surroundings import awaits_error

_HARMLESS_CALLS = frozenset("print len str int float abs round range sum max min sorted".split())
_SHRINKS_LIST = frozenset({"remove", "pop", "insert", "clear"})


@rule(
    "ME315",
    "list-changed-while-iterating",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.For,),
    values=("sequence", "change", "item"),
    variants=("grows",),
)
def list_changed_while_iterating(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        iterated = _iterated_list(unit, loop)
        if (
            iterated is None
            or is_name(loop.target, "_")
            or next(loops_around(unit.facts, loop), None) is not None
        ):
            continue  # a loop around it may go through the list again
        name = iterated.id
        if not mentioned_below(unit, name, loop):
            continue
        kind = unit.types.of(iterated)
        growing = _grows_each_turn(loop, name) if kind == "list" else None
        if growing is not None:
            match = _changed_in(unit, loop, growing, {"sequence": name})
            yield replace(match, variant="grows", severity=Severity.WARNING)
            continue
        if kind not in {"list", None} or stores(name, loop.body) or has(loop.body, ast.Break, ast.Try):
            continue
        for node in scope_nodes(loop):
            if not _changes_list(node, name, proven=kind == "list"):
                continue
            if leaves_after(unit.facts, node, loop):
                continue
            yield _changed_in(unit, loop, node, {"sequence": name})
            break


def _grows_each_turn(loop: ast.For, name: str) -> ast.AST | None:
    """The call that makes the list longer in every turn, in a loop that nothing else can end."""
    if has(loop.body, ast.Break, ast.Return, ast.Raise, ast.Continue, ast.Try, ast.Assert):
        return None
    uses = list(mentions(name, *loop.body))
    for statement in loop.body:
        match statement:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr="append")) as call
            ) if receiver == name and len(uses) == 1 and not _may_end(loop, call):
                return call
            case _:
                pass
    return None


def _may_end(loop: ast.For, growing: ast.Call) -> bool:
    """Whether another call of the body could end the program or change the list behind our back."""
    return any(
        isinstance(node, ast.Call)
        and node is not growing
        and not (isinstance(node.func, ast.Name) and node.func.id in _HARMLESS_CALLS)
        for statement in loop.body
        for node in walk(statement)
    )


def _changed_in(unit: Subject, loop: ast.For, node: ast.AST, named: dict[str, str]) -> Match:
    """The finding at the statement that changes what the loop goes over."""
    statement = statement_of(unit.facts, node) or node
    change = unit.facts.source(node if isinstance(node, ast.Call) else statement)
    values = named | {"change": change, "item": unit.facts.source(loop.target)}
    return Match(statement, values, notes=(Note(unit.facts.span(loop.iter), "The loop goes over it here."),))


def _iterated_list(unit: Subject, loop: ast.For) -> ast.Name | None:
    """The name of the list, also in `enumerate(xs)`."""
    match loop.iter:
        case ast.Name() as name:
            return name
        case ast.Call(func=ast.Name(id="enumerate") as function, args=[ast.Name() as name, *_]):
            return name if unit.facts.is_builtin(function, unit.module) else None
        case _:
            return None


def _changes_list(node: ast.AST, name: str, *, proven: bool) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method), args=arguments):
            if receiver != name or method not in _SHRINKS_LIST:
                return False
            # An object that is not known to be a list may have a `pop` or `clear` of its own.
            return proven or (method == "remove" and len(arguments) == 1)
        case ast.Delete(targets=targets):
            return proven and any(isinstance(t, ast.Subscript) and is_name(t.value, name) for t in targets)
        case _:
            return False


@rule(
    "ME316",
    "dict-changed-while-iterating",
    Category.KEY_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.For,),
    values=("collection", "change", "item"),
)
def dict_changed_while_iterating(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        iterated = _iterated_collection(loop)
        if iterated is None or awaits_error(unit.facts, loop):
            continue
        name, kind = iterated.id, unit.types.of(iterated)
        if kind not in {"dict", "set"} or stores(name, loop.body) or has(loop.body, ast.Try):
            continue
        if kind == "set" and iterated is not loop.iter:
            continue
        for node in scope_nodes(loop):
            if not _changes_size(node, name, kind, loop) or leaves_after(unit.facts, node, loop):
                continue
            yield _changed_in(unit, loop, node, {"collection": name})
            break


def _iterated_collection(loop: ast.For) -> ast.Name | None:
    match loop.iter:
        case ast.Name() as name:
            return name
        case ast.Call(
            func=ast.Attribute(value=ast.Name() as name, attr="keys" | "values" | "items"), args=[]
        ):
            return name
        case _:
            return None


def _changes_size(node: ast.AST, name: str, kind: str, loop: ast.For) -> bool:
    """Whether the node certainly makes the dictionary or set larger or smaller."""
    key = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
    own_key = key.id if isinstance(key, ast.Name) else ""
    match node:
        case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=receiver))]):
            return receiver == name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr=method), args=arguments):
            if receiver != name:
                return False
            if method in {"popitem", "clear"} or (method == "remove" and kind == "set"):
                return True
            if method == "pop":
                return kind == "set" or len(arguments) == 1 or is_name(arguments[0], own_key)
            return method == "discard" and bool(arguments) and is_name(arguments[0], own_key)
        case _:
            return False


@rule(
    "ME317",
    "loop-variable-reassigned",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.For,),
    values=("item", "iterable", "statement"),
    variants=("taken",),
)
def loop_variable_reassigned(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.target, ast.Name) or loop.target.id == "_":
            continue
        name = loop.target.id
        taken = _taken_from_outside(unit, loop, name)
        if taken is not None:
            values = {
                "item": name,
                "iterable": unit.facts.source(loop.iter),
                "statement": unit.facts.source(taken),
            }
            yield Match(taken, values, "taken")
            continue
        last = _last_statement(loop.body)
        if not _remakes(unit, last, name) or has(loop.body, ast.Lambda, ast.FunctionDef):
            continue
        end = loop.end_lineno or loop.lineno
        if any(place.lineno > end for place in mentions(name, *scope_body(unit.facts, loop))):
            continue
        if mentions(name, *loop.orelse) or next(loops_around(unit.facts, loop), None) is not None:
            continue
        values = {
            "item": name,
            "iterable": unit.facts.source(loop.iter),
            "statement": unit.facts.source(last),
        }
        yield Match(
            last,
            values,
            notes=(Note(unit.facts.span(loop.target), f"Each turn gives `{name}` a new value."),),
        )


def _taken_from_outside(unit: Subject, loop: ast.For, item: str) -> ast.Assign | None:
    """`item = best` at the end of an `if` that compares the two, with nothing that reads it afterwards."""
    for branch in scope_nodes(loop):
        if not isinstance(branch, ast.If):
            continue
        match branch.body[-1]:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=source)) as statement:
                compared = {item, source} <= names_in(branch.test) and target == item != source
            case _:
                continue
        if not compared or stores(source, loop.body):
            continue
        reads = [place.lineno for place in mentions(item, *scope_body(unit.facts, loop))]
        if not any(line > (branch.body[-1].end_lineno or 0) for line in reads):
            return statement
    return None


def _last_statement(body: list[ast.stmt]) -> ast.stmt:
    """The last statement of a block; of an `if` without `else` at its end, the last one in there."""
    last = body[-1]
    while isinstance(last, ast.If) and not last.orelse:
        last = last.body[-1]
    return last


def _remakes(unit: Subject, statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            return target == name and bool(mentions(name, value)) and not has([value], ast.Call, ast.Await)
        case ast.AugAssign(target=ast.Name(id=target) as place):
            # `row += [0]` changes the row itself; only numbers and texts stay as they are.
            return target == name and unit.types.of(place) in {"int", "float", "number", "str"}
        case _:
            return False


@rule(
    "ME324",
    "iterating-known-empty-list",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.98,
    on=(ast.For,),
    values=("sequence", "item"),
)
def iterating_known_empty(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.iter, ast.Name):
            continue
        definitions = unit.facts.reaching(loop.iter)
        if definitions is None or len(definitions) != 1:
            continue
        (definition,) = definitions
        made = definition.node
        if not isinstance(made, ast.Assign) or not _is_empty(unit, made.value) or len(made.targets) != 1:
            continue
        if _untouched_between(unit, made, loop):
            values = {"sequence": loop.iter.id, "item": unit.facts.source(loop.target)}
            note = Note(unit.facts.span(made), f"Here `{loop.iter.id}` is made, with nothing in it.")
            yield Match(loop.iter, values, notes=(note,))


def _is_empty(unit: Subject, value: ast.expr) -> bool:
    match value:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value=""):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "tuple") as function, args=[], keywords=[]):
            return unit.facts.is_builtin(function, unit.module)
        case _:
            return False


def _untouched_between(unit: Subject, made: ast.Assign, loop: ast.For) -> bool:
    """Whether nothing can have put an item in between the two, nor in an earlier turn of a loop around."""
    iterable = loop.iter
    if not isinstance(iterable, ast.Name):
        return False
    name = iterable.id
    for around in loops_around(unit.facts, loop):
        if made not in set(walk(around)):
            return False
    scope = unit.facts.scope_at(loop.iter)
    for place in mentions(name, *scope_body(unit.facts, loop)):
        if unit.facts.scope_at(place) is not scope:
            return False
        if made.lineno < place.lineno < loop.lineno:
            return False
    if not unit.facts.is_global(iterable):
        return True
    between = [s for s in block_of(unit.facts, made) if made.lineno < s.lineno < loop.lineno]
    return loop in block_of(unit.facts, made) and calls_only_harmless(unit, between)
