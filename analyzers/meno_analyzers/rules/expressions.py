"""Small questions about expressions that several families of rules ask."""

from __future__ import annotations

import ast

from meno_analyzers.facts.tree import walk_scope


def is_name(node: ast.AST | None, name: str) -> bool:
    """Whether the node is that plain name."""
    return isinstance(node, ast.Name) and node.id == name


def same(left: ast.AST | None, right: ast.AST | None) -> bool:
    """Whether two trees are written alike, positions aside."""
    return _same(left, right)


def _same(left: object, right: object) -> bool:
    # `ast.dump` would do, but it is slow, and each call leaves a cycle for the collector that rests.
    if type(left) is not type(right):
        return False
    if isinstance(left, ast.AST):
        return all(_same(getattr(left, name, None), getattr(right, name, None)) for name in left._fields)
    if isinstance(left, list):
        assert isinstance(right, list)
        return len(left) == len(right) and all(map(_same, left, right))
    return left == right


def written(node: ast.AST) -> str:
    """The tree as text: equal for trees that are written alike, whether they are read or stored into."""
    if isinstance(node, ast.Name):
        return node.id
    known: str | None = node.__dict__.get("_written")
    if known is None:
        known = node.__dict__["_written"] = _written(node)
    return known


def _written(node: ast.AST) -> str:
    parts = [type(node).__name__]
    for name in node._fields:
        if name == "ctx":
            continue
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            parts.append(written(value))
        elif isinstance(value, list):
            parts.append(
                "[" + ",".join(written(v) if isinstance(v, ast.AST) else repr(v) for v in value) + "]"
            )
        else:
            parts.append(repr(value))
    return "(" + " ".join(parts) + ")"


def same_block(left: list[ast.stmt], right: list[ast.stmt]) -> bool:
    """Whether two blocks are written alike."""
    return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))


def stored_names(loop: ast.For | ast.While, *, below_target: bool = False) -> set[str]:
    """Names that a loop binds, deletes or stores into; with `below_target` without its own target."""
    roots: list[ast.AST] = [*loop.body, *loop.orelse]
    if isinstance(loop, ast.While):
        roots.append(loop.test)
    elif not below_target:
        roots.append(loop.target)
    names: set[str] = set()
    for node in walk_scope(roots):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                names.add(node.id)
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Import() | ast.ImportFrom():
                names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                # A method may change its object.
                names.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                names.add(name)
            case _:
                pass
    return names
