"""What is known of each parameter of a function, and from where: the first of annotation, calls that were
seen, default value, and use that tells."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from meno_analyzers.failures.suggesting.functions import AtHand, LeftOut, Parameter, Reason
from meno_analyzers.failures.suggesting.kinds import ANY, NONE, Kind, kinds_of, kinds_of_annotation
from meno_analyzers.failures.suggesting.seen import SeenCall, value_of
from meno_analyzers.failures.suggesting.turns import Mark, marks_of
from meno_analyzers.failures.suggesting.uses import kind_by_use


@dataclass(frozen=True, slots=True)
class Given:
    """One parameter. `certain` says that the kinds do not rest on its use alone; `in_order` that every list
    that was seen is sorted, so that one which is not would say nothing."""

    name: str
    kinds: tuple[Kind, ...]
    seen: tuple[Any, ...]
    marks: tuple[Mark, ...]
    default: tuple[Any] | None
    certain: bool
    in_order: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A function with what is known of its parameters; `calls` are the values of those that were seen."""

    function: AtHand
    given: tuple[Given, ...]
    calls: tuple[tuple[Any, ...], ...]

    @property
    def needed(self) -> int:
        """How many of the parameters have no default value."""
        return sum(one.default is None for one in self.function.parameters[: len(self.given)])

    @property
    def certain(self) -> bool:
        return all(given.certain for given in self.given)


def asked_of(function: AtHand, calls: Sequence[SeenCall], module: ast.Module) -> Asked | LeftOut:
    """The function ready to be asked, or why it is left out."""
    names = [parameter.name for parameter in function.parameters]
    own = function.call.replace("()", "")
    placed = [call.by_place(names) for call in calls if call.function == own]
    values = tuple(_distinct([found for found in placed if found]))
    marks = marks_of(function.node, names, module)
    functions = {s.name: s for s in module.body if isinstance(s, ast.FunctionDef)}
    given: list[Given] = []
    for place, parameter in enumerate(function.parameters):
        seen = tuple(call[place] for call in values if place < len(call))
        own_marks = tuple(mark for mark in marks if mark.parameter == parameter.name)
        one = _given(parameter, seen, own_marks, function.node, functions)
        if one is not None:
            given.append(one)
        elif parameter.default is not None:
            break  # it may stay away, and so may all behind it
        else:
            return LeftOut(own, Reason.UNKNOWN, parameter.name)
    return Asked(function, tuple(given), values) if given else LeftOut(own, Reason.UNKNOWN, names[0])


def _distinct(calls: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list({repr(call): call for call in calls}.values())


def _given(
    parameter: Parameter,
    seen: tuple[Any, ...],
    marks: tuple[Mark, ...],
    node: ast.FunctionDef,
    functions: Mapping[str, ast.FunctionDef],
) -> Given | None:
    default: tuple[Any] | None = None
    if parameter.default is not None:
        try:
            default = (value_of(parameter.default, {}),)
        except (ValueError, TypeError):
            default = None
    kinds, certain = kinds_of_annotation(parameter.annotation), True
    from_values = kinds_of(seen)
    if not kinds or all(part == ANY for kind in kinds for part in kind.parts or (kind,)):
        kinds = from_values or kinds
    if not kinds and default is not None and default[0] is not None:
        kinds = kinds_of(default)
    if not kinds or (kinds == (NONE,) and not seen):
        by_use = kind_by_use(node, parameter.name, functions)
        kinds, certain = ((by_use,) if by_use != ANY else ()), False
    if not kinds:
        return None
    return Given(parameter.name, kinds, seen, marks, default, certain, _in_order(seen))


def _in_order(seen: Sequence[Any]) -> bool:
    many = [value for value in seen if isinstance(value, (list, tuple)) and len(value) > 2]
    try:
        ups = all(all(not b < a for a, b in pairwise(value)) for value in many)
    except TypeError:
        return False
    return bool(many) and ups and sum(len(value) for value in many) > 3
