"""Loops that do not look at the items that they take: at the whole (ME338), or at an older item (ME339)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.tree import scope_nodes, walk, walk_scope
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import has, mentioned_below, mentions, names_in, scope_body, stores

_CHANGES = frozenset("append extend insert remove pop clear sort reverse add discard update popleft".split())


@rule(
    "ME338",
    "whole-instead-of-item",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.93,
    on=(ast.For,),
    values=("item", "collection"),
    patient=True,
)
def whole_instead_of_item(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
            continue
        item, collection = loop.target.id, loop.iter.id
        if item.startswith("_") or mentioned_below(unit, item, loop) or _is_read_later(unit, loop, item):
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


@rule(
    "ME339",
    "item-of-an-earlier-loop",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.95,
    on=(ast.For,),
    values=("name", "item", "earlier"),
)
def item_of_an_earlier_loop(unit: Subject) -> Iterator[Match]:
    seen: set[tuple[str, ast.AST]] = set()
    loops = unit.facts.nodes(ast.For)
    items = {loop: names_in(loop.target) for loop in loops} if len(loops) > 1 else {}
    for loop, own in items.items():
        others = set().union(*items.values()) - own
        reads = [
            node
            for node in (walk_scope(loop.body) if others else ())
            if isinstance(node, ast.Name) and node.id in others and isinstance(node.ctx, ast.Load)
        ]
        for node in sorted(reads, key=lambda node: (node.lineno, node.col_offset)):
            earlier = _ended_loop(unit, node)
            if earlier is None or (node.id, earlier) in seen:
                continue
            seen.add((node.id, earlier))
            values = {
                "name": node.id,
                "item": unit.facts.source(loop.target),
                "earlier": unit.facts.source(earlier.iter),
            }
            note = Note(
                unit.facts.span(earlier.target), f"This loop, which is over, gave `{node.id}` its value."
            )
            yield Match(node, values, notes=(note,))


def _ended_loop(unit: Subject, name: ast.Name) -> ast.For | None:
    """The loop that was over before, and ran to its end, if the name can have its value from nowhere else."""
    definitions = unit.facts.reaching(name) or frozenset()
    loops = {_loop_of(unit, d) for d in definitions if d.kind is not DefinitionKind.UNBOUND}
    if len(loops) != 1:
        return None
    (loop,) = loops
    if loop is None or any(loop is ancestor for ancestor in unit.facts.ancestors(name)):
        return None
    # A search that breaks off leaves the item that it has found.
    return None if has(loop.body, ast.Break) else loop


def _loop_of(unit: Subject, definition: Definition) -> ast.For | None:
    """The loop whose target, or a part of it, the definition is."""
    node = definition.node
    while isinstance(node, ast.Name | ast.Tuple | ast.List):
        above = unit.facts.parents.get(node)
        if isinstance(above, ast.For):
            return above if above.target is node else None
        node = above
    return node if isinstance(node, ast.For) else None
