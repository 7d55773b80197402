"""The shapes of loops and blocks that several families of rules ask about: what stands after a statement,
what `range` counts, by how much a counter steps, whether a turn always comes past a place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.tree import walk, walk_scope
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.rules.registry import Subject

Loop = ast.For | ast.While
_BLOCKS = ("body", "orelse", "finalbody")
_HARMLESS = frozenset(
    (
        "print len str int float range sum min max abs round sorted repr input chr ord bool list tuple set "
        "dict enumerate zip reversed divmod pow isinstance type format any all"
    ).split()
)
_OPAQUE = (
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
    ast.Match,
    ast.Try,
    ast.TryStar,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


def block_of(facts: UnitFacts, statement: ast.stmt) -> list[ast.stmt]:
    """The block that holds the statement."""
    parent = facts.parents.get(statement)
    for name in _BLOCKS:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return block
    return [statement]


def after(facts: UnitFacts, statement: ast.stmt) -> list[ast.stmt]:
    """The statements behind it in its block."""
    block = block_of(facts, statement)
    return block[block.index(statement) + 1 :]


def before(facts: UnitFacts, statement: ast.stmt) -> list[ast.stmt]:
    """The statements ahead of it in its block."""
    block = block_of(facts, statement)
    return block[: block.index(statement)]


def statement_of(facts: UnitFacts, node: ast.AST) -> ast.stmt | None:
    """The innermost statement that holds the node, or the node itself."""
    current: ast.AST | None = node
    while current is not None and not isinstance(current, ast.stmt):
        current = facts.parents.get(current)
    return current


def scope_body(facts: UnitFacts, node: ast.AST) -> list[ast.stmt]:
    """The statements of the function around the node, or those of the whole unit."""
    function = facts.function_around(node)
    if function is not None:
        return function.body
    return facts.tree.body if facts.tree is not None else []


def mentions(name: str, *roots: ast.AST) -> list[ast.Name]:
    """Every place at or below the roots where the name stands, nested functions included."""
    return [node for node in walk(*roots) if isinstance(node, ast.Name) and node.id == name]


def mentioned_below(unit: Subject, name: str, loop: ast.For) -> bool:
    """Whether the name stands in the loop's body, or behind its `else`; quicker than looking for where."""
    first, last = loop.body[0], loop.end_lineno or loop.lineno
    return any(
        (first.lineno, first.col_offset) <= (use.lineno, use.col_offset) and use.lineno <= last
        for use in unit.facts.names_called(name)
    )


def names_in(*roots: ast.AST) -> set[str]:
    """All names that stand at or below the roots."""
    return {node.id for node in walk(*roots) if isinstance(node, ast.Name)}


def literal(node: ast.AST | None) -> int | float | None:
    """The number that is written here, with or without a minus sign."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return None if isinstance(value, bool) else -value
        case _:
            return None


def range_arguments(unit: Subject, node: ast.AST) -> list[ast.expr] | None:
    """What is given to Python's own `range`, if the node is such a call."""
    match node:
        case ast.Call(func=ast.Name(id="range") as function, args=arguments, keywords=[]):
            if any(isinstance(argument, ast.Starred) for argument in arguments) or not arguments:
                return None
            return arguments if unit.facts.is_builtin(function, unit.module) else None
        case _:
            return None


def measured(unit: Subject, node: ast.AST) -> str | None:
    """`xs`, if the node is `len(xs)`."""
    match node:
        case ast.Call(func=ast.Name(id="len") as function, args=[ast.Name(id=name)], keywords=[]):
            return name if unit.facts.is_builtin(function, unit.module) else None
        case _:
            return None


def measured_less(unit: Subject, node: ast.AST) -> tuple[str, int] | None:
    """`("xs", 1)` for `len(xs) - 1`, `("xs", 0)` for `len(xs)`."""
    match node:
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int(less))):
            name = measured(unit, left)
            return (name, less) if name is not None else None
        case _:
            name = measured(unit, node)
            return (name, 0) if name is not None else None


def loops_around(facts: UnitFacts, node: ast.AST) -> Iterator[ast.For | ast.AsyncFor | ast.While]:
    """The loops around the node in its own function, innermost first."""
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return
        if isinstance(ancestor, ast.For | ast.AsyncFor | ast.While):
            yield ancestor


def stores(name: str, body: Iterable[ast.AST]) -> list[ast.Name]:
    """Where a block binds or deletes the name, in its own scope."""
    return [
        node
        for node in walk_scope(body)
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
    ]


def step_of(statement: ast.AST | None, name: str) -> int | float | None:
    """By how much the statement moves a counter: 1 for `i += 1` and `i = i + 1`, None for anything else."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add() | ast.Sub() as sign, value=value):
            amount = literal(value)
        case ast.Assign(
            targets=[ast.Name(id=target)],
            value=ast.BinOp(left=ast.Name(id=left), op=ast.Add() | ast.Sub() as sign, right=value),
        ) if left == target:
            amount = literal(value)
        case ast.Assign(
            targets=[ast.Name(id=target)],
            value=ast.BinOp(left=value, op=ast.Add() as sign, right=ast.Name(id=right)),
        ) if right == target:
            amount = literal(value)
        case _:
            return None
    if target != name or amount is None:
        return None
    return -amount if isinstance(sign, ast.Sub) else amount


def steps_in(facts: UnitFacts, name: str, body: Iterable[ast.AST]) -> list[int | float] | None:
    """The steps of a counter in a block; None if something else is done to it there."""
    found: list[int | float] = []
    for place in stores(name, body):
        step = step_of(facts.parents.get(place), name)
        if step is None:
            return None
        found.append(step)
    return found


def changes_nothing(unit: Subject, call: ast.Call) -> bool:
    """Whether the call is of a builtin that changes none of the program's values."""
    function = call.func
    return (
        isinstance(function, ast.Name)
        and function.id in _HARMLESS
        and unit.facts.is_builtin(function, unit.module)
    )


def calls_only_harmless(unit: Subject, nodes: Iterable[ast.AST]) -> bool:
    """Whether all calls in a block are of builtins that change nothing."""
    return all(changes_nothing(unit, node) for node in walk_scope(nodes) if isinstance(node, ast.Call))


def has(nodes: Iterable[ast.AST], *types: type[ast.AST]) -> bool:
    """Whether a block holds a node of these types, in its own scope."""
    return any(isinstance(node, types) for node in walk_scope(nodes))


def exits(body: list[ast.stmt]) -> bool:
    """Whether a loop's body has any way out of the loop but its test."""
    # Many rules ask about the same loop: the answer is kept with its first statement.
    known: bool | None = body[0].__dict__.get("_exits")
    if known is None:
        known = bool(outcomes(body) & (Outcome.BREAK | Outcome.RETURN | Outcome.RAISE)) or has(
            body, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await, ast.Assert
        )
        body[0].__dict__["_exits"] = known
    return known


def leaves_after(facts: UnitFacts, node: ast.AST, loop: ast.AST) -> bool:
    """Whether the loop takes no further turn once control has come past the node."""
    statement = statement_of(facts, node)
    while statement is not None and statement is not loop:
        stay = Outcome.NORMAL | Outcome.CONTINUE
        if next(loops_around(facts, statement), loop) is not loop:
            stay |= Outcome.BREAK
        if not outcomes(after(facts, statement)) & stay:
            return True
        parent = facts.parents.get(statement)
        while parent is not None and not isinstance(parent, ast.stmt):
            parent = facts.parents.get(parent)
        statement = parent
    return False


def always_runs(facts: UnitFacts, node: ast.AST, loop: ast.AST) -> bool:
    """Whether every turn of the loop evaluates the node."""
    child: ast.AST = node
    for parent in facts.ancestors(node):
        if isinstance(child, ast.stmt) and outcomes(before(facts, child)) != Outcome.NORMAL:
            return False
        if parent is loop:
            return True
        if isinstance(parent, _OPAQUE):
            return False
        if isinstance(parent, ast.If | ast.While | ast.IfExp) and child is not parent.test:
            return False
        if isinstance(parent, ast.For | ast.AsyncFor) and child is not parent.iter:
            return False
        if isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
            return False
        child = parent
    return False


def constant_before(unit: Subject, name: ast.Name, loop: ast.AST) -> int | float | str | bool | None:
    """The constant that the name certainly holds when the loop begins; None if that is not known.

    Only definitions outside the loop count, so ask about a use in its test.
    """
    values = set()
    inside = set(walk(loop))
    definitions = unit.facts.reaching(name)
    if not definitions:
        return None
    for definition in definitions:
        if definition.node in inside:
            continue
        value = definition.value
        match definition.node:
            case ast.Assign(targets=[*targets]) if any(isinstance(t, ast.Name) for t in targets):
                pass
            case _:
                return None
        number = literal(value)
        if number is None and isinstance(value, ast.Constant) and isinstance(value.value, str | bool):
            number = value.value  # type: ignore[assignment]  # a text or a truth value is as good
        if number is None:
            return None
        values.add((type(number), number))
    return values.pop()[1] if len(values) == 1 else None
