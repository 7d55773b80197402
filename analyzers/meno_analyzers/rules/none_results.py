"""Answers of methods that answer nothing, kept or used as if they were something (ME404).

Where the receiver is proven to be a list, set or dictionary this is certain. A parameter may be anything; but
where a file brings nothing in from outside the standard library and has no such method of its own, a method
with a list's name, called as a list's is called, is asked about.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum

from meno_analyzers.facts.builtin_types import ATTRIBUTES
from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.facts.types import NONE_METHODS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.libraries import knows_libraries
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error


class _Proof(Enum):
    """How certain it is that the call answers nothing."""

    KIND = "the kind of the receiver is proven"
    SHAPE = "a parameter with a method that lists have, and few other things"
    NAME = "the method's name and arguments only"


@rule(
    "ME404",
    "none-method-result-kept",
    Category.WRONG_METHOD_CALL,
    Severity.WARNING,
    0.99,
    on=(ast.Call,),
    values=("receiver", "method", "target"),
    variants=("returned", "passed", "used", "likely", "likely_returned", "likely_passed", "likely_used"),
)
def none_method_result_kept(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        parent = unit.facts.parents.get(call)
        if not isinstance(call.func, ast.Attribute) or isinstance(parent, ast.Expr | ast.keyword):
            continue
        found = _none_call(unit, call)
        if found is None:
            continue
        receiver, method, proof = found
        place = _place_of(unit, call)
        if place is None:
            continue
        where, variant, target = place
        values = {"receiver": unit.facts.source(receiver), "method": method, "target": target}
        # `xs = xs.append(1)` says by itself that a list is meant.
        kept_by_itself = variant is None and proof is _Proof.SHAPE and is_name(receiver, target)
        if proof is _Proof.KIND or kept_by_itself:
            yield Match(where, values, variant)
        elif not _is_foreign(unit, method):
            likely = "likely" if variant is None else f"likely_{variant}"
            yield Match(where, values, likely, severity=Severity.HINT)


def _place_of(unit: Subject, call: ast.Call) -> tuple[ast.AST, str | None, str] | None:
    """Where the answer goes: (what to point at, variant, the place's name); None where it may be meant."""
    parent = unit.facts.parents.get(call)
    match parent:
        case ast.Assign(targets=[ast.Name(id=target)]):
            return parent, None, target
        case ast.AugAssign(target=ast.Name(id=target), value=value) if value is call:
            return parent, "used", target
        case ast.Return():
            function = unit.facts.function_around(parent)
            if function is None or _only_leaves(unit, function):
                return None
            return parent, "returned", function.name
        case ast.Call(func=ast.Name(id=function_name)) if call in parent.args:
            return call, "passed", function_name
        case ast.Attribute() | ast.Subscript(value=ast.Call()) | ast.BinOp():
            if awaits_error(unit.facts, call) or (
                isinstance(parent, ast.Subscript) and parent.value is not call
            ):
                return None
            return call, "used", unit.facts.source(parent)
        case _:
            return None


def _none_call(unit: Subject, call: ast.Call) -> tuple[ast.expr, str, _Proof] | None:
    """(receiver, method, proof) if the call is of a method that answers None, or `random.shuffle(x)`."""
    function = call.func
    if not isinstance(function, ast.Attribute):
        return None
    receiver, method = function.value, function.attr
    if method == "shuffle" and is_name(receiver, "random") and len(call.args) == 1:
        return call.args[0], method, _Proof.KIND
    kind = unit.types.of(receiver)
    if kind in NONE_METHODS:
        return (receiver, method, _Proof.KIND) if method in NONE_METHODS[kind] else None
    if kind is not None or not _is_called_as_of_list(call, method) or _has_more_than_lists(unit, receiver):
        return None
    # Not `reverse`: graphs and frames answer it with a new object.
    if method in {"append", "sort", "extend"} and is_plain_parameter(unit, receiver):
        return receiver, method, _Proof.SHAPE
    return (receiver, method, _Proof.NAME) if _is_own_value(unit, receiver) else None


_ARGUMENTS = {"append": 1, "extend": 1, "insert": 2, "remove": 1, "reverse": 0, "sort": 0}


def _is_called_as_of_list(call: ast.Call, method: str) -> bool:
    """Whether a list would take the call: so many arguments, and no keywords but those of `sort`."""
    if method not in _ARGUMENTS or any(isinstance(argument, ast.Starred) for argument in call.args):
        return False
    keywords = {keyword.arg for keyword in call.keywords}
    if method == "sort":
        return keywords <= {"key", "reverse"} and len(call.args) <= 1
    return not keywords and len(call.args) == _ARGUMENTS[method]


def _has_more_than_lists(unit: Subject, receiver: ast.expr) -> bool:
    """Whether the name is asked elsewhere for what no list has, such as `node.parent`."""
    uses = unit.facts.names_called(receiver.id) if isinstance(receiver, ast.Name) else ()
    return any(
        isinstance(parent := unit.facts.parents.get(use), ast.Attribute)
        and parent.attr not in ATTRIBUTES["list"]
        for use in uses
    )


def _is_own_value(unit: Subject, receiver: ast.expr) -> bool:
    """Whether a value can only come from parameters, their parts and the file's own functions."""
    while isinstance(receiver, ast.Subscript):
        receiver = receiver.value
    if isinstance(receiver, ast.Call):
        function = receiver.func
        return (
            isinstance(function, ast.Name)
            and unit.facts.is_global(function)
            and unit.module.function(function.id) is not None
        )
    if not isinstance(receiver, ast.Name) or receiver.id in {"self", "cls"}:
        return False
    plain = {
        DefinitionKind.PARAMETER,
        DefinitionKind.ASSIGNMENT,
        DefinitionKind.AUGMENTED,
        DefinitionKind.LOOP,
    }
    definitions = unit.facts.reaching(receiver)
    return bool(definitions) and all(
        definition.kind in plain
        and (
            unit.types.of_definition(definition) == "list"
            or _is_own_result(definition.value, receiver.id)
            # What some call made may be of a class with a fluent interface.
            or not any(isinstance(part, ast.Call | ast.Await) for part in walk(definition.value))
        )
        for definition in definitions or ()
    )


def _is_foreign(unit: Subject, method: str) -> bool:
    """Whether the file may know another object with such a method: a class of its own or of a library."""
    return unit.facts.scopes.wrapper is not None or unit.module.in_class(method) or knows_libraries(unit)


def is_plain_parameter(unit: Subject, node: ast.expr) -> bool:
    """Whether a name can only be a parameter or come from values of this function: not an import."""
    if not isinstance(node, ast.Name):
        return False
    definitions = unit.facts.reaching(node)
    if not definitions:
        return False
    plain = {DefinitionKind.PARAMETER, DefinitionKind.ASSIGNMENT, DefinitionKind.LOOP}
    if not all(definition.kind in plain for definition in definitions):
        return False
    # A value that some call made may be of a class with a fluent interface.
    return all(
        definition.kind is DefinitionKind.PARAMETER
        or unit.types.of_definition(definition) == "list"
        or _is_own_result(definition.value, node.id)
        for definition in definitions
    )


def _is_own_result(value: ast.expr | None, name: str) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver))):
            return receiver == name
        case _:
            return False


def _only_leaves(unit: Subject, function: FunctionNode) -> bool:
    """Whether no caller can care: every `return` of the function answers nothing but such a call."""
    returns = [n for n in scope_nodes(function) if isinstance(n, ast.Return) and n.value is not None]
    return function.name == "main" or (
        all(isinstance(node.value, ast.Call) and _none_call(unit, node.value) for node in returns)
        and len(returns) > 1
    )
