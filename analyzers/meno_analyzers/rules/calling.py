"""Calls that cannot work: of things that are no functions, or with wrong arguments
(ME108, ME116, ME408, ME409)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from meno_analyzers.facts.module import BUILTIN_NAMES
from meno_analyzers.facts.signatures import Signature, misfit
from meno_analyzers.facts.types import NUMBERS, TEXTS
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.instances import instance_class, is_nearly_init
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.surroundings import awaits_error, in_annotation
from meno_analyzers.rules.wording import kind_in_words, number_in_words

_NO_FUNCTIONS = NUMBERS | TEXTS | {"list", "tuple", "dict", "set", "frozenset", "bytes", "range", "NoneType"}

declare(
    "ME108",
    "shadowed-builtin-then-called",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    values=("name", "kind", "call"),
)


@rule(
    "ME408",
    "calling-a-non-function",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    values=("thing", "kind", "call"),
    variants=("number",),
)
def calling_a_non_function(unit: Subject) -> Iterator[Match]:
    """ME408, and ME108 where the name that no longer is a function was one of Python's own."""
    for call in unit.facts.nodes(ast.Call):
        function = call.func
        if not isinstance(function, ast.Name | ast.Constant | ast.List | ast.Tuple | ast.Dict):
            continue
        kind = unit.types.of(function)
        if kind is None or kind not in _NO_FUNCTIONS or awaits_error(unit.facts, call):
            continue
        values = {"kind": kind_in_words(kind), "call": unit.facts.source(call)}
        if isinstance(function, ast.Name) and function.id in BUILTIN_NAMES:
            yield Match(call, {**values, "name": function.id}, rule="ME108", notes=_origin(unit, function))
        else:
            variant = "number" if kind in NUMBERS else None
            notes = _origin(unit, function) if isinstance(function, ast.Name) else ()
            yield Match(call, {**values, "thing": unit.facts.source(function)}, variant, notes)


def _origin(unit: Subject, name: ast.Name) -> tuple[Note, ...]:
    """Where the name got its value, if that is in the same unit: the last of the places."""
    nodes = [definition.node for definition in unit.facts.reaching(name) or ()]
    spans = [unit.facts.span(node) for node in nodes if node is not None and hasattr(node, "lineno")]
    if not spans:
        return ()
    last = max(spans, key=lambda span: (span.start_line, span.start_column))
    return (Note(last, f"Here `{name.id}` is given a value."),)


@rule(
    "ME116",
    "module-called-as-function",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    values=("module", "call"),
)
def module_called_as_function(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        if not isinstance(call.func, ast.Name):
            continue
        kind = unit.types.of(call.func) or ""
        module = kind.removeprefix("module:")
        if module != kind and module in sys.stdlib_module_names and not awaits_error(unit.facts, call):
            yield Match(call, {"module": module, "call": unit.facts.source(call)})


# (fewest, most) arguments by position of builtins that take no keywords, or none that matter here.
_BUILTINS = {
    "len": (1, 1),
    "abs": (1, 1),
    "ord": (1, 1),
    "chr": (1, 1),
    "input": (0, 1),
    "range": (1, 3),
    "round": (1, 2),
    "float": (0, 1),
    "bool": (0, 1),
    "list": (0, 1),
    "tuple": (0, 1),
    "set": (0, 1),
    "isinstance": (2, 2),
    "sorted": (1, 1),
    "sum": (1, 2),
    "reversed": (1, 1),
    "divmod": (2, 2),
    "any": (1, 1),
    "all": (1, 1),
}


@rule(
    "ME409",
    "wrong-number-of-arguments",
    Category.WRONG_ARGUMENT,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    values=("function", "call", "given", "names"),
    variants=("surplus", "unknown", "twice", "builtin"),
)
def wrong_number_of_arguments(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match = _wrong_own(unit, call) or _wrong_builtin(unit, call)
        if match is None or awaits_error(unit.facts, call) or in_annotation(unit.facts, call):
            continue
        yield match


def _wrong_own(unit: Subject, call: ast.Call) -> Match | None:
    """The match for a call of a function, class or method of this file that does not fit."""
    found = _callee(unit, call)
    if found is None:
        return None
    name, signature = found
    wrong = misfit(signature, call)
    if wrong is None:
        return None
    values = {
        "function": name,
        "call": unit.facts.source(call),
        "given": _number(len(call.args) + len(call.keywords)),
    }
    if wrong.unknown:
        return Match(call, {**values, "names": _listed(wrong.unknown)}, variant="unknown")
    if wrong.twice:
        return Match(call, {**values, "names": _listed(wrong.twice)}, variant="twice")
    names = _listed(signature.positional) or _number(0)
    return Match(call, {**values, "names": names}, variant="surplus" if wrong.surplus else None)


def _number(values: int) -> str:
    return number_in_words(values) if values else "none"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _callee(unit: Subject, call: ast.Call) -> tuple[str, Signature] | None:
    """The function of this file that a call is of, with what it asks for."""
    match call.func:
        case ast.Name(id=name) as function if unit.facts.is_global(function):
            if name in unit.facts.scopes.class_level and unit.module.in_class(name):
                return None  # a class body calls one of its own
            summary = unit.module.function(name)
            if summary is not None:
                return (name, summary.signature) if summary.signature is not None else None
            kind = unit.types.of(function) or ""
            if kind.startswith("import:"):
                return _of_other(unit, *kind.removeprefix("import:").split(":"))
            if kind != f"class:{name}":
                return None
            facts = unit.module.class_facts(name)
            if facts is None or facts.signature is None:
                return None
            if facts.init is None and any(is_nearly_init(a) for a in unit.module.attributes(name)):
                return None  # ME803 explains it where the method is
            return name, facts.signature
        case ast.Attribute(value=ast.Name() as receiver, attr=name):
            kind = unit.types.of(receiver) or ""
            if kind.startswith("module:"):
                return _of_other(unit, kind.removeprefix("module:"), name)
            return _method(unit, receiver, name)
        case _:
            return None


def _of_other(unit: Subject, module: str, name: str) -> tuple[str, Signature] | None:
    """A function of another file of the workspace."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        return None
    summary = unit.module.function_of_other(module, name)
    return (name, summary.signature) if summary is not None and summary.signature is not None else None


def _method(unit: Subject, receiver: ast.Name, name: str) -> tuple[str, Signature] | None:
    class_name = instance_class(unit, receiver)
    if class_name is None:
        return None
    attribute = unit.module.attribute(class_name, name)
    method = attribute.method
    if method is None or method.kind not in {"method", "class", "static"}:
        return None
    if method.kind != "static" and method.first is None:
        return None  # ME801 explains it where the method is
    if attribute.stored or unit.module.stores_attribute(name) or method.signature is None:
        return None
    return name, method.signature


def _wrong_builtin(unit: Subject, call: ast.Call) -> Match | None:
    function = call.func
    if not isinstance(function, ast.Name) or function.id not in _BUILTINS:
        return None
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    if call.keywords and (function.id != "sorted" or any(k.arg is None for k in call.keywords)):
        return None
    fewest, most = _BUILTINS[function.id]
    if fewest <= len(call.args) <= most or not unit.facts.is_builtin(function, unit.module):
        return None
    values = {
        "function": function.id,
        "call": unit.facts.source(call),
        "given": _number(len(call.args)),
        "names": _number(fewest) if fewest == most else f"{fewest} to {most}",
    }
    return Match(call, values, variant="builtin")
