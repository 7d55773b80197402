"""Type inference: a type where every way to a value proves it, silence everywhere else."""

from __future__ import annotations

import ast

import pytest

from meno_analyzers.facts.module import Module
from meno_analyzers.facts.summaries import summary_of
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import ModuleView


def type_of(code: str) -> str | None:
    """The type of the argument of the last `show(…)` in the code."""
    facts = UnitFacts(code.splitlines(keepends=True), in_class=False, goes_on=False)
    module = Module()
    module.add(summary_of(facts))
    calls = [c for c in facts.nodes(ast.Call) if isinstance(c.func, ast.Name) and c.func.id == "show"]
    return facts.types(ModuleView(module)).of(calls[-1].args[0])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("show(1)", "int"),
        ("show(1 / 2)", "float"),
        ("show(2 ** n)", None),
        ("x = input()\nshow(x)", "input"),
        ("x = input().strip()\nshow(x)", "input"),
        ("x = input().upper()\nshow(x)", "str"),
        ("x = int(input())\nshow(x)", "int"),
        ("x = input()\nif x.isdigit():\n    x = int(x)\nshow(x)", None),
        ("x = 1\nwhile c:\n    x = x + 1\nshow(x)", "int"),
        ("x = 1\nwhile c:\n    x = x + y\nshow(x)", None),
        ("x = 1\nif c:\n    x = 2.5\nshow(x)", "number"),
        ("for x in range(3):\n    show(x)", "int"),
        ("for x in 'ab':\n    show(x)", "str"),
        ("for x in y:\n    show(x)", None),
        ("def f(x):\n    show(x)", None),
        ("int = float\nx = int(3)\nshow(x)", None),
        ("x = [1] * 3\nshow(x)", "list"),
        ("x = 'a' * 3\nshow(x)", "str"),
        ("x = '%s' % 3\nshow(x)", "str"),
        ("x = [1].copy()\nshow(x)", "list"),
        ("x = [1].sort()\nshow(x)", "NoneType"),
        ("def f(a):\n    print(a)\nshow(f(1))", "none:f"),
        ("def f(a):\n    return a\nshow(f(1))", None),
        ("def f(a):\n    ...\nshow(f(1))", None),
        ("def f(a):\n    yield a\nshow(f(1))", None),
        ("def f(a):\n    pass\nf = g\nshow(f(1))", None),
        ("x = 'a'\ndef f():\n    show(x)", "str"),
        ("x = 'a'\ndef f():\n    global x\n    x = 1\nshow(x)", None),
        ("x, y = 'ab'\nshow(x)", None),
        ("import x\nshow(x)", "module:x"),
    ],
)
def test_the_proven_type_of_an_expression(code: str, expected: str | None) -> None:
    assert type_of(code + "\n") == expected
