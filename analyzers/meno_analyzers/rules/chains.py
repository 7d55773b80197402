"""Conditions that follow each other (ME704, ME705, ME707): what an earlier one leaves for a later one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.bounds import Bound, bounds_of, is_pure, is_within
from meno_analyzers.rules.expressions import same
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
        for later, earlier in _pairs(unit, chain):
            covered = any(
                is_within(inner.values, outer.values)
                for outer in _alternatives(unit, earlier.test)
                for inner in _requirements(unit, later.test)
                if inner.key == outer.key
            )
            if covered and not same(later.test, earlier.test):
                yield _match(unit, earlier, later)
                break


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
        for later, earlier in _pairs(unit, chain):
            if same(later.test, earlier.test) and not isinstance(later.test, ast.Constant):
                yield _match(unit, earlier, later)
                break


def _match(unit: Subject, earlier: ast.If, later: ast.If) -> Match:
    values = {"earlier": unit.facts.source(earlier.test), "later": unit.facts.source(later.test)}
    note = Note(unit.facts.span(earlier.test), "This test comes first.")
    return Match(later.test, values, notes=(note,))


def _chains(unit: Subject) -> Iterator[list[ast.If]]:
    """Each `if` with its `elif` branches, two or more; long tables are left alone."""
    for node in unit.facts.nodes(ast.If):
        parent = unit.facts.parents.get(node)
        if isinstance(parent, ast.If) and parent.orelse == [node] and _is_elif(unit, node):
            continue
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(following := chain[-1].orelse[0], ast.If):
            if len(chain) > _LONGEST or not _is_elif(unit, following):
                break
            chain.append(following)
        if len(chain) > 1:
            yield chain


_LONGEST = 40


def _is_elif(unit: Subject, node: ast.If) -> bool:
    """Whether an `if` in the `else` of another is written `elif`."""
    span = unit.facts.span(node)
    return unit.facts.lines[span.start_line][span.start_column :].startswith("elif")


def _pairs(unit: Subject, chain: list[ast.If]) -> Iterator[tuple[ast.If, ast.If]]:
    """(later, earlier) for all tests that nothing evaluated in between can have changed."""
    for start, earlier in enumerate(chain[:-1]):
        if not is_pure(unit, earlier.test):
            continue
        for later in chain[start + 1 :]:
            if not is_pure(unit, later.test):
                break
            yield later, earlier


def _alternatives(unit: Subject, test: ast.expr) -> list[Bound]:
    """Bounds each of which is enough to make the test true."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    return [bound for part in parts if (bound := bounds_of(unit, part)) and not bound.values.is_empty]


def _requirements(unit: Subject, test: ast.expr) -> list[Bound]:
    """Bounds all of which the test asks for; its own emptiness is another rule's business."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
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
