"""What functions answer on some ways out, or show no caller (ME402, ME421, ME422, ME612)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import Outcome, is_generator, outcomes
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.registry import Match, Subject, rule


@rule(
    "ME402",
    "some-paths-return-nothing",
    Category.MISSING_RETURN,
    Severity.INFORMATION,
    0.92,
    on=(ast.Return,),
    values=("function", "test"),
)
def some_paths_return_nothing(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        last = function.body[-1]
        if not isinstance(last, ast.If) or is_generator(function) or function.decorator_list:
            continue
        tests = _chain_without_else(last)
        if tests is None or _answers_nothing_on_purpose(function):
            continue
        yield Match(last.test, {"function": function.name, "test": unit.facts.source(tests[-1])})


def _chain_without_else(chain: ast.If) -> list[ast.expr] | None:
    """The tests of an `if`/`elif` chain without `else` whose every branch ends the function; else None."""
    tests = []
    answers = False
    current: ast.If | None = chain
    while current is not None:
        tests.append(current.test)
        ways = outcomes(current.body)
        if ways & ~(Outcome.RETURN | Outcome.RAISE):
            return None
        answers = answers or Outcome.RETURN in ways
        match current.orelse:
            case [ast.If() as following]:
                current = following
            case []:
                current = None
            case _:
                return None
    return tests if answers else None


def _answers_nothing_on_purpose(function: FunctionNode) -> bool:
    """Whether `None` is among the answers that the function gives, or says that it gives."""
    for node in scope_nodes(function):
        if isinstance(node, ast.Return) and (
            node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        ):
            return True
    if function.returns is None:
        return False
    text = ast.unparse(function.returns)
    return "None" in text or "Optional" in text


@rule(
    "ME421",
    "rebinding-parameter-not-visible",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.93,
    on=(ast.Expr,),
    values=("function", "argument", "parameter", "call"),
)
def rebinding_parameter_not_visible(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for statement in facts.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if not facts.is_global(call.func) or call.keywords:
            continue
        summary = unit.module.function(call.func.id)
        if summary is None or not summary.rebinds or summary.signature is None:
            continue
        for parameter, argument in zip(summary.signature.positional, call.args, strict=False):
            if (
                parameter in summary.rebinds
                and isinstance(argument, ast.Name)
                and _read_later(unit, statement, argument.id)
            ):
                values = {
                    "function": call.func.id,
                    "argument": argument.id,
                    "parameter": parameter,
                    "call": facts.source(call),
                }
                yield Match(statement, values)
                break


def _read_later(unit: Subject, statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(use.ctx, ast.Load) and use.lineno > statement.lineno
        for use in unit.facts.names_called(name)
    )


@rule(
    "ME422",
    "return-print",
    Category.MISSING_RETURN,
    Severity.HINT,
    0.95,
    on=(ast.Return,),
    words=("print",),
    values=("function", "call"),
)
def return_print(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.wrapper is not None:
        return
    for statement in facts.nodes(ast.Return):
        match statement.value:
            case ast.Call(func=ast.Name(id="print") as name) as call if facts.is_builtin(name, unit.module):
                pass
            case _:
                continue
        function = facts.function_around(statement)
        if function is None or function.decorator_list or _answers_other_things(function):
            continue
        if unit.module.mentions(Mention.RESULT_USED, function.name):
            yield Match(statement, {"function": function.name, "call": facts.source(call)})


def _answers_other_things(function: FunctionNode) -> bool:
    """Whether a bare `return` elsewhere shows that the function is left early on purpose."""
    return any(isinstance(node, ast.Return) and node.value is None for node in walk(*function.body))


@rule(
    "ME612",
    "truth-value-in-quotes",
    Category.WRONG_LITERAL,
    Severity.HINT,
    0.95,
    on=(ast.Return,),
    values=("function", "text"),
)
def truth_value_in_quotes(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        if function.returns is not None or is_generator(function):
            continue
        answers = [
            node
            for node in unit.facts.nodes(ast.Return)
            if node.value and unit.facts.function_around(node) is function
        ]
        quoted = [node for node in answers if _is_truth_word(node.value)]
        if not quoted:
            continue
        # Where other texts are answered as well, the two words are texts like them.
        if any(node not in quoted and unit.types.of(node.value) == "str" for node in answers if node.value):
            continue
        for node in quoted:
            if node.value is not None:
                yield Match(node.value, {"function": function.name, "text": unit.facts.source(node.value)})


def _is_truth_word(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value in ("True", "False")
