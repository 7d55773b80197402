"""Loops whose every way through the first turn ends the function (ME301)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import Outcome, is_generator, outcomes
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.tree import scope_nodes
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import stores


@rule(
    "ME301",
    "return-on-first-iteration",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.99,
    on=(ast.For, ast.While),
    values=("iterable", "item", "function", "test"),
    variants=("while",),
)
def return_on_first_iteration(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For, ast.While):
        function = unit.facts.function_around(loop)
        if function is None or loop.orelse or not _leaves_at_once(loop) or is_generator(function):
            continue
        values = {"function": function.name}
        if isinstance(loop, ast.While):
            # `while True` with a `return` at its end is a way to write a block that can be left.
            if not isinstance(loop.test, ast.Constant | ast.NamedExpr):
                note = Note(unit.facts.span(loop.test), "This is asked before each turn.")
                values["test"] = unit.facts.source(loop.test)
                yield Match(_end_of_turn(loop), values, "while", (note,))
            continue
        notes = (Note(unit.facts.span(loop.iter), "This is what the loop goes over."),)
        values |= {"iterable": unit.facts.source(loop.iter), "item": unit.facts.source(loop.target)}
        if _loop_around(unit, loop):
            continue
        if _decides_between_returns(loop.body):
            yield Match(loop.body[-1], values, notes=notes)
        elif _brings_up_to_date(loop, function):
            # The first item may be all that is wanted of a row; but then there is nothing to bring along.
            yield Match(_end_of_turn(loop), values, notes=notes, severity=Severity.HINT)


def _leaves_at_once(loop: ast.For | ast.While) -> bool:
    """Whether no way through the loop's body comes back to its head, and one of them returns."""
    ways = outcomes(loop.body)
    if ways & (Outcome.NORMAL | Outcome.CONTINUE | Outcome.BREAK) or Outcome.RETURN not in ways:
        return False
    return not any(isinstance(node, ast.Match | ast.Try | ast.TryStar | ast.With) for node in loop.body)


def _end_of_turn(loop: ast.For | ast.While) -> ast.stmt:
    """The statement of the body that nothing comes past."""
    return next(node for node in loop.body if Outcome.NORMAL not in outcomes([node]))


def _brings_up_to_date(loop: ast.For, function: FunctionNode) -> bool:
    """Whether the body gives a new value to what had one before the loop: work for more than one turn."""
    for node in scope_nodes(loop):
        match node:
            case ast.AugAssign(target=ast.Name()):
                return True
            case ast.Assign(targets=[ast.Name(id=name)]):
                if any(place.lineno < loop.lineno for place in stores(name, function.body)):
                    return True
            case _:
                pass
    return False


def _loop_around(unit: Subject, loop: ast.AST) -> bool:
    """Whether an endless loop around it retries, so that one turn each time may be meant."""
    return any(
        isinstance(a, ast.While) and isinstance(a.test, ast.Constant) for a in unit.facts.ancestors(loop)
    )


def _decides_between_returns(body: list[ast.stmt]) -> bool:
    """Whether the body ends by choosing between two returns: `if … else`, or `if … return` and `return`."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and Outcome.RETURN in outcomes(last.body) | outcomes(last.orelse)
    if not isinstance(last, ast.Return) or len(body) < 2:
        return False
    before = body[-2]
    if not isinstance(before, ast.If) or before.orelse or Outcome.RETURN not in outcomes(before.body):
        return False
    inner = before.body[-1]
    if not isinstance(inner, ast.Return):
        return True
    return not same(inner.value, last.value)
