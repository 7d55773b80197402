"""Names and scope: uses that nothing gives a value (ME101–ME105) and parameters that are lost (ME110).

A name is reported only when no scope of the file binds it anywhere, no text of the file is unreadable in
a way that could bind it, and nothing dynamic (a star import, `exec`, `globals()`) could.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.scopes import FunctionNode, Scope, ScopeKind, parameters_of
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import walk, walk_scope
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.respelling import constant, other_letters, respelled, through_self, without_module
from meno_analyzers.rules.spelling import distance, nearest, nearest_few
from meno_analyzers.rules.surroundings import expects_name_error, in_annotation
from meno_analyzers.source.cells import NOTEBOOK_NAMES

_CONSTANTS_ELSEWHERE = frozenset(
    {"true", "false", "null", "nil", "none", "undefined", "NULL", "TRUE", "FALSE"}
)
_MOST_CANDIDATES = 4
_MOST_NEAR = 8
_LOWER_BUILTINS = tuple(sorted(name for name in BUILTIN_NAMES if name.islower() and len(name) > 2))


def _unbound(unit: Subject) -> Iterator[tuple[ast.Name, Scope]]:
    """Uses of names that nothing in the file binds, the first of each name."""
    facts, module = unit.facts, unit.module
    scopes = facts.scopes
    uses = [*scopes.free.items(), *scopes.class_level.items()]
    for name, loads in uses:
        if name in BUILTIN_NAMES or module.is_bound(name) or (name.startswith("__") and name.endswith("__")):
            continue
        if name in scopes.class_level and module.in_class(name):
            continue
        if module.stores_attribute(name) and module.mentions(Mention.IMPORTED, "builtins"):
            continue  # `builtins.name = …` puts it into every file
        if module.is_open():
            return
        for load in sorted(loads, key=lambda load: (load.lineno, load.col_offset)):
            if not expects_name_error(unit.facts, load) and not in_annotation(unit.facts, load):
                yield load, facts.scope_at(load)
                break


def _visible(unit: Subject, scope: Scope, name: str) -> list[str]:
    """Names that have a value where `scope` runs, innermost first; of the module's those near `name`."""
    names: list[str] = []
    current: Scope | None = scope
    while current is not None and current.kind is not ScopeKind.MODULE:
        if current.kind is not ScopeKind.CLASS or current is scope:
            names += sorted(current.bound)
        current = current.parent
    names += nearest_few(name, unit.module.names(), _MOST_NEAR)
    return [name for name in dict.fromkeys(names) if name != "_"]


def _candidates(name: str, visible: list[str]) -> str:
    """The names to read against, as code, nearest first; the right one is among several."""
    ranked = sorted(visible, key=lambda other: (distance(name.lower(), other.lower(), 4), other))
    # What every notebook has is worth a look only where it is the nearest.
    worth = [other for place, other in enumerate(ranked) if not place or other not in NOTEBOOK_NAMES]
    return ", ".join(f"`{other}`" for other in worth[:_MOST_CANDIDATES])


def _classify(unit: Subject, load: ast.Name, scope: Scope) -> Match:
    """The match of the one name rule that an unbound use belongs to."""
    name = load.id
    visible = _visible(unit, scope, name)
    values = {"name": name}
    if name in _CONSTANTS_ELSEWHERE:
        return Match(load, values, rule="ME103", fix=respelled(unit, name, constant(name)))
    folded = name.casefold()
    same_letters = [other for other in [*visible, *BUILTIN_NAMES] if other.casefold() == folded]
    if same_letters:
        others = list(dict.fromkeys([*same_letters, *visible]))
        fix = other_letters(unit, load, set(same_letters))
        return Match(load, {**values, "candidates": _candidates(name, others)}, rule="ME102", fix=fix)
    parent = unit.facts.parents.get(load)
    if isinstance(parent, ast.Attribute) and unit.module.imports_from(name):
        fix = without_module(unit, load, parent)
        return Match(load, {**values, "expression": unit.facts.source(parent)}, rule="ME115", fix=fix)
    if isinstance(parent, ast.Attribute) and name in sys.stdlib_module_names:
        return Match(load, values, rule="ME104")
    elsewhere = _lives_elsewhere(unit, load)
    if elsewhere is not None:
        return elsewhere
    of_builtins = nearest(name, _LOWER_BUILTINS)
    near = nearest(name, [*visible, of_builtins] if of_builtins is not None else visible)
    if near is not None:
        others = list(dict.fromkeys([near, *visible]))
        return Match(load, {**values, "candidates": _candidates(name, others)})
    if _wants_text(unit, load, parent):
        return Match(load, values, rule="ME105")
    return Match(load, values, variant="unknown")


def _lives_elsewhere(unit: Subject, load: ast.Name) -> Match | None:
    """ME807 for a method of the class around the use, ME112 for a variable of one function."""
    name, own_class = load.id, unit.module.class_name
    if own_class is not None and unit.facts.function_around(load) is not None:
        method = unit.module.attribute(own_class, name).method
        if method is not None and isinstance(unit.facts.parents.get(load), ast.Call):
            fix = through_self(unit, load) if method.kind == "method" else ()
            return Match(load, {"name": name, "class": own_class}, rule="ME807", fix=fix)
    function = unit.module.function_of_local(name)
    if function is not None:
        return Match(load, {"name": name, "function": function}, rule="ME112")
    return None


def _wants_text(unit: Subject, load: ast.Name, parent: ast.AST | None) -> bool:
    """Whether the unknown name stands where a text is compared: `color == red` with `color` a text."""
    if not isinstance(parent, ast.Compare) or len(parent.ops) != 1:
        return False
    if not isinstance(parent.ops[0], ast.Eq | ast.NotEq):
        return False
    other = parent.comparators[0] if parent.left is load else parent.left
    return unit.types.is_text(other)


declare("ME102", "wrong-case-name", Category.NAME_ERROR, Severity.ERROR, 0.99, values=("name", "candidates"))
declare("ME103", "lowercase-constant", Category.NAME_ERROR, Severity.ERROR, 0.99, values=("name",))
declare("ME104", "missing-import", Category.NAME_ERROR, Severity.ERROR, 0.99, values=("name",))
declare(
    "ME112",
    "function-local-used-outside",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    values=("name", "function"),
)
declare(
    "ME115",
    "from-import-then-module-name",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    values=("name", "expression"),
)
declare(
    "ME807",
    "method-called-without-self",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    values=("name", "class"),
)
declare("ME105", "missing-quotes", Category.NAME_ERROR, Severity.ERROR, 0.95, values=("name",))


@rule(
    "ME101",
    "misspelled-name",
    Category.NAME_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Name,),
    values=("name", "candidates"),
    variants=("unknown",),
)
def unbound_name(unit: Subject) -> Iterator[Match]:
    """ME101 to ME105, ME112, ME115 and ME807: one question, eight ways to have come to it."""
    for load, scope in _unbound(unit):
        yield _classify(unit, load, scope)


@rule(
    "ME110",
    "parameter-overwritten",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.98,
    on=(ast.FunctionDef, ast.AsyncFunctionDef),
    values=("parameter", "function", "value"),
)
def parameter_overwritten(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        required = _required_parameters(function, unit.facts.scope_inside(function))
        if not required or function.decorator_list:
            continue
        for statement in function.body:
            match = _overwrites(unit, statement, required)
            if match is not None:
                yield Match(statement, {**match, "function": function.name})
                required.discard(match["parameter"])
            # Whatever the statement reads is used, and after a branch nothing is certain.
            required -= {
                node.id for node in walk(statement) if isinstance(node, ast.Name) and node.id in required
            }
            if not isinstance(statement, ast.Assign | ast.Expr | ast.AnnAssign):
                break


def _required_parameters(function: FunctionNode, scope: Scope) -> set[str]:
    positional = [*function.args.posonlyargs, *function.args.args]
    with_default = len(function.args.defaults)
    required = positional[: len(positional) - with_default]
    names = {argument.arg for argument in required} & {a.arg for a in parameters_of(function)}
    # A nested function or lambda may read the parameter at any time.
    for inner in scope.children:
        names -= {node.id for node in walk(inner.node) if isinstance(node, ast.Name)}
    return {name for name in names if not name.startswith("_") and name not in {"self", "cls"}}


def _overwrites(unit: Subject, statement: ast.stmt, names: set[str]) -> dict[str, str] | None:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    (target,) = statement.targets
    if not isinstance(target, ast.Name) or target.id not in names:
        return None
    # A parameter that is never read afterwards may be there for a caller's sake only.
    function = unit.facts.function_around(statement)
    reads = [
        node
        for node in walk_scope(function.body if function else [])
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load)
    ]
    if reads and _is_fresh_value(unit, statement.value):
        return {"parameter": target.id, "value": unit.facts.source(statement.value)}
    return None


def _is_fresh_value(unit: Subject, value: ast.expr) -> bool:
    """A constant other than None, an empty display, `input()`, or `int(input())`."""
    match value:
        case ast.Constant():
            return value.value is not None
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="input") as name):
            return unit.facts.is_builtin(name, unit.module)
        case ast.Call(func=ast.Name(id="int" | "float"), args=[inner]):
            return isinstance(inner, ast.Call) and _is_fresh_value(unit, inner)
        case _:
            return False
