"""Making a unit's summary: what it binds at module level and what its functions promise."""

from __future__ import annotations

import ast

from meno_analyzers.facts.control import is_generator
from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.module import (
    BUILTIN_NAMES,
    CALL_OF,
    FunctionSummary,
    Module,
    ModuleView,
    Summary,
)
from meno_analyzers.facts.scopes import FunctionNode, ScopeKind
from meno_analyzers.facts.tree import walk_scope
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.source.tolerant import names_in, words_in


def summary_of(facts: UnitFacts) -> Summary:
    """The summary of a unit; one that does not parse offers every name it mentions."""
    if facts.tree is None:
        if facts.problem is None:
            return Summary(uncertain=words_in("".join(facts.lines)) - BUILTIN_NAMES)
        # A builtin that a broken unit mentions is most likely just used there; taking it for redefined would
        # silence, and check again, every unit that uses it too.
        return Summary(uncertain=names_in("".join(facts.lines)) - BUILTIN_NAMES)
    scopes = facts.scopes
    rebound = frozenset(name for scope in scopes.scopes for name in scope.global_names)
    class_names: frozenset[str] = frozenset()
    wrapper = scopes.wrapper
    if wrapper is not None:
        class_names = frozenset(wrapper.bound)
    else:
        class_names = frozenset(
            name
            for scope in scopes.scopes
            if scope.kind is ScopeKind.CLASS and scope.parent is scopes.module
            for name in scope.bound
        )
    bound = scopes.module.bound - ({"_"} if wrapper is not None else set())
    return Summary(
        bindings=_bindings(facts, bound),
        functions=_functions(facts),
        class_names=class_names,
        rebound_from_functions=rebound,
        star_import=scopes.star_import,
        dynamic=scopes.dynamic,
    )


def _bindings(facts: UnitFacts, bound: set[str]) -> dict[str, frozenset[str | None]]:
    if not bound:
        return {}
    # Types that hold whatever the rest of the file says: no other unit is asked.
    types = facts.types(ModuleView(Module()))
    definitions = facts.flow(facts.scopes.module).definitions

    def kind(definition: Definition) -> str | None:
        if definition.kind is DefinitionKind.ASSIGNMENT and isinstance(definition.value, ast.Call):
            function = definition.value.func
            if isinstance(function, ast.Name) and facts.is_global(function):
                builtin = types.of(definition.value)
                # The file may hide a builtin's name, so even these are kept as "what that call answers".
                return f"{CALL_OF}{function.id}:{builtin or ''}"
        return types.of_definition(definition)

    return {
        name: frozenset(kind(definition) for definition in definitions.get(name, ())) or frozenset({None})
        for name in bound
    }


def _functions(facts: UnitFacts) -> dict[str, FunctionSummary]:
    found = {}
    for node in facts.scopes.module.node.body:  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = FunctionSummary(node.name, _returns_nothing(node))
    return found


def _returns_nothing(node: FunctionNode) -> bool:
    if isinstance(node, ast.AsyncFunctionDef) or node.decorator_list or is_generator(node):
        return False
    if _is_stub(node):
        return False
    for inner in walk_scope(node.body):
        if isinstance(inner, ast.Return) and inner.value is not None:
            return False
    return True


def _is_stub(node: FunctionNode) -> bool:
    """A body that is still to be written: only a docstring, `pass`, `...` or a `raise`."""
    return all(
        isinstance(statement, ast.Pass | ast.Raise)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )
