"""The wrong literal: another number, an empty list for zero, `True` for `False`, another text of the
program."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Source

_PLAIN = ("0", "1", "-1", "None", "True", "False", "[]", '""', "{}", "set()", "2")
_FAR = ('float("inf")', 'float("-inf")')


@operator("literal", "initial_value", ast.Constant, ast.List, ast.Dict, ast.Tuple)
def literal(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.expr)
    around = source.parents.get(node)
    if isinstance(node, ast.Constant):
        if isinstance(around, ast.Expr | ast.JoinedStr | ast.FormattedValue):
            return  # a docstring, or a piece of a text
    elif getattr(node, "elts", None) or getattr(node, "keys", None):
        return
    present = source.get(node)
    others = dict.fromkeys(_PLAIN)
    for known in ast.walk(source.tree):
        short = isinstance(known, ast.Constant) and len(str(known.value)) < 40
        if isinstance(known, ast.Constant) and short and not isinstance(source.parents.get(known), ast.Expr):
            others[source.get(known)] = None
    if isinstance(around, ast.Assign | ast.AugAssign | ast.Return):
        others.update(dict.fromkeys(_FAR))
    # A truth value most likely stands for the other one.
    for other in (
        sorted(others, key=lambda text: text not in ("True", "False"))
        if present
        in (
            "True",
            "False",
        )
        else others
    ):
        if other != present:
            yield source.replace(node, other)


@operator("literal becomes name", "initial_value", ast.Constant, ast.List)
def literal_becomes_name(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A fixed value where a variable is meant, or its first item, or its length."""
    assert isinstance(node, ast.expr)
    around = source.parents.get(node)
    if isinstance(around, ast.Expr | ast.JoinedStr | ast.FormattedValue) or getattr(node, "elts", None):
        return
    for name in source.variables(node):
        yield source.replace(node, name)
        if isinstance(around, ast.Assign | ast.Return | ast.Call | ast.Compare):
            yield source.replace(node, f"{name}[0]")
            yield source.replace(node, f"len({name})")


@operator("name becomes literal", "wrong_name", ast.Name)
def name_becomes_literal(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.Name)
    around = source.parents.get(node)
    called = isinstance(around, ast.Call) and around.func is node
    if isinstance(node.ctx, ast.Load) and not called and not isinstance(around, ast.Attribute):
        for value in _PLAIN[:8]:
            yield source.replace(node, value)


@operator("list around", "wrong_type", ast.Name, ast.Call, ast.Subscript, ast.Constant, ast.BinOp)
def list_around(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """One item where a list of it is meant."""
    assert isinstance(node, ast.expr)
    around = source.parents.get(node)
    loaded = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    called = isinstance(around, ast.Call) and around.func is node
    holding = ast.BinOp | ast.Return | ast.AugAssign | ast.Call | ast.Assign
    if loaded and not called and isinstance(around, holding):
        yield source.replace(node, f"[{source.get(node)}]")
        yield source.replace(node, f"({source.get(node)},)")


@operator("list taken away", "wrong_type", ast.List, ast.Tuple, ast.Set)
def list_taken_away(source: Source, node: ast.AST) -> Iterator[Proposal]:
    assert isinstance(node, ast.List | ast.Tuple | ast.Set)
    if len(node.elts) == 1 and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield source.replace(node, source.get(node.elts[0]))
