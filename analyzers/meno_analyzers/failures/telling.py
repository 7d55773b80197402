"""Results as the learner knows the program: asserts in their places, and nothing that only seems seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from meno_analyzers.failures.cases import CaseResult, RunCase, RunFrame, Verdict
from meno_analyzers.failures.collecting import Collected
from meno_analyzers.failures.explanation.asked import asked_of, leaves_open


def failing_of(results: Sequence[CaseResult]) -> list[CaseResult]:
    """Those that were run and did not pass."""
    return [result for result in results if not result.passed and result.verdict is not Verdict.NOT_RUN]


def all_leave_open(results: Sequence[CaseResult], collected: Collected) -> bool:
    """Whether a change that passes would prove nothing: no case passes now, and those that fail want no more
    than an answer on one side."""
    cases, program = {case.id: case for case in collected.cases}, collected.program
    return all(
        not result.passed and leaves_open(cases.get(result.id), result, program.main, program.source)
        for result in results
    )


def as_told(result: CaseResult, collected: Collected) -> CaseResult:
    """The result without what only seems to be seen. Where no output is asked for, that is what was printed
    before a check did not hold, or nothing; and the sides of a check within a function, which may be no test.
    """
    case = next((case for case in collected.cases if case.id == result.id), None)
    if isinstance(case, RunCase) and case.output is None:
        program = collected.program
        checked = asked_of(case, result, program.main, program.source) is not None
        compared = checked and result.expected is not None
        if not compared and (result.observed == "''" or result.verdict is Verdict.FAILED):
            result = replace(result, observed=None, expected=None)
    return _on_its_line(result, collected)


def _on_its_line(result: CaseResult, collected: Collected) -> CaseResult:
    """The result of an assert that was taken out of the program, with the line on which it stands."""
    line, error = collected.lifted.lines.get(result.id), result.error
    if line is None or error is None:
        return result
    frames = [frame for frame in error.frames if not (frame.path is None and frame.function == "<module>")]
    frames.insert(0, RunFrame(collected.program.main, line, "<module>"))
    return replace(result, error=replace(error, frames=frames))
