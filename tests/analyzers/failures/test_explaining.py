"""From files to an explanation: what is run, what is claimed, and what is never claimed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from analyzers.failures.test_collecting import written
from meno_analyzers.failures.collecting import collect
from meno_analyzers.failures.explaining import Doing, Ending, Explained, Told, explain_failure
from meno_analyzers.failures.explanation import Explanation, Limit, Situation, as_markdown
from meno_analyzers.failures.reported import explain_report
from meno_analyzers.failures.sandbox import Limits

QUICK = Limits(seconds=2.0, cpu_seconds=3.0)
TOTAL = """\
def total(items):
    result = 1
    for item in items:
        result += item
    return result
"""
ASSERTS = TOTAL + "\n\nassert total([]) == 0\nassert total([4, 5]) == 9\n"


def explained(work: Path, level: int = 3, seconds: float = 8.0, searching: bool = True) -> Explained:
    collected = collect(work)
    return explain_failure(collected, seconds=seconds, level=level, searching=searching, limits=QUICK)


def explanation_of(work: Path, level: int = 3, searching: bool = True) -> Explanation:
    found = explained(work, level, searching=searching)
    assert found.ended is Ending.EXPLAINED
    assert found.explanation is not None
    return found.explanation


def test_a_failing_assert_is_repaired_in_the_program_as_it_was_written(tmp_path: Path) -> None:
    explanation = explanation_of(written(tmp_path, {"work.py": ASSERTS}), level=5)

    assert explanation.test_impact.verified
    assert explanation.test_impact.should_pass == ("assert on line 8", "assert on line 9")
    assert (explanation.observed, explanation.expected) == ("1", "0")
    assert explanation.root_cause.line_start == 2
    assert explanation.diff is not None
    assert "-    result = 1\n+    result = 0" in explanation.diff
    assert "meno" not in explanation.diff


SUMMED = """\
prices = [3, 4, 5]
total = 0
for price in prices:
    total = price
print("so far")
assert total == 12
"""


def test_a_check_between_the_lines_of_a_script_tells_what_it_compared(tmp_path: Path) -> None:
    found = explained(written(tmp_path, {"work.py": SUMMED}), level=5)

    explanation = found.explanation
    assert explanation is not None
    assert explanation.situation is Situation.WRONG_ANSWER
    assert explanation.called == "assert total == 12"
    assert (explanation.observed, explanation.expected) == ("5", "12")
    assert explanation.root_cause.line_start == 4
    assert "line 6" in explanation.steps[0].instruction
    page = as_markdown(explanation)
    assert page.startswith("# `assert total == 12` does not hold\n")
    assert "prints" not in page


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("assert total > 9", "assert total > 9"),
        ("assert total == 12, 'all of them'", "assert total == 12, 'all of them'"),
        ("assert (\n    total\n    == 12\n)", "assert ( total == 12 )"),
        ("assert len(prices) == 3 and total == 12", "assert len(prices) == 3 and total == 12"),
        ("assert sum([total]) == 12", "sum([total])"),
    ],
)
def test_a_check_is_named_as_it_stands_there(tmp_path: Path, check: str, told: str) -> None:
    text = SUMMED.replace("assert total == 12", check)
    explanation = explanation_of(written(tmp_path, {"work.py": text}), searching=False)

    assert explanation.situation is Situation.WRONG_ANSWER
    assert explanation.called == told


def test_no_change_is_looked_for_where_many_would_pass(tmp_path: Path) -> None:
    text = (
        'words = ["tea", "milk"]\nfor word in words:\n    print(word)\ncount = len(words)\nassert count > 3\n'
    )
    explanation = explanation_of(written(tmp_path, {"work.py": text}), level=5)

    assert not explanation.test_impact.verified
    assert explanation.diff is None
    assert explanation.called == "assert count > 3"
    # Another case says more.
    checks = (
        "def size(words):\n    return len(words) - 1\n\n\nassert size([1]) == 1\nassert size([1, 2, 3]) > 2\n"
    )
    explanation = explanation_of(written(tmp_path, {"work.py": checks}), level=5)
    assert explanation.test_impact.verified


def test_a_check_within_a_function_that_a_script_calls_is_an_error_and_no_test(tmp_path: Path) -> None:
    text = "def half(n):\n    assert n % 2 == 0\n    return n // 2\n\n\nprint(half(4), half(5))\n"
    explanation = explanation_of(written(tmp_path, {"work.py": text}))

    assert explanation.situation is Situation.CRASH
    assert as_markdown(explanation).startswith("# `AssertionError` on line 2\n")
    assert (explanation.observed, explanation.expected) == (None, None)
    assert Limit.NO_TEST in explanation.limits


def test_a_change_that_a_rule_proposed_and_a_run_confirmed_is_explained_by_the_rule(tmp_path: Path) -> None:
    text = TOTAL.replace("result = 1", "result = 0").replace("result += item", "result =+ item")
    explanation = explanation_of(written(tmp_path, {"work.py": text + "\n\nassert total([4, 5]) == 9\n"}))

    assert explanation.test_impact.verified
    assert explanation.finding_id == "ME211"
    assert explanation.root_cause.mechanism == "wrong_operator"
    assert "`result`" in explanation.root_cause.statement
    assert "+=" not in explanation.model_dump_json()


def test_below_level_5_there_is_no_diff(tmp_path: Path) -> None:
    explanation = explanation_of(written(tmp_path, {"work.py": ASSERTS}), level=4)
    assert explanation.test_impact.verified
    assert explanation.diff is None


def test_without_a_search_the_lines_are_ranked_and_nothing_is_called_verified(tmp_path: Path) -> None:
    explanation = explanation_of(written(tmp_path, {"work.py": ASSERTS}), level=5, searching=False)

    assert not explanation.test_impact.verified
    assert explanation.suspects
    assert explanation.diff is None
    assert Limit.NO_TEST not in explanation.limits


@pytest.mark.parametrize(
    "files",
    [
        {
            "work.py": TOTAL,
            "test_work.py": "from work import total\n\ndef test_empty():\n    assert total([]) == 0\n",
        },
        {
            "work.py": TOTAL,
            "tests/test_work.py": "import unittest\nfrom work import total\n\n"
            "class TestTotal(unittest.TestCase):\n    def test_empty(self):\n"
            "        self.assertEqual(total([]), 0)\n",
        },
        {"work.py": TOTAL.replace("s):\n", 's):\n    """\n    >>> total([])\n    0\n    """\n')},
        {
            "work.py": TOTAL,
            "meno.toml": '[[examples]]\nfunction = "total"\narguments = [[]]\nexpected = 0\n',
        },
    ],
    ids=["pytest", "unittest", "doctest", "examples"],
)
def test_tests_of_every_kind_lead_to_the_line(tmp_path: Path, files: dict[str, str]) -> None:
    explanation = explanation_of(written(tmp_path, files))

    assert explanation.situation is Situation.WRONG_ANSWER
    assert explanation.test_impact.verified
    assert (explanation.observed, explanation.expected) == ("1", "0")


def test_a_crashing_script_is_explained_by_its_frames_and_values_and_not_repaired(tmp_path: Path) -> None:
    source = "def mean(items):\n    return sum(items) / len(items)\n\n\nprint(mean([]))\n"
    explanation = explanation_of(written(tmp_path, {"work.py": source}), level=5)

    assert explanation.error is not None
    assert (explanation.error.type, explanation.error.line) == ("ZeroDivisionError", 2)
    assert "On line 2, `items` holds `[]` when it stops." in [part.detail for part in explanation.evidence]
    assert explanation.observed is None
    assert not explanation.test_impact.verified
    assert explanation.diff is None
    assert Limit.NO_TEST in explanation.limits


def test_a_crash_in_an_assert_itself_is_told_with_the_line_of_the_assert(tmp_path: Path) -> None:
    source = "def double(x):\n    return x + x\n\n\nassert double(1) + 'a' == 2\n"
    explanation = explanation_of(written(tmp_path, {"work.py": source}), searching=False)

    assert explanation.error is not None
    assert (explanation.error.type, explanation.error.line) == ("TypeError", 5)
    assert Limit.THIRD_PARTY not in explanation.limits


def test_a_program_without_an_end_is_stopped(tmp_path: Path) -> None:
    source = "n = 3\nwhile n > 0:\n    print(n) if n > 5 else None\n"
    explanation = explanation_of(written(tmp_path, {"work.py": source}))
    assert explanation.situation is Situation.NO_END
    assert explanation.root_cause.line_start == 2


def test_asserts_that_answer_otherwise_at_the_end_go_back_to_their_places(tmp_path: Path) -> None:
    source = (
        "class Box:\n    items = []\n\n\n"
        "def add(x):\n    Box.items.append(x)\n    return len(Box.items)\n\n\n"
        "assert add(1) == 1\nassert add(1) == 2\n"
    )
    assert explained(written(tmp_path, {"work.py": source})).ended is Ending.PASSES
    wrong = source.replace("== 2", "== 3")
    explanation = explanation_of(written(tmp_path, {"work.py": wrong}), searching=False)
    assert explanation.error is not None
    assert explanation.error.line == 11


def test_a_program_that_passes_is_not_explained(tmp_path: Path) -> None:
    found = explained(written(tmp_path, {"work.py": ASSERTS.replace("= 1\n", "= 0\n")}))
    assert found.ended is Ending.PASSES
    assert found.explanation is None
    assert [result.passed for result in found.results] == [True] * 3


def test_what_python_cannot_read_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meno_analyzers.failures.explaining.Arena", None)
    explanation = explanation_of(written(tmp_path, {"work.py": "x = 1\nprint((x)\n"}))

    assert explanation.category == "SyntaxError"
    assert explanation.root_cause.line_start == 2
    assert explanation.finding_id is not None


def test_a_program_whose_runs_differ_is_not_repaired(tmp_path: Path) -> None:
    source = (
        "import os\n\n\ndef luck():\n    seed = os.urandom(8)\n    n = int.from_bytes(seed, 'big')\n"
        "    raise [KeyError, ValueError, TypeError, IndexError][n % 4](n) if n else 0\n"
        "def test_luck():\n    assert luck() == 3\n"
    )
    work = written(tmp_path, {"work.py": source})
    for _ in range(12):  # two runs may agree by chance
        explanation = explanation_of(work, level=5, searching=False)
        if Limit.FLAKY in explanation.limits:
            break
    assert Limit.FLAKY in explanation.limits
    assert explanation.diff is None
    assert explanation.confidence < 0.5


def test_a_script_that_only_lacks_input_is_not_called_wrong(tmp_path: Path) -> None:
    work = written(tmp_path, {"work.py": "n = int(input())\nprint(6 / n)\n"})
    assert explained(work).ended is Ending.NEEDS_INPUT
    given = explain_failure(collect(work, input="0\n"), limits=QUICK)
    assert given.explanation is not None
    assert given.explanation.category == "ZeroDivisionError"


def test_it_ends_at_once_when_it_is_cancelled_and_tells_what_is_known(tmp_path: Path) -> None:
    # No small change makes this pass, so that only the cancelling ends it in time.
    source = (
        "def f(x):\n    y = x\n    return [y] * 3 + ['a', x]\n\n\nassert f(3) == {'b': 17.25, 'x': 'no'}\n"
    )
    collected = collect(written(tmp_path, {"work.py": source}))
    cancel = threading.Event()
    seen: list[Told] = []

    def watch(told: Told) -> None:
        seen.append(told)
        if told.doing is Doing.SEARCHING and told.tried > 3:
            cancel.set()

    found = explain_failure(collected, seconds=100, limits=QUICK, progress=watch, cancel=cancel)

    assert found.ended is Ending.CANCELLED
    assert found.explanation is not None
    assert {told.doing for told in seen} == set(Doing)
    assert max(told.tried for told in seen) < 100

    already = explain_failure(collected, limits=QUICK, cancel=cancel)
    assert (already.ended, already.explanation) == (Ending.CANCELLED, None)


TRACEBACK = """\
Traceback (most recent call last):
  File "/home/ada/lesson/work.py", line 5, in <module>
    print(mean([]))
  File "/home/ada/lesson/work.py", line 2, in mean
    return sum(items) / len(items)
ZeroDivisionError: division by zero
"""
MEAN = "def mean(items):\n    return sum(items) / len(items)\n\n\nprint(mean([]))\n"


def test_a_report_is_explained_with_the_program_that_it_speaks_of(tmp_path: Path) -> None:
    written(tmp_path, {"lesson/work.py": MEAN})
    explanation = explain_report(TRACEBACK, tmp_path)

    assert explanation is not None
    assert explanation.file_alias == "lesson/work.py"
    assert explanation.root_cause.line_start == 2
    assert Limit.TRUNCATED_CONTEXT not in explanation.limits
    assert explanation.diff is None


@pytest.mark.parametrize(
    "files", [{}, {"work.py": "print('changed since')\n" + MEAN}], ids=["gone", "changed"]
)
def test_without_the_program_the_report_itself_is_all_there_is(tmp_path: Path, files: dict[str, str]) -> None:
    if files:
        written(tmp_path, files)
    explanation = explain_report(TRACEBACK, tmp_path)

    assert explanation is not None
    assert (explanation.file_alias, explanation.root_cause.line_start) == ("work.py", 2)
    assert Limit.TRUNCATED_CONTEXT in explanation.limits


def test_a_report_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    secret = written(tmp_path, {"secret.py": MEAN})
    (tmp_path / "lesson").mkdir()
    (tmp_path / "lesson/work.py").symlink_to(secret)
    for text in (TRACEBACK, TRACEBACK.replace("/home/ada/lesson/work.py", str(secret))):
        explanation = explain_report(text, tmp_path / "lesson")
        assert explanation is not None
        assert Limit.TRUNCATED_CONTEXT in explanation.limits


def test_the_report_of_a_failing_test_leads_to_the_program_that_it_tests(tmp_path: Path) -> None:
    report = (
        "=== FAILURES ===\n____ test_empty ____\n\n    def test_empty():\n>       assert total([]) == 0\n"
        "E       assert 1 == 0\nE        +  where 1 = total([])\n\ntest_work.py:4: AssertionError\n"
    )
    test = "from work import total\n\ndef test_empty():\n    assert total([]) == 0\n"
    written(tmp_path, {"work.py": TOTAL, "test_work.py": test})
    explanation = explain_report(report, tmp_path)

    assert explanation is not None
    assert explanation.file_alias == "work.py"
    assert explanation.situation is Situation.WRONG_ANSWER


def test_a_text_without_an_error_is_none(tmp_path: Path) -> None:
    assert explain_report("all is well\n", tmp_path) is None


def test_a_loop_without_a_name_in_its_test_is_not_spoken_of_by_one(tmp_path: Path) -> None:
    work = written(tmp_path, {"work.py": "def f(n):\n    while True:\n        pass\n\n\nassert f(2) == 3\n"})

    explanation = explanation_of(work, searching=False)

    assert explanation.root_cause.statement.startswith("The loop on line 2 of `f` asks the same question")
    assert len(explanation.steps) == 2
    assert all("`f`" not in step.instruction for step in explanation.steps)


def test_the_line_that_stopped_is_the_one_to_look_at_if_the_change_touches_it(tmp_path: Path) -> None:
    program = "def many(a, b):\n    c = a - b\n    if c > 2:\n        return true\n    return False\n"
    work = written(
        tmp_path, {"work.py": program + "\n\nassert many(3, 0) == True\nassert many(3, 2) == False\n"}
    )

    cause = explanation_of(work).root_cause

    assert (cause.line_start, cause.line_end) == (4, 4)


def test_calls_of_a_function_by_itself_are_one_stop_on_the_way(tmp_path: Path) -> None:
    program = "def down(n):\n    return down(n - 1)\n\n\nassert down(3) == 0\n"

    page = as_markdown(explanation_of(written(tmp_path, {"work.py": program}), searching=False))

    assert "`down` (line 2, again and again)" in page


def test_the_model_is_a_witness_and_what_nothing_speaks_of_is_not_shown(tmp_path: Path) -> None:
    collected = collect(written(tmp_path, {"work.py": ASSERTS}))
    asked = []

    def model() -> dict[int, float]:
        asked.append(1)
        return {2: 0.9, 3: 0.01, 4: 0.01, 5: 0.01, 6: 0.01}

    found = explain_failure(collected, searching=False, limits=QUICK, model=model)

    assert found.explanation is not None
    suspects = found.explanation.suspects
    assert asked == [1]
    assert (suspects[0].line, suspects[0].reasons) == (2, ("spectrum", "model"))
    assert all(suspect.reasons for suspect in suspects)
