"""Definitions, the states that hold them, and how states of several ways are joined."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class DefinitionKind(Enum):
    """What kind of binding a definition is."""

    UNBOUND = "unbound"
    ASSIGNMENT = "assignment"
    AUGMENTED = "augmented"
    PARAMETER = "parameter"
    LOOP = "loop"
    DELETION = "deletion"
    OTHER = "other"  # import, def, class, with, except, match, unpacking


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One binding of a name. `value` is the assigned expression where there is one: the whole right-hand
    side of `name = value`, the right operand of `name += value`, the iterable of `for name in iterable`."""

    kind: DefinitionKind
    name: str
    node: ast.AST | None
    value: ast.expr | None = None


UNBOUND = Definition(DefinitionKind.UNBOUND, "", None)
Definitions = frozenset[Definition]
ENTRY: Definitions = frozenset({UNBOUND})
State = dict[str, Definitions]


def join(states: Iterable[State | None]) -> State | None:
    """The definitions that arrive on any of the ways; None if there is none."""
    present = [state for state in states if state is not None]
    if not present:
        return None
    if len(present) == 1:
        return present[0]
    joined = dict(present[0])
    for state in present[1:]:
        for name, other in state.items():
            merged = joined.get(name, ENTRY)
            if other is not merged and not other <= merged:
                joined[name] = merged | other
        if len(joined) > len(state):
            for name in joined.keys() - state.keys():
                joined[name] |= ENTRY
    return joined
