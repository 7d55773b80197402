"""Files that are opened for one thing and used for the other (ME909)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.builtin_calls import is_call_of
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error

_WRITES = frozenset({"write", "writelines"})
_READS = frozenset({"read", "readline", "readlines"})


@rule(
    "ME909",
    "file-mode-mismatch",
    Category.VALUE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Call,),
    values=("file", "method", "opening"),
    variants=("read",),
)
def file_mode_mismatch(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=receiver, attr=method) if method in _WRITES | _READS:
                yield from _mismatch(unit, call, receiver, method, writes=method in _WRITES)
            case _:
                pass
    for loop in unit.facts.nodes(ast.For):
        if isinstance(loop.iter, ast.Name):
            yield from _mismatch(unit, loop.iter, loop.iter, "for", writes=False)


def _mismatch(unit: Subject, node: ast.expr, file: ast.expr, method: str, *, writes: bool) -> Iterator[Match]:
    openings = _openings(unit, file)
    if not openings or awaits_error(unit.facts, node):
        return
    for opening in openings:
        mode = _mode(opening)
        if mode is None or "+" in mode or bool(set("wax") & set(mode)) == writes:
            return
    first = openings[0]
    values = {"file": unit.facts.source(file), "method": method, "opening": unit.facts.source(first)}
    note = Note(unit.facts.span(first), "Here the file is opened.")
    yield Match(node, values, variant=None if writes else "read", notes=(note,))


def _openings(unit: Subject, file: ast.expr) -> list[ast.Call]:
    """All calls of `open` that the file may come from; empty if any other thing may have made it."""
    if isinstance(file, ast.Call):
        return [file] if is_call_of(unit, file, "open") else []
    if not isinstance(file, ast.Name):
        return []
    found = []
    for definition in unit.values.definitions(file) or ():
        value = _value(definition)
        if not isinstance(value, ast.Call) or not is_call_of(unit, value, "open"):
            return []
        found.append(value)
    return found


def _value(definition: Definition) -> ast.expr | None:
    if definition.kind is DefinitionKind.ASSIGNMENT:
        return definition.value
    if isinstance(definition.node, ast.With):
        for item in definition.node.items:
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == definition.name:
                return item.context_expr
    return None


def _mode(opening: ast.Call) -> str | None:
    """The mode that is written out in a call of `open`, "r" where there is none, None where it is unknown."""
    if any(isinstance(a, ast.Starred) for a in opening.args) or any(k.arg is None for k in opening.keywords):
        return None
    if any(keyword.arg == "opener" for keyword in opening.keywords) or not opening.args:
        return None
    modes = [keyword.value for keyword in opening.keywords if keyword.arg == "mode"] or opening.args[1:2]
    if not modes:
        return "r"
    (mode,) = modes
    return mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else None
