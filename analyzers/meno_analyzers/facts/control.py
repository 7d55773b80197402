"""How a block of statements can end: does control fall through, leave the loop, leave the function?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from enum import Flag, auto
from typing import Any

from meno_analyzers.facts.tree import scope_nodes


class Outcome(Flag):
    """The ways in which a block may end; several at once."""

    NONE = 0
    NORMAL = auto()
    BREAK = auto()
    CONTINUE = auto()
    RETURN = auto()
    RAISE = auto()


_EXITS = frozenset({"exit", "quit"})
_EXIT_ATTRIBUTES = frozenset({("sys", "exit"), ("os", "_exit"), ("os", "abort")})


# Arithmetic on flags is slow: inside this module an outcome is its number.
_NORMAL, _BREAK, _CONTINUE, _RETURN, _RAISE = (
    way.value for way in (Outcome.NORMAL, Outcome.BREAK, Outcome.CONTINUE, Outcome.RETURN, Outcome.RAISE)
)
_LEAVING = _RETURN | _RAISE
_OUTCOMES = tuple(Outcome(number) for number in range(1 << 5))


def outcomes(body: Sequence[ast.stmt]) -> Outcome:
    """The ways in which `body` can end. Implicit exceptions of expressions are not counted."""
    return _OUTCOMES[_ways(body)]


def _ways(body: Sequence[ast.stmt]) -> int:
    if not body:
        return _NORMAL
    # Many rules ask about the same block: the answer is kept with its first statement.
    known: tuple[int, int] | None = body[0].__dict__.get("_ways")
    if known is not None and known[0] == len(body):
        return known[1]
    result = _ways_now(body)
    body[0].__dict__["_ways"] = (len(body), result)
    return result


def _ways_now(body: Sequence[ast.stmt]) -> int:
    result = 0
    for statement in body:
        follow = _STATEMENTS.get(statement.__class__)
        if follow is None:
            continue
        step = follow if isinstance(follow, int) else follow(statement)
        result |= step & ~_NORMAL
        if not step & _NORMAL:
            return result
    return result | _NORMAL


def _if(node: ast.If) -> int:
    return _ways(node.body) | _ways(node.orelse)


def _for(node: ast.For | ast.AsyncFor) -> int:
    inner = _ways(node.body)
    after = _ways(node.orelse)
    if inner & _BREAK:
        after |= _NORMAL
    return after | (inner & _LEAVING)


def _while(node: ast.While) -> int:
    inner = _ways(node.body)
    result = inner & _LEAVING
    if not is_always_true(node.test):
        result |= _ways(node.orelse)
    if inner & _BREAK:
        result |= _NORMAL
    return result


def _with(node: ast.With | ast.AsyncWith) -> int:
    inner = _ways(node.body)
    # The context manager may swallow an exception and go on behind the block.
    return inner | (_NORMAL if inner & _RAISE else 0)


def _try(node: ast.Try | ast.TryStar) -> int:
    last = _ways(node.finalbody)
    if not last & _NORMAL:
        return last
    result = _ways(node.body)
    if result & _NORMAL and node.orelse:
        result = (result & ~_NORMAL) | _ways(node.orelse)
    for handler in node.handlers:
        result |= _ways(handler.body)
    return result | (last & ~_NORMAL)


def _match(node: ast.Match) -> int:
    result = 0
    complete = False
    for case in node.cases:
        result |= _ways(case.body)
        wildcard = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
        complete = complete or (wildcard and case.guard is None)
    return result if complete else result | _NORMAL


def _expression(node: ast.Expr) -> int:
    return _RAISE if isinstance(node.value, ast.Call) and is_exit(node.value) else _NORMAL


# Statements that may do something else than go on to the next one.
_STATEMENTS: dict[type[ast.stmt], int | Callable[[Any], int]] = {
    ast.Return: _RETURN,
    ast.Raise: _RAISE,
    ast.Break: _BREAK,
    ast.Continue: _CONTINUE,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
    ast.Expr: _expression,
}


def is_exit(call: ast.Call) -> bool:
    """Whether a call ends the program: `exit()`, `quit()`, `sys.exit()`, `os._exit()`."""
    if isinstance(call.func, ast.Name):
        return call.func.id in _EXITS
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        return (call.func.value.id, call.func.attr) in _EXIT_ATTRIBUTES
    return False


def is_always_true(test: ast.expr) -> bool:
    """Whether a loop's test is a constant that is true, such as `True` or `1`."""
    return isinstance(test, ast.Constant) and bool(test.value)


def is_generator(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    known: bool | None = function.__dict__.get("_is_generator")
    if known is None:
        known = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in scope_nodes(function))
        function.__dict__["_is_generator"] = known
    return known


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A body that is still to be written: only a docstring, `pass`, `...` or a `raise`."""
    return all(
        isinstance(statement, ast.Pass | ast.Raise)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )
