"""All facts about one unit, made once per text and asked by every rule.

`UnitFacts` is a pure function of the unit's lines. The walk over the tree happens once, here: rules pick
the nodes of their types from an index instead of walking again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from operator import attrgetter
from typing import TypeVar, overload

from meno_analyzers.facts.definitions import Definitions
from meno_analyzers.facts.flow import Flow, flow_of
from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.narrowing import SOME, TRUE, Guard, Test, guards_of
from meno_analyzers.facts.newer import newer_syntax
from meno_analyzers.facts.parsing import Parsed, parse_unit, span_of
from meno_analyzers.facts.scopes import FunctionNode, Scope, ScopeKind, ScopeTree, build_scopes
from meno_analyzers.facts.tree import children, walk
from meno_analyzers.facts.types import Types
from meno_analyzers.facts.values import Values
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.findings import Span

A = TypeVar("A", bound=ast.AST)
B = TypeVar("B", bound=ast.AST)
C = TypeVar("C", bound=ast.AST)
_BODIES = (ScopeKind.MODULE, ScopeKind.FUNCTION, ScopeKind.CLASS)
_NO_NODES: Sequence[ast.AST] = ()
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Between a node and the function whose body it would be part of.
_CLOSED = (ast.ClassDef, ast.Lambda)
_place = attrgetter("lineno", "col_offset")


class UnitFacts:
    """What is known about one unit. Positions that it gives are relative to the unit's first line."""

    def __init__(self, lines: list[str], *, in_class: bool, goes_on: bool) -> None:
        self.lines = lines
        self.in_class = in_class
        parsed: Parsed = parse_unit(lines, in_class=in_class, goes_on=goes_on)
        self.problem = parsed.problem
        # Set if the lines are no mistake but newer than this Python.
        self.newer = newer_syntax(lines, parsed.problem.message) if parsed.problem is not None else None
        self._offset = parsed.offset
        self.tree = parsed.tree
        self._flows: dict[Scope, Flow] = {}
        self._reaching: dict[ast.Name, Definitions | None] = {}
        if parsed.tree is None:
            return
        # The one walk over the tree; rules pick the nodes of their types from its index.
        self.scopes: ScopeTree = build_scopes(parsed.tree, wrapped=bool(parsed.offset))
        self._index = self.scopes.index
        self.parents = self.scopes.parents
        self._scope_at = self.scopes.scope_at
        self._sorted: dict[type[ast.AST], Sequence[ast.AST]] = {}

    @overload
    def nodes(self, first: type[A], /) -> Sequence[A]: ...
    @overload
    def nodes(self, first: type[A], second: type[B], /) -> Sequence[A | B]: ...
    @overload
    def nodes(self, first: type[A], second: type[B], third: type[C], /) -> Sequence[A | B | C]: ...
    @overload
    def nodes(self, first: type[ast.expr], /, *others: type[ast.expr]) -> Sequence[ast.expr]: ...
    @overload
    def nodes(self, first: type[ast.AST], /, *others: type[ast.AST]) -> Sequence[ast.AST]: ...
    def nodes(self, first: type[ast.AST], /, *others: type[ast.AST]) -> Sequence[ast.AST]:
        """All nodes of these exact types, one type after the other, each in the order of the text."""
        known = self._sorted
        found = known.get(first)
        if found is None:
            found = self._in_order(first)
        if not others:
            return found
        together = [*found]
        for kind in others:
            found = known.get(kind)
            if found is None:
                found = self._in_order(kind)
            if found:
                together += found
        return together

    def _in_order(self, kind: type[ast.AST]) -> Sequence[ast.AST]:
        # The walk goes in no useful order; rules report in the order of the text.
        found: Sequence[ast.AST] = self._index.get(kind, _NO_NODES)
        if len(found) > 1 and hasattr(found[0], "lineno"):
            found = sorted(found, key=_place)
        self._sorted[kind] = found
        return found

    @cached_property
    def node_types(self) -> frozenset[type]:
        """The types of all nodes of the unit."""
        return frozenset(self._index)

    def span(self, node: ast.AST) -> Span:
        """The node's place in the unit."""
        return span_of(node, self.lines, self._offset)

    def name_span(self, node: FunctionNode | ast.ClassDef) -> Span:
        """The place of the name in a `def` or `class` statement."""
        span = self.span(node)
        column = self.lines[span.start_line].find(node.name, span.start_column + 1)
        if column < 0:
            return span
        return Span(span.start_line, column, span.start_line, column + len(node.name))

    def source(self, node: ast.AST) -> str:
        """The text of a node, on one line."""
        span = self.span(node)
        if span.start_line == span.end_line:
            return self.lines[span.start_line][span.start_column : span.end_column]
        first = self.lines[span.start_line][span.start_column :]
        middle = self.lines[span.start_line + 1 : span.end_line]
        last = self.lines[span.end_line][: span.end_column]
        return " ".join(part.strip() for part in [first, *middle, last] if part.strip())

    def scope_at(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated; for a `def` that is the scope around it."""
        return self._scope_at[node]

    def scope_inside(self, node: ast.AST) -> Scope:
        """The scope that a function, class, lambda or comprehension opens."""
        return self.scopes.scope_of[node]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, innermost first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def function_around(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function whose body holds the node; None at module level and in class bodies."""
        parent = self.parents.get(node)
        while parent is not None:
            if isinstance(parent, _FUNCTIONS):
                return parent
            if isinstance(parent, _CLOSED):
                return None
            parent = self.parents.get(parent)
        return None

    @cached_property
    def below_try(self) -> Set[ast.AST]:
        """All nodes that a `try` stands around."""
        return {node for around in self.nodes(ast.Try, ast.TryStar) for node in walk(*children(around))}

    @cached_property
    def below_raises(self) -> Set[ast.AST]:
        """All nodes below a `with` that waits for an exception, as `pytest.raises` does."""
        found: set[ast.AST] = set()
        for around in self.nodes(ast.With):
            names = [getattr(n, "attr", getattr(n, "id", "")) for item in around.items for n in walk(item)]
            if any("raises" in str(name).lower() for name in names):
                found.update(walk(*children(around)))
        return found

    def flow(self, scope: Scope) -> Flow:
        """The reaching definitions of a scope with statements, made on first use."""
        flow = self._flows.get(scope)
        if flow is None:
            flow = self._flows[scope] = flow_of(scope)
        return flow

    def reaching(self, name: ast.Name) -> Definitions | None:
        """The definitions that may reach a use of a name; None where that is not known."""
        if name not in self._reaching:
            self._reaching[name] = self._reaching_now(name)
        return self._reaching[name]

    def _reaching_now(self, name: ast.Name) -> Definitions | None:
        scope = self.scope_at(name)
        owner = self.scopes.resolve(name.id, scope) or self.scopes.module
        while scope.kind is ScopeKind.COMPREHENSION and scope is not owner and scope.parent is not None:
            scope = scope.parent
        if owner is not scope or scope.kind not in _BODIES:
            return None
        flow = self.flow(scope)
        if flow.incomplete or name.id in scope.shared_names():
            return None
        return flow.reaching.get(name)

    def is_builtin(self, name: ast.Name, module: ModuleView) -> bool:
        """Whether a name in that place certainly means Python's builtin."""
        return (
            name.id in BUILTIN_NAMES
            and self.scopes.resolve(name.id, self.scope_at(name)) is None
            and not module.is_bound(name.id)
            and not (self.scopes.wrapper is not None and module.in_class(name.id))
        )

    def is_global(self, name: ast.Name) -> bool:
        """Whether a name in that place means the module's variable of that name."""
        return self.scopes.resolve(name.id, self.scope_at(name)) is None

    def inference(self, module: ModuleView) -> tuple[Types, Values]:
        """Proven types and proven values for this unit within its file."""
        types = Types(self.reaching, lambda name: self.is_builtin(name, module), self.is_global, module)
        if self.guards:
            types.tested = self.guards
            types.narrowed = lambda name: self._narrowed(name, module)
            types.passed = self._passed
        values = Values(self, types, module)
        types.element = values.element
        return types, values

    @cached_property
    def guards(self) -> Mapping[str, Sequence[Guard]]:
        """The tests that say of what type a name is where they have been passed."""
        return guards_of(self)

    def _narrowed(self, name: ast.Name, module: ModuleView) -> str | None:
        guards = [guard for guard in self._guards_over(name) if guard.test.kind not in (SOME, TRUE)]
        # A text that is asked whether it is an Enum too may be a text of a class that has more to it.
        if len({guard.test.kind for guard in guards}) != 1:
            return None
        sure = any(
            all(self.is_builtin(word, module) for word in guard.test.words) and self._still_says(guard, name)
            for guard in guards
        )
        return guards[0].test.kind if sure else None

    def _passed(self, name: ast.Name) -> list[Test]:
        """The tests of a name that its value has passed, of those that tell no type."""
        guards = (guard for guard in self._guards_over(name) if guard.test.kind in (SOME, TRUE))
        return [guard.test for guard in guards if self._still_says(guard, name)]

    def _guards_over(self, name: ast.Name) -> Iterator[Guard]:
        return (guard for guard in self.guards.get(name.id, ()) if guard.covers(name))

    def _still_says(self, guard: Guard, name: ast.Name) -> bool:
        """Whether the name has the value for certain that the test was about."""
        known = self.reaching(name)
        return (
            known is not None and known == self.reaching(guard.test.asked) and guard.keeps_value(self, name)
        )

    def types(self, module: ModuleView) -> Types:
        """Proven types for this unit within its file."""
        return self.inference(module)[0]

    @cached_property
    def words(self) -> Set[str]:
        """All names and attributes that the unit mentions."""
        return self._names.keys() | {node.attr for node in self.nodes(ast.Attribute)}

    @cached_property
    def _names(self) -> dict[str, list[ast.Name]]:
        found: dict[str, list[ast.Name]] = {}
        for name in self.nodes(ast.Name):
            found.setdefault(name.id, []).append(name)
        return found

    def names_called(self, name: str) -> list[ast.Name]:
        """All places of the unit that mention a name, in the order of the text."""
        return self._names.get(name, [])

    @cached_property
    def functions(self) -> list[FunctionNode]:
        """All functions of the unit, in the order of the text."""
        return sorted(
            self.nodes(ast.FunctionDef, ast.AsyncFunctionDef),
            key=lambda node: (node.lineno, node.col_offset),
        )
