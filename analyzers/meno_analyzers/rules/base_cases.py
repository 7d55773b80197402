"""Base cases that a recursion misses or spoils (ME414, ME415)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.recursion import recursive_functions
from meno_analyzers.rules.registry import Match, Subject, rule


@rule(
    "ME414",
    "recursion-moves-away-from-base",
    Category.WRONG_BASE_CASE,
    Severity.HINT,
    0.93,
    on=(ast.FunctionDef,),
    values=("function", "parameter", "base", "call"),
    variants=("jump",),
)
def recursion_moves_away_from_base(unit: Subject) -> Iterator[Match]:
    for function, calls in recursive_functions(unit):
        found = _equality_base(function)
        if found is None:
            continue
        parameter, index, base = found
        steps = {_step(call, parameter, index) for call in calls}
        if None in steps or not steps:
            continue
        values = {
            "function": function.name,
            "parameter": parameter,
            "base": str(base),
            "call": unit.facts.source(calls[0]),
        }
        numbers = {step for step in steps if step is not None}
        if base in {0, 1} and all(step > 0 for step in numbers):
            yield Match(calls[0], values)
        elif all(step < -1 for step in numbers) and len(numbers) == 1:
            yield Match(calls[0], values, variant="jump")


def _equality_base(function: FunctionNode) -> tuple[str, int, int] | None:
    """(parameter, its position, number) if the only test about a parameter is `parameter == number`."""
    names = [argument.arg for argument in function.args.args]
    tests = [node for node in scope_nodes(function) if isinstance(node, ast.If | ast.IfExp | ast.While)]
    if len(tests) != 1:
        return None
    match tests[0].test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=int(base))]):
            compared = [node for node in scope_nodes(function) if isinstance(node, ast.Compare | ast.BoolOp)]
            rebound = any(
                isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
                for node in scope_nodes(function)
            )
            if name in names and len(compared) == 1 and not rebound and not isinstance(base, bool):
                return name, names.index(name), base
        case _:
            pass
    return None


def _step(call: ast.Call, parameter: str, index: int) -> int | None:
    """How far a call moves the parameter, or None if that is not a plain step."""
    if index >= len(call.args):
        return None
    match call.args[index]:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(step))):
            return step if name == parameter else None
        case ast.BinOp(left=ast.Name(id=name), op=ast.Sub(), right=ast.Constant(value=int(step))):
            return -step if name == parameter else None
        case _:
            return None


@rule(
    "ME415",
    "base-case-zero-in-product",
    Category.WRONG_BASE_CASE,
    Severity.WARNING,
    0.99,
    on=(ast.FunctionDef,),
    values=("function", "product"),
)
def base_case_zero_in_product(unit: Subject) -> Iterator[Match]:
    for function, calls in recursive_functions(unit):
        returns = [node for node in scope_nodes(function) if isinstance(node, ast.Return)]
        own = [node for node in returns if any(call in calls for call in walk(node))]
        bases = [node for node in returns if node not in own]
        if not own or not bases or not all(_is_zero(node.value) for node in bases):
            continue
        products = [unit.facts.parents.get(call) for call in calls]
        if all(
            isinstance(product, ast.BinOp)
            and isinstance(product.op, ast.Mult)
            and isinstance(unit.facts.parents.get(product), ast.Return)
            for product in products
        ):
            product = products[0]
            assert product is not None
            yield Match(
                bases[0],
                {"function": function.name, "product": unit.facts.source(product)},
                notes=(Note(unit.facts.span(product), "The result is multiplied here."),),
            )


def _is_zero(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value == 0 and not isinstance(value.value, bool)
