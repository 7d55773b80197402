"""Functions that are named and not called, and calls whose arguments stand the wrong way round
(ME407, ME416, ME420)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.types import NUMBERS, TEXTS
from meno_analyzers.findings import Category, Edit, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import Fix, with_parentheses
from meno_analyzers.rules.surroundings import awaits_error, in_try, in_with

_TEXT_PREDICATES = frozenset(
    (
        "isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace "
        "istitle isupper"
    ).split()
)
_OWN_FUNCTIONS = frozenset("input print len abs min max sum sorted round any all range int float str".split())
_ALSO_ON_TEXTS = frozenset("startswith endswith lower upper strip title".split())


@rule(
    "ME407",
    "condition-without-call",
    Category.MISSING_CALL,
    Severity.WARNING,
    0.99,
    on=(ast.If, ast.While, ast.IfExp, ast.comprehension),
    values=("expression", "name"),
    variants=("function",),
)
def condition_without_call(unit: Subject) -> Iterator[Match]:
    tests = [node.test for node in unit.facts.nodes(ast.If, ast.While, ast.IfExp)]
    tests += [test for clause in unit.facts.nodes(ast.comprehension) for test in clause.ifs]
    for test in tests:
        for operand in _operands(test):
            match operand:
                case ast.Attribute(value=receiver, attr=name) if _is_text_method(unit, receiver, name):
                    alone = name not in {"startswith", "endswith"}
                    fix = with_parentheses(unit.facts.span(operand)) if alone else ()
                    yield Match(operand, {"expression": unit.facts.source(operand), "name": name}, fix=fix)
                case ast.Name(id=name) if _is_function(unit, operand):
                    values = {"expression": name, "name": name}
                    yield Match(operand, values, variant="function", fix=_called(unit, operand))
                case _:
                    pass


def _is_function(unit: Subject, name: ast.Name) -> bool:
    """Whether the name certainly is that of a function, of the file or of Python's own."""
    if name.id in _OWN_FUNCTIONS and not unit.module.is_open():
        return unit.facts.is_builtin(name, unit.module)
    return unit.facts.is_global(name) and unit.module.function(name.id) is not None


def _called(unit: Subject, name: ast.Name) -> Fix:
    """The call of a function of the file that asks for no argument."""
    summary = unit.module.function(name.id)
    signature = summary.signature if summary is not None else None
    if signature is None or signature.required or signature.keyword_required:
        return ()
    return with_parentheses(unit.facts.span(name))


def _operands(test: ast.expr) -> Iterator[ast.expr]:
    """The parts of a test whose own truth decides: below `and`, `or` and `not`."""
    match test:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _operands(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _operands(operand)
        case _:
            yield test


def _is_text_method(unit: Subject, receiver: ast.expr, name: str) -> bool:
    if name not in _TEXT_PREDICATES and name not in _ALSO_ON_TEXTS:
        return False
    if unit.types.of(receiver) in TEXTS:
        return True
    # No other type of Python's has such a name; a class of the file may have a property of it.
    plain = isinstance(receiver, ast.Name | ast.Subscript) and unit.types.of(receiver) is None
    own = unit.module.in_class(name) or unit.module.stores_attribute(name)
    return name in _TEXT_PREDICATES and plain and not own


_ENDINGS = frozenset({"exit", "quit"})


@rule(
    "ME416",
    "function-never-called",
    Category.MISSING_CALL,
    Severity.WARNING,
    0.99,
    on=(ast.Expr,),
    values=("function",),
)
def function_never_called(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        name = statement.value
        if not isinstance(name, ast.Name) or in_try(unit.facts, name) or in_with(unit.facts, name):
            continue
        own = unit.facts.is_global(name) and unit.module.function(name.id) is not None
        if own or (name.id in _ENDINGS and unit.facts.is_builtin(name, unit.module)):
            fix = _called(unit, name) if own else with_parentheses(unit.facts.span(name))
            yield Match(statement, {"function": name.id}, fix=fix)


_TYPE_NAMES = frozenset("int float str bool list tuple dict set bytes complex".split())


@rule(
    "ME420",
    "argument-order-swapped",
    Category.WRONG_ARGUMENT,
    Severity.WARNING,
    0.99,
    on=(ast.Call,),
    values=("function", "call", "first", "second"),
)
def argument_order_swapped(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=name) as function, args=[first, second], keywords=[]):
                if not unit.facts.is_builtin(function, unit.module) or awaits_error(unit.facts, call):
                    continue
            case _:
                continue
        if _SWAPPED.get(name, _never)(unit, first, second):
            values = {
                "function": name,
                "call": unit.facts.source(call),
                "first": unit.facts.source(first),
                "second": unit.facts.source(second),
            }
            spans = unit.facts.span(first), unit.facts.span(second)
            turned = Edit(spans[0], values["second"]), Edit(spans[1], values["first"])
            yield Match(call, values, fix=turned if spans[0].start_line == spans[1].end_line else ())


def _never(_unit: Subject, _first: ast.expr, _second: ast.expr) -> bool:
    return False


def _type_first(unit: Subject, first: ast.expr, second: ast.expr) -> bool:
    """`isinstance(int, x)` with an `x` that holds a value."""
    if not isinstance(first, ast.Name) or first.id not in _TYPE_NAMES:
        return False
    if not unit.facts.is_builtin(first, unit.module) or not isinstance(second, ast.Name):
        return False
    kind = unit.types.of(second)
    if kind is not None:
        return kind in NUMBERS | TEXTS | {"list", "dict", "set"}
    # A parameter or loop variable in small letters may still hold a type: `cls`, `kind`, `type_`.
    return False


def _digits_first(unit: Subject, first: ast.expr, second: ast.expr) -> bool:
    """`round(2, x)`: the number to round is a literal, the number of digits is no whole number."""
    return isinstance(first, ast.Constant) and unit.types.of(second) == "float"


def _items_first(unit: Subject, first: ast.expr, second: ast.expr) -> bool:
    """`map(words, len)`: items where the function belongs, a function where the items belong."""
    items = unit.types.of(first) in {"list", "tuple", "set", "dict", "str", "range"}
    return items and (
        unit.types.of(second) == "function"
        or isinstance(second, ast.Lambda)
        or (isinstance(second, ast.Name) and unit.facts.is_builtin(second, unit.module))
    )


def _number_first(unit: Subject, first: ast.expr, second: ast.expr) -> bool:
    """`enumerate(1, words)`."""
    return unit.types.of(first) in NUMBERS and unit.types.of(second) not in NUMBERS


_SWAPPED = {
    "isinstance": _type_first,
    "round": _digits_first,
    "map": _items_first,
    "filter": _items_first,
    "enumerate": _number_first,
}
