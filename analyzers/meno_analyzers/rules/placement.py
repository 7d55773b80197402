"""Statements outside of the block that gives them a meaning (ME028, ME029).

The parser accepts both; only the compiler refuses them, so they are found in the tree.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, rule

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@rule(
    "ME028",
    "return-outside-function",
    Category.SYNTAX_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Return,),
    values=("statement",),
)
def return_outside_function(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Return):
        if not unit.facts.scope_at(node).is_function:
            yield Match(node, {"statement": unit.facts.source(node)})


@rule(
    "ME029",
    "break-outside-loop",
    Category.SYNTAX_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Break, ast.Continue),
    values=("word",),
)
def break_outside_loop(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Break, ast.Continue):
        if not _in_loop(unit, node):
            yield Match(node, {"word": "break" if isinstance(node, ast.Break) else "continue"})


def _in_loop(unit: Subject, node: ast.stmt) -> bool:
    inner: ast.AST = node
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.For | ast.AsyncFor | ast.While) and inner not in ancestor.orelse:
            return True
        if isinstance(ancestor, (*_FUNCTIONS, ast.ClassDef)):
            return False
        inner = ancestor
    return False
