"""Functions and methods: results that are missing or dropped (ME401, ME403–ME406, ME419)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.builtin_types import ATTRIBUTES
from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.tree import scope_nodes
from meno_analyzers.facts.types import NONE_METHODS, TEXTS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.repairs import with_parentheses
from meno_analyzers.rules.surroundings import in_try, in_with

_NONE_PREFIX = "none:"


declare(
    "ME403",
    "print-instead-of-return",
    Category.MISSING_RETURN,
    Severity.WARNING,
    0.99,
    values=("function", "expression"),
)


@rule(
    "ME419",
    "printing-none-result",
    Category.MISSING_RETURN,
    Severity.WARNING,
    0.99,
    on=(ast.Call,),
    values=("function", "call"),
    variants=("silent",),
)
def printing_none_result(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        if not isinstance(call.func, ast.Name) or call.func.id != "print":
            continue
        for argument in call.args:
            kind = unit.types.of(argument) if isinstance(argument, ast.Call) else None
            if kind is None or not kind.startswith(_NONE_PREFIX):
                continue
            if not unit.facts.is_builtin(call.func, unit.module) or in_try(unit.facts, call):
                continue
            function = kind.removeprefix(_NONE_PREFIX)
            summary = unit.module.function(function)
            prints = summary is not None and summary.prints
            values = {"function": function, "call": unit.facts.source(argument)}
            yield Match(argument, values, variant=None if prints else "silent")


@rule(
    "ME401",
    "missing-return",
    Category.MISSING_RETURN,
    Severity.WARNING,
    0.98,
    on=(ast.Call, ast.Name),
    values=("function", "expression"),
)
def missing_return(unit: Subject) -> Iterator[Match]:
    for operand, use in _operands(unit):
        kind = unit.types.of(operand)
        if kind is not None and kind.startswith(_NONE_PREFIX) and not in_try(unit.facts, use):
            function = kind.removeprefix(_NONE_PREFIX)
            summary = unit.module.function(function)
            # A function that prints was most likely meant to answer what it prints.
            prints = summary is not None and summary.prints
            yield Match(
                operand,
                {"function": function, "expression": unit.facts.source(use)},
                rule="ME403" if prints else None,
            )


def _operands(unit: Subject) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Expressions that must have a value for the expression around them to work."""
    facts = unit.facts
    for node in facts.nodes(ast.BinOp):
        yield node.left, node
        yield node.right, node
    for unary in facts.nodes(ast.UnaryOp):
        if not isinstance(unary.op, ast.Not):
            yield unary.operand, unary
    for subscript in facts.nodes(ast.Subscript):
        yield subscript.value, subscript
    for attribute in facts.nodes(ast.Attribute):
        yield attribute.value, attribute
    for loop in facts.nodes(ast.For):
        yield loop.iter, loop.iter
    for clause in facts.nodes(ast.comprehension):
        yield clause.iter, clause.iter
    for compare in facts.nodes(ast.Compare):
        sides = [compare.left, *compare.comparators]
        for operator, left, right in zip(compare.ops, sides, sides[1:], strict=False):
            if isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
                yield left, compare
                yield right, compare


@rule(
    "ME404",
    "none-method-result-kept",
    Category.WRONG_METHOD_CALL,
    Severity.WARNING,
    0.99,
    on=(ast.Call,),
    values=("receiver", "method", "target"),
    variants=("returned", "passed"),
)
def none_method_result_kept(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        found = _none_call(unit, call)
        if found is None:
            continue
        receiver, method, proven = found
        values = {"receiver": unit.facts.source(receiver), "method": method}
        parent = unit.facts.parents.get(call)
        match parent:
            case ast.Assign(targets=[ast.Name(id=target)]):
                if proven or is_name(receiver, target):
                    yield Match(parent, {**values, "target": target})
            case ast.Return():
                function = unit.facts.function_around(parent)
                if proven and function is not None and not _only_leaves(unit, function):
                    yield Match(parent, {**values, "target": function.name}, variant="returned")
            case ast.Call(func=ast.Name(id=function_name)) if call in parent.args and proven:
                yield Match(call, {**values, "target": function_name}, variant="passed")
            case _:
                pass


def _none_call(unit: Subject, call: ast.Call) -> tuple[ast.expr, str, bool] | None:
    """(receiver, method, proven) if the call is of a method that answers None, or `random.shuffle(x)`."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    method = function.attr
    if method == "shuffle" and is_name(function.value, "random") and len(call.args) == 1:
        return call.args[0], method, True
    kind = unit.types.of(function.value)
    if kind in NONE_METHODS:
        return (function.value, method, True) if method in NONE_METHODS[kind] else None
    # `xs = xs.append(1)` on a parameter. Not `reverse`: graphs and frames answer it with a new object.
    if kind is None and method in {"append", "sort", "extend"} and _is_plain_parameter(unit, function.value):
        return function.value, method, False
    return None


def _is_plain_parameter(unit: Subject, node: ast.expr) -> bool:
    """Whether a name can only be a parameter or come from values of this function: not an import."""
    if not isinstance(node, ast.Name):
        return False
    definitions = unit.facts.reaching(node)
    if not definitions:
        return False
    plain = {DefinitionKind.PARAMETER, DefinitionKind.ASSIGNMENT, DefinitionKind.LOOP}
    if not all(definition.kind in plain for definition in definitions):
        return False
    # What is asked for other things than a list has (`node.parent`) is no list.
    uses = (unit.facts.parents.get(use) for use in unit.facts.names_called(node.id))
    if any(isinstance(use, ast.Attribute) and use.attr not in ATTRIBUTES["list"] for use in uses):
        return False
    # A value that some call made may be of a class with a fluent interface.
    return all(
        definition.kind is DefinitionKind.PARAMETER
        or unit.types.of_definition(definition) == "list"
        or _is_own_result(definition.value, node.id)
        for definition in definitions
    )


def _is_own_result(value: ast.expr | None, name: str) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver))):
            return receiver == name
        case _:
            return False


def _only_leaves(unit: Subject, function: FunctionNode) -> bool:
    """Whether no caller can care: every `return` of the function answers nothing but such a call."""
    returns = [n for n in scope_nodes(function) if isinstance(n, ast.Return) and n.value is not None]
    return function.name == "main" or (
        all(isinstance(node.value, ast.Call) and _none_call(unit, node.value) for node in returns)
        and len(returns) > 1
    )


_PURE_BUILTINS = frozenset({"sorted", "len", "abs", "round", "str", "sum", "min", "max", "reversed"})
_PURE_TEXT_METHODS = frozenset(
    (
        "upper lower capitalize title swapcase casefold strip lstrip rstrip replace center ljust rjust "
        "zfill removeprefix removesuffix join split rsplit splitlines format count find rfind startswith "
        "endswith isdigit isalpha isalnum isupper islower isspace"
    ).split()
)


@rule(
    "ME405",
    "result-thrown-away",
    Category.WRONG_METHOD_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Expr,),
    values=("call", "method", "receiver"),
)
def result_thrown_away(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or in_try(unit.facts, statement) or in_with(unit.facts, statement):
            continue
        function = call.func
        match function:
            case ast.Attribute(value=receiver, attr=method):
                if method not in _PURE_TEXT_METHODS or unit.types.of(receiver) not in TEXTS:
                    continue
                of = receiver
            case ast.Name(id=method):
                plain = method in _PURE_BUILTINS and unit.facts.is_builtin(function, unit.module)
                if not plain or len(call.args) != 1 or not isinstance(call.args[0], ast.Name):
                    continue
                # A call of `len(x)` alone may be there for what x does when asked; `sorted(xs)` may not.
                if unit.types.of(call.args[0]) is None and method != "sorted":
                    continue
                of = call.args[0]
            case _:
                continue
        values = {
            "call": unit.facts.source(call),
            "method": method,
            "receiver": unit.facts.source(of),
        }
        yield Match(statement, values)


_CALLABLE_METHODS = {
    "str": _PURE_TEXT_METHODS | {"encode"},
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


@rule(
    "ME406",
    "method-without-parentheses",
    Category.MISSING_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Attribute,),
    values=("expression", "method", "receiver"),
    variants=("statement",),
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
        kind = unit.types.of(node.value)
        kind = "str" if kind in TEXTS else kind
        proven = kind in _CALLABLE_METHODS and node.attr in _CALLABLE_METHODS[kind]
        # Alone as a statement, a method of the list's own on any parameter is certain enough.
        own = alone and kind is None and node.attr in {"append", "sort", "reverse"}
        if not proven and not (own and _is_plain_parameter(unit, node.value)):
            continue
        if alone and (in_try(unit.facts, node) or in_with(unit.facts, node)):
            continue
        values = {
            "expression": unit.facts.source(node),
            "method": node.attr,
            "receiver": unit.facts.source(node.value),
        }
        fix = with_parentheses(unit.facts.span(node)) if node.attr in _WITHOUT_ARGUMENTS else ()
        yield Match(node, values, variant="statement" if alone else None, fix=fix)


def _is_used_as_value(unit: Subject, node: ast.Attribute, parent: ast.AST | None) -> bool:
    """Whether the method stands where only its result makes sense: printed, added, compared, formatted."""
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
        case _:
            return False
