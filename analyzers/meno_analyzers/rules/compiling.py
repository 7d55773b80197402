"""What the parser accepts and the compiler refuses (ME000's other half, beside ME028 and ME029).

CPython finds these in its symbol table and while it makes code; here a scan of the tree finds them, unit by
unit, so that one of them silences no other unit. Guarded by a test that compares with `compile()`. What only
the whole file could tell, such as a `global` in a paragraph below the one that uses the name, is left alone.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterator

from meno_analyzers.facts.scopes import Scope, ScopeKind, parameters_of
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.rules.general import invalid_syntax
from meno_analyzers.rules.patterns import refused_patterns
from meno_analyzers.rules.registry import Match, Subject, also_checks
from meno_analyzers.rules.surroundings import in_annotation

_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)
_MOST_BLOCKS = 20
_DEBUG = "__debug__"


@also_checks(
    invalid_syntax,
    variants=("parameter", "declared", "nonlocal", "outside", "starred", "argument", "pattern", "refused"),
)
def refused_by_the_compiler(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    yield from _repeated_parameters(facts)
    yield from _declarations(facts)
    yield from _outside_of_functions(facts)
    yield from _starred(facts)
    yield from _repeated_arguments(facts)
    yield from _imports(facts)
    yield from _debug(facts)
    yield from _walrus(facts)
    yield from _deep_or_after_all(facts)
    yield from refused_patterns(facts)


def _match(facts: UnitFacts, node: ast.AST, variant: str, near: str | None = None) -> Match:
    return Match(node, {"near": near or facts.source(node)}, variant=variant)


def _repeated_parameters(facts: UnitFacts) -> Iterator[Match]:
    for function in facts.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        names = set()
        for argument in sorted(parameters_of(function), key=lambda a: (a.lineno, a.col_offset)):
            if argument.arg in names:
                yield _match(facts, argument, "parameter", argument.arg)
            names.add(argument.arg)


def _declarations(facts: UnitFacts) -> Iterator[Match]:
    """`global` and `nonlocal` that come too late, contradict something, or lead nowhere."""
    for node in facts.nodes(ast.Global, ast.Nonlocal):
        scope = facts.scope_at(node)
        for name in node.names:
            if isinstance(node, ast.Nonlocal) and not _is_bound_around(scope, name):
                yield _match(facts, node, "nonlocal", name)
            elif name in _parameters(scope) or _mentioned_above(facts, node, scope, name):
                yield _match(facts, node, "declared", name)
            elif name in scope.global_names & scope.nonlocal_names and node is _first_of(facts, scope, name):
                yield _match(facts, node, "refused", name)
    for annotated in facts.nodes(ast.AnnAssign):
        target, scope = annotated.target, facts.scope_at(annotated)
        declared = scope.global_names | scope.nonlocal_names
        if annotated.simple and isinstance(target, ast.Name) and target.id in declared:
            yield _match(facts, annotated, "refused", target.id)


def _first_of(facts: UnitFacts, scope: Scope, name: str) -> ast.stmt:
    """The scope's first declaration of a name."""
    found = [
        n for n in facts.nodes(ast.Global, ast.Nonlocal) if name in n.names and facts.scope_at(n) is scope
    ]
    return min(found, key=lambda node: node.lineno)


def _parameters(scope: Scope) -> set[str]:
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    return {argument.arg for argument in parameters_of(node)}


def _is_bound_around(scope: Scope, name: str) -> bool:
    """Whether a function around the scope has the name for its own."""
    if scope.kind is ScopeKind.MODULE:
        return False
    around = scope.parent
    while around is not None and around.kind is not ScopeKind.MODULE:
        # Each method of a class can see the cell `__class__`.
        if around.kind is ScopeKind.CLASS and name == "__class__":
            return True
        if around.kind is not ScopeKind.CLASS and around.binds(name):
            return True
        around = around.parent
    return False


def _mentioned_above(
    facts: UnitFacts, declaration: ast.Global | ast.Nonlocal, scope: Scope, name: str
) -> bool:
    """Whether the scope uses or binds the name in front of its declaration."""
    place = (declaration.lineno, declaration.col_offset)
    named: list[ast.stmt | ast.Name] = [
        use for use in facts.names_called(name) if not in_annotation(facts, use)
    ]
    named += [
        node
        for node in facts.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name
    ]
    named += [
        node
        for node in facts.nodes(ast.Import, ast.ImportFrom)
        if any((a.asname or a.name.partition(".")[0]) == name for a in node.names)
    ]
    return any((n.lineno, n.col_offset) < place and facts.scope_at(n) is scope for n in named)


def _outside_of_functions(facts: UnitFacts) -> Iterator[Match]:
    """`yield`, `await` and their like where no function, or none of the right kind, runs them."""
    for node in facts.nodes(ast.Yield, ast.YieldFrom):
        scope = facts.scope_at(node)
        in_async = isinstance(scope.node, ast.AsyncFunctionDef)
        if scope.kind not in (ScopeKind.FUNCTION, ScopeKind.LAMBDA):
            yield _match(facts, node, "outside", "yield")
        elif in_async and isinstance(node, ast.YieldFrom):
            yield _match(facts, node, "refused", "yield from")
    for waiting in facts.nodes(ast.Await, ast.AsyncFor, ast.AsyncWith):
        if not _runs_in_async(facts.scope_at(waiting), is_statement=isinstance(waiting, ast.stmt)):
            yield _match(facts, waiting, "outside", "await" if isinstance(waiting, ast.Await) else "async")
    for part in facts.nodes(ast.comprehension):
        whole = facts.parents[part]
        waits = part.is_async and not isinstance(whole, ast.GeneratorExp)
        if waits and not _runs_in_async(facts.scope_at(whole), is_statement=False):
            yield _match(facts, whole, "outside", "async")
    for answer in facts.nodes(ast.Return):
        scope = facts.scope_at(answer)
        if answer.value is None or not isinstance(scope.node, ast.AsyncFunctionDef):
            continue
        if any(facts.scope_at(found) is scope for found in facts.nodes(ast.Yield)):
            yield _match(facts, answer, "refused")


def _runs_in_async(scope: Scope, *, is_statement: bool) -> bool:
    """Whether a scope may wait: a comprehension if what is around it may, a generator expression always."""
    current: Scope | None = scope
    while not is_statement and current is not None and current.kind is ScopeKind.COMPREHENSION:
        if isinstance(current.node, ast.GeneratorExp):
            return True
        current = current.parent
    return current is not None and isinstance(current.node, ast.AsyncFunctionDef)


def _starred(facts: UnitFacts) -> Iterator[Match]:
    for node in facts.nodes(ast.Starred):
        parent = facts.parents.get(node)
        if not isinstance(parent, ast.Call | ast.List | ast.Tuple | ast.Set | ast.ClassDef | ast.arg):
            yield _match(facts, node, "starred")
        elif isinstance(parent, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Store):
            stars = [element for element in parent.elts if isinstance(element, ast.Starred)]
            if node is not stars[0]:
                yield _match(facts, node, "starred")


def _repeated_arguments(facts: UnitFacts) -> Iterator[Match]:
    for call in facts.nodes(ast.Call, ast.ClassDef):
        names = set()
        for argument in call.keywords:
            if argument.arg is not None and argument.arg in names:
                yield _match(facts, argument, "argument", argument.arg)
            names.add(argument.arg)


def _imports(facts: UnitFacts) -> Iterator[Match]:
    for node in facts.nodes(ast.ImportFrom):
        if node.module == "__future__" and not node.level:
            known = {alias.name for alias in node.names} <= set(__future__.all_feature_names)
            if not known or not _is_first(facts, node):
                yield _match(facts, node, "refused")
        elif node.names[0].name == "*" and facts.scope_at(node).kind is not ScopeKind.MODULE:
            yield _match(facts, node, "refused")


def _is_first(facts: UnitFacts, node: ast.ImportFrom) -> bool:
    """Whether nothing in the unit stands above it but a docstring and others of its kind."""
    parent = facts.parents.get(node)
    if not isinstance(parent, ast.Module):
        return False
    above = parent.body[: parent.body.index(node)]
    if above and isinstance(above[0], ast.Expr) and isinstance(above[0].value, ast.Constant):
        del above[0]
    return all(isinstance(other, ast.ImportFrom) and other.module == "__future__" for other in above)


def _debug(facts: UnitFacts) -> Iterator[Match]:
    """New values for `__debug__`, the one name besides the keywords that cannot have one."""
    for name in facts.names_called(_DEBUG):
        if not isinstance(name.ctx, ast.Load):
            yield _match(facts, name, "refused")
    for attribute in facts.nodes(ast.Attribute):
        if attribute.attr == _DEBUG and not isinstance(attribute.ctx, ast.Load):
            yield _match(facts, attribute, "refused")
    for argument in facts.nodes(ast.arg, ast.keyword):
        if argument.arg == _DEBUG:
            yield _match(facts, argument, "refused")


def _walrus(facts: UnitFacts) -> Iterator[Match]:
    """`:=` in a comprehension: over its own loop's name, in what it goes through, or in a class body."""
    for node in facts.nodes(ast.NamedExpr):
        scope: Scope | None = facts.scope_at(node)
        if _in_iterable(facts, node):
            yield _match(facts, node, "refused")
            continue
        inside = False
        while scope is not None and scope.kind is ScopeKind.COMPREHENSION:
            inside = True
            if node.target.id in scope.bound:
                break
            scope = scope.parent
        if inside and scope is not None and scope.kind in (ScopeKind.COMPREHENSION, ScopeKind.CLASS):
            yield _match(facts, node, "refused")


def _in_iterable(facts: UnitFacts, node: ast.AST) -> bool:
    child = node
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.stmt):
            return False
        if isinstance(ancestor, ast.comprehension) and ancestor.iter is child:
            return True
        child = ancestor
    return False


def _deep_or_after_all(facts: UnitFacts) -> Iterator[Match]:
    """A bare `except:` with others below it, and blocks nested too deeply."""
    for attempt in facts.nodes(ast.Try):
        for handler in attempt.handlers[:-1]:
            if handler.type is None:
                yield Match(facts.span(handler), {"near": "except"}, variant="refused")
    blocks = [node for kind in _BLOCKS for node in facts.nodes(kind)]
    if len(blocks) > _MOST_BLOCKS:
        for node in blocks:
            around = 0
            for ancestor in facts.ancestors(node):
                if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    break
                around += isinstance(ancestor, _BLOCKS)
            if around == _MOST_BLOCKS:
                yield _match(facts, node, "refused", facts.source(node).partition(":")[0])
