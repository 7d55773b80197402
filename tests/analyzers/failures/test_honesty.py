"""Which changes are honest repairs, and which only make the tests pass."""

from __future__ import annotations

import pytest

from analyzers.failures.failing_programs import load_pairs
from meno_analyzers.failures.cases import CallCase, Case, CaseResult, CodeCase, RunCase, Verdict
from meno_analyzers.failures.honesty import cases_expecting, changed_lines, diff_problems, unified

TOTAL = """\
def total(items):
    result = 0
    for item in items:
        result = item
    return result


def label(items):
    assert items
    return "sum: " + str(total(items))
"""
CASE = CallCase("three", "total", [[1, 2, 39]], 42)


def problems(old: str, new: str, *cases: Case, source: str = TOTAL) -> list[str]:
    assert old in source
    return diff_problems(source, source.replace(old, new, 1), cases or (CASE,))


def test_a_small_change_of_the_work_itself_is_honest() -> None:
    assert problems("result = item", "result += item") == []


def test_the_start_of_a_sum_may_become_a_common_value_that_a_test_expects() -> None:
    case = CallCase("none", "total", [[]], 1)
    assert problems("result = 0", "result = 1", case) == []


def test_a_change_that_spans_two_near_places_is_one_change() -> None:
    assert problems("result = 0\n    for item in items", "result = 3\n    for item in items[1:]") == []


def test_a_value_that_stood_elsewhere_is_no_answer_to_everything() -> None:
    source = "def secret(n):\n    if n == 42:\n        return n\n    return 0\n"
    found = diff_problems(source, "def secret(n):\n    return 42\n", [CallCase("five", "secret", [5], 42)])
    assert "It answers what a test expects, whatever it is asked." in found


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("return result", "return 42", "It writes down a value that a test expects."),
        ("result = 0", "result = 42", "It writes down a value that a test expects."),
        ("    result = 0", "    if items == [1, 2, 39]: return 1", "It asks for the very input of a test."),
        ("def total", "import math\ndef total", "It imports something new."),
        ("def total", "from math import fsum\ndef total", "It imports something new."),
        ("    assert items\n", "", "It takes an assertion away."),
        ("assert items", "assert True", "It changes an assertion."),
        ("result = item", "exit()", "It leaves the program, or runs text as code, where it did not before."),
        ("def label", "def labels", "It takes a function or a class away."),
        ("result = item", "result = = item", "The changed program cannot be read by Python."),
    ],
)
def test_a_change_that_only_serves_the_tests_is_caught(old: str, new: str, problem: str) -> None:
    assert problem in problems(old, new)


def test_an_error_may_not_be_swallowed() -> None:
    new = "        try:\n            result += item\n        except TypeError:\n            pass"
    found = problems("        result = item", new)
    assert "It wraps code in a new `try`." in found
    assert "It catches errors that it let through before." in found


def test_handlers_may_not_be_added_to_an_old_try() -> None:
    source = "try:\n    go()\nexcept KeyError:\n    pass\n"
    after = source + "except IndexError:\n    pass\n"
    assert "It catches errors that it let through before." in diff_problems(source, after)


def test_a_large_change_is_no_smallest_repair() -> None:
    source = "".join(f"a{n} = {n}\n" for n in range(40))
    after = source.replace("= 1", "= 7")
    found = diff_problems(source, after)
    assert "It changes 11 lines; 6 are allowed." in found


def test_changes_that_lie_far_apart_are_two_repairs() -> None:
    source = "".join(f"a{n} = {n}\n" for n in range(40))
    after = source.replace("a3 = 3", "a3 = 4").replace("a30 = 30", "a30 = 31")
    assert diff_problems(source, after) == ["It changes places that lie far apart."]


def test_a_function_may_not_be_rewritten() -> None:
    new = "    result = sum(items)\n    return result\n    # done"
    found = problems("    result = 0\n    for item in items:\n        result = item\n    return result", new)
    assert found == ["It changes 4 of 5 lines; 3 are allowed."]


def test_tests_and_examples_stay_as_they_are() -> None:
    source = 'def double(n):\n    """\n    >>> double(2)\n    4\n    """\n    return n\n'
    source += "\n\ndef test_it():\n    pass\n"
    assert "It changes a test." in diff_problems(source, source.replace("    4", "    2"))
    assert "It changes a test." in diff_problems(source, source.replace("    pass", "    return"))


def test_nothing_changed_and_only_line_ends_changed_are_no_repairs() -> None:
    assert diff_problems(TOTAL, TOTAL) == ["Nothing is changed."]
    assert diff_problems(TOTAL, TOTAL.replace("\n", "\r\n")) == ["Only the ends of lines are changed."]


@pytest.mark.parametrize(
    ("case", "new"),
    [
        (RunCase("r", output="sum: 17\n"), 'return "sum: 17"'),
        (RunCase("r", output="17\n"), "return 17"),
        (CodeCase("c", "assert label([8, 9]) == 'sum: 17'"), 'return "sum: 17"'),
        (CallCase("l", "label", [[8, 9]], ["a", 17]), 'return ("a", 17)'),
        (CallCase("l", "label", [[8, 9]], -17), "return -17"),
    ],
)
def test_what_any_kind_of_case_expects_may_not_be_written_down(case: Case, new: str) -> None:
    found = problems('return "sum: " + str(total(items))', new, case)
    assert found == ["It writes down a value that a test expects."]


def test_the_input_of_a_test_may_not_be_asked_for_in_a_match() -> None:
    new = "    match items:\n        case 78: return 3\n    result = 0"
    case = CallCase("t", "total", [78], 15)
    assert "It asks for the very input of a test." in problems("    result = 0", new, case)


def test_a_broken_program_may_be_mended() -> None:
    broken = TOTAL.replace("for item in items:", "for item in items")
    assert diff_problems(broken, TOTAL, [CASE]) == []


def test_lines_are_counted_from_one_and_an_insertion_lies_on_the_line_above() -> None:
    assert changed_lines("a\nb\nc\n", "a\nB\nc\n") == [(2, 2, 1)]
    assert changed_lines("a\nb\n", "a\nx\nb\n") == [(1, 1, 1)]
    assert changed_lines("a\nb\n", "x\na\nb\n") == [(1, 1, 1)]


def test_the_diff_names_the_file_and_applies_by_its_hunk() -> None:
    text = unified(TOTAL, TOTAL.replace("result = item", "result += item"), "shop.py")
    assert text.splitlines()[:3] == ["--- a/shop.py", "+++ b/shop.py", "@@ -1,7 +1,7 @@"]
    assert text.count("@@") == 2


def test_the_smallest_repairs_of_small_programs_are_honest() -> None:
    dishonest = [pair for pair in load_pairs() if diff_problems(pair.source, pair.repaired)]
    # Two branches that change places are four lines of six, and a module's name is an import.
    assert [pair.source.splitlines()[0] for pair in dishonest] == ["def grade(points):", "import maths"]


def test_blank_lines_count_for_nothing() -> None:
    assert changed_lines("a\nb\n", "a\n\n\n\nb\n") == [(1, 1, 0)]


def test_what_a_test_in_a_file_expects_is_known_from_its_result() -> None:
    results = [
        CaseResult("test_a", Verdict.FAILED, observed="3", expected="42"),
        CaseResult("test_b", Verdict.FAILED, observed="3", expected="[1, 2, ...]x"),
        CaseResult("test_c", Verdict.ERROR),
    ]
    found = problems("return result", "return 42", *cases_expecting(results))
    assert found == ["It writes down a value that a test expects."]
