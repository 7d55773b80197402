"""What stands around a node: code that is ready for a failure on purpose is left alone."""

from __future__ import annotations

import ast

from meno_analyzers.facts.tree import walk
from meno_analyzers.facts.unit import UnitFacts


def in_try(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether a `try` stands around the node, so that a failure here may be expected."""
    return any(isinstance(ancestor, ast.Try | ast.TryStar) for ancestor in facts.ancestors(node))


def in_with(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether a `with` stands around the node: tests wait for an exception that way."""
    return any(isinstance(ancestor, ast.With | ast.AsyncWith) for ancestor in facts.ancestors(node))


def under_raises(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether the node stands in `with pytest.raises(…)`, `with self.assertRaises(…)` and their like."""
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.With):
            names = [getattr(n, "attr", getattr(n, "id", "")) for i in ancestor.items for n in walk(i)]
            if any("raises" in str(name).lower() for name in names):
                return True
    return False


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
