"""Which tests of pytest need nothing of pytest: functions and methods that can be called directly.

Parameters are taken where there is one `parametrize` of literal values and the test's name says which set is
meant; the names of sets are made as pytest makes them, and where that is in doubt the test is not plain."""

from __future__ import annotations

import ast
from typing import Any

_SPECIAL = {"pytestmark", "pytest_plugins", "autouse", "load_tests"}
_SPELT = (int, float, bool, complex, type(None))


def plain_arguments(text: str, name: str) -> dict[str, Any] | None:
    """What the test of this name is called with, or None if it needs pytest."""
    tree = ast.parse(text)
    if any(_is_special(node) for node in ast.walk(tree)):
        return None
    path, bracket, chosen = name.partition("[")
    parts = path.replace("::", ".").split(".")
    body: list[ast.stmt] = tree.body
    for owner in parts[:-1]:
        found = [node for node in body if isinstance(node, ast.ClassDef) and node.name == owner]
        if len(found) != 1 or found[0].bases or found[0].keywords or found[0].decorator_list:
            return None
        body = found[0].body
    tests = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == parts[-1]]
    if len(tests) != 1 or any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(tests[0])):
        return None
    given = tests[0].args
    if given.kwonlyargs or given.vararg or given.kwarg or given.posonlyargs or given.defaults:
        return None
    names = [argument.arg for argument in given.args][1 if len(parts) > 1 else 0 :]
    if not bracket:
        return {} if not names and not tests[0].decorator_list else None
    return _parameters(tests[0].decorator_list, names, chosen[:-1])


def _is_special(node: ast.AST) -> bool:
    name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None)
    return isinstance(name, str) and (name in _SPECIAL or name.startswith(("setup", "teardown")))


def _parameters(decorators: list[ast.expr], names: list[str], chosen: str) -> dict[str, Any] | None:
    if len(decorators) != 1:
        return None
    call = decorators[0]
    if not isinstance(call, ast.Call) or call.keywords or len(call.args) != 2:
        return None
    if ast.dump(call.func) != ast.dump(ast.parse("pytest.mark.parametrize", mode="eval").body):
        return None
    try:
        called, values = ast.literal_eval(call.args[0]), ast.literal_eval(call.args[1])
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(called, str):
        called = [one.strip() for one in called.split(",") if one.strip()]
    if sorted(called) != sorted(names) or not isinstance(values, (list, tuple)):
        return None
    sets = [tuple(value) if len(called) > 1 else (value,) for value in values]
    if any(len(one) != len(called) for one in sets):
        return None
    spelt = [_spelt(called, one, place) for place, one in enumerate(sets)]
    if len(set(spelt)) != len(spelt) or chosen not in spelt:
        return None
    return dict(zip(called, sets[spelt.index(chosen)]))  # noqa: B905 - `strict` is 3.10's


def _spelt(names: list[str], values: tuple[Any, ...], place: int) -> str:
    parts = []
    for position, value in enumerate(values):
        if isinstance(value, str):
            if not value or not value.isascii() or not value.isprintable():
                return f"\0{place}"  # pytest has its own way of writing these
            parts.append(value)
        elif isinstance(value, _SPELT):
            parts.append(str(value))
        else:
            parts.append(names[position] + str(place))
    return "-".join(parts)
