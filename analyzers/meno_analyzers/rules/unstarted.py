"""Functions and methods that are named but not started: without parentheses, or with square brackets
(ME406, ME423)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import walk_scope
from meno_analyzers.facts.types import TEXTS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.functions import PURE_TEXT_METHODS
from meno_analyzers.rules.none_results import is_plain_parameter
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import with_parentheses
from meno_analyzers.rules.shapes import scope_body
from meno_analyzers.rules.surroundings import awaits_error, in_annotation, in_try, in_with

_CALLABLE_METHODS = {
    "str": PURE_TEXT_METHODS | {"encode"},
    "list": frozenset("append extend insert remove pop clear sort reverse index count copy".split()),
    "dict": frozenset("keys values items get pop update clear copy setdefault popitem".split()),
    "set": frozenset("add remove discard pop clear update union intersection difference copy".split()),
}


# Methods that are called with nothing, or mostly so.
_WITHOUT_ARGUMENTS = frozenset(
    (
        "upper lower capitalize title swapcase casefold strip lstrip rstrip split splitlines isdigit isalpha "
        "isalnum isupper islower isspace clear sort reverse copy keys values items popitem"
    ).split()
)
_VIEWS = frozenset({"items", "keys", "values"})


@rule(
    "ME406",
    "method-without-parentheses",
    Category.MISSING_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Attribute,),
    values=("expression", "method", "receiver"),
    variants=("statement", "likely"),
    misconception="ParenthesesOnlyIfArgument",
)
def method_without_parentheses(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Attribute):
        if not isinstance(node.ctx, ast.Load):
            continue
        parent = unit.facts.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            continue
        alone = isinstance(parent, ast.Expr)
        if not alone and not _is_used_as_value(unit, node, parent):
            continue
        if alone and (in_try(unit.facts, node) or in_with(unit.facts, node)):
            continue
        values = {
            "expression": unit.facts.source(node),
            "method": node.attr,
            "receiver": unit.facts.source(node.value),
        }
        # Alone as a statement, a method of the list's own on any parameter is certain enough.
        own = alone and node.attr in {"append", "sort", "reverse"} and unit.types.of(node.value) is None
        if _is_method(unit, node) or (own and is_plain_parameter(unit, node.value)):
            # `sort` and `reverse` answer nothing: to start them is only half of what is missing there.
            kept = isinstance(parent, ast.Return | ast.Assign)
            starts = node.attr in _WITHOUT_ARGUMENTS and not kept
            fix = with_parentheses(unit.facts.span(node)) if starts else ()
            yield Match(node, values, variant="statement" if alone else None, fix=fix)
        elif not alone and _is_likely_method(unit, node, parent):
            yield Match(node, values, "likely", severity=Severity.HINT)


def _is_method(unit: Subject, node: ast.Attribute) -> bool:
    """Whether the attribute is proven to be a method of one of Python's own types."""
    kind = unit.types.of(node.value)
    kind = "str" if kind in TEXTS else kind
    return kind in _CALLABLE_METHODS and node.attr in _CALLABLE_METHODS[kind]


def _is_likely_method(unit: Subject, node: ast.Attribute, parent: ast.AST | None) -> bool:
    """Whether a parameter is used as a list or dictionary is: its method's name, and what is done with it."""
    if unit.types.of(node.value) is not None or not is_plain_parameter(unit, node.value):
        return False
    if unit.module.in_class(node.attr) or unit.module.stores_attribute(node.attr):
        return False
    if not isinstance(parent, ast.Return | ast.Assign | ast.Attribute | ast.For | ast.comprehension):
        return False
    if node.attr in {"append", "extend", "reverse", "sort"}:
        return True
    # Many objects have data called `items`; one that is also asked with `items()` has none.
    receiver = node.value.id if isinstance(node.value, ast.Name) else ""
    return node.attr in _VIEWS and any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _VIEWS
        and is_name(call.func.value, receiver)
        for call in walk_scope(scope_body(unit.facts, node))
    )


def _is_used_as_value(unit: Subject, node: ast.Attribute, parent: ast.AST | None) -> bool:
    """Whether the method stands where only its result makes sense: printed, added, compared, gone through."""
    match parent:
        case ast.Call(func=ast.Name(id="print" | "int" | "float" | "len") as function):
            return node in parent.args and unit.facts.is_builtin(function, unit.module)
        case ast.BinOp() | ast.FormattedValue():
            return True
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return False
        case ast.Compare():
            other = [side for side in [parent.left, *parent.comparators] if side is not node]
            return all(isinstance(side, ast.Constant) for side in other)
        case ast.For(iter=iterable) | ast.comprehension(iter=iterable):
            return iterable is node and not awaits_error(unit.facts, node)
        case ast.Attribute(attr=name):
            # `len.__name__` and a mock's `append.assert_called()` ask about the method itself.
            return not name.startswith(("_", "assert", "call", "mock", "return", "side"))
        case ast.Assign(targets=[ast.Name()]) | ast.Return():
            # Nobody keeps these two to start them later.
            return node.attr in {"sort", "reverse"}
        case _:
            return False


_CALLED_BUILTINS = frozenset(
    "len range print input max min sum sorted int float str abs round enumerate zip map".split()
)
# Data may be called `items` or `count`; nobody calls it so.
_ONLY_METHODS = frozenset(
    "append extend insert remove pop split join upper lower strip replace startswith endswith".split()
)


@rule(
    "ME423",
    "called-with-square-brackets",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    values=("expression", "function", "inside"),
    variants=("likely",),
)
def called_with_square_brackets(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        proven = _is_function(unit, node.value)
        if not proven and not _is_likely_function(unit, node.value):
            continue
        if awaits_error(unit.facts, node) or in_annotation(unit.facts, node):
            continue
        values = {
            "expression": unit.facts.source(node),
            "function": unit.facts.source(node.value),
            "inside": unit.facts.source(node.slice),
        }
        if proven:
            yield Match(node, values)
        else:
            yield Match(node, values, "likely", severity=Severity.HINT)


def _is_function(unit: Subject, value: ast.expr) -> bool:
    """Whether the value is certainly a function or method, which has no places to look into."""
    match value:
        case ast.Name(id=name) if unit.facts.is_builtin(value, unit.module):
            # `int[3]` raises as well, but `list[int]` is a type.
            return name in _CALLED_BUILTINS
        case ast.Name(id=name):
            return (
                unit.facts.is_global(value)
                and unit.module.function(name) is not None
                and unit.types.of(value) == "function"
            )
        case ast.Attribute(ctx=ast.Load()):
            return _is_method(unit, value)
        case _:
            return False


def _is_likely_function(unit: Subject, value: ast.expr) -> bool:
    """Whether a parameter is asked for what can only be a method."""
    return (
        isinstance(value, ast.Attribute)
        and value.attr in _ONLY_METHODS
        and unit.types.of(value.value) is None
        and is_plain_parameter(unit, value.value)
        and not unit.module.in_class(value.attr)
        and not unit.module.stores_attribute(value.attr)
    )
