"""Reaching definitions: which assignments may have given a name its value."""

from __future__ import annotations

import ast
import textwrap

import pytest

from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.unit import UnitFacts


def reaching(code: str, name: str = "x") -> list[str]:
    """The lines of the definitions that reach the last use of `name`; "unbound" for none."""
    text = textwrap.dedent(code).lstrip("\n")
    facts = UnitFacts(text.splitlines(keepends=True), in_class=False, goes_on=False)
    uses = [n for n in facts.nodes(ast.Name) if n.id == name and isinstance(n.ctx, ast.Load)]
    found = facts.reaching(uses[-1])
    if found is None:
        return ["unknown"]
    return sorted(
        "unbound" if d.kind is DefinitionKind.UNBOUND else str(getattr(d.node, "lineno", "?")) for d in found
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1\nx = 2\nprint(x)", ["2"]),
        ("if c:\n    x = 1\nprint(x)", ["2", "unbound"]),
        ("if c:\n    x = 1\nelse:\n    x = 2\nprint(x)", ["2", "4"]),
        ("x = 1\nfor i in y:\n    x = 2\nprint(x)", ["1", "3"]),
        ("x = 1\nwhile True:\n    x = 2\n    if c:\n        break\nprint(x)", ["3"]),
        ("x = 1\nfor i in y:\n    if c:\n        continue\n    x = 2\nprint(x)", ["1", "5"]),
        ("x = 1\ntry:\n    x = 2\n    f()\nexcept E:\n    print(x)", ["1", "3"]),
        ("x = 1\ntry:\n    x = 2\nexcept E:\n    raise\nprint(x)", ["3"]),
        ("x = 1\ntry:\n    x = 2\nfinally:\n    print(x)", ["1", "3"]),
        ("x = 1\nwith c:\n    x = 2\nprint(x)", ["1", "3"]),
        ("x = 1\nmatch y:\n    case 1:\n        x = 2\n    case x:\n        pass\nprint(x)", ["1", "4", "5"]),
        ("x = 1\ndel x\nprint(x)", ["2"]),
        ("if (x := f()):\n    print(x)", ["1"]),
        ("x = 1\nprint([x for x in y])", ["unknown"]),
        ("x = 1\nprint([x for i in y])", ["1"]),
        ("x = 1\nif c:\n    x = 2\n    exit()\nprint(x)", ["1"]),
        ("x = 1\ndef f():\n    return x", ["unknown"]),
        ("for x in y:\n    pass\nelse:\n    x = 3\nprint(x)", ["4"]),
        ("x = 0\nwhile c:\n    x += 1\nprint(x)", ["1", "3"]),
    ],
)
def test_the_definitions_that_may_reach_a_use(code: str, expected: list[str]) -> None:
    assert reaching(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", Outcome.NORMAL),
        ("return 1\nx", Outcome.RETURN),
        ("if c:\n    return 1\nelse:\n    raise E", Outcome.RETURN | Outcome.RAISE),
        ("while True:\n    pass", Outcome.NONE),
        ("while True:\n    break", Outcome.NORMAL),
        ("for i in y:\n    return 1", Outcome.RETURN | Outcome.NORMAL),
        ("with c:\n    raise E", Outcome.RAISE | Outcome.NORMAL),
        ("try:\n    return 1\nfinally:\n    pass", Outcome.RETURN),
        ("try:\n    return 1\nexcept E:\n    pass", Outcome.RETURN | Outcome.NORMAL),
        ("match x:\n    case 1:\n        return 1\n    case _:\n        return 2", Outcome.RETURN),
        ("import sys\nsys.exit()\nx", Outcome.RAISE),
    ],
)
def test_the_ways_in_which_a_block_can_end(code: str, expected: Outcome) -> None:
    (function,) = ast.parse("def f():\n" + textwrap.indent(code, "    ")).body
    assert isinstance(function, ast.FunctionDef)

    assert outcomes(function.body) == expected
