"""The program without what it does when it is run: only what its functions need is left, line for line.

A script that calls its own functions, prints, or stops half way could otherwise not be asked anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from meno_analyzers.failures.collecting.lifting import is_main_guard

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_SETTINGS = frozenset({"setrecursionlimit", "seed"})


def loadable(source: str, tree: ast.Module) -> str:
    """The text with the lines of what is not needed left empty. Lines keep their numbers."""
    rows = source.split("\n")
    kept = _needed(tree)
    busy = {line for node in kept for line in _lines(node)}
    for node in tree.body:
        if node not in kept:
            for line in _lines(node):
                if line not in busy:
                    rows[line - 1] = ""
    return "\n".join(rows)


def _lines(node: ast.stmt) -> range:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _needed(tree: ast.Module) -> list[ast.stmt]:
    """Definitions and imports, and the statements that give or change a name which one of those uses."""
    kept = [node for node in tree.body if isinstance(node, _DEFINITIONS + _IMPORTS) or _chooses(node)]
    others = [node for node in tree.body if node not in kept and not _is_guard(node)]
    names = _loaded(kept)
    while True:
        more = [node for node in others if node not in kept and _gives(node) & names]
        if not more:
            break
        kept += more
        names |= _loaded(more)
    return kept + [node for node in others if node not in kept and _is_setting(node)]


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and is_main_guard(node)


def _chooses(node: ast.stmt) -> bool:
    """Whether it imports or defines in one way or another, as `try: import …` does."""
    if not isinstance(node, (ast.Try, ast.If)) or _is_guard(node):
        return False
    return any(isinstance(inner, _IMPORTS + _DEFINITIONS) for inner in node.body)


def _is_setting(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name in _SETTINGS
    return False


def _loaded(nodes: Iterable[ast.stmt]) -> set[str]:
    every = [inner for node in nodes for inner in ast.walk(node)]
    return {n.id for n in every if isinstance(n, ast.Name)} | {
        name for n in every if isinstance(n, ast.Global) for name in n.names
    }


def _gives(node: ast.stmt) -> set[str]:
    """The names that a statement binds, or changes through an item or a method."""
    found: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                found.add(name)
    return found
