"""In what roles a unit mentions names: what other units may have to know of it."""

from __future__ import annotations

import ast

from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import ScopeKind
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.touches import CHANGING_METHODS, is_left_alone
from meno_analyzers.facts.unit import UnitFacts


def mentions_of(facts: UnitFacts) -> dict[Mention, frozenset[str]]:
    """The names that a unit mentions, by role."""
    stored, called_attributes, inside = _attributes(facts)
    results, given, counts = _calls(facts)
    return {
        Mention.CLASS_NAME: _class_names(facts),
        Mention.REBOUND: frozenset(name for scope in facts.scopes.scopes for name in scope.global_names),
        Mention.TOUCHED: _touched(facts),
        Mention.IMPORTED_FROM: frozenset(
            node.module for node in facts.nodes(ast.ImportFrom) if node.module and not node.level
        ),
        Mention.IMPORTED: _imported(facts),
        Mention.STORED_ATTRIBUTE: stored,
        Mention.CALLED_ATTRIBUTE: called_attributes,
        Mention.USED: frozenset(facts.scopes.free) - BUILTIN_NAMES,
        Mention.RUNS: frozenset({""}) if _runs(facts) else frozenset(),
        Mention.RESULT_USED: results,
        Mention.GIVEN_ARGUMENTS: given,
        Mention.CALLED_WITH: counts,
        Mention.WRITTEN_INSIDE: inside,
    }


def _runs(facts: UnitFacts) -> bool:
    """Whether a call stands as a statement outside all functions and classes."""
    module = facts.scopes.module
    return any(
        isinstance(statement.value, ast.Call) and facts.scope_at(statement) is module
        for statement in facts.nodes(ast.Expr)
    )


def _imported(facts: UnitFacts) -> frozenset[str]:
    found = {alias.name for node in facts.nodes(ast.Import) for alias in node.names}
    found |= {
        "." * node.level + node.module
        for node in facts.nodes(ast.ImportFrom)
        if node.module and node.level <= 1
    }
    return frozenset(found)


def _class_names(facts: UnitFacts) -> frozenset[str]:
    scopes = facts.scopes
    if scopes.wrapper is not None:
        return frozenset(scopes.wrapper.bound)
    return frozenset(
        name
        for scope in scopes.scopes
        if scope.kind is ScopeKind.CLASS and scope.parent is scopes.module
        for name in scope.bound
    )


def _touched(facts: UnitFacts) -> frozenset[str]:
    return frozenset(
        name
        for name, uses in facts.scopes.free.items()
        if name not in BUILTIN_NAMES
        and any(
            facts.scope_at(use).kind is not ScopeKind.MODULE and not is_left_alone(facts, use, None)
            for use in uses
        )
    )


def _attributes(facts: UnitFacts) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Attributes that are stored, attributes that are called, names whose items are changed in place."""
    attributes, called, inside = set(), set(), set()
    for node in facts.nodes(ast.Attribute):
        if not isinstance(node.ctx, ast.Load):
            attributes.add(node.attr)
            continue
        parent = facts.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            called.add(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id[:1].isupper():
                called.add(f"{node.value.id}.{node.attr}")
            if node.attr in CHANGING_METHODS and isinstance(node.value, ast.Subscript):
                inside.add(_base(node.value))
    for item in facts.nodes(ast.Subscript):
        stored = not isinstance(item.ctx, ast.Load) and isinstance(item.value, ast.Subscript)
        if stored or _grows_in_place(facts.parents.get(item), item):
            inside.add(_base(item))
    for function in facts.names_called("setattr"):
        match facts.parents.get(function):
            case ast.Call(args=[ast.Name(id=receiver), name, _]):
                # `setattr(Dog, name, …)` may store any attribute of `Dog`.
                attributes.add(str(name.value) if isinstance(name, ast.Constant) else f"{receiver}.*")
            case _:
                pass
    return frozenset(attributes), frozenset(called), frozenset(inside) - {""}


def _grows_in_place(statement: ast.AST | None, item: ast.AST) -> bool:
    """`table[key] += [x]`, which changes the list itself."""
    return (
        isinstance(statement, ast.AugAssign)
        and statement.target is item
        and isinstance(statement.value, ast.List | ast.Set | ast.ListComp)
    )


def _base(node: ast.expr) -> str:
    """`grid` of `grid[0][1]`, or the empty text."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _calls(facts: UnitFacts) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Names whose call's answer is used, names that are called with arguments, and with how many."""
    results, given, counts = set(), set(), set()
    for call in facts.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id not in BUILTIN_NAMES:
            if not isinstance(facts.parents.get(call), ast.Expr):
                results.add(call.func.id)
            if call.args or call.keywords:
                given.add(call.func.id)
            if not call.keywords and not any(isinstance(a, ast.Starred) for a in call.args):
                counts.add(f"{call.func.id}/{len(call.args)}")
    return frozenset(results), frozenset(given), frozenset(counts)
