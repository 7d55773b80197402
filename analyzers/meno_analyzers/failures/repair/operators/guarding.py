"""Cases that are not thought of: a base case, a guard in front of a line, an early answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.operators.blocks import lines
from meno_analyzers.failures.repair.operators.conditions import conditions_at
from meno_analyzers.failures.repair.source import Change, Source

_ANSWERS = ("[]", "0", "False", "True", "None", "1", '""', "-1")


@operator("base case", "base_case", ast.FunctionDef)
def base_case(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`if …: return …` as the first lines of a function."""
    assert isinstance(node, ast.FunctionDef)
    first = next((s for s in node.body if not source.is_docstring(s)), None)
    if first is None or not source.is_alone(first):
        return
    parameters = [argument.arg for argument in node.args.args if argument.arg != "self"]
    tests = [f"{end}{name}{rest}" for name in parameters for end, rest in _TESTS]
    tests += [f"{one} == {other}" for one in parameters for other in parameters if one < other]
    for test in tests:
        for answer in (*_ANSWERS, *parameters, *(f"[{name}]" for name in parameters)):
            yield source.insert_before(first, f"if {test}:", f"{source.unit}return {answer}")


_TESTS = (
    ("not ", ""),
    ("", " == 0"),
    ("", " <= 0"),
    ("", " == 1"),
    ("", " <= 1"),
    ("", " < 0"),
    ("len(", ") == 0"),
    ("len(", ") == 1"),
    ("len(", ") <= 1"),
    ("", " is None"),
)


@operator("guard", "control_flow", ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Break)
def guard(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """A line that is to run only if something holds."""
    assert isinstance(node, ast.stmt)
    if not source.is_alone(node) or source.is_docstring(node) or source.function_of(node) is None:
        return
    start, end = source.lines_of(node)
    indent, unit = source.indent(node), source.unit
    for test in conditions_at(source, node):
        yield Change(start, end, f"{indent}if {test}:\n{lines(source, node, more=unit)}")


@operator("early answer", "control_flow", ast.For, ast.While, ast.Return, ast.If)
def early_answer(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`if …: return …`, or `continue` or `break`, in front of a line."""
    assert isinstance(node, ast.stmt)
    function = source.function_of(node)
    is_elif = isinstance(node, ast.If) and source.text.startswith("elif", source.start(node))
    if is_elif or function is None or not source.is_alone(node):
        return
    looped = any(isinstance(around, ast.For | ast.While) for around in source.ancestors(node))
    leave = ["continue", "break"] if looped else []
    others = (source.get(n) for n in ast.walk(function) if isinstance(n, ast.Return))
    answers = dict.fromkeys(["return False", "return True", *leave, *others])
    for test in conditions_at(source, node, pairs=False):
        for answer in answers:
            if "\n" not in answer:
                yield source.insert_before(node, f"if {test}:", f"{source.unit}{answer}")
