"""Whether a name certainly has no value where it is read.

That is so if no definition reaches the read, and also if the only ones that do have read the name themselves
before it had a value: `total += price` in a loop makes no `total` that was not there before, since its first
turn already fails.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import UNBOUND, Definition, DefinitionKind
from meno_analyzers.facts.flow import Flow
from meno_analyzers.facts.tree import children

# What is below these may not be evaluated at all, or not now, or in another scope.
_MAYBE = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_unbound(flow: Flow, use: ast.Name) -> bool:
    """Whether every way to the use comes there, or fails before, without a value for the name."""
    return not flow.incomplete and _fails(flow, use, frozenset())


def _fails(flow: Flow, use: ast.Name, assumed: frozenset[Definition]) -> bool:
    found = flow.reaching.get(use)
    if not found or UNBOUND not in found:
        return False
    for definition in found:
        if definition is UNBOUND or definition in assumed:
            continue
        # Around a loop a definition may reach its own read. Of those that hang together in this way the
        # first to be come to finds none of the others done.
        further = assumed | {definition}
        if not any(_fails(flow, read, further) for read in _own_reads(definition)):
            return False
    return True


def _own_reads(definition: Definition) -> Iterator[ast.Name]:
    """The reads of the name that a definition certainly makes before it binds it."""
    match definition.node:
        case ast.AugAssign(target=ast.Name() as target) if definition.kind is DefinitionKind.AUGMENTED:
            yield target
        case ast.Assign(targets=[ast.Name()], value=value):
            yield from _reads(value, definition.name)
        case _:
            pass


def _reads(node: ast.AST, name: str) -> Iterator[ast.Name]:
    if isinstance(node, ast.Name):
        if node.id == name:
            yield node
    elif not isinstance(node, _MAYBE):
        for child in children(node):
            yield from _reads(child, name)
