"""Cells of notebooks as Python: what only IPython understands goes, and everything else keeps its place."""

from __future__ import annotations

import ast
import textwrap

import pytest

from meno_analyzers.source.cells import as_python, last_expression
from meno_analyzers.source.lines import split_lines


def python(text: str) -> str:
    return "".join(as_python(split_lines(text)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%matplotlib inline\nx = 3\n", "pass\nx = 3\n"),
        ("!pip install numpy\n", "pass\n"),
        ("!pip install \\\n   numpy\nx = 1\n", "pass\n\nx = 1\n"),
        ("pip install numpy\n", "pass\n"),
        ("cd ..\n", "pass\n"),
        ("ls\n", "pass\n"),
        ("%run lesson.py\n", "from IPython import *\n"),
        ("print?\n", "pass\n"),
        ("?print\n", "pass\n"),
        ("numbers.sort??\n", "pass\n"),
        ("files = !ls\n", "files = get_ipython()\n"),
        ("a, b = %two_things\n", "a, b = get_ipython()\n"),
        ("if ready:\n    !ls\n", "if ready:\n    pass\n"),
        ("%%bash\nls | wc\n", "\n\n"),
        ("%%capture out\nprint(3)\n", "out = get_ipython()\nprint(3)\n"),
        ("%%time\nx = 3\n", "pass\nx = 3\n"),
    ],
)
def test_what_only_a_notebook_understands_gives_way(cell: str, expected: str) -> None:
    assert python(cell) == expected
    ast.parse(python(cell).replace("ready", "True"))


@pytest.mark.parametrize(
    "cell",
    [
        "remainder = (total\n    % size)\n",
        's = """\n%time\n!ls\n"""\n',
        "print('really?')\n",
        "x = total % size\n",
        "unequal = a != b\n",
        "pip = 3\npip\n",
        "ls = [1]\nprint(ls)\n",
        "x = y if y else \\\n  3\n",
    ],
)
def test_what_looks_alike_and_is_python_stays(cell: str) -> None:
    assert python(cell) == cell


def test_a_statement_behind_a_timing_magic_keeps_its_column() -> None:
    cell = "%timeit -n 10 -r 3 total = slow(3)\n"

    assert python(cell).index("total") == cell.index("total")
    assert ast.unparse(ast.parse(python(cell))) == "pass\ntotal = slow(3)"


def test_line_ends_stay_as_they_are() -> None:
    assert python("%time\r\nx = 1\r\n!ls") == "pass\r\nx = 1\r\npass"


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("x = 3\nx\n", (1, 1)),
        ("x = 3\n(x,\n x)\n# so\n", (1, 2)),
        ("x = 3\n", None),
        ("", None),
        ("x = (\nx\n", (1, 1)),
        ("for i in x:\n    i\n", None),
    ],
)
def test_the_last_expression_is_found(cell: str, lines: tuple[int, int] | None) -> None:
    assert last_expression(split_lines(textwrap.dedent(cell))) == lines
