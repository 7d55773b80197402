"""Conditions that follow each other (ME704, ME705, ME707): what an earlier one leaves for a later one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.bounds import Bound, bounds_of, is_pure, is_within
from meno_analyzers.rules.expressions import same, written
from meno_analyzers.rules.registry import Match, Subject, rule


@rule(
    "ME704",
    "branch-never-reached",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.If,),
    values=("earlier", "later"),
)
def branch_never_reached(unit: Subject) -> Iterator[Match]:
    for chain in _chains(unit):
        asked: list[tuple[ast.If, list[Bound]]] = []
        for branch in chain:
            wanted = _bounds(unit, branch.test, ast.And)
            earlier = next((before for before, taken in asked if _covers(taken, wanted)), None)
            if earlier is not None and not same(branch.test, earlier.test):
                yield _match(unit, earlier, branch)
                break
            asked.append((branch, _bounds(unit, branch.test, ast.Or)))


def _covers(taken: list[Bound], wanted: list[Bound]) -> bool:
    """Whether one way to pass the earlier test is open to all values that pass the later one."""
    return any(
        inner.key == outer.key and is_within(inner.values, outer.values)
        for outer in taken
        for inner in wanted
    )


@rule(
    "ME705",
    "duplicate-condition",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.If,),
    values=("earlier", "later"),
)
def duplicate_condition(unit: Subject) -> Iterator[Match]:
    for chain in _chains(unit):
        asked: dict[str, ast.If] = {}
        for branch in chain:
            text = written(branch.test)
            if text in asked and not isinstance(branch.test, ast.Constant):
                yield _match(unit, asked[text], branch)
                break
            asked.setdefault(text, branch)


def _match(unit: Subject, earlier: ast.If, later: ast.If) -> Match:
    values = {"earlier": unit.facts.source(earlier.test), "later": unit.facts.source(later.test)}
    note = Note(unit.facts.span(earlier.test), "This test comes first.")
    return Match(later.test, values, notes=(note,))


def _chains(unit: Subject) -> Iterator[list[ast.If]]:
    """Each `if` with its `elif` branches, as far down as asking changes nothing; two or more."""
    for node in unit.facts.nodes(ast.If):
        if not _goes_on(unit, node) or (_is_elif(unit, node) and _is_else_of(unit, node)):
            continue
        chain: list[ast.If] = []
        branch: ast.If | None = node
        while branch is not None and is_pure(unit, branch.test):
            chain.append(branch)
            following = branch.orelse[0] if _goes_on(unit, branch) else None
            branch = following if isinstance(following, ast.If) else None
        if len(chain) > 1:
            yield chain


def _goes_on(unit: Subject, node: ast.If) -> bool:
    """Whether an `elif` follows."""
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and _is_elif(unit, node.orelse[0])


def _is_else_of(unit: Subject, node: ast.If) -> bool:
    parent = unit.facts.parents.get(node)
    return isinstance(parent, ast.If) and parent.orelse == [node]


def _is_elif(unit: Subject, node: ast.If) -> bool:
    """Whether an `if` in the `else` of another is written `elif`."""
    known: bool | None = node.__dict__.get("_is_elif")
    if known is None:
        span = unit.facts.span(node)
        known = unit.facts.lines[span.start_line].startswith("elif", span.start_column)
        node.__dict__["_is_elif"] = known
    return known


def _bounds(unit: Subject, test: ast.expr, joined_by: type[ast.boolop]) -> list[Bound]:
    """The bounds of a test's parts: behind `or` each is enough, behind `and` all are asked for."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, joined_by) else [test]
    # An empty bound is another rule's business.
    return [bound for part in parts if (bound := bounds_of(unit, part)) and not bound.values.is_empty]


@rule(
    "ME707",
    "later-if-overwrites",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.If,),
    values=("name", "earlier", "later"),
    misconception="ConditionalIsSequence",
)
def later_if_overwrites(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.If):
        target = _only_assigns(node.body)
        following = _next_if(unit, node)
        if target is None or node.orelse or following is None or not is_pure(unit, node.test, following.test):
            continue
        first, second = bounds_of(unit, node.test), bounds_of(unit, following.test)
        if first is None or second is None or first.key != second.key or first.key == target:
            continue
        if not is_within(first.values, second.values) or not _sets(following.body, target):
            continue
        if same(node.body[0], following.body[0]) or _mentions(following.test, target):
            continue
        values = {"name": target}
        values |= {"earlier": unit.facts.source(node.test), "later": unit.facts.source(following.test)}
        note = Note(unit.facts.span(following.test), f"Here `{target}` gets its value a second time.")
        yield Match(node.body[0], values, notes=(note,))


def _only_assigns(body: list[ast.stmt]) -> str | None:
    """The name that a block of one assignment gives a value to."""
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if not any(
            isinstance(part, ast.Call | ast.NamedExpr) for part in walk(value)
        ):
            return name
        case _:
            return None


def _next_if(unit: Subject, node: ast.If) -> ast.If | None:
    parent = unit.facts.parents.get(node)
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and node in statements:
            index = statements.index(node) + 1
            following = statements[index] if index < len(statements) else None
            return following if isinstance(following, ast.If) and not _is_elif(unit, node) else None
    return None


def _sets(body: list[ast.stmt], name: str) -> bool:
    """Whether the block begins by giving the name a new value that does not depend on the old one."""
    match body[0]:
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            return target == name and not _mentions(value, name)
        case _:
            return False


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in walk(node))
