"""Walking syntax trees quickly: the children of a node are found once and kept on the node.

Contexts and operators (`Load`, `Add`, …) are shared singletons without a place of their own and are left
out; ask their owner for them. `ast.iter_child_nodes` in their stead was two thirds of the time that opening
a file took.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

_FIELDS: dict[type, tuple[str, ...]] = {}
# Fields that never hold a node with a place.
_PLAIN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "kind", "level", "type_comment", "lineno"})
_NO_CHILDREN: tuple[ast.AST, ...] = ()
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})


def _fields_of(kind: type) -> tuple[str, ...]:
    fields = tuple(
        name
        for name in kind._fields  # type: ignore[attr-defined]
        if name not in _PLAIN and kind is not ast.Constant
    )
    _FIELDS[kind] = fields
    return fields


def children(node: ast.AST) -> Sequence[ast.AST]:
    """The nodes directly below a node, in the order of the grammar."""
    known: Sequence[ast.AST] | None = node.__dict__.get("_children")
    if known is not None:
        return known
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _fields_of(kind)
    found: list[ast.AST] = []
    attributes = node.__dict__
    for name in fields:
        value = attributes.get(name)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    result: Sequence[ast.AST] = found or _NO_CHILDREN
    attributes["_children"] = result
    return result


def walk(*roots: ast.AST | None) -> Iterator[ast.AST]:
    """All nodes at and below the roots, in no promised order."""
    stack = [root for root in roots if root is not None]
    while stack:
        node = stack.pop()
        yield node
        # What `children` would answer, without the call where it is known.
        stack += node.__dict__.get("_children") or children(node)


def walk_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All nodes at and below `nodes` that run in the same scope: nested functions and classes are shown,
    but not what is inside them."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        yield node
        if node.__class__ not in _SCOPES:
            stack += node.__dict__.get("_children") or children(node)


def scope_nodes(owner: ast.AST) -> Sequence[ast.AST]:
    """All nodes that run in the same scope as the body of a function, class or loop, found once.

    Many rules ask about the whole of one function: walking it for each of them was half of a key's cost.
    """
    known: Sequence[ast.AST] | None = owner.__dict__.get("_scope_nodes")
    if known is None:
        known = owner.__dict__["_scope_nodes"] = tuple(walk_scope(owner.body))  # type: ignore[attr-defined]
    return known
