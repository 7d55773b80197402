"""What is suggested, seen by running real programs in the sandbox."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from analyzers.failures.suggesting.asking_about import calls, collected, suggested
from meno_analyzers.failures.suggesting import (
    Ending,
    Style,
    SuggestingError,
    Suggestion,
    Suggestions,
    as_markdown,
    as_text,
    suggest_tests,
)

HOSTILE = Path(__file__).parents[1] / "hostile"
GRADE = """\
def grade(points):
    if points > 90:
        return "A"
    elif points > 50:
        return "B"


assert grade(95) == "A"
"""


def one(found: Suggestions, call: str) -> Suggestion:
    [suggestion] = [one for one in found.suggestions if one.call == call]
    return suggestion


def test_both_sides_of_a_comparison_and_what_no_case_runs_come_first() -> None:
    found = suggested(GRADE)
    first = found.suggestions[0]
    assert first.call == "grade(90)"
    assert (first.ending, first.value, first.first_to_run) == (Ending.RETURNS, "'B'", (4, 5))
    assert first.today == "`grade(90)` returns `'B'` today."
    assert first.question == "What should it return?"
    assert first.why.startswith("Line 2 compares `points` with `90`; here it is exactly that.")
    assert one(found, "grade(50)").ending is Ending.NOTHING
    assert "grade(95)" not in calls(found)
    assert found.code.startswith("assert grade(90) == ...\n")


def test_a_crash_is_shown_once_with_its_line_and_the_smallest_call() -> None:
    found = suggested("def mean(items):\n    return sum(items) / len(items)\nassert mean([2, 4]) == 3\n")
    crashes = [s for s in found.suggestions if s.ending is Ending.RAISES]
    assert [(s.call, s.error, s.line) for s in crashes] == [("mean([])", "ZeroDivisionError", 2)]
    assert crashes[0].today == "`mean([])` raises `ZeroDivisionError` today, on line 2."


def test_a_refusal_is_told_from_a_crash() -> None:
    source = (
        "def root(n):\n    if n < 0:\n        raise ValueError(n)\n    return n ** 0.5\nassert root(4) == 2\n"
    )
    refused = one(suggested(source), "root(-1)")
    assert (refused.ending, refused.question) == (Ending.REFUSES, "What should happen there?")


def test_what_a_call_changes_and_a_second_answer_are_asked_about() -> None:
    changes = suggested(
        "def least(items):\n    items.sort()\n    return items[0]\nassert least([2, 1]) == 1\n"
    )
    [changed] = [s for s in changes.suggestions if s.ending is Ending.CHANGES]
    assert changed.question == "What should `items` be after the call?"
    name, call, check = changed.code.split("\n")
    assert (call, check) == ("least(items)", "assert items == ...")
    assert name.startswith("items = [")

    second = suggested("def keep(item, items=[]):\n    items.append(item)\n    return items\nkeep(1)\n")
    [again] = [s for s in second.suggestions if s.ending is Ending.SECOND]
    assert again.question == "What should the second call return?"


def test_lots_and_clocks_are_no_second_answer() -> None:
    source = "import random\ndef throw(n):\n    return random.randint(1, n + 6)\nassert throw(3)\n"
    assert all(s.ending is not Ending.SECOND for s in suggested(source).suggestions)


def test_what_is_printed_is_asked_as_what_is_printed() -> None:
    found = suggested("def greet(name: str):\n    print('Hello', name)\n")
    empty = one(found, "greet('')")
    assert (empty.value, empty.question) == ("'Hello \\n'", "What should it print?")
    assert "def test_greet_more_1(capsys):\n" in found.code
    assert "assert capsys.readouterr().out == ..." in found.code


def test_a_relation_that_holds_nearly_always_is_asked_about_where_it_does_not() -> None:
    source = (
        "def largest(items: list[int]) -> int:\n    best = -9\n    for item in items:\n"
        "        if item > best:\n            best = item\n    return best\n"
    )
    found = suggested(source, most=20)
    assert any("is one of the items of `items`; here it is not" in s.why for s in found.suggestions) or any(
        s.value == "-9" for s in found.suggestions
    )


def test_code_is_in_the_style_of_the_tests_that_are_there() -> None:
    body = "def half(n):\n    {}return n / 2\n"
    of_doctest = suggested(body.format('"""\n    >>> half(4)\n    2.0\n    """\n    '))
    assert of_doctest.style is Style.DOCTEST
    assert of_doctest.code.startswith(">>> half(")
    tests = "from work import half\ndef test_half():\n    assert half(4) == 2\n"
    of_pytest = suggest_tests(collected(body.format(""), test_work=tests))
    assert of_pytest.style is Style.PYTEST
    assert of_pytest.code.startswith("from work import half\n\n\ndef test_half_more_1():\n    assert half(")
    cases = (
        "import unittest\nfrom work import half\nclass T(unittest.TestCase):\n    def test_half(self):\n"
        "        self.assertEqual(half(4), 2)\n"
    )
    of_unittest = suggest_tests(collected(body.format(""), test_work=cases))
    assert of_unittest.style is Style.UNITTEST
    assert "        self.assertEqual(half(" in of_unittest.code
    for found in (of_pytest, of_unittest):
        compile(found.code, "tests", "exec")


def test_only_functions_that_cases_call_are_asked_or_the_one_that_is_named() -> None:
    source = "def used(n):\n    return n - 1\ndef other(n):\n    return n - 2\nassert used(3) == 2\n"
    assert suggested(source).functions == ("used",)
    assert suggested(source, function="other").functions == ("other",)
    assert suggested(source.rpartition("assert")[0]).functions == ("used", "other")


def test_methods_of_a_class_made_without_arguments_are_asked() -> None:
    source = "class Cart:\n    def price(self, n: int):\n        return 100 // n\n"
    found = suggested(source)
    assert one(found, "Cart().price(0)").error == "ZeroDivisionError"
    assert found.code.startswith("from work import Cart\n")


def test_what_is_left_out_says_the_next_step() -> None:
    source = "def known(n: int):\n    return n\ndef unknown(thing):\n    return thing\n"
    [left] = suggested(source).not_asked
    assert left.function == "unknown"
    assert "`thing: int`" in left.sentence


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("def f(n:\n", {}, "Python cannot read work.py"),
        ("print(1)\n", {}, "has no function that takes values"),
        ("def f(n: int): return n\n", {"function": "g"}, "has no function named g; it has f."),
        (
            "print = 3 / 0\ndef f(n: int):\n    print(n)\n",
            {},
            "stops with ZeroDivisionError on line 1 before",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(source: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(SuggestingError, match=said):
        suggested(source, **options)


def test_a_script_that_stops_or_asks_for_input_can_still_be_asked() -> None:
    source = "def f(n):\n    return 10 // n\nprint(f(int(input())))\nraise SystemExit(3)\n"
    assert one(suggested(source), "f(0)").ending is Ending.RAISES


def test_suggestions_are_the_same_in_every_run() -> None:
    assert suggested(GRADE) == suggested(GRADE)


def test_there_are_never_more_than_asked_for() -> None:
    assert len(suggested(GRADE, most=2).suggestions) == 2


@pytest.mark.parametrize(
    ("body", "endings"),
    [
        ("while n > 0:\n        n += 1\n    return n", {Ending.NO_END}),
        ("big = [n]\n    while n > 0:\n        big += big", {Ending.MEMORY, Ending.NO_END}),
        ("while n > 0:\n        print('x' * 1000)", {Ending.OUTPUT}),
        ("import os\n    os._exit(n % 7)", {Ending.EXIT}),
        ("import os, signal\n    os.kill(os.getpid(), signal.SIGKILL) if n > 0 else n", {Ending.EXIT}),
        ("return f(n - 1)", {Ending.RAISES}),
    ],
)
def test_hostile_functions_are_shown_and_end(body: str, endings: set[Ending]) -> None:
    start = time.monotonic()
    found = suggested(f"def f(n):\n    {body}\nassert f(0) == 0 - n if False else True\n", seconds=12.0)
    assert time.monotonic() - start < 30
    assert {s.ending for s in found.suggestions} & endings


@pytest.mark.parametrize(
    "name",
    ["patches_builtins", "closes_files", "kills_all", "unprintable_error", "raises_the_base", "huge_answer"],
)
def test_programs_that_mean_harm_are_asked_and_end(name: str) -> None:
    source = (HOSTILE / f"{name}.py").read_text("utf-8").replace("def answer():", "def answer(n: int):")
    found = suggested(source, seconds=4.0)
    assert found.functions == ("answer",)
    assert found.suggestions
    assert as_text(found)


def test_it_ends_when_the_time_is_up_or_nobody_wants_it_any_more() -> None:
    slow = "import time\ndef f(n: int):\n    time.sleep(0.2)\n    return n\n"
    start = time.monotonic()
    assert suggested(slow, seconds=2.0).ended == "time"
    cancel = threading.Event()
    told: list[str] = []

    def progress(function: str, count: int) -> None:
        told.append(function)
        cancel.set()

    found = suggested(slow, seconds=600.0, cancel=cancel, progress=progress)
    assert found.ended == "cancelled"
    assert told[0] == "f"
    assert time.monotonic() - start < 20


def test_pages_say_the_same_and_never_break_a_call_in_two() -> None:
    found = suggested("def say(text: str, other: list[int] = [1, 2, 3]):\n    return text * 30\n")
    page, text = as_markdown(found), as_text(found)
    for suggestion in found.suggestions:
        assert f"`{suggestion.call}`" in page
        assert f"`{suggestion.call}`" in text
        assert suggestion.question in " ".join(text.split())
    assert Suggestions.model_validate_json(found.model_dump_json()) == found
