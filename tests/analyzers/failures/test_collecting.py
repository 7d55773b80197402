"""Where cases come from, which files go along, and that what is taken out of a program can be put back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meno_analyzers.failures.cases import CallCase, CodeCase, FileCase, RunCase
from meno_analyzers.failures.collecting import Collected, CollectingError, collect
from meno_analyzers.failures.collecting.lifting import lift

WORK = """\
from numbers_of import base


def total(items):
    return base + sum(items)


assert total([]) == 0
assert total([1, 2]) == 3
"""


def written(folder: Path, files: dict[str, str]) -> Path:
    """Writes the files and answers the path of the first one."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / next(iter(files))


def ids(collected: Collected) -> list[str]:
    return [case.id for case in collected.cases]


def test_asserts_become_cases_and_leave_the_lines_as_they_were(tmp_path: Path) -> None:
    work = written(tmp_path, {"work.py": WORK, "numbers_of.py": "base = 0\n", "other.py": "x = 1\n"})

    collected = collect(work)

    assert ids(collected) == ["assert on line 8", "assert on line 9", "run"]
    assert collected.cases[0] == CodeCase("assert on line 8", "assert total([]) == 0")
    assert collected.program.source == WORK
    lines = collected.runnable.source.split("\n")
    assert lines[:7] == WORK.split("\n")[:7]
    assert "assert" not in collected.runnable.source
    assert set(collected.program.files) == {"work.py", "numbers_of.py"}


def test_asserts_are_put_back_into_a_changed_program(tmp_path: Path) -> None:
    collected = collect(written(tmp_path, {"work.py": WORK}))
    changed = collected.runnable.source.replace("base + sum", "base - sum\n    # one more line\n")

    restored = collected.restored(changed)

    assert restored == WORK.replace("base + sum", "base - sum\n    # one more line\n")
    without = "\n".join(collected.runnable.source.split("\n")[:-3])
    assert collected.restored(without) is None


@pytest.mark.parametrize(
    "code",
    [
        "items = []\nassert first(items) == 1\nassert items == []\n",
        "stack = [1]\nstack.append(2)\nassert stack == [1, 2]\nstack.append(3)\n",
        "x = first(1)\nassert x == 1\nx = first(2)\nassert x == 2\n",
        "count = 0\ndef step():\n    global count\n    count += 1\n    return count\nassert step() == 1\n",
        "assert first(1) == 1; print('there')\n",
        "def second(): pass\nassert second() is None\ndef second(): return 1\n",
        "assert (n := first(1)) == 1\nprint(n)\n",
    ],
)
def test_an_assert_whose_answer_depends_on_its_place_stays_there(code: str) -> None:
    lifted = lift("def first(x):\n    return x\n" + code)

    assert not lifted.cases
    assert lifted.kept == code.count("assert")


def test_asserts_over_several_lines_below_the_main_guard_and_calls_of_tests_are_taken_out() -> None:
    source = (
        "LIMIT = 3\n"
        "def f(x):\n    return x\n"
        "def test_f():\n    assert f(1) == 1\n"
        "test_f()\n"
        "assert f(\n    LIMIT\n) == 3, 'three'  # as said\n"
        'if __name__ == "__main__":\n'
        "    assert f(2) == 2\n"
    )
    lifted = lift(source, {"test_f"})

    assert [case.code for case in lifted.cases] == ["assert f(LIMIT) == 3, 'three'", "assert f(2) == 2"]
    compile(lifted.text, "work.py", "exec")
    assert lifted.text.count("\n") == source.count("\n")
    assert "\ntest_f()" not in lifted.text
    assert lifted.restored(lifted.text) == source


def test_doctests_and_tests_in_the_program_itself_are_cases(tmp_path: Path) -> None:
    source = (
        'def double(x):\n    """\n    >>> double(2)\n    4\n    """\n    return x + x\n\n'
        "class Box:\n    def size(self):\n        '''\n        >>> Box().size()\n        1\n        '''\n"
        "        return 1\n\n"
        "def test_double():\n    assert double(3) == 6\n\n"
        "def test_connection(host):\n    return host\n"
    )
    collected = collect(written(tmp_path, {"work.py": source}))

    assert collected.cases[:3] == [
        FileCase("doctest of work.double", "work.py", "work.double", "doctest"),
        FileCase("doctest of work.Box.size", "work.py", "work.Box.size", "doctest"),
        FileCase("work.py::test_double", "work.py", "test_double", "pytest"),
    ]


TESTS = """\
import unittest
import pytest
from shop.cart import total
from helper import filled

def test_total(): ...

@pytest.mark.parametrize("n, name", [(1, "a"), (2, "b")])
def test_each(n, name): ...

@pytest.mark.parametrize("n", range(3))
def test_all(n): ...

class TestPlain:
    def test_method(self): ...

class Base(unittest.TestCase):
    def test_base(self): ...

class TestCart(Base):
    def test_it(self): ...
"""


def test_tests_are_found_without_running_them_and_named_as_their_framework_does(tmp_path: Path) -> None:
    files = {
        "src/shop/cart.py": "from shop.money import cents\ndef total(): ...\n",
        "src/shop/money.py": "def cents(): ...\n",
        "src/shop/__init__.py": "",
        "src/shop/other.py": "",
        "pyproject.toml": "",
        "tests/test_cart.py": TESTS,
        "tests/helper.py": "def filled(): ...\n",
        "tests/conftest.py": "",
        "tests/test_other.py": "def test_other(): ...\n",
    }
    collected = collect(written(tmp_path, files))

    assert ids(collected) == [
        f"tests/test_cart.py::{name}"
        for name in (
            "test_total",
            "test_each[1-a]",
            "test_each[2-b]",
            "test_all",
            "TestPlain.test_method",
            "Base.test_base",
            "TestCart.test_base",
            "TestCart.test_it",
        )
    ]
    assert sorted(collected.program.files) == [
        "helper.py",
        "shop/__init__.py",
        "shop/cart.py",
        "shop/money.py",
        "tests/conftest.py",
        "tests/test_cart.py",
    ]
    assert collected.paths["shop/cart.py"] == tmp_path / "src/shop/cart.py"


def test_a_test_file_stands_for_the_program_that_it_tests(tmp_path: Path) -> None:
    files = {"test_work.py": "import work\ndef test_it(): ...\n", "work.py": "x = 1\n"}
    collected = collect(written(tmp_path, files))

    assert collected.program.main == "work.py"
    assert ids(collected) == ["test_work.py::test_it"]


def test_a_folder_of_tests_gives_those_that_import_the_program(tmp_path: Path) -> None:
    files = {
        "work.py": "x = 1\n",
        "checks/test_one.py": "import work\ndef test_one(): ...\n",
        "checks/test_two.py": "import other\ndef test_two(): ...\n",
        "empty/readme.txt": "",
    }
    work = written(tmp_path, files)

    assert ids(collect(work, tests=tmp_path / "checks")) == ["checks/test_one.py::test_one"]
    with pytest.raises(CollectingError, match="No tests were found"):
        collect(work, tests=tmp_path / "empty")
    with pytest.raises(CollectingError, match="no test file"):
        collect(work, tests=tmp_path / "nowhere")


def test_a_script_that_reads_input_is_run_and_not_taken_apart(tmp_path: Path) -> None:
    source = "def ask():\n    return int(input())\nn = ask()\nassert n > 0\n"
    work = written(tmp_path, {"work.py": source})

    collected = collect(work, input="3\n")
    assert collected.cases == [RunCase("run", "3\n")]
    assert collected.runnable.source == source
    assert not collected.lacks_input
    assert collect(work).lacks_input


def test_files_that_the_program_names_go_along_and_none_from_outside(tmp_path: Path) -> None:
    source = "open('scores.txt')\nopen('../secret.txt')\nopen('data/more.csv')\nopen('missing.txt')\n"
    files = {
        "lesson/work.py": source,
        "lesson/scores.txt": "1\n",
        "lesson/data/more.csv": "2\n",
        "lesson/unnamed.txt": "3\n",
        "secret.txt": "4\n",
    }
    collected = collect(written(tmp_path, files))
    assert sorted(collected.program.files) == ["data/more.csv", "scores.txt", "work.py"]


def test_too_many_files_are_left_out_and_that_is_known(tmp_path: Path) -> None:
    names = [f"part{number}" for number in range(80)]
    files = {"work.py": "".join(f"import {name}\n" for name in names), **{f"{n}.py": "" for n in names}}
    collected = collect(written(tmp_path, files))

    assert collected.truncated
    assert len(collected.program.files) == 60


TOML = """\
maxHintLevel = 3
[[examples]]
function = "total"
arguments = [[1, 2]]
expected = 3
[[examples]]
file = "other.py"
input = "3\\n"
output = "4\\n"
[[examples]]
name = "prints"
output = "ok"
"""


def test_examples_are_read_from_toml_and_json(tmp_path: Path) -> None:
    entries = [{"function": "total", "arguments": [[]], "expected": None}]
    files = {
        "work.py": "def total(items):\n    return sum(items)\n",
        "meno.toml": TOML,
        "more.json": json.dumps(entries),
    }
    work = written(tmp_path, files)

    assert collect(work).cases == [CallCase("example 1", "total", [[1, 2]], 3), RunCase("prints", "", "ok")]
    assert collect(work, examples=tmp_path / "more.json").cases == [
        CallCase("example 1", "total", [[]], None)
    ]
    stranger = written(tmp_path, {"stranger.py": "def mean(): ...\n"})
    assert ids(collect(stranger)) == ["example 1", "prints"]  # one entry is for any script


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"function": "f", "arguments": [], "expect": 3}, "`expect` is no key of an example"),
        ({"function": "f", "arguments": [1]}, "`expected` is missing"),
        ({"arguments": [1], "expected": 3, "output": ""}, "go with `function`, which is missing"),
        ({"input": "3"}, "it needs `function` and `expected`, or `output`"),
        ({"function": "f", "expected": 3, "output": "4"}, "not with `input` or `output`"),
        ({"function": "f(1)", "expected": 3}, "`function` is not the name of a function"),
        ({"function": "f", "arguments": "1", "expected": 3}, "`arguments`: input should be a valid list"),
        (["f", 1], "it is no table"),
    ],
)
def test_a_mistake_in_an_example_is_told_with_its_number(tmp_path: Path, entry: object, said: str) -> None:
    good = {"output": "ok"}
    work = written(tmp_path, {"work.py": "", "examples.json": json.dumps([good, entry])})

    with pytest.raises(CollectingError) as told:
        collect(work, examples=tmp_path / "examples.json")
    assert str(told.value).startswith("examples.json, example 2: ")
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("examples.toml", "[[examples]\n", "examples.toml is not TOML"),
        ("examples.json", "[1,", "examples.json is not JSON"),
        ("examples.json", "{}", "holds no list of examples"),
    ],
)
def test_a_file_of_examples_that_cannot_be_read_is_told(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    work = written(tmp_path, {"work.py": "", name: text})
    with pytest.raises(CollectingError, match=said):
        collect(work, examples=tmp_path / name)


def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "no.py", "There is no file")):
        with pytest.raises(CollectingError, match=said):
            collect(path)
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    with pytest.raises(CollectingError, match="save it as UTF-8"):
        collect(tmp_path / "latin.py")
