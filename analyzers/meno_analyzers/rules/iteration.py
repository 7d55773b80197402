"""What loops go over: indices that run past the end, and things that hold no items (ME309, ME313)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, same, stored_names
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import Fix, wrapped
from meno_analyzers.rules.surroundings import awaits_error


@rule(
    "ME309",
    "index-runs-past-end",
    Category.INDEX_ERROR,
    Severity.HINT,
    0.95,
    on=(ast.For,),
    words=("range",),
    values=("sequence", "index", "expression"),
)
def index_runs_past_end(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        sequence = _range_len(unit, loop)
        if sequence is None or not isinstance(loop.target, ast.Name) or loop.orelse:
            continue
        index = loop.target.id
        if outcomes(loop.body) & (Outcome.BREAK | Outcome.RETURN | Outcome.RAISE | Outcome.CONTINUE):
            continue
        inside = list(scope_nodes(loop))
        if _guards_index(inside, index) or {sequence, index} & stored_names(loop, below_target=True):
            continue
        for node in inside:
            if (
                isinstance(node, ast.Subscript)
                and is_name(node.value, sequence)
                and _is_next(node.slice, index)
            ):
                values = {"sequence": sequence, "index": index, "expression": unit.facts.source(node)}
                yield Match(
                    node,
                    values,
                    notes=(Note(unit.facts.span(loop.iter), f"`{index}` takes these values."),),
                )
                break


def _range_len(unit: Subject, loop: ast.For) -> str | None:
    """`xs`, if the loop is `for … in range(len(xs))`."""
    match loop.iter:
        case ast.Call(
            func=ast.Name(id="range") as function,
            args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=sequence)])],
        ) if unit.facts.is_builtin(function, unit.module):
            return sequence
        case _:
            return None


def _is_next(index: ast.expr, name: str) -> bool:
    match index:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Constant(value=int(step))):
            return left == name and step > 0
        case _:
            return False


def _guards_index(nodes: list[ast.AST], index: str) -> bool:
    """Whether some condition in the body looks at the index, or something else may stop the loop early."""
    for node in nodes:
        if isinstance(node, ast.Try | ast.With | ast.Yield | ast.YieldFrom | ast.Assert | ast.Raise):
            return True
        tests: list[ast.expr] = []
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            tests = [node.test]
        elif isinstance(node, ast.BoolOp):
            tests = node.values[:-1]
        for test in tests:
            if any(is_name(inner, index) and not _in_subscript(test, inner) for inner in walk(test)):
                return True
    return False


def _in_subscript(test: ast.expr, name: ast.AST) -> bool:
    """Whether the name stands in a subscript of the test: `xs[i] < xs[i + 1]` compares items, not `i`."""
    return any(
        isinstance(node, ast.Subscript) and any(inner is name for inner in walk(node.slice))
        for node in walk(test)
    )


@rule(
    "ME313",
    "iterating-over-number",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.For, ast.comprehension),
    values=("iterable", "item", "sequence"),
    variants=("len",),
)
def iterating_over_number(unit: Subject) -> Iterator[Match]:
    loops: list[ast.For | ast.comprehension] = [
        *unit.facts.nodes(ast.For),
        *unit.facts.nodes(ast.comprehension),
    ]
    for loop in loops:
        iterable = loop.iter
        if unit.types.of(iterable) not in {"int", "float"} or awaits_error(unit.facts, iterable):
            continue
        values = {"iterable": unit.facts.source(iterable), "item": unit.facts.source(loop.target)}
        match iterable:
            case ast.Call(func=ast.Name(id="len"), args=[measured]):
                # Over the items, or over their positions: what the loop does with them decides.
                positions = isinstance(loop, ast.For) and _takes_items_by(loop, measured)
                fix = _as_range(unit, iterable) if positions else ()
                values |= {"sequence": unit.facts.source(measured)}
                yield Match(iterable, values, variant="len", fix=fix)
            case ast.Constant():
                yield Match(iterable, values, fix=_as_range(unit, iterable))
            case _:
                yield Match(iterable, values)


def _takes_items_by(loop: ast.For, sequence: ast.expr) -> bool:
    """Whether the body reads `sequence[target]`."""
    if not isinstance(loop.target, ast.Name):
        return False
    return any(
        isinstance(node, ast.Subscript) and is_name(node.slice, loop.target.id) and same(node.value, sequence)
        for node in scope_nodes(loop)
    )


def _as_range(unit: Subject, node: ast.expr) -> Fix:
    if unit.module.is_bound("range") or unit.types.of(node) != "int":
        return ()
    return wrapped(unit.facts.span(node), "range(", ")")
