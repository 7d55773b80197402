"""Whether items of a container are changed in place somewhere."""

from __future__ import annotations

import ast

from meno_analyzers.facts.scopes import ScopeKind
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.touches import CHANGING_METHODS
from meno_analyzers.rules.registry import Subject


def written_inside(unit: Subject, node: ast.AST, name: str) -> bool:
    """Whether an item of one of the items of `name` is changed where the name of `node`'s scope is seen:
    `grid[0][1] = x`, `grid[0].append(x)`, `grid[0] += [x]`."""
    if unit.facts.scope_at(node).kind is ScopeKind.MODULE:
        return unit.module.mentions(Mention.WRITTEN_INSIDE, name)
    for use in unit.facts.names_called(name):
        item = unit.facts.parents.get(use)
        while isinstance(item, ast.Subscript):
            around = unit.facts.parents.get(item)
            match around:
                case ast.Subscript(ctx=ast.Store() | ast.Del()) if around.value is item:
                    return True
                case ast.AugAssign(op=ast.Add() | ast.BitOr()) if around.target is item:
                    return isinstance(around.value, ast.List | ast.Set | ast.ListComp)
                case ast.Attribute(attr=method) if method in CHANGING_METHODS:
                    return True
                case _:
                    item = around
    return False
