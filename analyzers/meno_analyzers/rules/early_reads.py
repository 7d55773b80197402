"""Local names that are read before anything can have given them a value (ME106).

Certain are reads that no assignment of the function reaches, and reads in a loop that only later statements
of the same loop assign: the first turn comes to the read first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import ENTRY, UNBOUND, Definition, Definitions
from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import FunctionNode, Scope, ScopeKind
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.names import expects_name_error
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import always_runs, loops_around, statement_of


@rule(
    "ME106",
    "local-used-before-assignment",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef, ast.AsyncFunctionDef),
    values=("name", "function"),
    variants=("nowhere",),
)
def local_used_before_assignment(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.dynamic:
        return
    for function in facts.functions:
        scope = facts.scope_inside(function)
        flow = facts.flow(scope)
        shared = scope.shared_names()
        reported = set()
        for name, definitions in flow.reaching.items():
            if UNBOUND not in definitions or name.id in reported:
                continue
            if name.id in shared or not scope.binds(name.id):
                continue
            if not _is_unbound(unit, name, definitions, incomplete=flow.incomplete):
                continue
            if facts.scope_at(name) is not scope or expects_name_error(unit, name):
                continue
            reported.add(name.id)
            values = {"name": name.id, "function": function.name}
            later = [d.node for d in flow.definitions.get(name.id, ()) if d.node is not None]
            notes = tuple(
                Note(facts.span(node), f"Here `{name.id}` is given a value inside `{function.name}`.")
                for node in later[:1]
                if hasattr(node, "lineno")
            )
            if _bound_outside(unit, scope, name.id):
                yield Match(name, values, notes=notes)
            else:
                # A function that nobody calls may be left over in a program that works.
                severity = None if _is_called(unit, function) else Severity.HINT
                yield Match(name, values, "nowhere", notes, severity=severity)


def _is_unbound(unit: Subject, name: ast.Name, definitions: Definitions, *, incomplete: bool) -> bool:
    """Whether the first time that control comes to the read, nothing has given the name a value, of the
    definitions that reach it."""
    others = definitions - ENTRY
    if not others:
        return True
    return not incomplete and all(_comes_later(unit, name, definition) for definition in others)


def _comes_later(unit: Subject, name: ast.Name, definition: Definition) -> bool:
    """Whether a loop comes past the read each time before it comes to the definition."""
    made = definition.node
    if not isinstance(made, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return False
    for loop in loops_around(unit.facts, name):
        if not any(node is made for node in walk(*loop.body)):
            continue
        statement = statement_of(unit.facts, name)
        if made is statement:
            return _is_evaluated(unit, name, made)
        if made.lineno <= name.lineno:
            return isinstance(loop, ast.While) and always_runs(unit.facts, name, loop) and statement is loop
        return always_runs(unit.facts, name, loop) or _guards(unit, name, made, loop)
    return False


def _guards(unit: Subject, name: ast.Name, made: ast.stmt, loop: ast.AST) -> bool:
    """Whether the definition stands below an `if` whose test has read the name."""
    child: ast.AST = made
    for ancestor in unit.facts.ancestors(made):
        if ancestor is loop:
            return False
        if isinstance(ancestor, ast.If) and any(node is name for node in walk(ancestor.test)):
            return _is_evaluated(unit, name, ancestor, holds=child in ancestor.body)
        child = ancestor
    return False


def _is_evaluated(unit: Subject, name: ast.Name, statement: ast.AST, *, holds: bool = False) -> bool:
    """Whether the statement always reads the name; with `holds` only where its test came out true."""
    child: ast.AST = name
    for parent in unit.facts.ancestors(name):
        if parent is statement:
            return True
        match parent:
            case ast.BoolOp(op=sign, values=[first, *_]) if child is not first:
                if not (holds and isinstance(sign, ast.And)):
                    return False
            case ast.UnaryOp(op=ast.Not()):
                holds = False
            case ast.IfExp(test=test) if child is not test:
                return False
            case ast.Compare(left=left, comparators=[right, *_]) if child is not left and child is not right:
                return False
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return False
            case _:
                pass
        child = parent
    return False


def _is_called(unit: Subject, function: FunctionNode) -> bool:
    """Whether the file uses the function outside of itself."""
    role = Mention.CALLED_ATTRIBUTE if unit.facts.scopes.wrapper is not None else Mention.USED
    return unit.module.mentions(role, function.name)


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
