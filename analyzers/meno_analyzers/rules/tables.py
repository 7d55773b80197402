"""Whether a parameter is used as a dictionary: asked for its keys, values or pairs in the same function."""

from __future__ import annotations

import ast

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.libraries import knows_libraries
from meno_analyzers.rules.registry import Subject
from meno_analyzers.rules.shapes import scope_body, stores
from meno_analyzers.rules.surroundings import awaits_error

_VIEWS = frozenset({"items", "keys", "values"})
# What lists, sets, texts or other languages have, and dictionaries have not.
_NOT_OF_TABLES = frozenset(
    (
        "count index append extend insert remove sort reverse add discard find has has_key contains put "
        "length iteritems iterkeys itervalues push split join"
    ).split()
)


def is_table_without(unit: Subject, node: ast.Attribute) -> bool:
    """Whether a parameter that is asked for its pairs is also asked for what no dictionary has."""
    if node.attr not in _NOT_OF_TABLES or not isinstance(node.value, ast.Name):
        return False
    name = node.value.id
    body = scope_body(unit.facts, node)
    definitions = unit.facts.reaching(node.value) or frozenset()
    kinds = {definition.kind for definition in definitions}
    if kinds != {DefinitionKind.PARAMETER} or stores(name, body) or awaits_error(unit.facts, node):
        return False
    if unit.facts.scopes.wrapper is not None or unit.module.in_class(node.attr):
        return False
    return any(_asks_for_view(part, name) for part in walk(*body)) and not knows_libraries(unit)


def _asks_for_view(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=method), args=[], keywords=[]):
            return method in _VIEWS and is_name(receiver, name)
        case _:
            return False
