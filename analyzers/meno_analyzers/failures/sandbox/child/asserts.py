"""`assert left == right`, taken apart so that both sides are seen when they differ, each evaluated once."""

from __future__ import annotations

import ast
from types import CodeType
from typing import Any, NoReturn

EQUAL = "<equal>"  # no identifier, so that no program can mean it


class Mismatch(AssertionError):  # noqa: N818 - it is shown under its base's name
    """Two values that an assertion holds equal, and that are not."""

    def __init__(self, observed: Any, expected: Any) -> None:
        super().__init__()
        self.observed = observed
        self.expected = expected


# What the learner sees is Python's own name.
Mismatch.__name__ = Mismatch.__qualname__ = "AssertionError"


def check_equal(observed: Any, expected: Any) -> None:
    if not observed == expected:  # noqa: SIM201 - `!=` may be another method
        _differ(observed, expected)


def _differ(observed: Any, expected: Any) -> NoReturn:
    raise Mismatch(observed, expected)


class _TakeApart(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> Any:
        test = node.test
        parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        if node.msg is not None or not all(_is_equality(part) for part in parts):
            return node
        checks = []
        for part in parts:
            assert isinstance(part, ast.Compare)
            sides = [part.left, part.comparators[0]]
            call = ast.Call(func=ast.Name(id=EQUAL, ctx=ast.Load()), args=sides, keywords=[])
            checks.append(ast.copy_location(ast.Expr(value=call), part))
        return [ast.fix_missing_locations(check) for check in checks]


def _is_equality(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq)


def compiled(text: str, filename: str) -> CodeType:
    """The code of the text with its assertions taken apart. Raises what `compile` raises."""
    tree = _TakeApart().visit(compile(text, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True))
    code: CodeType = compile(tree, filename, "exec", dont_inherit=True)
    return code
