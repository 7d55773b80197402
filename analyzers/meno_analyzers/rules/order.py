"""Values of the file that are needed above the lines that make them (ME417).

Only what runs while the file is read from top to bottom is looked at, and only names that nothing else could
have bound by then: no unit above, no function that declares the name global, no star import, no `exec`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import Scope, ScopeKind
from meno_analyzers.facts.unbound import is_unbound
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error, expects_name_error, in_annotation

_AT_ONCE = (ast.ListComp, ast.SetComp, ast.DictComp)


@rule(
    "ME417",
    "called-before-definition",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Name,),
    values=("function", "call", "name"),
    variants=("value",),
)
def called_before_definition(unit: Subject) -> Iterator[Match]:
    """A function that is called, or any other value that is read, further up than it comes to be."""
    facts = unit.facts
    for name, uses in _uses(unit):
        if name in BUILTIN_NAMES or (name.startswith("__") and name.endswith("__")):
            continue
        for use in uses:
            if not _is_unbound_yet(unit, use):
                continue
            if unit.module.is_open():
                return
            call = facts.parents.get(use)
            if not isinstance(call, ast.Call) or call.func is not use or awaits_error(facts, call):
                call = None
            if call is not None and unit.module.defined_below(name):
                yield Match(call, {"function": name, "call": facts.source(call)})
                break
            if (
                not expects_name_error(facts, use)
                and not in_annotation(facts, use)
                and not _for_checkers(unit, use)
            ):
                yield Match(use, {"name": name}, variant="value")
                break


def _for_checkers(unit: Subject, use: ast.Name) -> bool:
    """Whether only type checkers read the use: `if TYPE_CHECKING:`."""
    return any(
        isinstance(around, ast.If) and "TYPE_CHECKING" in unit.facts.source(around.test)
        for around in unit.facts.ancestors(use)
    )


def _uses(unit: Subject) -> Iterator[tuple[str, list[ast.Name]]]:
    """The names of the file that the unit reads at once, each with its uses in the order of the text."""
    scopes = unit.facts.scopes
    found: dict[str, list[ast.Name]] = {}
    for scope in _run_at_once(scopes.module):
        for load in scope.loads:
            if scopes.resolve(load.id, scope) is None:
                found.setdefault(load.id, []).append(load)
    # `x += 1` reads `x`, although the tree marks it as a store.
    for statement in unit.facts.nodes(ast.AugAssign):
        if isinstance(statement.target, ast.Name) and unit.facts.scope_at(statement) is scopes.module:
            found.setdefault(statement.target.id, []).append(statement.target)
    for name, uses in found.items():
        if scopes.wrapper is None or not unit.module.in_class(name):
            yield name, sorted(uses, key=lambda use: (use.lineno, use.col_offset))


def _run_at_once(scope: Scope) -> Iterator[Scope]:
    """The scopes whose code runs while the file is read: not functions, lambdas or generators."""
    yield scope
    for child in scope.children:
        at_once = isinstance(child.node, _AT_ONCE)
        if at_once or (child.kind is ScopeKind.CLASS and scope.kind is ScopeKind.MODULE):
            yield from _run_at_once(child)


def _is_unbound_yet(unit: Subject, use: ast.Name) -> bool:
    """Whether the use comes before everything that binds what it reads."""
    facts, name = unit.facts, use.id
    scope = facts.scope_at(use)
    while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
        scope = scope.parent
    module = facts.scopes.module
    if scope is module:
        if not is_unbound(facts.flow(module), use):
            return False
    elif name in module.bound and scope is not facts.scopes.wrapper:
        return False
    return unit.module.is_bound(name) and unit.module.only_below(name)
