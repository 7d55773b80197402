"""Default values that calls share (ME410, ME517)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.touches import CHANGING_METHODS
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.changes import written_inside
from meno_analyzers.rules.expressions import is_name, same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import after

_FACTORIES = frozenset({"list", "dict", "set"})
# Names of defaults that are shared between calls on purpose.
_CACHES = ("cache", "memo", "seen", "registry", "lookup", "table")


def mutable_kind(unit: Subject, node: ast.expr) -> str | None:
    """What kind of container a display or an empty `list()` makes anew, or None."""
    match node:
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.Call(func=ast.Name(id=name) as function, args=[], keywords=[]) if name in _FACTORIES:
            return name if unit.facts.is_builtin(function, unit.module) else None
        case _:
            return None


@rule(
    "ME410",
    "mutable-default-argument",
    Category.MUTABLE_DEFAULT,
    Severity.WARNING,
    0.98,
    on=(ast.FunctionDef, ast.AsyncFunctionDef),
    values=("parameter", "default", "function"),
)
def mutable_default_argument(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        for parameter, default in _defaults(function):
            if not _is_empty(unit, default) or _is_cache(parameter.arg):
                continue
            change = _first_change(unit, function, parameter.arg)
            if change is not None:
                values = {
                    "parameter": parameter.arg,
                    "default": unit.facts.source(default),
                    "function": function.name,
                }
                yield Match(
                    default,
                    values,
                    notes=(Note(unit.facts.span(change), f"`{parameter.arg}` changes here."),),
                    # Without a call that leaves the argument out, nothing shows that two calls share it.
                    severity=None if _is_left_out(unit, function, parameter) else Severity.HINT,
                )


def _is_empty(unit: Subject, default: ast.expr) -> bool:
    """Whether the default is an empty container; one with items in it is shared on purpose."""
    match default:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call():
            return mutable_kind(unit, default) is not None
        case _:
            return False


def _is_left_out(unit: Subject, function: FunctionNode, parameter: ast.arg) -> bool:
    """Whether some call of the file leaves the argument out."""
    positional = [*function.args.posonlyargs, *function.args.args]
    if parameter not in positional or unit.facts.scopes.wrapper is not None:
        return False
    index = positional.index(parameter)
    return any(
        unit.module.mentions(Mention.CALLED_WITH, f"{function.name}/{count}") for count in range(index + 1)
    )


def _defaults(function: FunctionNode) -> Iterator[tuple[ast.arg, ast.expr]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield parameter, default


def _is_cache(name: str) -> bool:
    return name.startswith("_") or any(word in name.lower() for word in _CACHES)


def _first_change(unit: Subject, function: FunctionNode, name: str) -> ast.AST | None:
    """The first place that changes the default object itself, rather than something the name holds later."""
    for use in unit.facts.names_called(name):
        if unit.facts.function_around(use) is not function:
            continue
        changing = _changes_object(unit, use)
        if changing is None:
            continue
        definitions = unit.facts.reaching(use) or frozenset()
        if any(definition.kind is DefinitionKind.PARAMETER for definition in definitions):
            return changing
    return None


def _changes_object(unit: Subject, use: ast.Name) -> ast.AST | None:
    """The statement or call by which a use of a name changes its object in place."""
    parent = unit.facts.parents.get(use)
    match parent:
        case ast.AugAssign() if parent.target is use:
            return parent if isinstance(parent.op, ast.Add | ast.BitOr) else None
        case ast.Subscript(ctx=ast.Store() | ast.Del()) if parent.value is use:
            return parent
        case ast.Attribute(attr=method) if method in CHANGING_METHODS:
            call = unit.facts.parents.get(parent)
            return call if isinstance(call, ast.Call) and call.func is parent else None
        case _:
            return None


@rule(
    "ME517",
    "shared-default-fromkeys",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Call,),
    words=("fromkeys",),
    values=("call", "value"),
)
def shared_default_fromkeys(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="dict") as name, attr="fromkeys"), args=[keys, value]
            ) if unit.facts.is_builtin(name, unit.module):
                parent = unit.facts.parents.get(call)
                match parent:
                    case ast.Assign(targets=[ast.Name(id=target)]):
                        shared = written_inside(unit, call, target) and not _all_replaced(
                            unit, parent, target, keys
                        )
                    case _:
                        continue
                if shared and mutable_kind(unit, value) is not None:
                    yield Match(call, {"call": unit.facts.source(call), "value": unit.facts.source(value)})
            case _:
                pass


def _all_replaced(unit: Subject, statement: ast.stmt, name: str, keys: ast.expr) -> bool:
    """Whether a loop right below gives every key a value of its own: `for key in keys: d[key] = …`."""
    match after(unit.facts, statement)[:1]:
        case [
            ast.For(target=ast.Name(id=key), iter=over, body=[ast.Assign(targets=[ast.Subscript() as item])])
        ]:
            return same(over, keys) and is_name(item.value, name) and is_name(item.slice, key)
        case _:
            return False
