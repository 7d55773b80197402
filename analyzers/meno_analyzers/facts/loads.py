"""The names that an expression or a plain statement reads, found once, and those that it has of its own."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from meno_analyzers.facts.tree import children, walk

# What reads or binds in an order or a scope of its own.
_OWN_ORDER = frozenset({ast.NamedExpr, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})


def names_of_clauses(comprehension: ast.AST) -> set[str]:
    """The names that a comprehension's `for` clauses bind, which are its own."""
    return {
        name.id
        for clause in comprehension.generators  # type: ignore[attr-defined]
        for name in walk(clause.target)
        if isinstance(name, ast.Name)
    }


def loads_of(node: ast.AST) -> Sequence[ast.Name] | None:
    """The loads below a node that is no name, if it does nothing to names but read them.

    Kept with the node, because loops are followed more than once.
    """
    kept = node.__dict__
    if "_loads" in kept:
        known: Sequence[ast.Name] | None = kept["_loads"]
        return known
    found: list[ast.Name] = []
    stack = [node]
    while stack:
        part = stack.pop()
        kind = part.__class__
        if kind is ast.Name:
            if part.ctx.__class__ is ast.Load:  # type: ignore[attr-defined]
                found.append(part)  # type: ignore[arg-type]
        elif kind in _OWN_ORDER:
            kept["_loads"] = None
            return None
        elif kind is not ast.Constant:
            stack += children(part)
    kept["_loads"] = found
    return found
