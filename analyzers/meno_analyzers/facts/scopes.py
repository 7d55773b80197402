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
    _shared: set[str] | None = None

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
        """Names of this scope that an inner function rebinds through `nonlocal`; asked when all are known."""
        if self._shared is None:
            self._shared = set()
            for child in self.children:
                self._shared |= child.nonlocal_names | child.shared_names()
        return self._shared


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
    index: dict[type[ast.AST], list[ast.AST]]  # every node of the unit, by its exact type
    parents: dict[ast.AST, ast.AST]
    scope_at: dict[ast.AST, Scope]  # the scope in which a node is evaluated
    _resolved: dict[tuple[str, Scope], Scope | None] = field(default_factory=dict)

    def resolve(self, name: str, scope: Scope) -> Scope | None:
        """The scope of this unit that `name`, used in `scope`, refers to; None if that is the module."""
        key = (name, scope)
        if key in self._resolved:
            return self._resolved[key]
        found = self._resolved[key] = self._resolve(name, scope)
        return found

    @staticmethod
    def _resolve(name: str, scope: Scope) -> Scope | None:
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
    walk = _Walk(tree)
    wrapper = walk.scope_of.get(tree.body[0]) if wrapped and tree.body else None
    result = ScopeTree(
        module=walk.module,
        wrapper=wrapper,
        scopes=walk.scopes,
        scope_of=walk.scope_of,
        free={},
        class_level={},
        star_import=walk.star_import,
        dynamic=walk.dynamic,
        index=walk.index,
        parents=walk.parents,
        scope_at=walk.scope_at,
    )
    for scope in walk.scopes:
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


class _Walk:
    """The one walk over a unit's tree: it opens scopes, notes what they bind and read, and where each node
    stands. The stack visits in no useful order."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(ScopeKind.MODULE, tree, None)
        self.scopes = [self.module]
        self.scope_of: dict[ast.AST, Scope] = {tree: self.module}
        self.star_import = False
        self.dynamic = False
        self.index: dict[type[ast.AST], list[ast.AST]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scope_at: dict[ast.AST, Scope] = {}
        # Children of what opens a scope that are evaluated outside it: decorators, defaults, bases.
        self._outside: dict[ast.AST, Scope] = {}
        self._run(tree)

    def _run(self, tree: ast.Module) -> None:
        index, parents, scope_at, outside = self.index, self.parents, self.scope_at, self._outside
        handlers = _HANDLERS
        stack: list[tuple[ast.AST, Scope]] = [(tree, self.module)]
        while stack:
            node, scope = stack.pop()
            kind = type(node)
            nodes = index.get(kind)
            if nodes is None:
                index[kind] = [node]
            else:
                nodes.append(node)
            scope_at[node] = scope
            if kind is ast.Name:
                if isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                    scope.loads.append(node)  # type: ignore[arg-type]
                else:
                    scope.bound.add(node.id)  # type: ignore[attr-defined]
                continue
            if kind is ast.Constant:  # nothing is below it, and a long table is made of them
                continue
            handler = handlers.get(kind)
            inner = handler(self, node, scope) if handler is not None else scope
            for child in children(node):
                parents[child] = node
                stack.append((child, outside.pop(child, inner) if outside else inner))

    def _open(
        self, kind: ScopeKind, node: ast.AST, around: Scope, outside: Iterable[ast.AST | None]
    ) -> Scope:
        """Opens a scope; the nodes of `outside`, though below `node`, are evaluated around it."""
        scope = Scope(kind, node, weakref.ref(around))
        around.children.append(scope)
        self.scopes.append(scope)
        self.scope_of[node] = scope
        for other in outside:
            if other is not None:
                self._outside[other] = around
        return scope

    def _type_parameters(self, node: ast.AST) -> None:
        for parameter in getattr(node, "type_params", ()):
            self.module.bound.add(parameter.name)

    def function(self, node: FunctionNode, scope: Scope) -> Scope:
        scope.bound.add(node.name)
        self._type_parameters(node)
        arguments = _all_arguments(node.args)
        inner = self._open(
            ScopeKind.FUNCTION,
            node,
            scope,
            [
                *node.decorator_list,
                node.returns,
                *node.args.defaults,
                *node.args.kw_defaults,
                *(argument.annotation for argument in arguments),
            ],
        )
        inner.bound.update(argument.arg for argument in arguments)
        return inner

    def lambda_(self, node: ast.Lambda, scope: Scope) -> Scope:
        inner = self._open(ScopeKind.LAMBDA, node, scope, [*node.args.defaults, *node.args.kw_defaults])
        inner.bound.update(argument.arg for argument in _all_arguments(node.args))
        return inner

    def class_(self, node: ast.ClassDef, scope: Scope) -> Scope:
        scope.bound.add(node.name)
        self._type_parameters(node)
        for decorator in node.decorator_list:
            # `@enum.global_enum` copies the members into the module.
            if "global_enum" in (getattr(decorator, "attr", ""), getattr(decorator, "id", "")):
                self.dynamic = True
        return self._open(ScopeKind.CLASS, node, scope, [*node.decorator_list, *node.bases, *node.keywords])

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> Scope:
        return self._open(ScopeKind.COMPREHENSION, node, scope, [node.generators[0].iter])

    def walrus(self, node: ast.NamedExpr, scope: Scope) -> Scope:
        owner = scope
        while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
            owner = owner.parent
        self._outside[node.target] = owner
        return scope

    def import_(self, node: ast.Import, scope: Scope) -> Scope:
        scope.bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return scope

    def import_from(self, node: ast.ImportFrom, scope: Scope) -> Scope:
        for alias in node.names:
            if alias.name == "*":
                self.star_import = True
            else:
                scope.bound.add(alias.asname or alias.name)
        return scope

    def named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: Scope) -> Scope:
        if node.name:
            scope.bound.add(node.name)
        return scope

    def mapping_pattern(self, node: ast.MatchMapping, scope: Scope) -> Scope:
        if node.rest:
            scope.bound.add(node.rest)
        return scope

    def global_(self, node: ast.Global, scope: Scope) -> Scope:
        scope.global_names.update(node.names)
        return scope

    def nonlocal_(self, node: ast.Nonlocal, scope: Scope) -> Scope:
        scope.nonlocal_names.update(node.names)
        return scope

    def type_alias(self, node: ast.AST, scope: Scope) -> Scope:
        # Python 3.12's `type X[T] = …`, whose class 3.11 does not have.
        self._type_parameters(node)
        return scope

    def call(self, node: ast.Call, scope: Scope) -> Scope:
        if isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            self.dynamic = self.dynamic or name in _MAKES_NAMES
        return scope


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    found += [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return found


# Each handler takes the node type that stands beside it and answers the scope of the node's children.
_HANDLERS: dict[type, Callable[[_Walk, Any, Scope], Scope]] = {
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.Lambda: _Walk.lambda_,
    ast.ClassDef: _Walk.class_,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.DictComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.NamedExpr: _Walk.walrus,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_from,
    ast.ExceptHandler: _Walk.named,
    ast.MatchAs: _Walk.named,
    ast.MatchStar: _Walk.named,
    ast.MatchMapping: _Walk.mapping_pattern,
    ast.Global: _Walk.global_,
    ast.Nonlocal: _Walk.nonlocal_,
    ast.Call: _Walk.call,
}
if hasattr(ast, "TypeAlias"):
    _HANDLERS[ast.TypeAlias] = _Walk.type_alias


def parameters_of(node: FunctionNode | ast.Lambda) -> list[ast.arg]:
    """All parameters of a function, in no promised order."""
    return _all_arguments(node.args)
