"""Proven values: what certainly still holds, and silence as soon as anything could have changed it."""

from __future__ import annotations

import ast

import pytest

from meno_analyzers.facts.module import Module
from meno_analyzers.facts.summaries import summary_of
from meno_analyzers.facts.types import Types
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.values import Constant, Values
from meno_analyzers.facts.view import ModuleView


def shown(code: str, function: str = "show") -> tuple[Values, ast.expr, Types]:
    """The values of a unit, the argument of its last `show(…)`, and the types, which own the values."""
    facts = UnitFacts(code.splitlines(keepends=True), in_class=False, goes_on=False)
    module = Module()
    module.add(summary_of(facts))
    calls = [c for c in facts.nodes(ast.Call) if isinstance(c.func, ast.Name) and c.func.id == function]
    types, values = facts.inference(ModuleView(module))
    return values, calls[-1].args[0], types


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("show(3)", Constant(3)),
        ("show(-3 + 4 * 2)", Constant(5)),
        ("show(None)", Constant(None)),
        ("x = 'a'\ny = x + 'b'\nshow(y)", Constant("ab")),
        ("x = 1\nif c:\n    x = 1\nshow(x)", Constant(1)),
        ("x = 1\nif c:\n    x = 2\nshow(x)", None),
        ("x = 1\nif c:\n    x = True\nshow(x)", None),
        ("x = 0\nfor y in z:\n    show(x)\n    x += 1", None),
        ("show(1 / 0)", None),
        ("show(10 ** 10 ** 10)", None),
        ("def f():\n    global x\n    x = 2\nx = 1\nf()\nshow(x)", None),
    ],
)
def test_a_constant_is_known_if_every_way_agrees(code: str, expected: Constant | None) -> None:
    values, node, _types = shown(code + "\n")
    assert values.constant(node) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("len([1, 2, 3])", 3),
        ("len('abc')", 3),
        ("xs = [1, 2]\nprint(xs, xs[0])\nlen(xs)", 2),
        ("xs = [1, *ys]\nlen(xs)", None),
        ("d = {1: 2, 1: 3}\nfor k in d:\n    print(d[k])\nlen(d)", 1),
        ("xs = [1]\nxs.append(2)\nlen(xs)", None),
        ("xs = [1]\nys = xs\nlen(xs)", None),
        ("xs = [1]\nchange(xs)\nlen(xs)", None),
        ("xs = [1]\nxs += [2]\nlen(xs)", None),
        ("xs = [1]\ndel xs[0]\nlen(xs)", None),
        ("xs = [1]\ndef f():\n    xs.append(2)\nf()\nlen(xs)", None),
        ("t = (1, 2)\nchange(t)\nlen(t)", 2),
    ],
)
def test_a_length_is_known_while_nothing_can_change_it(code: str, expected: int | None) -> None:
    values, node, _types = shown(code + "\n", "len")
    assert values.length(node) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("for x in [1, 2]:\n    show(x)", "int"),
        ("for x in [1, 'a']:\n    show(x)", None),
        ("for x in ['a', 'b']:\n    show(x)", "str"),
        ("for x in input().split():\n    show(x)", "input"),
        ("for x in 'a b'.split():\n    show(x)", "str"),
        ("for x in sorted([2.5, 1]):\n    show(x)", "number"),
        ("for x in map(int, y):\n    show(x)", "int"),
        ("for x in {'a': 1}:\n    show(x)", "str"),
        ("xs = [1, 2]\nshow(xs[0])", "int"),
        ("xs = [1, 2]\nxs[0] = 'a'\nshow(xs[0])", None),
        ("show(max([1, 2]))", "int"),
        ("show(sum([1, 2]))", "int"),
        ("import math\nshow(math.sqrt(2))", "float"),
        ("from math import sqrt\nshow(sqrt(2))", "float"),
        ("from math import *\nshow(sqrt(2))", None),
        ("def f():\n    return 'a'\nshow(f())", "str"),
        ("def f(x):\n    if x:\n        return 'a'\nshow(f())", None),
    ],
)
def test_the_type_of_items_and_of_what_calls_answer(code: str, expected: str | None) -> None:
    values, node, types = shown(code + "\n")
    assert values is not None
    assert types.of(node) == expected
