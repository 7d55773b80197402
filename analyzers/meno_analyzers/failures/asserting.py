"""Cases out of `assert` statements: each one that can stand alone becomes a case of its own.

The finer the cases, the more a spectrum tells, and the clearer it is what still fails.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.cases import CodeCase


def cases_of(code: str, prefix: str = "assert") -> list[CodeCase]:
    """The asserts of a piece of code, with the statements above each that it may need; `SyntaxError` if
    the code cannot be read. Sides of an `and` are parted. A check that is a function (`def check(f):
    assert …`) which the code calls is taken apart in the same way."""
    tree = ast.parse(code)
    body = _of_check(tree) or tree.body
    cases: list[CodeCase] = []
    above: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.Assert):
            for test in _sides(statement.test):
                single = ast.Assert(test=test, msg=statement.msg if test is statement.test else None)
                text = "\n".join(ast.unparse(ast.fix_missing_locations(s)) for s in (*above, single))
                cases.append(CodeCase(f"{prefix} {len(cases) + 1}", text))
        elif any(isinstance(node, ast.Assert) for node in ast.walk(statement)):
            # Asserts inside a loop or the like belong together.
            text = "\n".join(ast.unparse(s) for s in (*above, statement))
            cases.append(CodeCase(f"{prefix} {len(cases) + 1}", text))
        else:
            above.append(statement)
    return cases


def _sides(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for value in test.values:
            yield from _sides(value)
    else:
        yield test


def _of_check(tree: ast.Module) -> list[ast.stmt] | None:
    """The body of the only function if the code does nothing but define it and call it with names."""
    functions = [s for s in tree.body if isinstance(s, ast.FunctionDef)]
    if len(functions) != 1:
        return None
    (function,) = functions
    parameters = [argument.arg for argument in function.args.args]
    given: list[str] | None = None
    above: list[ast.stmt] = []
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=arguments)) if name == function.name:
                if not all(isinstance(argument, ast.Name) for argument in arguments):
                    return None
                given = [argument.id for argument in arguments if isinstance(argument, ast.Name)]
            case ast.FunctionDef():
                pass
            case _:
                above.append(statement)
    if given is None or len(given) != len(parameters):
        return None
    renamed = [
        ast.Assign(targets=[ast.Name(id=parameter, ctx=ast.Store())], value=ast.Name(id=name, ctx=ast.Load()))
        for parameter, name in zip(parameters, given, strict=True)
        if parameter != name
    ]
    return [*above, *map(ast.fix_missing_locations, renamed), *function.body]
