"""What a test comes to when the values of its names are known: three answers, the third being "not known"."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

Value = int | float | str | bool
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_SUMS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {ast.Add: operator.add, ast.Sub: operator.sub}


def holds(test: ast.expr, known: Mapping[str, Value]) -> bool | None:
    """Whether the test is true; None where that is not known or where it would raise."""
    try:
        return bool(_value(test, known))
    except (LookupError, TypeError):
        return None


def _value(node: ast.expr, known: Mapping[str, Value]) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Name(id=name):
            return known[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, known)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, known)
        case ast.BinOp(left=left, op=sign, right=right):
            return _SUMS[type(sign)](_value(left, known), _value(right, known))
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, known) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, known) for part in parts)
        case ast.Compare(left=left, ops=signs, comparators=others):
            sides = [_value(side, known) for side in (left, *others)]
            return all(_COMPARISONS[type(s)](a, b) for s, a, b in zip(signs, sides, sides[1:], strict=False))
        case _:
            raise LookupError
