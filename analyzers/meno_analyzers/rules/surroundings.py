"""What stands around a node: code that is ready for a failure on purpose is left alone."""

from __future__ import annotations

import ast

from meno_analyzers.facts.unit import UnitFacts


def in_try(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether a `try` stands around the node, so that a failure here may be expected."""
    return node in facts.below_try


def in_with(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether a `with` stands around the node: tests wait for an exception that way."""
    return any(isinstance(ancestor, ast.With | ast.AsyncWith) for ancestor in facts.ancestors(node))


def under_raises(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether the node stands in `with pytest.raises(…)`, `with self.assertRaises(…)` and their like."""
    return node in facts.below_raises


def awaits_error(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether the node may fail on purpose: in a `try`, or where a test waits for an exception."""
    return in_try(facts, node) or under_raises(facts, node)


def in_annotation(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether the use stands in an annotation, which many programs never evaluate."""
    child: ast.AST = node
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.arg | ast.AnnAssign) and child is ancestor.annotation:
            return True
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef) and child is ancestor.returns:
            return True
        child = ancestor
    return False
