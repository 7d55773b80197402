"""What a test says about a name where it has been passed: `isinstance(x, str)`, `x is None`.

A guard holds in the branch that the test opens, in what follows behind `and`, and below an `if` whose other
branch leaves the block. It says nothing where the name may have been given another value in between.
Source: Tobin-Hochstadt, Felleisen, Logical Types for Untyped Languages, 2010 (occurrence typing), of which
these are the simplest shapes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meno_analyzers.facts.control import Outcome, outcomes

if TYPE_CHECKING:
    from meno_analyzers.facts.unit import UnitFacts

_TYPES = frozenset("int float str list tuple dict set frozenset bytes complex".split())
_BLOCKS = ("body", "orelse", "finalbody")
_BINDERS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
    *(ast.alias, ast.Global, ast.Nonlocal),
)


@dataclass(frozen=True, slots=True)
class Test:
    """An expression that tells the type `kind` of a name, if it comes out as `truth` and `words` mean
    Python's builtins. Without a kind it tells something else, that it is of a class of the program, say."""

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
        self._keeps: bool | None = None

    def covers(self, node: ast.AST | None) -> bool:
        """Whether the node stands at or below the roots."""
        while node is not None and node not in self._roots:
            node = self._parents.get(node)
        return node is not None

    def keeps_value(self, facts: UnitFacts) -> bool:
        """Whether nothing below the roots may give the name another value."""
        if self._keeps is None:
            name = self.test.asked.id
            stores = (use for use in facts.names_called(name) if not isinstance(use.ctx, ast.Load))
            others = (node for node in facts.nodes(*_BINDERS) if _binds(node, name))
            self._keeps = not any(self.covers(node) for node in (*stores, *others))
        return self._keeps


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
        operator = compare.ops[0]
        if isinstance(operator, ast.Is | ast.IsNot) and isinstance(compare.left, ast.Name):
            match compare.comparators:
                case [ast.Constant(value=None)]:
                    yield Test(compare, compare.left, "NoneType", (), isinstance(operator, ast.Is))
                case _:
                    pass


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


def _binds(node: ast.AST, name: str) -> bool:
    """Whether a statement or pattern that is no assignment binds the name."""
    if isinstance(node, ast.alias):
        return (node.asname or node.name).partition(".")[0] == name
    if isinstance(node, ast.Global | ast.Nonlocal):
        return name in node.names
    return bool(getattr(node, "name", None) == name)
