"""What stands around a node: code that is ready for a failure on purpose is left alone."""

from __future__ import annotations

import ast

from meno_analyzers.facts.tree import walk
from meno_analyzers.facts.unit import UnitFacts

_NAME_ERRORS = frozenset({"NameError", "UnboundLocalError", "Exception", "BaseException"})


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


def expects_name_error(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether the code is written for the name to be missing: in a `try` that catches it, say."""
    if under_raises(facts, node):
        return True
    child: ast.AST = node
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.Try | ast.TryStar) and child in ancestor.body:
            for handler in ancestor.handlers:
                types = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
                names = {kind.id for kind in types if isinstance(kind, ast.Name)}
                if handler.type is None or names & _NAME_ERRORS:
                    return True
        if isinstance(ancestor, ast.Delete):
            return True
        if isinstance(ancestor, ast.If | ast.IfExp) and _asks_for_version(ancestor.test):
            return True
        child = ancestor
    return False


def _asks_for_version(test: ast.expr) -> bool:
    """Whether a test asks which Python this is: the branch may be for another one, with other builtins."""
    for node in walk(test):
        name = getattr(node, "attr", getattr(node, "id", ""))
        if name in {"version_info", "hexversion"} or (isinstance(name, str) and name.startswith("PY")):
            return True
    return False


def asks_for_kind(facts: UnitFacts, node: ast.AST) -> bool:
    """Whether a test around the use asks what an object is or has."""
    for ancestor in facts.ancestors(node):
        if isinstance(ancestor, ast.If | ast.IfExp | ast.BoolOp):
            for call in walk(ancestor.test if not isinstance(ancestor, ast.BoolOp) else ancestor):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"hasattr", "isinstance"}:
                    return True
    return False
