"""What a test says about one simple expression: the set of values for which it is true.

`s >= 80`, `0 < n < 10`, `c == "a"` and `c in ("a", "b")` are understood, on names, attributes, subscripts by
constants and `len` of these; everything else is unknown. Sets of numbers are unions of intervals; texts are
known one by one, or all but some. A number that is "not a number" makes each comparison false and is left
out of account.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from math import inf

from meno_analyzers.facts.tree import walk
from meno_analyzers.rules.expressions import written
from meno_analyzers.rules.registry import Subject

# A boundary: the number, and 0 if it lies just there, -1 just below, +1 just above it.
Edge = tuple[float, int]
_LOWEST: Edge = (-inf, -1)
_HIGHEST: Edge = (inf, 1)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers in intervals `low` to `high`, each edge included; sorted, apart from each other."""

    parts: tuple[tuple[Edge, Edge], ...]

    @property
    def is_empty(self) -> bool:
        return not self.parts

    @property
    def is_everything(self) -> bool:
        return self.parts == ((_LOWEST, _HIGHEST),)

    def both(self, other: Numbers) -> Numbers:
        """The intersection."""
        parts = [
            (max(low, other_low), min(high, other_high))
            for low, high in self.parts
            for other_low, other_high in other.parts
        ]
        return Numbers(tuple(sorted((low, high) for low, high in parts if low <= high)))

    def either(self, other: Numbers) -> Numbers:
        """The union."""
        merged: list[tuple[Edge, Edge]] = []
        for low, high in sorted([*self.parts, *other.parts]):
            if merged and low <= _after(merged[-1][1]):
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return Numbers(tuple(merged))


def _after(edge: Edge) -> Edge:
    """The lowest edge that leaves no gap behind this one."""
    return (edge[0], edge[1] + 1) if edge[1] < 1 else edge


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly these texts, or all values but these."""

    values: frozenset[str]
    excluded: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.excluded and not self.values

    @property
    def is_everything(self) -> bool:
        return self.excluded and not self.values

    def both(self, other: Choice) -> Choice:
        """The intersection."""
        match self.excluded, other.excluded:
            case False, False:
                return Choice(self.values & other.values)
            case False, True:
                return Choice(self.values - other.values)
            case True, False:
                return Choice(other.values - self.values)
            case _:
                return Choice(self.values | other.values, True)

    def either(self, other: Choice) -> Choice:
        """The union: all but what neither has."""
        inner = Choice(self.values, not self.excluded).both(Choice(other.values, not other.excluded))
        return Choice(inner.values, not inner.excluded)


Values = Numbers | Choice


@dataclass(frozen=True, slots=True)
class Bound:
    """`key` is the expression, written out; `values` those for which the test is true."""

    key: str
    left: ast.expr
    values: Values


def number_of(node: ast.expr) -> float | int | None:
    """A number that is written out, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        value = node.value
        return value if isinstance(value, int | float) else None
    return None


def is_simple(unit: Subject, node: ast.expr) -> bool:
    """Whether an expression has the same value whenever it is asked between two statements."""
    match node:
        case ast.Name():
            return True
        case ast.Attribute(value=value):
            return is_simple(unit, value)
        case ast.Subscript(value=value, slice=index):
            plain = isinstance(index, ast.Constant | ast.Name) or number_of(index) is not None
            return plain and is_simple(unit, value)
        case ast.Call(func=ast.Name(id="len") as function, args=[argument], keywords=[]):
            return unit.facts.is_builtin(function, unit.module) and is_simple(unit, argument)
        case _:
            return False


_NUMBER_SETS: dict[type[ast.cmpop], tuple[bool, bool, bool]] = {
    # Whether numbers below, at and above the constant make the comparison true.
    ast.Lt: (True, False, False),
    ast.LtE: (True, True, False),
    ast.Gt: (False, False, True),
    ast.GtE: (False, True, True),
    ast.Eq: (False, True, False),
    ast.NotEq: (True, False, True),
}
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def compared(operator: type[ast.cmpop], number: float) -> Numbers:
    """The numbers that stand in this relation to `number`."""
    below, at, above = _NUMBER_SETS[operator]
    parts: list[tuple[Edge, Edge]] = []
    if below:
        parts.append((_LOWEST, (number, 0 if at else -1)))
    if above:
        parts.append(((number, 0 if at else 1), _HIGHEST))
    if at and not below and not above:
        parts.append(((number, 0), (number, 0)))
    return Numbers(tuple(parts))


def bounds_of(unit: Subject, test: ast.expr) -> Bound | None:
    """What a comparison says about one simple expression, or None."""
    if not isinstance(test, ast.Compare):
        return None
    sides = [test.left, *test.comparators]
    if len(test.ops) == 2:
        first = _single(unit, sides[0], test.ops[0], sides[1])
        second = _single(unit, sides[1], test.ops[1], sides[2])
        if first is None or second is None or first.key != second.key:
            return None
        joined = intersection(first.values, second.values)
        return None if joined is None else Bound(first.key, first.left, joined)
    return _single(unit, sides[0], test.ops[0], sides[1]) if len(test.ops) == 1 else None


def _single(unit: Subject, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Bound | None:
    kind = type(operator)
    if isinstance(operator, ast.In | ast.NotIn):
        values = _members(right)
        if values is None or not is_simple(unit, left):
            return None
        return Bound(written(left), left, Choice(values, isinstance(operator, ast.NotIn)))
    if kind not in _NUMBER_SETS:
        return None
    for subject, constant, relation in ((left, right, kind), (right, left, MIRRORED[kind])):
        if not is_simple(unit, subject):
            continue
        number = number_of(constant)
        if number is not None:
            return Bound(written(subject), subject, compared(relation, number))
        equality = relation in {ast.Eq, ast.NotEq}
        if equality and isinstance(constant, ast.Constant) and isinstance(constant.value, str):
            choice = Choice(frozenset({constant.value}), relation is ast.NotEq)
            return Bound(written(subject), subject, choice)
    return None


def _members(node: ast.expr) -> frozenset[str] | None:
    """The texts of a display that holds nothing but texts."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set) or not node.elts:
        return None
    values = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
    return frozenset(values) if len(values) == len(node.elts) else None


def intersection(left: Values, right: Values) -> Values | None:
    """The values in both; None where the two are of different kinds, such as numbers and texts."""
    if isinstance(left, Numbers) and isinstance(right, Numbers):
        return left.both(right)
    if isinstance(left, Choice) and isinstance(right, Choice):
        return left.both(right)
    return None


def union(left: Values, right: Values) -> Values | None:
    """The values in either; None where the two are of different kinds."""
    if isinstance(left, Numbers) and isinstance(right, Numbers):
        return left.either(right)
    if isinstance(left, Choice) and isinstance(right, Choice):
        return left.either(right)
    return None


def is_within(inner: Values, outer: Values) -> bool:
    """Whether every value of the first is one of the second."""
    return intersection(inner, outer) == inner


_ASKING_METHODS = frozenset(
    (
        "startswith endswith isdigit isalpha isalnum isupper islower isspace isnumeric isdecimal lower upper"
    ).split()
)
_ASKING_BUILTINS = frozenset({"len", "isinstance", "abs", "ord"})
_IMPURE = frozenset({ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda})


def is_pure(unit: Subject, *tests: ast.expr) -> bool:
    """Whether evaluating the tests cannot change anything that they ask about, as far as can be told."""
    for part in walk(*tests):
        kind = part.__class__
        if kind in _IMPURE or (kind is ast.Call and not _only_asks(unit, part.func)):  # type: ignore[attr-defined]
            return False
    return True


def _only_asks(unit: Subject, function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in _ASKING_METHODS
    return (
        isinstance(function, ast.Name)
        and function.id in _ASKING_BUILTINS
        and unit.facts.is_builtin(function, unit.module)
    )
