"""Scopes and name binding for one unit: which names each scope binds, and which uses leave the unit.

It follows Python's rules: class scopes are invisible to the functions inside them, comprehensions are
scopes of their own whose first iterable belongs outside, a walrus binds in the nearest function. Names
that the unit does not bind are the module's business and are listed in `free`.
"""

from __future__ import annotations

import ast
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from meno_analyzers.facts.tree import children

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Calls after which a module may hold names that its text does not show.
_MAKES_NAMES = frozenset({"exec", "globals", "locals", "vars", "_convert_", "_convert"})


class ScopeKind(Enum):
    """What opens the scope."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"


@dataclass(slots=True, eq=False, weakref_slot=True)
class Scope:
    """One scope: names bound here, names declared global or nonlocal, and the loads that happen here.

    The way up is a weak reference: without cycles, a unit's facts are freed at once when an edit replaces
    them, although the garbage collector rests while somebody types.
    """

    kind: ScopeKind
    node: ast.AST
    _parent: weakref.ref[Scope] | None
    bound: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    loads: list[ast.Name] = field(default_factory=list)
    children: list[Scope] = field(default_factory=list)

    @property
    def parent(self) -> Scope | None:
        """The scope around this one."""
        return self._parent() if self._parent is not None else None

    def binds(self, name: str) -> bool:
        return name in self.bound and name not in self.global_names and name not in self.nonlocal_names

    @property
    def is_function(self) -> bool:
        return self.kind is ScopeKind.FUNCTION

    def shared_names(self) -> set[str]:
        """Names of this scope that an inner function rebinds through `nonlocal`."""
        names: set[str] = set()
        for child in self.children:
            names |= child.nonlocal_names | child.shared_names()
        return names


@dataclass(slots=True)
class ScopeTree:
    """All scopes of a unit. `module` is the outermost; `wrapper` is the class scope of a unit cut from a
    class body, whose names other units of the class may bind."""

    module: Scope
    wrapper: Scope | None
    scopes: list[Scope]
    scope_of: dict[ast.AST, Scope]
    free: dict[str, list[ast.Name]]
    class_level: dict[str, list[ast.Name]]
    star_import: bool
    dynamic: bool

    def resolve(self, name: str, scope: Scope) -> Scope | None:
        """The scope of this unit that `name`, used in `scope`, refers to; None if that is the module."""
        current: Scope | None = scope
        first = True
        while current is not None and current.kind is not ScopeKind.MODULE:
            if name in current.global_names:
                return None
            if current.binds(name) and (first or current.kind is not ScopeKind.CLASS):
                return current
            first = False
            current = current.parent
        return None


def build_scopes(tree: ast.Module, wrapped: bool) -> ScopeTree:
    """The scopes of a parsed unit; `wrapped` says that the unit lies in a class header of ours."""
    builder = _Builder(tree)
    builder.visit_all(tree.body)
    wrapper = builder.scope_of.get(tree.body[0]) if wrapped and tree.body else None
    result = ScopeTree(
        module=builder.module,
        wrapper=wrapper,
        scopes=builder.scopes,
        scope_of=builder.scope_of,
        free={},
        class_level={},
        star_import=builder.star_import,
        dynamic=builder.dynamic,
    )
    for scope in builder.scopes:
        for load in scope.loads:
            if result.resolve(load.id, scope) is None:
                at_class = wrapper is not None and _in_class_level(scope, wrapper)
                (result.class_level if at_class else result.free).setdefault(load.id, []).append(load)
    return result


def _in_class_level(scope: Scope, wrapper: Scope) -> bool:
    """Whether code of `scope` runs while the wrapper's class body does, and so may see its names."""
    while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
        scope = scope.parent
    return scope is wrapper


class _Builder:
    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(ScopeKind.MODULE, tree, None)
        self.scopes = [self.module]
        self.scope_of: dict[ast.AST, Scope] = {tree: self.module}
        self.current = self.module
        self.star_import = False
        self.dynamic = False

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            for child in children(node):
                self.visit(child)

    def bind(self, name: str) -> None:
        self.current.bound.add(name)

    def open(self, kind: ScopeKind, node: ast.AST) -> Scope:
        scope = Scope(kind, node, weakref.ref(self.current))
        self.current.children.append(scope)
        self.scopes.append(scope)
        self.scope_of[node] = scope
        self.current = scope
        return scope

    def close(self) -> None:
        assert self.current.parent is not None
        self.current = self.current.parent

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.current.loads.append(node)
        else:
            self.bind(node.id)

    def function(self, node: FunctionNode) -> None:
        self.bind(node.name)
        self.visit_all(node.decorator_list)
        self._outer_arguments(node.args)
        self.visit_all([node.returns])
        self.open(ScopeKind.FUNCTION, node)
        for parameter in getattr(node, "type_params", ()):
            self.module.bound.add(parameter.name)
        self._parameters(node.args)
        self.visit_all(node.body)
        self.close()

    def lambda_(self, node: ast.Lambda) -> None:
        self._outer_arguments(node.args)
        self.open(ScopeKind.LAMBDA, node)
        self._parameters(node.args)
        self.visit(node.body)
        self.close()

    def _outer_arguments(self, arguments: ast.arguments) -> None:
        self.visit_all([*arguments.defaults, *arguments.kw_defaults])
        for argument in _all_arguments(arguments):
            self.visit_all([argument.annotation])

    def _parameters(self, arguments: ast.arguments) -> None:
        for argument in _all_arguments(arguments):
            self.bind(argument.arg)

    def class_(self, node: ast.ClassDef) -> None:
        self.bind(node.name)
        for decorator in node.decorator_list:
            # `@enum.global_enum` copies the members into the module.
            if "global_enum" in (getattr(decorator, "attr", ""), getattr(decorator, "id", "")):
                self.dynamic = True
        self.visit_all([*node.decorator_list, *node.bases, *node.keywords])
        for parameter in getattr(node, "type_params", ()):
            self.module.bound.add(parameter.name)
        self.open(ScopeKind.CLASS, node)
        self.visit_all(node.body)
        self.close()

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)
        self.open(ScopeKind.COMPREHENSION, node)
        for index, generator in enumerate(node.generators):
            self.visit(generator.target)
            if index:
                self.visit(generator.iter)
            self.visit_all(generator.ifs)
        if isinstance(node, ast.DictComp):
            self.visit_all([node.key, node.value])
        else:
            self.visit(node.elt)
        self.close()

    def walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self.current
        while scope.kind is ScopeKind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        scope.bound.add(node.target.id)

    def import_(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.star_import = True
            else:
                self.bind(alias.asname or alias.name)

    def handler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bind(node.name)
        self.visit_all([node.type, *node.body])

    def pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)
        if isinstance(node, ast.MatchAs):
            self.visit_all([node.pattern])

    def mapping_pattern(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bind(node.rest)
        self.visit_all([*node.keys, *node.patterns])

    def global_(self, node: ast.Global) -> None:
        self.current.global_names.update(node.names)

    def nonlocal_(self, node: ast.Nonlocal) -> None:
        self.current.nonlocal_names.update(node.names)

    def type_alias(self, node: ast.AST) -> None:
        # Python 3.12's `type X[T] = …`, whose class 3.11 does not have.
        self.visit(node.name)  # type: ignore[attr-defined]
        for parameter in node.type_params:  # type: ignore[attr-defined]
            self.module.bound.add(parameter.name)
        self.visit(node.value)  # type: ignore[attr-defined]

    def call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            self.dynamic = self.dynamic or name in _MAKES_NAMES
        self.visit_all([node.func, *node.args, *node.keywords])


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return found


# Each handler takes the node type that stands beside it.
_HANDLERS: dict[type, Callable[[_Builder, Any], None]] = {
    ast.Name: _Builder.name,
    ast.FunctionDef: _Builder.function,
    ast.AsyncFunctionDef: _Builder.function,
    ast.Lambda: _Builder.lambda_,
    ast.ClassDef: _Builder.class_,
    ast.ListComp: _Builder.comprehension,
    ast.SetComp: _Builder.comprehension,
    ast.DictComp: _Builder.comprehension,
    ast.GeneratorExp: _Builder.comprehension,
    ast.NamedExpr: _Builder.walrus,
    ast.Import: _Builder.import_,
    ast.ImportFrom: _Builder.import_from,
    ast.ExceptHandler: _Builder.handler,
    ast.MatchAs: _Builder.pattern,
    ast.MatchStar: _Builder.pattern,
    ast.MatchMapping: _Builder.mapping_pattern,
    ast.Global: _Builder.global_,
    ast.Nonlocal: _Builder.nonlocal_,
    ast.Call: _Builder.call,
}
if hasattr(ast, "TypeAlias"):
    _HANDLERS[ast.TypeAlias] = _Builder.type_alias


def parameters_of(node: FunctionNode | ast.Lambda) -> list[ast.arg]:
    """All parameters of a function, in no promised order."""
    return _all_arguments(node.args)
