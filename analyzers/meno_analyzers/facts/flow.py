"""Reaching definitions for one scope: which assignments may have given a name the value it has here.

A structured data-flow analysis: the statements are followed in order, branches are joined, loops are
followed until nothing new arrives, `break`, `continue`, `return` and `raise` carry their own states. An
exception may leave a `try` body behind any of its statements. `UNBOUND` stands for "no assignment of this
scope": the name is unbound, or comes from outside. Uses inside nested functions happen at an unknown time
and are not recorded.
Source: Nielson, Nielson, Hankin, Principles of Program Analysis, section 2.1.2 (reaching definitions).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from meno_analyzers.facts.control import is_always_true, is_exit
from meno_analyzers.facts.definitions import ENTRY, Definition, DefinitionKind, Definitions, State, join
from meno_analyzers.facts.loads import loads_of, names_of_clauses
from meno_analyzers.facts.scopes import FunctionNode, Scope, ScopeKind, parameters_of
from meno_analyzers.facts.tree import children, walk

# Loops that need more rounds than this to settle are cut off; their names then know too few definitions,
# so a cut-off scope is marked `incomplete` and proves nothing.
_MOST_ROUNDS = 5


@dataclass(slots=True)
class _Loop:
    breaks: list[State]
    continues: list[State]


class Flow:
    """The reaching definitions of one module, function or class scope.

    `reaching[name_node]` are the definitions that may reach a load; `definitions[name]` are all there are.
    """

    def __init__(self, scope: Scope, body: Sequence[ast.stmt]) -> None:
        self.scope = scope
        self.reaching: dict[ast.Name, Definitions] = {}
        self.definitions: dict[str, list[Definition]] = {}
        self.incomplete = False
        self._made: dict[tuple[int, str], Definitions] = {}
        self._loops: list[_Loop] = []
        self._raises: list[list[State]] = []
        state: State = {}
        if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for parameter in parameters_of(scope.node):
                state[parameter.arg] = self._define(DefinitionKind.PARAMETER, parameter.arg, parameter)
        self.end = self._block(body, state)

    def _define(
        self, kind: DefinitionKind, name: str, node: ast.AST, value: ast.expr | None = None
    ) -> Definitions:
        key = (id(node), name)
        made = self._made.get(key)
        if made is None:
            definition = Definition(kind, name, node, value)
            made = self._made[key] = frozenset({definition})
            self.definitions.setdefault(name, []).append(definition)
        return made

    def _set(
        self,
        state: State,
        kind: DefinitionKind,
        name: str,
        node: ast.AST,
        value: ast.expr | None = None,
    ) -> None:
        if name not in self.scope.global_names and name not in self.scope.nonlocal_names:
            state[name] = self._define(kind, name, node, value)

    def _block(self, body: Sequence[ast.stmt], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None
            if self._raises:
                self._raises[-1].append(dict(state))
            state = self._statement(statement, state)
        if state is not None and self._raises:
            self._raises[-1].append(dict(state))
        return state

    def _statement(self, node: ast.stmt, state: State) -> State | None:
        if (follow := _STATEMENTS.get(node.__class__)) is not None:
            return follow(self, node, state)
        self._read(node, state)
        return state

    def _expression(self, node: ast.Expr, state: State) -> State | None:
        self._read(node.value, state)
        return None if isinstance(node.value, ast.Call) and is_exit(node.value) else state

    def _assign(self, node: ast.Assign, state: State) -> State:
        self._read(node.value, state)
        for target in node.targets:
            self._target(target, state, DefinitionKind.ASSIGNMENT, node, node.value)
        return state

    def _annotated(self, node: ast.AnnAssign, state: State) -> State:
        if node.value is not None:
            self._read(node.value, state)
            self._target(node.target, state, DefinitionKind.ASSIGNMENT, node, node.value)
        elif not isinstance(node.target, ast.Name):
            self._read(node.target, state)
        return state

    def _if(self, node: ast.If, state: State) -> State | None:
        self._read(node.test, state)
        return join((self._block(node.body, dict(state)), self._block(node.orelse, dict(state))))

    def _leave(self, node: ast.Return | ast.Raise, state: State) -> None:
        self._read(node, state)

    def _break(self, _node: ast.Break, state: State) -> None:
        if self._loops:
            self._loops[-1].breaks.append(state)

    def _continue(self, _node: ast.Continue, state: State) -> None:
        if self._loops:
            self._loops[-1].continues.append(state)

    def _function(self, node: FunctionNode, state: State) -> State:
        self._read_all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults], state)
        self._set(state, DefinitionKind.OTHER, node.name, node)
        return state

    def _class(self, node: ast.ClassDef, state: State) -> State:
        self._read_all([*node.decorator_list, *node.bases, *node.keywords], state)
        self._set(state, DefinitionKind.OTHER, node.name, node)
        return state

    def _import(self, node: ast.Import | ast.ImportFrom, state: State) -> State:
        for alias in node.names:
            self._set(state, DefinitionKind.OTHER, alias.asname or alias.name.partition(".")[0], node)
        return state

    def _delete(self, node: ast.Delete, state: State) -> State:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._set(state, DefinitionKind.DELETION, target.id, target)
            else:
                self._read(target, state)
        return state

    def _augmented(self, node: ast.AugAssign, state: State) -> State:
        if isinstance(node.target, ast.Name):
            name = node.target.id
            # `x += 1` reads x although the tree marks it as a store.
            self._record(node.target, state)
            self._read(node.value, state)
            self._set(state, DefinitionKind.AUGMENTED, name, node, node.value)
        else:
            self._read(node.target, state)
            self._read(node.value, state)
        return state

    def _for(self, node: ast.For | ast.AsyncFor, state: State) -> State | None:
        self._read(node.iter, state)

        def take_item(turn: State) -> None:
            self._target(node.target, turn, DefinitionKind.LOOP, node, node.iter)

        header, breaks = self._turns(node.body, state, take_item)
        return join([self._block(node.orelse, dict(header)), *breaks])

    def _while(self, node: ast.While, state: State) -> State | None:
        header, breaks = self._turns(node.body, state, lambda turn: self._read(node.test, turn))
        if is_always_true(node.test):
            return join(breaks)
        tested = dict(header)
        self._read(node.test, tested)
        return join([self._block(node.orelse, tested), *breaks])

    def _turns(
        self, body: Sequence[ast.stmt], state: State, enter: Callable[[State], None]
    ) -> tuple[State, list[State]]:
        """Follows a loop's body until nothing new arrives at its head; `enter` begins each turn.

        Returns the state at the head and the states that `break` carries out.
        """
        header = state
        breaks: list[State] = []
        for _ in range(_MOST_ROUNDS):
            loop = _Loop([], [])
            self._loops.append(loop)
            turn = dict(header)
            enter(turn)
            end = self._block(body, turn)
            self._loops.pop()
            breaks = loop.breaks
            after = join([header, end, *loop.continues]) or header
            if after == header:
                return header, breaks
            header = after
        self.incomplete = True
        return header, breaks

    def _try(self, node: ast.Try | ast.TryStar, state: State) -> State | None:
        seen: list[State] = []
        self._raises.append(seen)
        end = self._block(node.body, dict(state))
        self._raises.pop()
        # An exception may come from anywhere in the body, also out of an inner block.
        raised = join([state, *seen]) or state
        if self._raises:
            self._raises[-1].append(raised)
        ends = [self._block(node.orelse, end) if end is not None else None]
        for handler in node.handlers:
            caught = dict(raised)
            if handler.type is not None:
                self._read(handler.type, caught)
            if handler.name:
                self._set(caught, DefinitionKind.OTHER, handler.name, handler)
            end = self._block(handler.body, caught)
            if end is not None and handler.name and handler.type is not None:
                # Python deletes the name when the handler is done.
                self._set(end, DefinitionKind.DELETION, handler.name, handler.type)
            ends.append(end)
        joined = join(ends)
        if not node.finalbody:
            return joined
        after = self._block(node.finalbody, dict(join([raised, joined]) or raised))
        if joined is None or after is None:
            return None
        # On the way out without an exception, only what the body or a handler left behind counts.
        return self._block(node.finalbody, dict(joined))

    def _with(self, node: ast.With | ast.AsyncWith, state: State) -> State | None:
        for item in node.items:
            self._read(item.context_expr, state)
            if item.optional_vars is not None:
                self._target(item.optional_vars, state, DefinitionKind.OTHER, node, None)
        seen: list[State] = []
        self._raises.append(seen)
        end = self._block(node.body, dict(state))
        self._raises.pop()
        # The context manager may swallow an exception: control then goes on from anywhere in the body.
        return join([end, *seen])

    def _match(self, node: ast.Match, state: State) -> State | None:
        self._read(node.subject, state)
        ends: list[State | None] = []
        for case in node.cases:
            branch = dict(state)
            for part in walk(case.pattern):
                name = getattr(part, "name", None) or getattr(part, "rest", None)
                if isinstance(name, str):
                    self._set(branch, DefinitionKind.OTHER, name, part)
            if case.guard is not None:
                self._read(case.guard, branch)
                # A name that the pattern caught stays when the guard says no.
                state = join((state, branch)) or state
            ends.append(self._block(case.body, dict(branch)))
        return join([state, *ends])

    def _target(
        self, target: ast.expr, state: State, kind: DefinitionKind, node: ast.AST, value: ast.expr | None
    ) -> None:
        if isinstance(target, ast.Name):
            self._set(state, kind, target.id, node, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._target(element, state, DefinitionKind.OTHER, element, None)
        elif isinstance(target, ast.Starred):
            self._target(target.value, state, DefinitionKind.OTHER, target, None)
        else:
            self._read(target, state)

    def _record(self, node: ast.Name, state: State) -> None:
        # A block may be followed more than once (loops, `finally`): what reaches it adds up.
        found = state.get(node.id, ENTRY)
        before = self.reaching.get(node)
        self.reaching[node] = found if before is None or before is found else before | found

    def _read_all(self, nodes: Iterable[ast.AST | None], state: State) -> None:
        for node in nodes:
            if node is not None:
                self._read(node, state)

    def _read(self, node: ast.AST, state: State) -> None:
        """Records every load below `node` in `state`; a walrus on the way binds its name."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                self._record(node, state)
            return
        loads = loads_of(node)
        if loads is not None:
            for load in loads:
                self._record(load, state)
        elif isinstance(node, ast.Lambda):
            self._read_all([*node.args.defaults, *node.args.kw_defaults], state)
        elif isinstance(node, ast.NamedExpr):
            self._read(node.value, state)
            self._set(state, DefinitionKind.ASSIGNMENT, node.target.id, node, node.value)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self._comprehension(node, state)
        else:
            for child in children(node):
                self._read(child, state)

    def _comprehension(self, node: ast.AST, state: State) -> None:
        """Loads of this scope inside a comprehension happen now; the comprehension's own names do not."""
        own = names_of_clauses(node)
        local = {**state, **dict.fromkeys(own, frozenset[Definition]())}
        # What the clauses bind (`if (y := x)`) is there when the element in front of them is made.
        for child in sorted(children(node), key=lambda child: not isinstance(child, ast.comprehension)):
            self._read(child, local)
        for name, value in local.items():
            if name not in own and state.get(name) is not value:
                state[name] = value


# Statements that do more than read names.
_STATEMENTS: dict[type[ast.AST], Callable[[Flow, Any, State], State | None]] = {
    ast.Expr: Flow._expression,
    ast.Assign: Flow._assign,
    ast.AugAssign: Flow._augmented,
    ast.AnnAssign: Flow._annotated,
    ast.If: Flow._if,
    ast.While: Flow._while,
    ast.Match: Flow._match,
    ast.Break: Flow._break,
    ast.Continue: Flow._continue,
    ast.ClassDef: Flow._class,
    ast.Delete: Flow._delete,
    **dict.fromkeys((ast.For, ast.AsyncFor), Flow._for),
    **dict.fromkeys((ast.Try, ast.TryStar), Flow._try),
    **dict.fromkeys((ast.With, ast.AsyncWith), Flow._with),
    **dict.fromkeys((ast.Return, ast.Raise), Flow._leave),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), Flow._function),
    **dict.fromkeys((ast.Import, ast.ImportFrom), Flow._import),
}


def flow_of(scope: Scope) -> Flow:
    """The flow of a scope that has a body of statements."""
    assert scope.kind in {ScopeKind.MODULE, ScopeKind.FUNCTION, ScopeKind.CLASS}
    body = scope.node.body  # type: ignore[attr-defined]
    return Flow(scope, body)
