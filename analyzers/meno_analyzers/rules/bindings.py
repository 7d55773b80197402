"""Variables that do not hold what their names promise (ME107, ME109, ME111, ME113, ME114, ME117)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import is_stub
from meno_analyzers.facts.definitions import ENTRY, UNBOUND, Definition, DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode, Scope, parameters_of
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.spelling import distance
from meno_analyzers.rules.surroundings import in_try


@rule(
    "ME107",
    "possibly-undefined",
    Category.NAME_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.If,),
    values=("name", "test"),
)
def possibly_undefined(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for scope in facts.scopes.scopes:
        if not scope.is_function or facts.scopes.dynamic:
            continue
        reaching = facts.flow(scope).reaching
        shared = scope.shared_names()
        # Where a use has no value on any way, ME106 speaks.
        unsure = [(name, found) for name, found in reaching.items() if UNBOUND in found]
        reported = {name.id for name, found in unsure if len(found) == 1}
        for name, definitions in unsure:
            if name.id in reported or name.id in shared or not scope.binds(name.id):
                continue
            choice = _only_choice(unit, name, definitions)
            if choice is not None:
                reported.add(name.id)
                values = {"name": name.id, "test": facts.source(choice.test)}
                notes = (Note(facts.span(choice.test), f"`{name.id}` gets its value only if this is true."),)
                yield Match(name, values, notes=notes)


def _only_choice(unit: Subject, name: ast.Name, definitions: frozenset[Definition]) -> ast.If | None:
    """The one `if` without `else` that decides whether the name has a value at this use."""
    if in_try(unit.facts, name):
        return None
    around = list(unit.facts.ancestors(name))
    choices: set[ast.If] = set()
    for definition in definitions - ENTRY:
        if definition.kind is not DefinitionKind.ASSIGNMENT or definition.node is None:
            return None
        choice = unit.facts.parents.get(definition.node)
        if not isinstance(choice, ast.If) or definition.node not in choice.body or choice.orelse:
            return None
        choices.add(choice)
    if len(choices) != 1:
        return None
    (choice,) = choices
    # A use under another test may be protected by it: the two may go together.
    tests = [a for a in around if isinstance(a, ast.If | ast.IfExp | ast.While | ast.BoolOp)]
    if choice in around or tests or any(isinstance(a, ast.For) for a in unit.facts.ancestors(choice)):
        return None
    return choice


@rule(
    "ME109",
    "nested-loop-same-variable",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.93,
    on=(ast.For,),
    values=("name", "outer", "inner"),
)
def nested_loop_same_variable(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        if not isinstance(loop.target, ast.Name) or loop.target.id.startswith("_"):
            continue
        name = loop.target.id
        for inner in scope_nodes(loop):
            if isinstance(inner, ast.For) and is_name(inner.target, name):
                values = {
                    "name": name,
                    "outer": unit.facts.source(loop.iter),
                    "inner": unit.facts.source(inner.iter),
                }
                yield Match(
                    inner.target,
                    values,
                    notes=(Note(unit.facts.span(loop.target), f"The outer loop's `{name}`."),),
                )


@rule(
    "ME111",
    "assigned-to-lookalike-name",
    Category.WRONG_VARIABLE,
    Severity.WARNING,
    0.98,
    on=(ast.Assign,),
    values=("name", "other", "function"),
)
def assigned_to_lookalike_name(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for function in facts.functions:
        scope = facts.scope_inside(function)
        if facts.scopes.dynamic or scope.global_names or scope.nonlocal_names:
            continue
        for name in sorted(scope.bound):
            if len(name) < 4 or name.startswith("_"):
                continue
            for statement in _only_assigned(unit, name):
                other = _lookalike(statement, name, scope)
                if other is not None:
                    values = {"name": name, "other": other, "function": function.name}
                    yield Match(statement.targets[0], values)
                    break


def _only_assigned(unit: Subject, name: str) -> list[ast.Assign]:
    """The assignments of a name that the unit mentions as their only target and in no other way."""
    found: list[ast.Assign] = []
    for use in unit.facts.names_called(name):
        statement = unit.facts.parents.get(use)
        if not isinstance(statement, ast.Assign) or statement.targets != [use]:
            return []
        found.append(statement)
    return found


def _lookalike(statement: ast.Assign, name: str, scope: Scope) -> str | None:
    """A variable of the function that differs by a slip of the fingers and stands in the new value."""
    used = {node.id for node in walk(statement.value) if isinstance(node, ast.Name)}
    for other in sorted(used & scope.bound):
        if _is_slip(name, other):
            return other
    return None


def _is_slip(name: str, other: str) -> bool:
    """Whether two names differ as a typing error makes them differ, not as two wanted names do."""
    if other == name or abs(len(name) - len(other)) > 1 or len(other) < 4:
        return False
    # `results` and `result`, `x1` and `x2`, `a_max` and `b_max` are told apart on purpose.
    if name.rstrip("s0123456789_") == other.rstrip("s0123456789_") or name[0] != other[0]:
        return False
    swapped = len(name) >= 6 and sorted(name) == sorted(other)
    return distance(name, other, 1) <= 1 or (swapped and distance(name, other, 2) <= 2)


@rule(
    "ME113",
    "self-assignment",
    Category.WRONG_VARIABLE,
    Severity.INFORMATION,
    0.93,
    on=(ast.Assign,),
    values=("name",),
)
def self_assignment(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Assign):
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Name(id=value)) if target == value:
                function = unit.facts.function_around(statement)
                if function is not None and function.name != "__init__":
                    yield Match(statement, {"name": target})
            case _:
                pass


@rule(
    "ME114",
    "variable-hides-own-function",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Call,),
    values=("name", "call"),
    variants=("parameter",),
)
def variable_hides_own_function(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    yield from _hidden_by_parameter(unit)
    for call in facts.nodes(ast.Call):
        function = call.func
        if not isinstance(function, ast.Name) or facts.scope_at(call) is not facts.scopes.module:
            continue
        definitions = facts.reaching(function) or frozenset()
        if len(definitions) != 1 or in_try(facts, call):
            continue
        (definition,) = definitions
        value = definition.value
        if (
            isinstance(value, ast.Call)
            and value is not call
            and is_name(value.func, function.id)
            and definition.node is not None
            and unit.module.answers_data(function.id)
        ):
            yield Match(
                call,
                {"name": function.id, "call": facts.source(value)},
                notes=(Note(facts.span(definition.node), f"Here `{function.id}` becomes something else."),),
            )


def _hidden_by_parameter(unit: Subject) -> Iterator[Match]:
    """Functions that call themselves by a name that one of their parameters has taken."""
    for function in unit.facts.functions:
        parameter = next((p for p in parameters_of(function) if p.arg == function.name), None)
        if parameter is None or not _is_plain_default(function, parameter):
            continue
        for node in sorted(scope_nodes(function), key=lambda node: getattr(node, "lineno", 0)):
            if isinstance(node, ast.Call) and is_name(node.func, function.name):
                values = {"name": function.name, "call": unit.facts.source(node)}
                note = Note(unit.facts.span(node), f"Here `{function.name}` is called.")
                yield Match(parameter, values, "parameter", (note,))
                break


def _is_plain_default(function: FunctionNode, parameter: ast.arg) -> bool:
    """Whether the parameter stands for a number or text if the caller says nothing."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed([p.arg for p in positional]), reversed(arguments.defaults), strict=False))
    match defaults.get(parameter.arg):
        case ast.Constant(value=bool() | int() | float() | str()):
            return True
        case ast.List() | ast.Tuple() | ast.Dict():
            return True
        case _:
            return False


@rule(
    "ME117",
    "parameter-ignored-global-used",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.92,
    on=(ast.FunctionDef,),
    values=("parameter", "other", "function"),
    patient=True,
)
def parameter_ignored_global_used(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.wrapper is not None:
        return
    for function in facts.functions:
        if function.decorator_list or is_stub(function) or function not in facts.tree.body:  # type: ignore[union-attr]
            continue
        scope = facts.scope_inside(function)
        ignored = [
            p.arg
            for p in parameters_of(function)
            if not p.arg.startswith("_") and not facts.names_called(p.arg)
        ]
        if not ignored or scope.global_names:
            continue
        for load in sorted(scope.loads, key=lambda load: (load.lineno, load.col_offset)):
            parameter = next((p for p in ignored if _is_stem(p, load.id)), None)
            if parameter is not None and not scope.binds(load.id) and _is_variable(unit, load.id):
                yield Match(load, {"parameter": parameter, "other": load.id, "function": function.name})
                break


def _is_stem(parameter: str, name: str) -> bool:
    """Whether one name abbreviates the other: `r` and `radius`, `price` and `total_price`."""
    short, long = sorted((parameter.lower(), name.lower()), key=len)
    return short != long and (long.startswith(short) or short in long.split("_"))


def _is_variable(unit: Subject, name: str) -> bool:
    """Whether the name is a variable of the module that is not written as a constant."""
    if not unit.module.is_bound(name) or name.isupper() or unit.module.in_class(name):
        return False
    kind = unit.module.type_of(name)
    return kind is not None and kind != "function" and ":" not in kind
