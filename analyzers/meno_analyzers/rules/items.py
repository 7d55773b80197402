"""Items and places: a loop that asks for a place that is none, for the same place each time, or for two names
out of one item (ME306, ME310, ME314, ME323, ME328)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.builtin_types import TEXTS
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, stored_names
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import (
    Loop,
    always_runs,
    calls_only_harmless,
    constant_before,
    has,
    literal,
    measured,
    mentions,
    range_arguments,
    step_of,
    stores,
)
from meno_analyzers.rules.surroundings import awaits_error

_SEQUENCES = frozenset({"list", "tuple", "str", "input"})


@rule(
    "ME306",
    "loop-else-without-break",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.For, ast.While),
    values=("header", "test"),
)
def loop_else_without_break(unit: Subject) -> Iterator[Match]:
    loops: list[Loop] = [*unit.facts.nodes(ast.For), *unit.facts.nodes(ast.While)]
    for loop in loops:
        last = loop.body[-1]
        if not loop.orelse or not isinstance(last, ast.If) or last.orelse:
            continue
        if _may_end_early(loop) or awaits_error(unit.facts, loop):
            continue
        if not (_speaks(last.body) and _speaks(loop.orelse)):
            continue
        header = loop.iter if isinstance(loop, ast.For) else loop.test
        values = {"header": unit.facts.source(header), "test": unit.facts.source(last.test)}
        yield Match(
            loop.orelse[0], values, notes=(Note(unit.facts.span(header), "This loop runs to its end."),)
        )


def _may_end_early(loop: Loop) -> bool:
    """Whether something in the loop can skip its `else`."""
    if has(
        loop.body, ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Await, ast.Assert, ast.Try
    ):
        return True
    calls = [node.func for node in scope_nodes(loop) if isinstance(node, ast.Call)]
    return any(
        getattr(call, "attr", getattr(call, "id", "")) in {"exit", "_exit", "quit", "fail"} for call in calls
    )


def _speaks(body: list[ast.stmt]) -> bool:
    """Whether the block tells or keeps a verdict: prints something, or sets a name to a constant."""
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="print")))]:
            return True
        case [ast.Assign(targets=[ast.Name()], value=ast.Constant())]:
            return True
        case _:
            return False


@rule(
    "ME310",
    "while-index-past-end",
    Category.INDEX_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.While,),
    words=("len",),
    values=("sequence", "index", "test", "expression"),
)
def while_index_past_end(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.While):
        found = _up_to_length(unit, loop.test)
        if found is None or awaits_error(unit.facts, loop) or loop.orelse:
            continue
        index, sequence = found
        if _may_stop_or_change(loop, index.id, sequence):
            continue
        steps = [step_of(statement, index.id) for statement in loop.body]
        if len(stores(index.id, loop.body)) != 1 or 1 not in steps:
            continue
        counted = loop.body[steps.index(1)]
        for node in scope_nodes(loop):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.ctx, ast.Load)
                and is_name(node.value, sequence)
                and is_name(node.slice, index.id)
                and node.lineno < counted.lineno
                and always_runs(unit.facts, node, loop)
                and _starts_inside(unit, index, node.value, loop)
            ):
                values = {
                    "sequence": sequence,
                    "index": index.id,
                    "test": unit.facts.source(loop.test),
                    "expression": unit.facts.source(node),
                }
                yield Match(node, values, notes=(Note(unit.facts.span(loop.test), "The loop's test."),))
                break


def _up_to_length(unit: Subject, test: ast.expr) -> tuple[ast.Name, str] | None:
    """The index and the sequence of `i <= len(xs)`."""
    match test:
        case ast.Compare(left=ast.Name() as index, ops=[ast.LtE()], comparators=[length]):
            pass
        case ast.Compare(left=length, ops=[ast.GtE()], comparators=[ast.Name() as index]):
            pass
        case _:
            return None
    sequence = measured(unit, length)
    return (index, sequence) if sequence is not None else None


def _may_stop_or_change(loop: ast.While, index: str, sequence: str) -> bool:
    """Whether a condition on the index stands in the body, or the sequence may be another one later."""
    if has(loop.body, ast.Break, ast.Yield, ast.Await, ast.Try, ast.With, ast.Global, ast.Nonlocal):
        return True
    if sequence in stored_names(loop):
        return True
    for node in scope_nodes(loop):
        if isinstance(node, ast.Call) and not (is_name(node.func, "len") or is_name(node.func, "print")):
            if any(is_name(argument, sequence) for argument in node.args):
                return True
            continue
        if isinstance(node, ast.If | ast.While | ast.IfExp) and _looks_at(node.test, index):
            return True
        if isinstance(node, ast.BoolOp) and any(_looks_at(value, index) for value in node.values):
            return True
    return False


def _looks_at(test: ast.expr, index: str) -> bool:
    """Whether a test looks at the index itself, not only at the item there."""
    items = [node for node in walk(test) if isinstance(node, ast.Subscript)]
    inside = {id(name) for item in items for name in mentions(index, item.slice)}
    return any(id(name) not in inside for name in mentions(index, test))


def _starts_inside(unit: Subject, index: ast.Name, sequence: ast.expr, loop: ast.While) -> bool:
    """Whether the index comes past the place behind the last item, and that place is none."""
    start = constant_before(unit, index, loop)
    if not isinstance(start, int):
        return False
    if unit.types.of(sequence) in _SEQUENCES:
        return 0 <= start <= 1
    # A dictionary may have the keys 1 to n, and no n + 1 keys from 0 on.
    return start == 0 and not unit.module.in_class("__getitem__")


@rule(
    "ME314",
    "element-used-as-index",
    Category.INDEX_ERROR,
    Severity.ERROR,
    0.995,
    on=(ast.For,),
    values=("sequence", "item", "expression"),
)
def element_used_as_index(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.iter, ast.Name) or not isinstance(loop.target, ast.Name):
            continue
        name, item = loop.iter.id, loop.target.id
        places = [node for node in scope_nodes(loop) if _is_looked_up(node, name, item)]
        if not places or {name, item} & {n.id for s in (name, item) for n in stores(s, loop.body)}:
            continue
        if unit.types.of(loop.iter) not in _SEQUENCES or awaits_error(unit.facts, places[0]):
            continue
        if unit.values.element(loop.iter) not in {"str", "float", "input", "tuple", "list"}:
            continue
        values = {"sequence": name, "item": item, "expression": unit.facts.source(places[0])}
        yield Match(places[0], values, notes=(Note(unit.facts.span(loop.target), f"`{item}` is an item."),))


def _is_looked_up(node: ast.AST, name: str, item: str) -> bool:
    return isinstance(node, ast.Subscript) and is_name(node.value, name) and is_name(node.slice, item)


@rule(
    "ME323",
    "constant-index-in-loop",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.98,
    on=(ast.For,),
    values=("sequence", "index", "expression"),
)
def constant_index_in_loop(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        sequence = _goes_over_places(unit, loop)
        if sequence is None or not isinstance(loop.target, ast.Name) or loop.target.id.startswith("_"):
            continue
        index = loop.target.id
        if mentions(index, *loop.body, *loop.orelse) or sequence in stored_names(loop):
            continue
        places = mentions(sequence, *loop.body)
        items = [_same_item(unit, place) for place in places]
        if not items or not all(items) or not calls_only_harmless(unit, _calls_with(loop, sequence)):
            continue
        found = items[0]
        if found is not None and _changes_something(loop, found):
            values = {"sequence": sequence, "index": index, "expression": unit.facts.source(found)}
            yield Match(
                found, values, notes=(Note(unit.facts.span(loop.iter), f"`{index}` counts from here."),)
            )


def _goes_over_places(unit: Subject, loop: ast.For) -> str | None:
    """`xs`, if the loop is over `range(len(xs))`."""
    arguments = range_arguments(unit, loop.iter)
    if arguments is None or len(arguments) > 2 or (len(arguments) == 2 and literal(arguments[0]) is None):
        return None
    return measured(unit, arguments[-1])


def _same_item(unit: Subject, place: ast.Name) -> ast.Subscript | None:
    """`xs[0]`, if that is what the name stands for here, as an item and not to be measured or taken apart."""
    parent = unit.facts.parents.get(place)
    if not isinstance(parent, ast.Subscript) or parent.value is not place or literal(parent.slice) is None:
        return None
    around = unit.facts.parents.get(parent)
    if isinstance(around, ast.Call) and not is_name(around.func, "print"):
        return None
    return None if isinstance(around, ast.Subscript | ast.Attribute) else parent


def _calls_with(loop: ast.For, sequence: str) -> list[ast.AST]:
    return [node for node in scope_nodes(loop) if isinstance(node, ast.Call) and mentions(sequence, node)]


def _changes_something(loop: ast.For, item: ast.Subscript) -> bool:
    """Whether the item goes into a sum, a text or a comparison, where each turn should bring another one."""
    for node in scope_nodes(loop):
        if isinstance(node, ast.AugAssign | ast.Compare) and any(part is item for part in walk(node)):
            return True
        if isinstance(node, ast.BinOp) and (node.left is item or node.right is item):
            return True
        if isinstance(node, ast.Call) and is_name(node.func, "print") and item in node.args:
            return True
    return False


@rule(
    "ME328",
    "missing-enumerate-or-items",
    Category.VALUE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.For, ast.comprehension),
    values=("targets", "iterable", "first", "count"),
    variants=("letters",),
)
def missing_enumerate_or_items(unit: Subject) -> Iterator[Match]:
    loops: list[ast.For | ast.comprehension] = [
        *unit.facts.nodes(ast.For),
        *unit.facts.nodes(ast.comprehension),
    ]
    for loop in loops:
        target = loop.target
        if not isinstance(target, ast.Tuple | ast.List) or any(
            isinstance(e, ast.Starred) for e in target.elts
        ):
            continue
        if awaits_error(unit.facts, loop.iter):
            continue
        if unit.types.of(loop.iter) in TEXTS and len(target.elts) > 1:
            values = {"targets": unit.facts.source(target), "iterable": unit.facts.source(loop.iter)}
            yield Match(target, {**values, "count": str(len(target.elts))}, variant="letters")
            continue
        display = unit.values.display(loop.iter)
        # What going over a dictionary gives is told by ME512.
        if display is None or isinstance(display, ast.Dict):
            continue
        elements = display.elts
        if not elements or not all(_does_not_unpack(unit, e, len(target.elts)) for e in elements):
            continue
        values = {
            "targets": unit.facts.source(target),
            "iterable": unit.facts.source(loop.iter),
            "first": unit.facts.source(elements[0]),
            "count": str(len(target.elts)),
        }
        yield Match(target, values)


def _does_not_unpack(unit: Subject, element: ast.expr, count: int) -> bool:
    """Whether an item certainly cannot be handed out to so many names."""
    if isinstance(element, ast.Starred):
        return False
    constant = unit.values.constant(element)
    if constant is not None:
        return not (isinstance(constant.value, str | bytes) and len(constant.value) == count)
    length = unit.values.length(element)
    if length is not None:
        return length != count
    return unit.types.of(element) in {"int", "float", "bool"}
