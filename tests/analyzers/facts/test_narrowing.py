"""Narrowing: what a test tells of a name holds where it has been passed, and nowhere else."""

from __future__ import annotations

import pytest

from analyzers.facts.test_types import type_of


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if isinstance(x, str):\n    show(x)", "str"),
        ("if isinstance(x, str) and c:\n    show(x)", "str"),
        ("if isinstance(x, str):\n    if c:\n        show(x)", "str"),
        ("while isinstance(x, list):\n    show(x)", "list"),
        ("y = show(x) if isinstance(x, int) else 0", "int"),
        ("y = isinstance(x, int) and show(x)", "int"),
        ("y = not isinstance(x, int) or show(x)", "int"),
        ("if not isinstance(x, int):\n    pass\nelse:\n    show(x)", "int"),
        ("if not isinstance(x, int):\n    raise TypeError(x)\nshow(x)", "int"),
        ("if not isinstance(x, int):\n    raise TypeError(x)\nelse:\n    c = 1\nshow(x)", "int"),
        ("if isinstance(x, int):\n    c = 1\nelse:\n    return\nshow(x)", "int"),
        ("assert isinstance(x, dict)\nshow(x)", "dict"),
        ("if x is None:\n    show(x)", "NoneType"),
        ("if x is not None:\n    pass\nelse:\n    show(x)", "NoneType"),
        # What the other branch says, what stands elsewhere, what comes too early.
        ("if isinstance(x, str):\n    pass\nelse:\n    show(x)", None),
        ("if isinstance(x, str) or c:\n    show(x)", None),
        ("if not (isinstance(x, str) and c):\n    pass\nelse:\n    show(x)", "str"),
        ("if not (isinstance(x, str) or c):\n    pass\nelse:\n    show(x)", None),
        ("if isinstance(x, str):\n    pass\nshow(x)", None),
        ("if isinstance(c, str):\n    show(x)", None),
        ("y = show(x) and isinstance(x, int)", None),
        ("assert not isinstance(x, dict)\nshow(x)", None),
        ("if x is None:\n    return\nshow(x)", None),
        # Types that are not Python's own, and several at once.
        ("if isinstance(x, Dog):\n    show(x)", None),
        ("if isinstance(x, (int, str)):\n    show(x)", None),
        ("str = c\nif isinstance(x, str):\n    show(x)", None),
        ("if isinstance(x, str):\n    if isinstance(x, Enum):\n        show(x)", None),
        (
            "if isinstance(x, str):\n    if isinstance(x, Enum):\n        pass\n    else:\n        show(x)",
            "str",
        ),
        ("if isinstance(x, list) and hasattr(x, 'iter'):\n    show(x)", None),
        # The name may hold something else by then.
        ("if isinstance(x, str):\n    x = c\n    show(x)", None),
        ("while c:\n    if isinstance(x, str):\n        if c:\n            x = c\n        show(x)", None),
        ("if isinstance(x, str):\n    for x in c:\n        show(x)", None),
        ("if isinstance(x, str):\n    with c as x:\n        show(x)", None),
        ("if isinstance(x, str):\n    try:\n        c()\n    except E as x:\n        show(x)", None),
        ("if isinstance(x, str):\n    from c import x\n    show(x)", "import:c:x"),
        ("if isinstance(x, str):\n    def x():\n        pass\n    show(x)", "function"),
        ("if isinstance(x, str):\n    def later():\n        return show(x)\n    x2 = later", None),
        ("def inner():\n    nonlocal x\n    x = 1\nif isinstance(x, str):\n    inner()\n    show(x)", None),
        ("global x\nif isinstance(x, str):\n    c()\n    show(x)", None),
    ],
)
def test_a_test_tells_the_type_where_it_has_been_passed(body: str, expected: str | None) -> None:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))

    assert type_of(f"def f(x, c):\n{lines}" if "global x" not in body else f"def f(c):\n{lines}") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # `best` is None at first and a list later.
        ("if best is not None:\n    show(best)", "list"),
        ("if best != None:\n    show(best)", "list"),
        ("if best:\n    show(best)", "list"),
        ("if best and c:\n    show(best)", "list"),
        ("y = best and show(best)", "list"),
        ("y = show(best) if best else 0", "list"),
        ("y = not best or show(best)", "list"),
        ("y = best is None or show(best)", "list"),
        ("y = best == None or show(best)", "list"),
        ("while best:\n    show(best)", "list"),
        ("assert best\nshow(best)", "list"),
        ("if not best:\n    continue\nshow(best)", "list"),
        ("if best is None:\n    best = [1]\n    continue\nshow(best)", "list"),
        ("if best:\n    show(best)\n    best = c", "list"),
        ("if best:\n    if c:\n        best = None\n    show(best)", None),
        ("if best:\n    for y in c:\n        show(best)\n        best = None", None),
        ("show(best)", None),
        ("if best:\n    pass\nshow(best)", None),
        ("if best or c:\n    show(best)", None),
        ("if not best:\n    show(best)", None),
        ("if best < None:\n    show(best)", None),
        ("if c is not None:\n    show(best)", None),
    ],
)
def test_a_passed_test_rules_out_that_there_is_no_value(body: str, expected: str | None) -> None:
    lines = "".join(f"        {line}\n" for line in body.split("\n"))

    assert type_of(f"def f(c):\n    best = None\n    while c():\n{lines}        best = [2]\n") == expected


@pytest.mark.parametrize(
    ("first", "test", "expected"),
    [
        ("False", "if found:", "str"),
        ("0", "if found:", "str"),
        ('""', "if found:", "str"),
        ("1", "if found:", None),
        ("False", "if found is not None:", None),
    ],
)
def test_what_counts_as_false_does_not_pass_for_true(first: str, test: str, expected: str | None) -> None:
    body = f"    for y in c:\n        {test}\n            show(found)\n        found = str(y)\n"

    assert type_of(f"def f(c):\n    found = {first}\n{body}") == expected


def test_what_can_never_pass_proves_nothing() -> None:
    assert type_of("def f():\n    best = None\n    if best:\n        show(best)\n") is None
