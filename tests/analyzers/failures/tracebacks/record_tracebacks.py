"""Records the texts beside it: runs real programs under the interpreters that pyenv has, and keeps what they
print with neutral paths. Run by hand when a new Python comes out: `python record_tracebacks.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent / "recorded"
PYENV = Path.home() / ".pyenv" / "versions"
HOME = "/home/ada/shop"

BASKET = """\
def price(item):
    return item["price"] * item["count"]


def total(items):
    result = 0
    for item in items:
        result += price(item)
    return result


def average(items):
    return total(items) / len(items)
"""

PLAIN: dict[str, str] = {
    name: text.replace("BASKET\n", BASKET)
    for name, text in tomllib.loads((Path(__file__).parent / "programs.toml").read_text("utf-8")).items()
}
NOTES = (
    "try:\n    int('x')\nexcept ValueError as error:\n    error.add_note('while reading row 3')\n    raise\n"
)
GROUP = """\
def fail(kind):
    raise kind("bad")


def collect():
    errors = []
    for kind in (ValueError, TypeError):
        try:
            fail(kind)
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("several", errors)


collect()
"""
NESTED = """\
raise ExceptionGroup("outer", [ValueError("a"), ExceptionGroup("inner", [TypeError("b"), KeyError("c")])])
"""
GROUP_CAUSE = """\
try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ExceptionGroup("eg", [ValueError(1)]) from error
except* ValueError as group:
    raise LookupError("late") from group
"""

PYTEST = """\
import pytest

from basket import average, price, total


def test_total():
    assert total([{"price": 3, "count": 1}]) == 4


def test_swapped():
    assert 4 == total([{"price": 3, "count": 1}])


def test_average_of_nothing():
    assert average([]) == 0


@pytest.mark.parametrize("count", [1, 2])
def test_price(count):
    assert price({"price": 2, "count": count}) == 2, "price of some"


class TestLists:
    def test_lists(self):
        assert sorted([3, 1]) == [1, 2]

    def test_membership(self):
        assert "x" in "abc"


def test_raises():
    with pytest.raises(KeyError):
        price({"price": 2, "count": 1})


def test_chain():
    try:
        price({})
    except KeyError as error:
        raise ValueError("no price") from error


@pytest.fixture
def broken():
    return 1 / 0


def test_setup(broken):
    pass
"""
UNITTEST = """\
import unittest

from basket import average, price, total


class TestBasket(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total([{"price": 3, "count": 1}]), 4)

    def test_swapped(self):
        self.assertEqual(4, total([{"price": 3, "count": 1}]))

    def test_average(self):
        \"\"\"The average of nothing is nothing.\"\"\"
        self.assertEqual(average([]), 0)

    def test_lists(self):
        self.assertEqual(sorted([3, 1]), [1, 2])

    def test_message(self):
        self.assertEqual("ab".upper(), "ab", "capitals")

    def test_true(self):
        self.assertTrue(price({"price": 0, "count": 1}))

    def test_parts(self):
        for count in (1, 2):
            with self.subTest(count=count):
                self.assertEqual(price({"price": 2, "count": count}), 2)


unittest.main()
"""
DOCTEST = '''\
def total(items):
    """The sum.

    >>> total([1, 2])
    3
    >>> total([1, 2]) + 1
    5
    >>> total(["a"])
    0
    >>> total([])
    >>> x = total([3])
    7
    """
    result = 0
    for item in items:
        result += item
    return result


if __name__ == "__main__":
    import doctest

    doctest.testmod()
'''
IPYTHON = """\
def share(amount, people):
    return amount / people

from basket import average
average([])
"""


def main() -> None:
    for name, text in recordings():
        (HERE / f"{name}.txt").write_text(text, encoding="utf-8", newline="")


def recordings() -> Iterator[tuple[str, str]]:
    for version in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13"):
        python = next(PYENV.glob(f"{version}.*")) / "bin" / "python"
        short = version.replace(".", "")
        for name, source in PLAIN.items():
            if version in WANTED.get(name, ("3.8", "3.11", "3.13")):
                yield f"{name}_{short}", run(python, {"basket.py": source}, "basket.py")
    new = next(PYENV.glob("3.11.*")) / "bin" / "python"
    newest = next(PYENV.glob("3.13.*")) / "bin" / "python"
    yield "notes_311", run(new, {"basket.py": NOTES}, "basket.py")
    yield "group_311", run(new, {"basket.py": GROUP}, "basket.py")
    yield "group_313", run(newest, {"basket.py": GROUP}, "basket.py")
    yield (
        "group_nested_312",
        run(next(PYENV.glob("3.12.*")) / "bin" / "python", {"basket.py": NESTED}, "basket.py"),
    )
    yield "group_cause_311", run(new, {"basket.py": GROUP_CAUSE}, "basket.py")
    yield "colour_313", run(newest, {"basket.py": PLAIN["zero"]}, "basket.py", FORCE_COLOR="1")
    yield "colour_syntax_313", run(newest, {"basket.py": PLAIN["syntax"]}, "basket.py", FORCE_COLOR="1")
    files = {"basket.py": BASKET, "test_basket.py": PYTEST}
    for style in ("long", "short", "line"):
        yield f"pytest_{style}", run(new, files, "-m", "pytest", f"--tb={style}", "-p", "no:cacheprovider")
    native = ("--tb=native", "-k", "swapped or chain or setup")
    yield "pytest_native", run(new, files, "-m", "pytest", *native, "-p", "no:cacheprovider")
    yield (
        "pytest_locals",
        run(
            new,
            files,
            "-m",
            "pytest",
            "--showlocals",
            "-k",
            "average",
            "--color=yes",
            "-p",
            "no:cacheprovider",
        ),
    )
    broken = {"test_basket.py": "from basquet import total\n\n\ndef test_total():\n    pass\n"}
    yield "pytest_collecting", run(new, broken, "-m", "pytest", "-p", "no:cacheprovider")
    broken = {"test_basket.py": "def test_total():\n    if 1 = 2:\n        pass\n"}
    yield "pytest_collecting_syntax", run(new, broken, "-m", "pytest", "-p", "no:cacheprovider")
    for short, python in (("38", next(PYENV.glob("3.8.*")) / "bin" / "python"), ("313", newest)):
        files = {"basket.py": BASKET, "test_basket.py": UNITTEST}
        yield f"unittest_{short}", run(python, files, "test_basket.py")
        yield f"doctest_{short}", run(python, {"basket.py": DOCTEST}, "basket.py")
    for name, cells in {
        "ipython_cell": "def share(a, n):\n    return a / n\n\n\nshare(3, 0)\n",
        "ipython_file": "from basket import average\naverage([])\n",
        "ipython_syntax": "def share(a, n)\n    return a\n",
    }.items():
        yield name, cell(new, cells)


# Python's own words changed in few versions; the others would only repeat a text.
WANTED = {
    "zero": ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13"),
    "type": ("3.8", "3.11", "3.13"),
    "tabs": ("3.8",),
    "unclosed": ("3.8", "3.10"),
    "chain3": ("3.11",),
    "multiline": ("3.11",),
    "empty_message": ("3.11",),
    "stdlib": ("3.8", "3.11", "3.13"),
    "import": ("3.11",),
    "module_in_class": ("3.9", "3.12"),
    "keyboard": ("3.11",),
    "exit_chain": ("3.11",),
    "custom": ("3.11",),
    "unicode": ("3.11",),
    "ignored": ("3.8", "3.11", "3.13"),
    "thread": ("3.8", "3.11"),
    "context": ("3.8", "3.11"),
    "nested_name": ("3.8", "3.11"),
}

# What a notebook does with a cell: run it in a shell, and print the shell's own report.
SHELL = """\
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("colors", "NoColor")
shell.run_cell(open("cell.txt").read(), store_history=True)
"""


def cell(python: Path, code: str) -> str:
    return run(python, {"cell.txt": code, "shell.py": SHELL, "basket.py": BASKET}, "shell.py")


def run(python: Path, files: dict[str, str], *arguments: str, **settings: str) -> str:
    """What the program prints to both streams, its folder and the interpreter's renamed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONDONTWRITEBYTECODE": "1", **settings}
        environment |= {"COLUMNS": "80", "PYTHONPATH": folder}
        first = str(Path(folder) / arguments[0]) if arguments[0].endswith(".py") else arguments[0]
        done = subprocess.run(
            [python, first, *arguments[1:]],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
    text = done.stdout.decode("utf-8", "replace")
    text = re.sub(re.escape(str(python.parent.parent)) + r"(?=/)", "/usr/local", text)
    text = re.sub(r"\S*" + re.escape(str(python.parent.parent.relative_to(Path.home()))), "/usr/local", text)
    text = text.replace(str(folder), HOME).replace(str(python), "/usr/local/bin/python")
    return re.sub(r"0x[0-9a-f]{6,}", "0x7f0000000000", text)


if __name__ == "__main__":
    sys.exit(main())
