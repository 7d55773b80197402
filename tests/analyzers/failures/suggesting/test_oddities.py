"""What counts as odd, and what is passed over."""

from __future__ import annotations

import ast

from analyzers.failures.suggesting.asking_about import asked
from meno_analyzers.failures.cases import CaseResult, RunError, RunFrame, Seen, Verdict
from meno_analyzers.failures.suggesting.oddities import Trial, is_steady, oddities

LISTS = asked("def f(items: list[int]):\n    return items\n")


def trial(values: list[int], answer: object, **seen: object) -> Trial:
    shown = Seen(type(answer).__name__, **seen)  # type: ignore[arg-type]
    return Trial((values,), CaseResult("ask", Verdict.PASSED, observed=repr(answer), seen=shown))


def stopped(values: list[int], error: str = "IndexError", line: int = 2) -> Trial:
    frames = (RunFrame("work.py", line, "f"),)
    return Trial((values,), CaseResult("ask", Verdict.ERROR, error=RunError(error, "", frames)))


def names(trials: list[Trial]) -> list[str]:
    return [odd.why.name for odd in oddities(trials, LISTS, "work.py")]


def test_a_stop_is_shown_by_the_smallest_call_and_found_again() -> None:
    found = list(oddities([trial([1], 1), stopped([1, 2, 3]), stopped([4])], LISTS, "work.py"))
    assert [odd.first.values for odd in found] == [([4],)]
    assert found[0].holds(stopped([9]))
    assert not found[0].holds(stopped([9], "KeyError"))
    assert not found[0].holds(trial([9], 9))


def test_an_error_of_a_wrong_guess_is_passed_over() -> None:
    by_use = asked("def f(items):\n    for item in items:\n        print(item)\n")
    assert list(oddities([stopped([1], "TypeError")], by_use, "work.py")) == []
    assert names([stopped([1], "TypeError")]) == ["stops"]


def test_the_rarer_kind_of_answer_is_odd_once_there_are_enough() -> None:
    usual = [trial([n, n], n) for n in range(15)]
    assert "answers_nothing" in names([*usual, trial([1, 3], None)])
    assert "answers_another_kind" in names([*usual, trial([1, 3], "none")])
    assert "answers_nothing" not in names([*usual[:3], trial([1, 3], None)])
    assert names([trial([n, n], n if n % 2 else n / 2) for n in range(15)]) == []


def test_a_function_that_answers_nothing_may_change_what_it_is_given() -> None:
    assert names([trial([2, 1], None, changed={0: "[1, 2]"})]) == []
    assert names([trial([2, 1], 1, changed={0: "[1, 2]"})]) == ["changes"]


def test_a_relation_counts_only_where_it_holds_for_nearly_all() -> None:
    kept = [trial([n, n + 1], [n, n + 1]) for n in range(14)]
    assert names(kept) == []
    assert "as_long" in names([*kept, trial([5, 5], [5])])
    assert "as_long" not in names([*kept, *[trial([n, n], [n]) for n in range(14)]])


def test_programs_that_draw_lots_are_not_steady() -> None:
    assert is_steady(ast.parse("import math\n"))
    assert not is_steady(ast.parse("from random import choice\n"))
