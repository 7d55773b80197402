"""Where the code's own decisions turn: what it compares, divides by, counts up to, or takes by its place.

A mark belongs to a parameter and to a line. The values on both sides of it are what a test should try.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from meno_analyzers.failures.suggesting.seen import value_of


class Turn(StrEnum):
    """What the line does with the parameter; the catalogue has a sentence for each."""

    VALUE = "value"  # compares it with a value
    ITEM = "item"  # compares one of its items with a value
    LENGTH = "length"  # asks how many items it has
    EMPTY = "empty_turn"  # asks whether it holds anything
    DIVISOR = "divisor"  # divides by it
    REMAINDER = "remainder"  # looks at what is left when it is divided
    RANGE = "range"  # counts with it
    PLACE = "place"  # takes an item by its place
    MEMBER = "member"  # asks whether it is one of some values
    NONE = "none"  # asks whether it is None
    PART = "part"  # compares a part of one of its items with a value
    PAIR = "pair"  # compares it with another parameter, or with an item of it


@dataclass(frozen=True, slots=True)
class Mark:
    """`value` is the constant, the tuple of members, or the name of the other parameter; `shown` is what
    stands on the line, and `against` what stands for the value there. `starts` says that this is a variable,
    of which the value is only the first."""

    parameter: str
    turn: Turn
    value: Any
    line: int
    shown: str
    against: str = ""
    starts: bool = False


def marks_of(node: ast.FunctionDef, parameters: Sequence[str], module: ast.Module) -> list[Mark]:
    """The marks of a function, in the order of its lines."""
    finder = _Finder(node, set(parameters), module)
    found = [mark for inner in ast.walk(node) for mark in finder.at(inner)]
    return sorted(dict.fromkeys(m for m in found if _is_hashable(m)), key=lambda mark: mark.line)


def _is_hashable(mark: Mark) -> bool:
    try:
        hash(mark)
    except TypeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Side:
    """What one side of a comparison is: a parameter, its length, or one of its items."""

    parameter: str
    what: str  # "value", "length", "item", "part" of an item, "remainder"


_TURNS = {
    "value": Turn.VALUE,
    "length": Turn.LENGTH,
    "item": Turn.ITEM,
    "remainder": Turn.REMAINDER,
    "part": Turn.PART,
}


class _Finder:
    def __init__(self, node: ast.FunctionDef, parameters: set[str], module: ast.Module) -> None:
        self.parameters = parameters
        self.constants: dict[str, Any] = {}
        self.aliases: dict[str, _Side] = {}
        self._note(module.body)
        self.lasting = set(self.constants)
        self._note(list(ast.walk(node)))

    def _note(self, nodes: Sequence[ast.AST]) -> None:
        """Names that stand for a constant, for the length of a parameter, or for one of its items."""
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in self.parameters:
                    side = self.side(value)
                    if side is not None and side.what != "value":
                        self.aliases.setdefault(name, side)
                    elif isinstance(value, (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List)):
                        self.constants.setdefault(name, value)
                case (
                    ast.For(target=ast.Name(id=name), iter=ast.Name(id=source))
                    | ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=source))
                    | ast.For(
                        target=ast.Tuple(elts=[_, ast.Name(id=name)]),
                        iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=source), *_]),
                    )
                ) if source in self.parameters:
                    self.aliases.setdefault(name, _Side(source, "item"))

    def side(self, node: ast.expr) -> _Side | None:
        match node:
            case ast.Name(id=name) if name in self.parameters:
                return _Side(name, "value")
            case ast.Name(id=name):
                return self.aliases.get(name)
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]) if name in self.parameters:
                return _Side(name, "length")
            case ast.Subscript(value=ast.Name(id=name), slice=place) if name in self.parameters:
                return None if isinstance(place, ast.Slice) else _Side(name, "item")
            case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))) if name in self.parameters:
                return _Side(name, "part")
            case ast.Subscript(value=ast.Name(id=name)) if name in self.aliases:
                return _Side(self.aliases[name].parameter, "part")
            case ast.BinOp(left=ast.Name(id=name), op=ast.Mod()) if name in self.parameters:
                return _Side(name, "remainder")
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub(), right=ast.Constant()):
                return self.side(node.left)
        return None

    def constant(self, node: ast.expr) -> tuple[Any] | None:
        """The plain value that stands there, wrapped."""
        node = self.constants.get(node.id, node) if isinstance(node, ast.Name) else node
        try:
            value = value_of(node, {})
        except (ValueError, TypeError):
            return None
        return (tuple(value),) if isinstance(value, (list, set)) else (value,)

    def at(self, node: ast.AST) -> Iterator[Mark]:
        match node:
            case ast.Compare():
                yield from self._comparison(node)
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), left=left, right=right):
                yield from self._division(node, left, right)
            case ast.Call(func=ast.Name(id="range"), args=arguments):
                for argument in arguments:
                    side = self.side(argument)
                    if side is not None and side.what in {"value", "length"}:
                        turn = Turn.RANGE if side.what == "value" else Turn.LENGTH
                        yield self._mark(side.parameter, turn, 0, node)
            case ast.Subscript(value=ast.Name(id=name), slice=place) if name in self.parameters:
                yield from self._place(node, name, place)
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield from self._truth(test)
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name in self.parameters:
                yield self._mark(name, Turn.EMPTY, 0, node)
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[ast.Name(id=source)], keywords=[]):
                if source in self.parameters:
                    yield self._mark(source, Turn.LENGTH, 0, node)

    def _truth(self, test: ast.expr) -> Iterator[Mark]:
        for side in test.values if isinstance(test, ast.BoolOp) else [test]:
            if isinstance(side, ast.Name) and side.id in self.parameters:
                yield self._mark(side.id, Turn.EMPTY, 0, test)

    def _comparison(self, node: ast.Compare) -> Iterator[Mark]:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            for one, other in ((left, right), (right, left)):
                side = self.side(one)
                if side is None:
                    continue
                constant = self.constant(other)
                if constant is not None:
                    yield from self._with_constant(node, side, operator, other, constant[0], one is left)
                elif one is left and (partner := self.side(other)) and partner.parameter != side.parameter:
                    yield self._mark(side.parameter, Turn.PAIR, partner.parameter, node)

    def _with_constant(
        self,
        node: ast.Compare,
        side: _Side,
        operator: ast.cmpop,
        other: ast.expr,
        value: Any,
        is_left: bool,
    ) -> Iterator[Mark]:
        member = isinstance(operator, (ast.In, ast.NotIn))
        if member and is_left:
            items = tuple(value) if isinstance(value, (str, tuple, dict)) else ()
            turn = Turn.MEMBER if side.what == "value" else Turn.ITEM
            for item in items[:3] if turn is Turn.ITEM else [items]:
                yield self._mark(side.parameter, turn, item, node)
        elif member:
            yield self._mark(side.parameter, Turn.ITEM, value, node)
        elif value is None:
            if side.what == "value" and isinstance(other, ast.Constant):
                yield self._mark(side.parameter, Turn.NONE, None, node)
        else:
            starts = isinstance(other, ast.Name) and other.id not in self.lasting
            mark = self._mark(side.parameter, _TURNS[side.what], value, node)
            yield replace(mark, against=ast.unparse(other), starts=starts)

    def _division(self, node: ast.BinOp, left: ast.expr, right: ast.expr) -> Iterator[Mark]:
        side = self.side(right)
        if side is not None and side.what in {"value", "length"}:
            turn = Turn.DIVISOR if side.what == "value" else Turn.LENGTH
            yield self._mark(side.parameter, turn, 0, node)
        match right:
            case ast.Call(func=ast.Name(id="sum"), args=[ast.Name(id=name)]) if name in self.parameters:
                yield self._mark(name, Turn.LENGTH, 0, node)
        own, by = self.side(left), self.constant(right)
        if own is not None and own.what == "value" and by is not None and type(by[0]) is int:
            yield self._mark(own.parameter, Turn.REMAINDER, by[0], node)

    def _place(self, node: ast.Subscript, name: str, place: ast.expr) -> Iterator[Mark]:
        places = [place.lower, place.upper] if isinstance(place, ast.Slice) else [place]
        for one in places:
            constant = self.constant(one) if one is not None and not isinstance(one, ast.Name) else None
            if constant is not None and type(constant[0]) is int and abs(constant[0]) < 12:
                yield self._mark(name, Turn.PLACE, constant[0], node)
            elif isinstance(one, ast.Name) and one.id in self.parameters:
                yield self._mark(one.id, Turn.PAIR, name, node)

    def _mark(self, parameter: str, turn: Turn, value: Any, node: ast.expr) -> Mark:
        shown = ast.unparse(node)
        return Mark(parameter, turn, value, node.lineno, shown if len(shown) <= 60 else "")


def constants_in(node: ast.AST) -> Mapping[int, int]:
    """Whole numbers that the code names, with the first line of each."""
    found: dict[int, int] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and type(inner.value) is int and 1 < inner.value <= 10_000:
            found.setdefault(inner.value, inner.lineno)
    return found


__all__ = ["Mark", "Turn", "constants_in", "marks_of"]
