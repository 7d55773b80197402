"""Names that have no value yet, or none any more, where they are read (ME106)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import UNBOUND, DefinitionKind
from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import Scope, ScopeKind
from meno_analyzers.facts.unbound import is_unbound
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.early_reads import comes_first
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import expects_name_error


@rule(
    "ME106",
    "local-used-before-assignment",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef, ast.AsyncFunctionDef, ast.Delete, ast.ExceptHandler),
    values=("name", "function"),
    variants=("early", "first_turn", "deleted", "caught"),
)
def local_used_before_assignment(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.nodes(ast.Delete) or any(handler.name for handler in facts.nodes(ast.ExceptHandler)):
        yield from _read_after_its_end(unit)
    for function in facts.functions:
        scope = facts.scope_inside(function)
        if facts.scopes.dynamic:
            continue
        flow = facts.flow(scope)
        shared = scope.shared_names()
        reported = set()
        for name, definitions in flow.reaching.items():
            if UNBOUND not in definitions or name.id in reported:
                continue
            if name.id in shared or not scope.binds(name.id) or facts.scope_at(name) is not scope:
                continue
            early = is_unbound(flow, name)
            if not early and (flow.incomplete or not comes_first(unit, name, definitions)):
                continue
            if expects_name_error(facts, name):
                continue
            reported.add(name.id)
            if not _bound_outside(unit, scope, name.id):
                values = {"name": name.id, "function": function.name}
                yield Match(name, values, variant="early" if early else "first_turn")
                continue
            # The same name has a value outside, and that is most likely what was meant.
            later = [d.node for d in flow.definitions.get(name.id, ()) if d.node is not None]
            notes = tuple(
                Note(facts.span(node), f"Here `{name.id}` is given a value inside `{function.name}`.")
                for node in later[:1]
                if hasattr(node, "lineno")
            )
            yield Match(name, {"name": name.id, "function": function.name}, notes=notes)


def _bound_outside(unit: Subject, scope: Scope, name: str) -> bool:
    """Whether the file, a function around the scope or Python itself gives the name a value."""
    if name in BUILTIN_NAMES or unit.module.is_bound(name):
        return True
    parent = scope.parent
    while parent is not None:
        if parent.kind is ScopeKind.FUNCTION and name in parent.bound:
            return True
        parent = parent.parent
    return False


def _read_after_its_end(unit: Subject) -> Iterator[Match]:
    """Reads of names that `del` or the end of an `except` block has taken away, whichever way led there."""
    facts = unit.facts
    for scope in facts.scopes.scopes:
        module = scope.kind is ScopeKind.MODULE
        if not (module or scope.is_function) or facts.scopes.dynamic:
            continue
        flow, reported = facts.flow(scope), set()
        if flow.incomplete:
            continue
        for name, definitions in flow.reaching.items():
            ends = [d.node for d in definitions if d.kind is DefinitionKind.DELETION]
            others = {d.kind for d in definitions} - {DefinitionKind.DELETION}
            if not ends or name.id in reported or not others <= {DefinitionKind.UNBOUND}:
                continue
            if name.id in scope.shared_names() or facts.scope_at(name) is not scope:
                continue
            if module:
                elsewhere = unit.module.is_rebound(name.id) or unit.module.is_open()
                if elsewhere or name.id in BUILTIN_NAMES or (others and not unit.module.only_below(name.id)):
                    continue
            elif not scope.binds(name.id):
                continue
            if expects_name_error(facts, name):
                continue
            reported.add(name.id)
            deleted = any(isinstance(end, ast.Name) and isinstance(end.ctx, ast.Del) for end in ends)
            yield Match(name, {"name": name.id}, variant="deleted" if deleted else "caught")
