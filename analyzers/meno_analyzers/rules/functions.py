"""Functions and methods: results that are missing or dropped (ME401, ME403, ME405, ME419)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.types import TEXTS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, declare, rule
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
    words=("print",),
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


_PURE_BUILTINS = frozenset({"sorted", "len", "abs", "round", "str", "sum", "min", "max", "reversed"})
PURE_TEXT_METHODS = frozenset(
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
                if method not in PURE_TEXT_METHODS or unit.types.of(receiver) not in TEXTS:
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
