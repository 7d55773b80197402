"""Statements that undo each other or make no difference (ME524, ME706)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Edit, Note, Severity, Span
from meno_analyzers.rules.expressions import same, same_block, written
from meno_analyzers.rules.registry import Match, Subject, rule

_BLOCKS = ("body", "orelse", "finalbody")


@rule(
    "ME524",
    "swap-without-temporary",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.99,
    on=(ast.Assign,),
    values=("first", "second"),
)
def swap_without_temporary(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Assign):
        if len(statement.targets) != 1 or not _is_plain_place(statement.targets[0]):
            continue
        if not _is_plain_place(statement.value):
            continue
        following = _next_statement(unit, statement)
        if not isinstance(following, ast.Assign) or len(following.targets) != 1:
            continue
        (target,), (later,) = statement.targets, following.targets
        if not _is_plain_place(target) or not _is_plain_place(later):
            continue
        if not _same_place(target, following.value) or not _same_place(later, statement.value):
            continue
        if same(statement.value, target) or _kept_elsewhere(unit, statement, target):
            continue
        values = {"first": unit.facts.source(target), "second": unit.facts.source(later)}
        yield Match(
            following,
            values,
            notes=(Note(unit.facts.span(statement), f"Here `{values['first']}` was replaced."),),
            fix=_at_once(unit, statement, following),
        )


def _at_once(unit: Subject, statement: ast.Assign, following: ast.Assign) -> tuple[Edit, ...]:
    """Both assignments in one, if nothing stands between them."""
    start, end = unit.facts.span(statement), unit.facts.span(following)
    first, second = unit.facts.source(statement.targets[0]), unit.facts.source(following.targets[0])
    one_below = end.start_line == start.end_line + 1 and start.start_line == start.end_line
    rest = unit.facts.lines[start.end_line][start.end_column :]
    if not one_below or end.end_line != end.start_line or rest.strip():
        return ()
    both = Span(start.start_line, start.start_column, end.end_line, end.end_column)
    return (Edit(both, f"{first}, {second} = {second}, {first}"),)


def _is_plain_place(node: ast.expr) -> bool:
    """A variable, an item, or an attribute of `self`; another object's attribute may be a property."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "self"
    return isinstance(node, ast.Name | ast.Subscript)


def _next_statement(unit: Subject, statement: ast.stmt) -> ast.stmt | None:
    parent = unit.facts.parents.get(statement)
    for name in _BLOCKS:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            index = block.index(statement)
            return block[index + 1] if index + 1 < len(block) else None
    return None


def _same_place(target: ast.expr, value: ast.expr) -> bool:
    """Whether a target and a value name the same place; the tree marks one as stored, one as loaded."""
    return written(target) == written(value) and not any(isinstance(node, ast.Call) for node in walk(value))


def _kept_elsewhere(unit: Subject, statement: ast.Assign, target: ast.expr) -> bool:
    """Whether the statement just above saved the old value, so that nothing is lost."""
    parent = unit.facts.parents.get(statement)
    for name in _BLOCKS:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            index = block.index(statement)
            above = block[max(0, index - 2) : index]
            return any(isinstance(s, ast.Assign) and _same_place(target, s.value) for s in above)
    return False


@rule(
    "ME706",
    "identical-branches",
    Category.LOGIC_ERROR,
    Severity.INFORMATION,
    0.98,
    on=(ast.If,),
    values=("test",),
)
def identical_branches(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.If):
        if not node.orelse or _is_elif_chain(unit, node) or _is_placeholder(node.body):
            continue
        if same_block(node.body, node.orelse):
            yield Match(
                node.test,
                {"test": unit.facts.source(node.test)},
                notes=(
                    Note(unit.facts.span(node.body[0]), "This runs if the test is true."),
                    Note(unit.facts.span(node.orelse[0]), "And this if it is not."),
                ),
            )


def _is_elif_chain(unit: Subject, node: ast.If) -> bool:
    """Whether the `if` is one of several cases, where two cases may rightly agree."""
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return True
    parent = unit.facts.parents.get(node)
    return isinstance(parent, ast.If) and parent.orelse == [node]


def _is_placeholder(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and (
        isinstance(body[0], ast.Pass | ast.Continue)
        or (isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant))
    )
