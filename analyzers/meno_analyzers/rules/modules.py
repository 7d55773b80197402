"""Names that modules do not have, and the guard of a program's start (ME906, ME907)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.stdlib_names import names_of
from meno_analyzers.facts.tree import walk
from meno_analyzers.findings import Category, Edit, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.spelling import distance, nearest
from meno_analyzers.rules.surroundings import awaits_error

# Modules that look the same on every platform and are seldom extended: what the table lacks is not there.
_KNOWN_WHOLE = frozenset(
    "bisect calendar cmath copy datetime fractions functools heapq itertools json math random statistics "
    "string textwrap".split()
)


@rule(
    "ME906",
    "unknown-module-attribute",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Attribute, ast.ImportFrom),
    values=("name", "module", "call"),
    variants=("import",),
)
def unknown_module_attribute(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Attribute):
        if node.attr.startswith("_") or not isinstance(node.ctx, ast.Load):
            continue
        module = _module(unit, node.value)
        if module is None or not _is_missing(node.attr, module) or unit.module.stores_attribute(node.attr):
            continue
        if not _depends_on_version(unit, node):
            yield Match(node, {"name": node.attr, "module": module, "call": unit.facts.source(node)})
    for statement in unit.facts.nodes(ast.ImportFrom):
        if statement.level or statement.module is None or _depends_on_version(unit, statement):
            continue
        for alias in statement.names:
            if alias.name != "*" and _is_missing(alias.name, statement.module):
                values = {"name": alias.name, "module": statement.module, "call": alias.name}
                yield Match(alias, values, variant="import")
                break


def _module(unit: Subject, node: ast.expr) -> str | None:
    """The module of the standard library that an expression certainly means."""
    if isinstance(node, ast.Attribute) and node.attr == "path" and isinstance(node.value, ast.Name):
        return "os.path" if unit.types.of(node.value) == "module:os" else None
    if not isinstance(node, ast.Name):
        return None
    kind = unit.types.of(node) or ""
    return kind.removeprefix("module:") if kind.startswith("module:") else None


def _is_missing(name: str, module: str) -> bool:
    """Whether the module certainly lacks the name, and it is a slip rather than something of another time."""
    names = names_of(module)
    if names is None or name in names or name.startswith("_"):
        return False
    if module in _KNOWN_WHOLE or any(name.lower() == other.lower() for other in names):
        return True
    return nearest(name, sorted(names)) is not None


_VERSION_WORDS = (
    "version",
    "py2",
    "py3",
    "python2",
    "python3",
    "platform",
    "hasattr",
    "six",
    "windows",
    "nt",
)


def _depends_on_version(unit: Subject, node: ast.AST) -> bool:
    """Whether the code around asks first, or is ready for the name to be missing."""
    if awaits_error(unit.facts, node):
        return True
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.If | ast.IfExp | ast.BoolOp):
            test = ancestor if isinstance(ancestor, ast.BoolOp) else ancestor.test
            for part in walk(test):
                word = str(getattr(part, "attr", getattr(part, "id", ""))).lower()
                if any(known in word for known in _VERSION_WORDS) or "TYPE_CHECKING" in word:
                    return True
    return False


@rule(
    "ME907",
    "main-guard-wrong-string",
    Category.WRONG_LITERAL,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("text",),
    variants=("quoted",),
)
def main_guard_wrong_string(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                pass
            case _:
                continue
        for name, text in ((left, right), (right, left)):
            if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
                continue
            if isinstance(name, ast.Name) and name.id == "__name__" and _is_nearly_main(text.value):
                fix = (Edit(unit.facts.span(text), '"__main__"'),)
                yield Match(text, {"text": unit.facts.source(text)}, fix=fix)
            elif isinstance(name, ast.Constant) and name.value == "__name__" and text.value == "__main__":
                fix = (Edit(unit.facts.span(name), "__name__"),)
                yield Match(name, {"text": unit.facts.source(name)}, variant="quoted", fix=fix)


def _is_nearly_main(text: str) -> bool:
    if text == "__main__":
        return False
    letters = "".join(character for character in text.lower() if character.isalpha())
    return distance(letters, "main", 1) <= 1 or letters == "name"
