"""First values that spoil what a loop works out: a product from 0, an extreme from 0, a counter that is never
set back (ME319–ME322)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import (
    after,
    before,
    has,
    literal,
    loops_around,
    mentions,
    names_in,
    range_arguments,
    stores,
)


@rule(
    "ME319",
    "product-starts-at-zero",
    Category.WRONG_INITIALIZATION,
    Severity.WARNING,
    0.99,
    on=(ast.For, ast.While),
    values=("product", "factor"),
)
def product_starts_at_zero(unit: Subject) -> Iterator[Match]:
    for statement in (*unit.facts.nodes(ast.AugAssign), *unit.facts.nodes(ast.Assign)):
        found = _product(statement)
        if found is None or next(loops_around(unit.facts, statement), None) is None:
            continue
        name, place, factor = found
        start = _zero_start(unit, place)
        if start is not None:
            values = {"product": name, "factor": unit.facts.source(factor)}
            yield Match(
                statement,
                values,
                notes=(Note(unit.facts.span(start), f"Here `{name}` gets its first value."),),
            )


def _product(statement: ast.AST | None) -> tuple[str, ast.Name, ast.expr] | None:
    """The name, the place where it is read, and the other factor of `p *= x` or `p = p * x`."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=name) as place, op=ast.Mult(), value=factor):
            return name, place, factor
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=left, op=ast.Mult(), right=right)):
            if isinstance(left, ast.Name) and left.id == name:
                return name, left, right
            if isinstance(right, ast.Name) and right.id == name:
                return name, right, left
    return None


def _zero_start(unit: Subject, place: ast.Name) -> ast.AST | None:
    """The assignment of 0, if the name holds nothing here but that and products of itself with something."""
    if unit.facts.is_global(place) and unit.module.is_rebound(place.id):
        return None
    start: ast.AST | None = None
    seen: set[Definition] = set()
    todo = list(unit.facts.reaching(place) or ())
    while todo:
        definition = todo.pop()
        if definition in seen:
            continue
        seen.add(definition)
        if literal(definition.value) == 0 and definition.kind is DefinitionKind.ASSIGNMENT:
            start = definition.node
            continue
        further = _product(definition.node)
        if further is None:
            return None
        todo += unit.facts.reaching(further[1]) or ()
    return start


@rule(
    "ME320",
    "factorial-multiplies-by-zero",
    Category.WRONG_INITIALIZATION,
    Severity.WARNING,
    0.98,
    on=(ast.For,),
    words=("range",),
    values=("product", "index", "range"),
)
def factorial_multiplies_by_zero(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        arguments = range_arguments(unit, loop.iter)
        if arguments is None or not isinstance(loop.target, ast.Name):
            continue
        if len(arguments) > 1 and literal(arguments[0]) != 0:
            continue
        index = loop.target.id
        if stores(index, loop.body) or has(loop.body, ast.Continue, ast.Break):
            continue
        for statement in loop.body:
            found = _product(statement)
            if found is None or not is_name(found[2], index) or len(stores(found[0], loop.body)) != 1:
                continue
            # Only numbers vanish: a list or text times 0 may be wanted.
            if _zero_start(unit, found[1]) is None and unit.types.of(found[1]) in {"int", "float", "number"}:
                values = {"product": found[0], "index": index, "range": unit.facts.source(loop.iter)}
                note = Note(unit.facts.span(loop.iter), f"`{index}` takes its values from here.")
                yield Match(statement, values, notes=(note,))


@rule(
    "ME321",
    "extreme-starts-at-zero",
    Category.WRONG_INITIALIZATION,
    Severity.HINT,
    0.92,
    on=(ast.For,),
    values=("extreme", "item", "test"),
)
def extreme_starts_at_zero(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        for statement in loop.body:
            found = _smaller_wins(statement)
            if found is None:
                continue
            name, item, test = found
            if not _is_item(loop, item) or len(stores(name, loop.body)) != 1 or loop.orelse:
                continue
            starts = [s for s in before(unit.facts, loop) if mentions(name, s)]
            if len(starts) != 1 or _zero_assigned(starts[0]) != name or _may_be_below_zero(unit, loop, item):
                continue
            values = {"extreme": name, "item": unit.facts.source(item), "test": unit.facts.source(test)}
            yield Match(starts[0], values, notes=(Note(unit.facts.span(test), "Here it is compared."),))


def _zero_assigned(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if literal(value) == 0:
            return name
        case _:
            return None


def _smaller_wins(statement: ast.stmt) -> tuple[str, ast.expr, ast.expr] | None:
    """The kept name, the candidate and the test of `if x < best: best = x`."""
    match statement:
        case ast.If(
            test=ast.Compare(left=left, ops=[operator], comparators=[right]) as test,
            body=[ast.Assign(targets=[ast.Name(id=name)], value=value)],
            orelse=[],
        ):
            smaller, larger = (left, right) if isinstance(operator, ast.Lt | ast.LtE) else (right, left)
            if not isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE) or not is_name(larger, name):
                return None
            return (name, value, test) if same(smaller, value) else None
        case _:
            return None


def _is_item(loop: ast.For, candidate: ast.expr) -> bool:
    """Whether the candidate is the loop's own item: its variable, or a sequence at its index."""
    target = loop.target
    if not isinstance(target, ast.Name):
        return False
    if is_name(candidate, target.id):
        return not (isinstance(loop.iter, ast.Call) and is_name(loop.iter.func, "range"))
    match candidate:
        case ast.Subscript(value=ast.Name(), slice=ast.Name(id=index)):
            return index == target.id
        case _:
            return False


_BELOW = (
    "delta",
    "diff",
    "change",
    "balance",
    "prefix",
    "depth",
    "temp",
    "offset",
    "margin",
    "profit",
    "cost",
)


def _may_be_below_zero(unit: Subject, loop: ast.For, item: ast.expr) -> bool:
    """Whether the values look like ones that fall below zero, where zero is a sensible start."""
    spoken = f"{unit.facts.source(loop.iter)} {unit.facts.source(item)}".lower()
    return any(word in spoken for word in _BELOW) or any(
        (number := literal(node)) is not None and number < 0 for node in walk(loop.iter)
    )


@rule(
    "ME322",
    "inner-counter-not-reset",
    Category.WRONG_INITIALIZATION,
    Severity.HINT,
    0.93,
    on=(ast.While,),
    values=("counter", "test", "outer"),
)
def inner_counter_not_reset(unit: Subject) -> Iterator[Match]:
    for inner in unit.facts.nodes(ast.While):
        outer = next(loops_around(unit.facts, inner), None)
        if not isinstance(outer, ast.For | ast.While) or inner not in outer.body:
            continue
        name = _bounded_counter(inner, outer)
        if name is None or has(inner.body, ast.Break, ast.Return, ast.Raise, ast.Yield):
            continue
        # Nothing but the inner loop touches the counter from one turn of the outer loop to the next.
        if len(mentions(name, outer)) != len(mentions(name, inner)):
            continue
        starts = [s for s in before(unit.facts, outer) if name in names_in(s)]
        if not starts or mentions(name, *after(unit.facts, outer)) or not _sets_number(starts[-1], name):
            continue
        values = {"counter": name, "test": unit.facts.source(inner.test), "outer": _outer_header(unit, outer)}
        yield Match(
            inner.test,
            values,
            notes=(Note(unit.facts.span(starts[-1]), f"Here `{name}` gets its first value."),),
        )


def _outer_header(unit: Subject, outer: ast.For | ast.While) -> str:
    return unit.facts.source(outer.target if isinstance(outer, ast.For) else outer.test)


def _sets_number(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Assign(targets=targets, value=value):
            return literal(value) is not None and any(is_name(target, name) for target in targets)
        case _:
            return False


def _bounded_counter(inner: ast.While, outer: ast.For | ast.While) -> str | None:
    """`j` of `while j < n`, if the outer loop leaves `n` alone and the inner one only moves `j`."""
    match inner.test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()], comparators=[bound]
        ):
            pass
        case _:
            return None
    changed = {n.id for n in walk(outer) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    touched = {
        n.value.id for n in walk(outer) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    }
    if names_in(bound) & (changed | touched) or any(isinstance(n, ast.Attribute) for n in walk(bound)):
        return None
    if any(isinstance(n, ast.Call) and not is_name(n.func, "len") for n in walk(bound)):
        return None
    counted = [s for s in inner.body if isinstance(s, ast.AugAssign) and is_name(s.target, name)]
    plain = [s for s in inner.body if isinstance(s, ast.Assign) and is_name(s.targets[0], name)]
    return name if len(counted) + len(plain) == len(stores(name, inner.body)) == 1 else None
