"""How a block of statements can end: does control fall through, leave the loop, leave the function?"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from enum import Flag, auto

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


def outcomes(body: Sequence[ast.stmt]) -> Outcome:
    """The ways in which `body` can end. Implicit exceptions of expressions are not counted."""
    if not body:
        return Outcome.NORMAL
    # Many rules ask about the same block: the answer is kept with its first statement.
    known: tuple[int, Outcome] | None = body[0].__dict__.get("_outcomes")
    if known is not None and known[0] == len(body):
        return known[1]
    result = _outcomes(body)
    body[0].__dict__["_outcomes"] = (len(body), result)
    return result


def _outcomes(body: Sequence[ast.stmt]) -> Outcome:
    result = Outcome.NONE
    for statement in body:
        if isinstance(statement, _PLAIN):
            continue
        step = _statement(statement)
        result |= step & ~Outcome.NORMAL
        if Outcome.NORMAL not in step:
            return result
    return result | Outcome.NORMAL


# Statements that only go on to the next one.
_PLAIN = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Pass,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.ClassDef,
    ast.Delete,
)


def _statement(node: ast.stmt) -> Outcome:
    match node:
        case ast.Return():
            return Outcome.RETURN
        case ast.Raise():
            return Outcome.RAISE
        case ast.Break():
            return Outcome.BREAK
        case ast.Continue():
            return Outcome.CONTINUE
        case ast.If():
            return outcomes(node.body) | outcomes(node.orelse)
        case ast.For() | ast.AsyncFor():
            inner = outcomes(node.body)
            after = outcomes(node.orelse)
            if Outcome.BREAK in inner:
                after |= Outcome.NORMAL
            return after | (inner & (Outcome.RETURN | Outcome.RAISE))
        case ast.While():
            return _while(node)
        case ast.With() | ast.AsyncWith():
            inner = outcomes(node.body)
            # The context manager may swallow an exception and go on behind the block.
            return inner | (Outcome.NORMAL if Outcome.RAISE in inner else Outcome.NONE)
        case ast.Try() | ast.TryStar():
            return _try(node)
        case ast.Match():
            return _match(node)
        case ast.Expr(value=ast.Call() as call) if is_exit(call):
            return Outcome.RAISE
        case _:
            return Outcome.NORMAL


def _while(node: ast.While) -> Outcome:
    inner = outcomes(node.body)
    result = inner & (Outcome.RETURN | Outcome.RAISE)
    if not is_always_true(node.test):
        result |= outcomes(node.orelse)
    if Outcome.BREAK in inner:
        result |= Outcome.NORMAL
    return result


def _try(node: ast.Try | ast.TryStar) -> Outcome:
    last = outcomes(node.finalbody)
    if Outcome.NORMAL not in last:
        return last
    result = outcomes(node.body)
    if Outcome.NORMAL in result and node.orelse:
        result = (result & ~Outcome.NORMAL) | outcomes(node.orelse)
    for handler in node.handlers:
        result |= outcomes(handler.body)
    return result | (last & ~Outcome.NORMAL)


def _match(node: ast.Match) -> Outcome:
    result = Outcome.NONE
    complete = False
    for case in node.cases:
        result |= outcomes(case.body)
        wildcard = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
        complete = complete or (wildcard and case.guard is None)
    return result if complete else result | Outcome.NORMAL


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
