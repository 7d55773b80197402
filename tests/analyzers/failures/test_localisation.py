"""Localisation: lines that only failing cases run come first, and every witness is named."""

from __future__ import annotations

import math

import pytest

from meno_analyzers.failures.cases import CaseResult, RunError, RunFrame, Verdict
from meno_analyzers.failures.localisation import FORMULAS, Weights, localise, spectrum, standing
from meno_analyzers.findings import Category, Finding, Severity, Source, Span


def ran(id: str, passed: bool, *lines: int, error: RunError | None = None) -> CaseResult:
    verdict = Verdict.PASSED if passed else Verdict.ERROR if error else Verdict.FAILED
    return CaseResult(id, verdict, lines=frozenset(lines), error=error)


RESULTS = [ran("a", True, 1, 2, 5), ran("b", True, 1, 2, 5), ran("c", False, 1, 3, 5), ran("d", False, 1, 3)]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_line_that_only_failing_cases_run_is_most_suspect(formula: str) -> None:
    scores = spectrum(RESULTS, formula)

    assert max(scores, key=lambda line: scores[line]) == 3
    assert scores.get(2, 0.0) < scores[3]
    assert all(0 <= score <= 1 for score in scores.values())


def test_ochiai_is_the_published_formula() -> None:
    scores = spectrum(RESULTS)

    assert scores[3] == pytest.approx(1.0)
    assert scores[1] == pytest.approx(2 / math.sqrt(2 * 4))
    assert scores[5] == pytest.approx(1 / math.sqrt(2 * 3))


def test_the_frames_of_an_error_count_less_the_further_away_they_are() -> None:
    error = RunError("KeyError", "'x'", (RunFrame("p.py", 9, "<module>"), RunFrame("p.py", 4, "f")))

    suspects = localise([ran("a", False, error=error)], "p.py")

    assert [suspect.line for suspect in suspects] == [4, 9]
    assert suspects[0].reasons == ("trace",)


def test_frames_of_other_files_are_nobody_s_fault_here() -> None:
    error = RunError(
        "KeyError", "'x'", (RunFrame("p.py", 9, "f"), RunFrame(None, 4, "g"), RunFrame("q.py", 1, "h"))
    )

    assert [suspect.line for suspect in localise([ran("a", False, error=error)], "p.py")] == [9]


def test_findings_and_the_model_have_their_say_and_the_scores_sum_up_to_one() -> None:
    span = Span(6, 0, 6, 3)
    finding = Finding("ME1", "rule", Category.LOGIC_ERROR, Severity.WARNING, 0.9, Source.STATIC, span)

    suspects = localise(RESULTS, "p.py", [finding], {8: 0.5})

    reasons = {suspect.line: suspect.reasons for suspect in suspects}
    assert reasons[7] == ("static",)
    assert reasons[8] == ("model",)
    assert sum(suspect.score for suspect in suspects) == pytest.approx(1.0)


def test_without_failures_nothing_is_suspect() -> None:
    assert localise([ran("a", True, 1, 2)], "p.py") == []


PROGRAM = """\
import math

def area(side,
         other):
    if side > 0:
        return side + other
    else:
        return 0
"""


def test_what_stands_on_a_line_is_known_and_nothing_of_a_text_that_cannot_be_read() -> None:
    assert standing(PROGRAM) == {1: "header", 2: "quiet", 3: "header", 4: "quiet", 7: "quiet", 9: "quiet"}
    assert standing("def f(:\n") == {}


def test_the_header_of_a_function_is_less_suspect_than_what_runs_in_it() -> None:
    results = [ran("a", False, 3, 5, 6)]

    suspects = localise(results, "p.py", source=PROGRAM)

    assert [suspect.line for suspect in suspects] == [5, 6, 3]
    assert suspects[0].score == pytest.approx(suspects[1].score)


def test_the_model_is_asked_when_it_is_needed_and_named_where_it_singles_a_line_out() -> None:
    scores = {1: 0.05, 2: 0.05, 3: 0.05, 5: 0.6, 6: 0.05}

    suspects = localise([ran("a", False, 1, 5, 6)], "p.py", model=lambda: scores)

    reasons = {suspect.line: tuple(suspect.reasons) for suspect in suspects}
    assert suspects[0].line == 5
    assert reasons[5] == ("spectrum", "model")
    assert (reasons[6], reasons[3]) == (("spectrum",), ())


def test_a_witness_of_no_weight_is_not_heard() -> None:
    suspects = localise(RESULTS, "p.py", model={8: 1.0}, weights=Weights(model=0.0))

    assert 8 not in {suspect.line for suspect in suspects}
