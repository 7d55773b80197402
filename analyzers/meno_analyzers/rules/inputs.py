"""What is typed in and then not used as it should be (ME607, ME608, ME610)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.scopes import ScopeKind
from meno_analyzers.facts.summary import Mention
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.builtin_calls import is_call_of
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error, in_with

_PAUSE = re.compile(
    r"\b(press|hit|push|enter to|return to|key|continue|exit|quit|close|ready|start|begin|wait|pause|go on|"
    r"next|ok|proceed|when)\b",
    re.IGNORECASE,
)


@rule(
    "ME607",
    "input-result-dropped",
    Category.MISSING_CALL,
    Severity.HINT,
    0.95,
    on=(ast.Expr,),
    words=("input",),
    values=("prompt",),
)
def input_result_dropped(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or not is_call_of(unit, call, "input") or len(call.args) != 1:
            continue
        prompt = call.args[0]
        if not isinstance(prompt, ast.Constant) or not isinstance(prompt.value, str):
            continue
        asks = prompt.value.strip().endswith(("?", ":")) and len(prompt.value.strip()) > 3
        if asks and not _PAUSE.search(prompt.value) and not awaits_error(unit.facts, statement):
            yield Match(statement, {"prompt": unit.facts.source(prompt)})


@rule(
    "ME608",
    "conversion-result-dropped",
    Category.WRONG_METHOD_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Expr,),
    values=("call", "name"),
)
def conversion_result_dropped(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or not is_call_of(unit, call, "int", "float", "str", "bool"):
            continue
        if len(call.args) != 1 or not isinstance(call.args[0], ast.Name):
            continue
        name = call.args[0]
        # A conversion that may fail can stand there to test the value, and an object of one's own may do
        # something when it is asked; only a use further down of a plain value that this unit made itself says
        # that the result was meant to be kept.
        if awaits_error(unit.facts, statement) or in_with(unit.facts, statement):
            continue
        if _is_plain(unit, name) and _is_made_here(unit, name) and _is_read_below(unit, name):
            yield Match(statement, {"call": unit.facts.source(call), "name": name.id})


def _is_made_here(unit: Subject, name: ast.Name) -> bool:
    definitions = unit.facts.reaching(name)
    if not definitions:
        return False
    kinds = {DefinitionKind.ASSIGNMENT, DefinitionKind.AUGMENTED, DefinitionKind.LOOP}
    return all(definition.kind in kinds for definition in definitions)


def _is_read_below(unit: Subject, name: ast.Name) -> bool:
    place = (name.lineno, name.col_offset)
    below = [n for n in unit.facts.names_called(name.id) if (n.lineno, n.col_offset) > place]
    if any(isinstance(n.ctx, ast.Load) for n in below):
        return True
    # At the left edge the use may be in another part of the file, or in a program that imports this one.
    return unit.facts.is_global(name)


def _is_plain(unit: Subject, name: ast.Name) -> bool:
    """Whether a value is proven to be of one of Python's own types."""
    kind = unit.types.of(name)
    return kind is not None and ":" not in kind


@rule(
    "ME610",
    "variable-name-inside-quotes",
    Category.WRONG_LITERAL,
    Severity.HINT,
    0.95,
    on=(ast.Call,),
    words=("print",),
    values=("name", "text"),
)
def variable_name_inside_quotes(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        if not is_call_of(unit, call, "print"):
            continue
        for argument in call.args:
            if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                continue
            name = argument.value
            if name.isidentifier() and _is_never_read(unit, call, name):
                yield Match(argument, {"name": name, "text": unit.facts.source(argument)})
                break


def _is_never_read(unit: Subject, call: ast.Call, name: str) -> bool:
    """Whether a variable of the scope around the call got a value that nothing ever reads."""
    scope = unit.facts.scope_at(call)
    if scope.kind not in {ScopeKind.MODULE, ScopeKind.FUNCTION} or name not in scope.bound:
        return False
    uses = unit.facts.names_called(name)
    if any(not isinstance(use.ctx, ast.Store) for use in uses) or unit.module.is_open():
        return False
    definitions = unit.facts.flow(scope).definitions.get(name, [])
    kinds = {definition.kind for definition in definitions}
    if not definitions or kinds - {DefinitionKind.ASSIGNMENT}:
        return False
    if any(isinstance(definition.value, ast.Constant) for definition in definitions):
        return False
    shared = scope.kind is ScopeKind.MODULE and unit.module.mentions(Mention.USED, name)
    return not shared and name not in scope.shared_names()
