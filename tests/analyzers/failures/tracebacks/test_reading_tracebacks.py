"""Texts that nobody can record here, odd ones and hostile ones, and whose frame it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meno_analyzers.failures.tracebacks import (
    ErrorText,
    Frame,
    Link,
    Origin,
    is_own,
    own_frame,
    own_frames,
    read,
)

ZERO = """\
Traceback (most recent call last):
  File "/home/ada/shop/basket.py", line 14, in <module>
    average([])
  File "/home/ada/shop/basket.py", line 13, in average
    return total(items) / len(items)
ZeroDivisionError: division by zero
"""


def only(text: str) -> ErrorText:
    errors = read(text).errors
    assert len(errors) == 1
    return errors[0]


def lines_of(error: ErrorText) -> list[tuple[str, int]]:
    return [(frame.path, frame.line) for frame in error.frames]


@pytest.mark.parametrize(
    "prefix", ["web_1  | ", "[2024-05-01 12:00:{n:02},123] ERROR: ", "\t", "  | ", "> > "]
)
def test_a_prefix_on_every_line_is_taken_away(prefix: str) -> None:
    text = "".join(prefix.format(n=n) + line + "\n" for n, line in enumerate(ZERO.splitlines(), start=7))
    error = only(f"some other output\n{text}and more of it\n")
    assert (error.type, error.message, lines_of(error)[-1][1]) == (
        "ZeroDivisionError",
        "division by zero",
        13,
    )


def test_a_log_may_share_the_headers_line_only() -> None:
    error = only("2024-05-01 12:00:00 ERROR root " + ZERO + "2024-05-01 12:00:01 INFO root going on\n")
    assert (error.type, len(error.frames), error.notes) == ("ZeroDivisionError", 2, ())


def test_windows_paths_and_line_ends_are_kept_apart() -> None:
    text = ZERO.replace("/home/ada/shop/", "C:\\Users\\Ada\\shop\\").replace("\n", "\r\n")
    error = only(text)
    assert lines_of(error)[-1] == ("C:\\Users\\Ada\\shop\\basket.py", 13)
    assert own_frame(error, "c:/users/ada/shop") == error.frames[-1]
    assert own_frame(error, "D:\\other") is None


def test_an_old_notebook_is_read() -> None:
    error = only(
        "-----------------------------------------------------------\n"
        "ZeroDivisionError         Traceback (most recent call last)\n"
        "<ipython-input-3-9e1622b385b6> in <module>\n"
        "      1 from basket import average\n"
        "----> 2 average([])\n"
        "\n"
        "~/shop/basket.py in average(items)\n"
        "     11 \n"
        "     12 def average(items):\n"
        "---> 13     return total(items) / len(items)\n"
        "\n"
        "ZeroDivisionError: division by zero\n"
    )
    assert error.origin is Origin.IPYTHON
    assert [(frame.path, frame.line, frame.function) for frame in error.frames] == [
        ("<ipython-input-3-9e1622b385b6>", 2, "<module>"),
        ("~/shop/basket.py", 13, "average"),
    ]
    assert error.frames[-1].source == "return total(items) / len(items)"


def test_a_notebook_of_the_middle_years_is_read() -> None:
    error = only(
        "NameError                Traceback (most recent call last)\n"
        "Input In [4], in <cell line: 1>()\n"
        "----> 1 prnt(3)\n"
        "\n"
        "NameError: name 'prnt' is not defined\n"
    )
    assert error.frames == (Frame("Input In [4]", 1, "<module>", "prnt(3)"),)


def test_a_chain_in_a_notebook_is_read() -> None:
    error = only(
        "KeyError                Traceback (most recent call last)\n"
        "Cell In[1], line 2\n"
        "      1 try:\n"
        "----> 2     {}[1]\n"
        "\n"
        "KeyError: 1\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "ValueError              Traceback (most recent call last)\n"
        "Cell In[1], line 4\n"
        "----> 4     raise ValueError('no') from e\n"
        "\n"
        "ValueError: no\n"
    )
    assert (error.type, error.frames[0].line) == ("ValueError", 4)
    assert [(item.error.type, item.link) for item in error.earlier] == [("KeyError", Link.CAUSE)]


def test_the_newer_shell_and_pypy_are_read() -> None:
    error = only(
        "Traceback (most recent call last):\n"
        '  File "<python-input-0>", line 1, in <module>\n    1/0\n    ~^~\n'
        "ZeroDivisionError: division by zero\n>>> \n"
    )
    assert own_frame(error) == error.frames[0]
    error = only(
        "Traceback (most recent call last):\n"
        '  File "/opt/pypy3.10/lib/pypy3.10/json/__init__.py", line 5, in loads\n'
        "TypeError: expected string or buffer, got int object\n"
    )
    assert own_frame(error) is None


def test_a_doctest_that_pytest_ran_is_read() -> None:
    (error,) = read(
        "=================================== FAILURES ===================================\n"
        "____________________________ [doctest] basket.total ____________________________\n"
        "001 The sum.\n003     >>> total([1, 2])\nExpected:\n    4\nGot:\n    3\n\n"
        "/home/ada/shop/basket.py:3: DocTestFailure\n"
        "=========================== short test summary info ============================\n"
    ).errors
    assert (error.observed, error.expected) == ("3", "4")
    assert error.frames[-1].line == 3


def test_a_summary_alone_names_tests_and_errors() -> None:
    report = read(
        "FAILED test_basket.py::TestLists::test_lists - AssertionError: assert [1, 3] == [1, 2]\n"
        "FAILED test_basket.py::test_price[2] - KeyError: 'price'\n"
        "ERROR test_other.py\n"
    )
    assert [(error.test, error.type, error.observed) for error in report.errors] == [
        ("TestLists.test_lists", "AssertionError", "[1, 3]"),
        ("test_price[2]", "KeyError", None),
        ("test_other.py", "", None),
    ]
    assert report.chief == report.errors[0]


def test_a_report_of_pytest_may_come_without_its_title() -> None:
    error = only(
        "    def test_a():\n>       assert add(1, 2) == 4\nE       assert 3 == 4\n"
        "\ntest_x.py:2: AssertionError\n"
    )
    assert (error.observed, error.expected, error.frames[0].function) == ("3", "4", "test_a")


def test_a_text_that_breaks_off_gives_what_is_there() -> None:
    error = only("\n".join(ZERO.splitlines()[:4]))
    assert error.cut
    assert error.type == ""
    assert [frame.line for frame in error.frames] == [14, 13]


def test_a_dotted_sentence_of_a_file_and_a_line_is_no_error() -> None:
    assert read('I looked at File "basket.py", line 3 and saw nothing.').errors == ()
    assert read("All is well: 3 passed\n").errors == ()
    assert read("").chief is None


def test_the_chief_is_the_last_run_and_never_one_that_python_ignored() -> None:
    ignored = "Exception ignored in: <function Basket.__del__ at 0x7f00>\n" + ZERO
    report = read(ZERO.replace("ZeroDivisionError: division by zero", "KeyError: 1") + "\n" + ignored)
    assert [error.ignored for error in report.errors] == [False, True]
    assert report.chief is not None
    assert report.chief.type == "KeyError"


@pytest.mark.parametrize(
    ("path", "root", "own"),
    [
        ("/home/ada/shop/basket.py", None, True),
        ("/home/ada/shop/basket.py", "/home/ada/shop", True),
        ("/home/ada/shop/basket.py", "/home/ada/shop/", True),
        ("/home/ada/shopping/basket.py", "/home/ada/shop", False),
        ("basket.py", "/home/ada/shop", True),
        ("./src/basket.py", "/home/ada/shop", True),
        ("../other/basket.py", "/home/ada/shop", False),
        ("/home/ada/shop/.venv/lib/python3.12/site-packages/numpy/core.py", "/home/ada/shop", False),
        ("/usr/lib/python3/dist-packages/yaml/loader.py", None, False),
        ("/usr/lib/python3.11/json/decoder.py", None, False),
        ("/home/ada/.pyenv/versions/3.11.7/lib/python3.11/ast.py", None, False),
        ("/Library/Frameworks/Python.framework/Versions/3.12/lib/python3.12/ast.py", None, False),
        ("C:\\Python312\\Lib\\json\\decoder.py", None, False),
        ("C:\\Users\\Ada\\AppData\\Local\\Programs\\Python\\Python311\\Lib\\random.py", None, False),
        ("C:\\Users\\Ada\\shop\\lib\\basket.py", None, True),
        ("<frozen importlib._bootstrap>", None, False),
        ("<string>", None, True),
        ("<stdin>", "/home/ada", True),
        ("<ipython-input-1-abc>", "/home/ada", True),
        ("<__array_function__ internals>", None, False),
        ("Cell In[3]", "/home/ada", True),
    ],
)
def test_whose_file_it_is(path: str, root: str | None, own: bool) -> None:
    assert is_own(path, root) is own


def test_own_frames_leave_out_the_library_between_them() -> None:
    error = ErrorText(
        "KeyError", frames=(Frame("a.py", 1), Frame("/usr/lib/python3.11/functools.py", 2), Frame("b.py", 3))
    )
    assert [frame.path for frame in own_frames(error)] == ["a.py", "b.py"]


PIECES = [
    *ZERO.splitlines(),
    "",
    "  + Exception Group Traceback (most recent call last):",
    "  | ExceptionGroup: x (2 sub-exceptions)",
    "  +-+---------------- 1 ----------------",
    "    | ValueError: 1",
    "    +---------------- 2 ----------------",
    "    +------------------------------------",
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
    "  [Previous line repeated 99 more times]",
    "    ~~~^^",
    "E   assert 3 == 4",
    "E       +  where 3 = f()",
    ">       assert f() == 4",
    "test_x.py:3: AssertionError",
    "test_x.py:3: in test_a",
    "____ test_a ____",
    "=== FAILURES ===",
    "FAILED test_x.py::test_a - assert 3 == 4",
    "FAIL: test_a (x.TestA)",
    "=" * 70,
    "-" * 70,
    "*" * 70,
    'File "x.py", line 3, in x.f',
    "Failed example:",
    "    f()",
    "Expected:",
    "Got:",
    "Exception raised:",
    "KeyError      Traceback (most recent call last)",
    "Cell In[1], line 2",
    "----> 2 f()",
    "Exception ignored in: <f>",
    "\x1b[31mKeyError\x1b[0m: 'a'",
    "2024-01-01 Traceback (most recent call last):",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=40).map("\n".join))
@example("Traceback (most recent call last):")
@example("+ Exception Group Traceback (most recent call last):")
@example("E ")
def test_no_text_makes_it_raise_or_lose_its_way(text: str) -> None:
    for error in read(text).errors:
        assert isinstance(error, ErrorText)
        own_frame(error, "/home/ada")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "Traceback (most recent call last):\n",
        "a1 Traceback (most recent call last):\n",
        '  File "x.py", line 3, in f\n',
        "  + Exception Group Traceback (most recent call last):\n",
        "KeyError   Traceback (most recent call last)\n",
        "E   assert 3 == 4\n",
        "____ test_a ____\n",
        "FAILED test_x.py::test_{n} - KeyError: 'price'\n",
        "test_x.py:{n}: in f\nE   KeyError: {n}\n",
        "FAIL: test_a (x.TestA)\n----------\n",
        'File "x.py", line 3, in f\nFailed example:\n',
        "\x1b[",
        "\x1b]",
        "> ",
        " ",
        "~^",
        '"',
        "(",
        "_ ",
        "The above exception was the direct cause of the following exception:\n",
        ZERO + "\nDuring handling of the above exception, another exception occurred:\n\n",
    ],
)
def test_a_text_of_a_megabyte_is_read_while_one_waits(piece: str) -> None:
    """A reading that is not linear would take hours."""
    count = 1_000_000 // len(piece)
    read("".join(piece.replace("{n}", str(n)) for n in range(count)))


def test_a_chain_of_many_errors_stays_flat() -> None:
    link = "\nDuring handling of the above exception, another exception occurred:\n\n"
    error = only(link.join([ZERO] * 500))
    assert len(error.earlier) <= 100
    assert all(not item.error.earlier for item in error.earlier)


def test_colours_are_taken_away() -> None:
    coloured = re.sub(r"(\w+)", "\x1b[1;31m\\1\x1b[0m", "ZeroDivisionError: division by zero")
    assert only(ZERO.replace("ZeroDivisionError: division by zero", coloured)).message == "division by zero"
