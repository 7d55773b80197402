"""What a test says about a name where it has been passed: `isinstance(x, str)`, `x is None`, `if x`.

A guard holds in the branch that the test opens, in what follows behind `and`, and below an `if` whose other
branch leaves the block. It says nothing where the name may have been given another value in between.
Source: Tobin-Hochstadt, Felleisen, Logical Types for Untyped Languages, 2010 (occurrence typing), of which
these are the simplest shapes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.definitions import Definition

if TYPE_CHECKING:
    from meno_analyzers.facts.unit import UnitFacts

_TYPES = frozenset("int float str list tuple dict set frozenset bytes complex".split())
# Kinds of tests that tell no type but what the value is not: `x is not None`, and `if x`.
SOME = "some"
TRUE = "true"
_TESTED = (ast.If, ast.While, ast.IfExp, ast.Assert)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_place = attrgetter("lineno", "col_offset")
_BLOCKS = ("body", "orelse", "finalbody")
_BINDERS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
    *(ast.alias, ast.Global, ast.Nonlocal),
)


@dataclass(frozen=True, slots=True)
class Test:
    """An expression that tells the type `kind` of a name, if it comes out as `truth` and `words` mean
    Python's builtins, or that it is not `None` (`SOME`), or neither that nor anything else that counts as
    false (`TRUE`). Without a kind it tells something else, that it is of a class of the program, say."""

    node: ast.expr
    asked: ast.Name
    kind: str | None
    words: tuple[ast.Name, ...]
    truth: bool


class Guard:
    """A test with the nodes below which all is evaluated only after it came out so."""

    def __init__(self, facts: UnitFacts, test: Test, roots: frozenset[ast.AST]) -> None:
        self.test = test
        self._roots = roots
        self._parents = facts.parents
        self._stores: list[ast.AST] | None = None

    def covers(self, node: ast.AST | None) -> bool:
        """Whether the node stands at or below the roots."""
        while node is not None and node not in self._roots:
            node = self._parents.get(node)
        return node is not None

    def keeps_value(self, facts: UnitFacts, use: ast.Name) -> bool:
        """Whether nothing between the test and a use that it covers may give the name another value."""
        if self._stores is None:
            name = self.test.asked.id
            stores = (node for node in facts.names_called(name) if not isinstance(node.ctx, ast.Load))
            others = (node for node in facts.nodes(*_BINDERS) if _binds(node, name))
            self._stores = [node for node in (*stores, *others) if self.covers(node)]
        return not self._stores or self._comes_first(use)

    def _comes_first(self, use: ast.Name) -> bool:
        """Whether all stores run behind the use, and not before it in a turn of a loop without the test."""
        assert self._stores is not None
        around: list[ast.AST] = [use]
        while around[-1] not in self._roots:
            around.append(self._parents[around[-1]])
        repeated = [node for node in around if isinstance(node, _LOOPS)]
        for store in self._stores:
            statement = self._parents.get(store)
            assigned = isinstance(statement, ast.Assign | ast.AugAssign) and statement.value in around
            if not assigned and _place(store) < _place(use):
                return False
            if repeated and any(node in repeated for node in self._above(store)):
                return False
        return True

    def _above(self, node: ast.AST) -> Iterator[ast.AST]:
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)


def guards_of(facts: UnitFacts) -> Mapping[str, Sequence[Guard]]:
    """All guards of a unit, by the name that they are about."""
    found: dict[str, list[Guard]] = {}
    for test in _tests(facts):
        roots = frozenset(_passed(facts, test))
        if roots:
            found.setdefault(test.asked.id, []).append(Guard(facts, test, roots))
    return found


def _tests(facts: UnitFacts) -> Iterator[Test]:
    for function in (*facts.names_called("isinstance"), *facts.names_called("hasattr")):
        match call := facts.parents.get(function):
            case ast.Call(args=[ast.Name() as asked, ast.Name(id=kind) as word]) if kind in _TYPES:
                yield Test(call, asked, kind, (function, word), True)
            case ast.Call(args=[ast.Name() as asked, _]):
                yield Test(call, asked, None, (), True)
            case _:
                pass
    for compare in facts.nodes(ast.Compare):
        match compare:
            case ast.Compare(left=ast.Name() as asked, ops=[op], comparators=[ast.Constant(value=None)]):
                # Another object may take itself for equal to `None`; `None` is equal to itself for certain.
                if isinstance(op, ast.Is | ast.IsNot):
                    yield Test(compare, asked, "NoneType", (), isinstance(op, ast.Is))
                if isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
                    yield Test(compare, asked, SOME, (), isinstance(op, ast.IsNot | ast.NotEq))
            case _:
                pass
    for around in facts.nodes(*_TESTED):
        if isinstance(around.test, ast.Name):  # type: ignore[attr-defined]
            yield Test(around.test, around.test, TRUE, (), True)  # type: ignore[attr-defined]
    for operation in facts.nodes(ast.BoolOp):
        for value in operation.values:
            if isinstance(value, ast.Name):
                yield Test(value, value, TRUE, (), True)
    for negation in facts.nodes(ast.UnaryOp):
        if isinstance(negation.op, ast.Not) and isinstance(negation.operand, ast.Name):
            yield Test(negation.operand, negation.operand, TRUE, (), True)


def _passed(facts: UnitFacts, test: Test) -> Iterator[ast.AST]:
    """The nodes that are evaluated only after the test came out as it has to."""
    node: ast.AST = test.node
    truth = test.truth
    while (parent := facts.parents.get(node)) is not None:
        match parent:
            case ast.UnaryOp(op=ast.Not()):
                truth = not truth
            case ast.BoolOp(op=operator, values=values):
                # Behind `and` all before it were true, behind `or` they were false.
                if isinstance(operator, ast.And) is not truth:
                    return
                yield from values[values.index(node) + 1 :]  # type: ignore[arg-type]
            case ast.IfExp() if node is parent.test:
                yield parent.body if truth else parent.orelse
                return
            case ast.If() if node is parent.test:
                yield from parent.body if truth else parent.orelse
                other = parent.orelse if truth else parent.body
                if other and Outcome.NORMAL not in outcomes(other):
                    yield from _below(facts, parent)
                return
            case ast.While() if node is parent.test and truth:
                yield from parent.body
                return
            case ast.Assert() if node is parent.test and truth:
                yield from _below(facts, parent)
                return
            case _:
                return
        node = parent


def _below(facts: UnitFacts, statement: ast.stmt) -> Sequence[ast.stmt]:
    """The statements below one in its block."""
    around = facts.parents.get(statement)
    for block in (getattr(around, name, None) for name in _BLOCKS):
        if isinstance(block, list) and statement in block:
            return block[block.index(statement) + 1 :]
    return ()


def rules_out(test: Test, definition: Definition, kind: str | None) -> bool:
    """Whether a value of that type, from that definition, would not have passed the test."""
    if kind is not None and (kind == "NoneType" or kind.startswith("none:")):
        return test.kind in (SOME, TRUE)
    return test.kind == TRUE and isinstance(definition.value, ast.Constant) and not definition.value.value


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a statement or pattern that is no assignment binds the name."""
    if isinstance(node, ast.alias):
        return (node.asname or node.name).partition(".")[0] == name
    if isinstance(node, ast.Global | ast.Nonlocal):
        return name in node.names
    return bool(getattr(node, "name", None) == name)
