"""Loops that take their items one by one and never look at them (ME338)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import mentions, scope_body, stores

_CHANGES = frozenset("append extend insert remove pop clear sort reverse add discard update popleft".split())


@rule(
    "ME338",
    "whole-instead-of-item",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.93,
    on=(ast.For,),
    values=("item", "collection"),
)
def whole_instead_of_item(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
            continue
        item, collection = loop.target.id, loop.iter.id
        if item.startswith("_") or mentions(item, *loop.body) or _is_read_later(unit, loop, item):
            continue
        uses = _uses_as_whole(unit, loop, collection)
        if not uses or stores(collection, loop.body):
            continue
        values = {"item": item, "collection": collection}
        note = Note(unit.facts.span(loop.target), f"Each turn gives `{item}` a new value.")
        yield Match(uses[0], values, notes=(note,))


def _is_read_later(unit: Subject, loop: ast.For, item: str) -> bool:
    end = loop.end_lineno or loop.lineno
    return bool(mentions(item, *loop.orelse)) or any(
        place.lineno > end for place in mentions(item, *scope_body(unit.facts, loop))
    )


def _uses_as_whole(unit: Subject, loop: ast.For, collection: str) -> list[ast.Name]:
    """Where the body reads the collection; none if it also makes it longer or shorter."""
    found = []
    for node in scope_nodes(loop):
        if not is_name(node, collection):
            continue
        parent = unit.facts.parents.get(node)
        match parent:
            case ast.Attribute(attr=method) if method in _CHANGES:
                return []
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                return []
            case ast.Call(func=ast.Name(id="len")):
                continue  # how many there are is a question about all of them
            case _:
                found.append(node)
    if any(isinstance(node, ast.Lambda | ast.FunctionDef) for node in walk(*loop.body)):
        return []
    return sorted((node for node in found if isinstance(node, ast.Name)), key=lambda node: node.lineno)
