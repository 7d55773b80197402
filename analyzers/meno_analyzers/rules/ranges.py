"""What `range` counts: too few places, none at all, or steps that it cannot take
(ME307, ME308, ME311, ME312, ME330)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category, Note, Severity, insertion
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.quotients import is_quotient
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import (
    has,
    literal,
    measured,
    measured_less,
    mentions,
    range_arguments,
    scope_body,
    stores,
)
from meno_analyzers.rules.surroundings import awaits_error

# Their first place often holds a heading, or the program's own name.
_HEADED = frozenset("argv args argument arguments lines rows header headers table data dataset".split())


@rule(
    "ME307",
    "range-skips-last-item",
    Category.OFF_BY_ONE_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.For,),
    words=("range",),
    values=("sequence", "index", "range"),
)
def range_skips_last_item(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        arguments = range_arguments(unit, loop.iter)
        if arguments is None or len(arguments) > 2 or (len(arguments) == 2 and literal(arguments[0]) != 0):
            continue
        stop = measured_less(unit, arguments[-1])
        if stop is not None and stop[1] == 1 and _only_reads_items(unit, loop, stop[0]):
            yield _skipping(unit, loop, stop[0])


@rule(
    "ME308",
    "range-skips-first-item",
    Category.OFF_BY_ONE_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.For,),
    words=("range",),
    values=("sequence", "index", "range"),
)
def range_skips_first_item(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        arguments = range_arguments(unit, loop.iter)
        if arguments is None or len(arguments) != 2 or literal(arguments[0]) != 1:
            continue
        sequence = measured(unit, arguments[1])
        if (
            sequence is not None
            and sequence.lower() not in _HEADED
            and _only_reads_items(unit, loop, sequence)
        ):
            yield _skipping(unit, loop, sequence)


def _skipping(unit: Subject, loop: ast.For, sequence: str) -> Match:
    values = {
        "sequence": sequence,
        "index": unit.facts.source(loop.target),
        "range": unit.facts.source(loop.iter),
    }
    return Match(loop.iter, values)


def _only_reads_items(unit: Subject, loop: ast.For, sequence: str) -> bool:
    """Whether the function does nothing with the sequence but read the item of each turn.

    Any other look at it may take care of the item that the loop leaves out.
    """
    if not isinstance(loop.target, ast.Name) or loop.orelse or not _is_whole(unit, loop, sequence):
        return False
    index, body = loop.target.id, scope_body(unit.facts, loop)
    if stores(index, loop.body) or has(body, ast.Yield, ast.Try):
        return False
    items = 0
    for place in mentions(sequence, *body):
        if isinstance(place.ctx, ast.Store):
            continue
        parent = unit.facts.parents.get(place)
        if isinstance(parent, ast.Call) and is_name(parent.func, "len") and place in parent.args:
            if not _is_within(unit, parent, loop.iter):
                return False  # another length may say that a part is left out on purpose
            continue
        if not (isinstance(parent, ast.Subscript) and place is parent.value and is_name(parent.slice, index)):
            return False
        if not isinstance(parent.ctx, ast.Load) or not _is_within(unit, parent, loop):
            return False
        items += 1
    # The index is for nothing but looking up the items.
    return 0 < items == len(mentions(index, *loop.body))


def _is_whole(unit: Subject, loop: ast.For, sequence: str) -> bool:
    """Whether the sequence is a parameter, or a display made right here, with nothing special at its ends."""
    function = unit.facts.function_around(loop)
    if function is None and unit.facts.scope_at(loop) is not unit.facts.scopes.module:
        return False
    made = stores(sequence, scope_body(unit.facts, loop))
    if not made:
        return function is not None and sequence in {argument.arg for argument in function.args.args}
    if len(made) != 1:
        return False
    match unit.facts.parents.get(made[0]):
        case ast.Assign(value=ast.List(elts=[_, _, *_])):
            return True
        case _:
            return False


def _is_within(unit: Subject, node: ast.AST, whole: ast.AST) -> bool:
    return node is whole or any(ancestor is whole for ancestor in unit.facts.ancestors(node))


@rule(
    "ME311",
    "empty-range",
    Category.WRONG_ARGUMENT,
    Severity.WARNING,
    0.98,
    on=(ast.For, ast.comprehension),
    words=("range",),
    values=("range", "start", "stop"),
)
def empty_range(unit: Subject) -> Iterator[Match]:
    for iterable in _iterables(unit):
        arguments = range_arguments(unit, iterable)
        if arguments is None or len(arguments) not in {2, 3}:
            continue
        numbers = [literal(argument) for argument in arguments]
        if not all(isinstance(number, int) for number in numbers):
            continue
        start, stop, step = [*numbers, 1][:3]
        if step and start != stop and not range(start, stop, step):  # type: ignore[arg-type]  # ints, see above
            values = {
                "range": unit.facts.source(iterable),
                "start": unit.facts.source(arguments[0]),
                "stop": unit.facts.source(arguments[1]),
            }
            yield Match(iterable, values)


def _iterables(unit: Subject) -> Iterator[ast.expr]:
    for loop in unit.facts.nodes(ast.For):
        yield loop.iter
    for part in unit.facts.nodes(ast.comprehension):
        yield part.iter


@rule(
    "ME312",
    "backward-range-without-step",
    Category.WRONG_ARGUMENT,
    Severity.WARNING,
    0.98,
    on=(ast.For, ast.comprehension),
    words=("range",),
    values=("range", "start", "stop", "sequence"),
)
def backward_range_without_step(unit: Subject) -> Iterator[Match]:
    for iterable in _iterables(unit):
        arguments = range_arguments(unit, iterable)
        if arguments is None or len(arguments) != 2 or literal(arguments[1]) not in {0, -1}:
            continue
        start = measured_less(unit, arguments[0])
        if start is not None and start[1] in {0, 1}:
            values = {
                "range": unit.facts.source(iterable),
                "start": unit.facts.source(arguments[0]),
                "stop": unit.facts.source(arguments[1]),
                "sequence": start[0],
            }
            span = unit.facts.span(arguments[1])
            step = insertion(span.end_line, span.end_column, ", -1")
            yield Match(iterable, values, fix=(step,) if literal(arguments[1]) == -1 else ())


@rule(
    "ME330",
    "range-with-float",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    words=("range",),
    values=("range", "number"),
)
def range_with_float(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        for argument in range_arguments(unit, call) or ():
            if unit.types.of(argument) != "float" or is_quotient(unit, argument):
                continue  # what a division gives has a better explanation in ME207
            if not awaits_error(unit.facts, call):
                note = _origin(unit, argument)
                values = {"range": unit.facts.source(call), "number": unit.facts.source(argument)}
                yield Match(call, values, notes=note)
            break


def _origin(unit: Subject, argument: ast.expr) -> tuple[Note, ...]:
    """Where a name got its number with a fraction."""
    if not isinstance(argument, ast.Name):
        return ()
    return tuple(
        Note(unit.facts.span(definition.node), f"Here `{argument.id}` gets its value.")
        for definition in unit.facts.reaching(argument) or ()
        if definition.node is not None and definition.value is not None
    )[:1]
