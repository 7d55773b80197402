"""Binary searches: windows that stop shrinking, and items that nobody looks at (ME333, ME334)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import has, measured_less, mentions, names_in, scope_body


@dataclass(frozen=True, slots=True)
class _Search:
    """A loop that halves the window between two names: `moves` are its assignments to either of them."""

    low: str
    high: str
    middle: str
    strict: bool
    moves: tuple[ast.Assign, ...]


@rule(
    "ME333",
    "binary-search-no-progress",
    Category.INFINITE_LOOP,
    Severity.WARNING,
    0.98,
    on=(ast.While,),
    values=("low", "high", "middle", "test", "move"),
)
def binary_search_no_progress(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        search = _search(loop)
        if search is None or has(loop.body, ast.Break, ast.Try) or _looks_at_window(loop, search):
            continue
        for move in search.moves:
            stuck = is_name(move.value, search.middle)
            if search.strict:
                # With the lower middle, only the lower end can stay where it is.
                stuck = stuck and is_name(move.targets[0], search.low)
            if stuck:
                values = {
                    "low": search.low,
                    "high": search.high,
                    "middle": search.middle,
                    "test": unit.facts.source(loop.test),
                    "move": unit.facts.source(move),
                }
                yield Match(move, values, notes=(Note(unit.facts.span(loop.test), "As long as this holds."),))
                break


@rule(
    "ME334",
    "binary-search-misses-last",
    Category.OFF_BY_ONE_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.While,),
    values=("low", "high", "middle", "test", "sequence"),
)
def binary_search_misses_last(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        search = _search(loop)
        if search is None or not search.strict or not has(loop.body, ast.Return):
            continue
        if has(loop.body, ast.Break, ast.Try) or _looks_at_window(loop, search):
            continue
        if not _moves_past_middle(search):
            continue
        sequence = _inclusive_end(unit, loop, search.high)
        behind = [s for s in scope_body(unit.facts, loop) if s.lineno > (loop.end_lineno or loop.lineno)]
        if sequence is None or names_in(*behind) & {search.low, search.high, search.middle}:
            continue
        values = {
            "low": search.low,
            "high": search.high,
            "middle": search.middle,
            "test": unit.facts.source(loop.test),
            "sequence": sequence,
        }
        yield Match(loop.test, values)


def _search(loop: ast.While) -> _Search | None:
    """The parts of a binary search, if the loop is one and does nothing else to its window."""
    match loop.test:
        case ast.Compare(left=ast.Name(id=left), ops=[operator], comparators=[ast.Name(id=right)]):
            pass
        case _:
            return None
    if isinstance(operator, ast.Lt | ast.LtE):
        low, high = left, right
    elif isinstance(operator, ast.Gt | ast.GtE):
        low, high = right, left
    else:
        return None
    middle = next((s.targets[0] for s in loop.body if _halves(s, low, high)), None)  # type: ignore[attr-defined]
    if not isinstance(middle, ast.Name):
        return None
    moves: list[ast.Assign] = []
    for node in scope_nodes(loop):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            stored = names_in(*targets)
            if middle.id in stored and not (isinstance(node, ast.Assign) and _halves(node, low, high)):
                return None
            if stored & {low, high}:
                if not isinstance(node, ast.Assign) or not _near(node, middle.id):
                    return None
                moves.append(node)
    if {name for move in moves for name in names_in(*move.targets)} != {low, high}:
        return None
    return _Search(
        low,
        high,
        middle.id,
        isinstance(operator, ast.Lt | ast.Gt),
        tuple(sorted(moves, key=lambda move: move.lineno)),
    )


def _halves(statement: ast.stmt, low: str, high: str) -> bool:
    """Whether the statement is `middle = (low + high) // 2` in one of the ways that round down."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=value):
            pass
        case _:
            return False
    match value:
        case ast.Call(func=ast.Name(id="int"), args=[ast.BinOp(left=whole, op=ast.Div(), right=half)]):
            return _is_sum(whole, low, high) and _is(half, 2)
        case ast.BinOp(left=whole, op=ast.FloorDiv(), right=half):
            return _is_sum(whole, low, high) and _is(half, 2)
        case ast.BinOp(left=whole, op=ast.RShift(), right=half):
            return _is_sum(whole, low, high) and _is(half, 1)
        case ast.BinOp(
            left=ast.Name(id=start), op=ast.Add(), right=ast.BinOp(left=width, op=ast.FloorDiv(), right=half)
        ):
            return start == low and _is(half, 2) and _is_width(width, low, high)
        case _:
            return False


def _is(node: ast.expr, number: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == number


def _is_sum(node: ast.expr, low: str, high: str) -> bool:
    match node:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Name(id=right)):
            return {left, right} == {low, high}
        case _:
            return False


def _is_width(node: ast.expr, low: str, high: str) -> bool:
    match node:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub(), right=ast.Name(id=right)):
            return (left, right) == (high, low)
        case _:
            return False


def _near(move: ast.Assign, middle: str) -> bool:
    """Whether an end of the window moves to the middle or right beside it."""
    if len(move.targets) != 1 or not isinstance(move.targets[0], ast.Name):
        return False
    match move.value:
        case ast.Name(id=name):
            return name == middle
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub(), right=ast.Constant(value=1)):
            return name == middle
        case _:
            return False


def _looks_at_window(loop: ast.While, search: _Search) -> bool:
    """Whether the body has a test of its own about the ends of the window, a way out perhaps."""
    tests = [node.test for node in scope_nodes(loop) if isinstance(node, ast.If | ast.IfExp | ast.While)]
    return any(mentions(name, *tests) for name in (search.low, search.high))


def _moves_past_middle(search: _Search) -> bool:
    for move in search.moves:
        match move:
            case ast.Assign(targets=[ast.Name(id=end)], value=ast.BinOp(op=sign)):
                if isinstance(sign, ast.Add) != (end == search.low):
                    return False
            case _:
                return False
    return True


def _inclusive_end(unit: Subject, loop: ast.While, high: str) -> str | None:
    """`xs`, if every way to the loop starts its upper end at `len(xs) - 1`."""
    found: set[str | None] = set()
    for node in walk(*scope_body(unit.facts, loop)):
        if not isinstance(node, ast.Assign) or node.lineno >= loop.lineno:
            continue
        for target, value in _pairs(node):
            if is_name(target, high):
                stop = measured_less(unit, value)
                found.add(stop[0] if stop is not None and stop[1] == 1 else None)
    return found.pop() if len(found) == 1 else None


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment, each with its value: `lo, hi = 0, 9` has two."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value
