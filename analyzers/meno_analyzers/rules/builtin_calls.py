"""Small questions about calls that several families of rules ask."""

from __future__ import annotations

import ast

from meno_analyzers.rules.registry import Subject


def is_call_of(unit: Subject, node: ast.AST | None, *names: str) -> bool:
    """Whether the node calls one of these builtins."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and unit.facts.is_builtin(node.func, unit.module)
    )
