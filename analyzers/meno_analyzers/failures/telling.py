"""Results as the learner knows the program: asserts in their places, and nothing that only seems seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from meno_analyzers.failures.cases import CaseResult, RunCase, RunFrame, Verdict
from meno_analyzers.failures.collecting import Collected


def failing_of(results: Sequence[CaseResult]) -> list[CaseResult]:
    """Those that were run and did not pass."""
    return [result for result in results if not result.passed and result.verdict is not Verdict.NOT_RUN]


def as_told(result: CaseResult, collected: Collected) -> CaseResult:
    """The result without what only seems to be seen: no output where none is asked for."""
    case = next((case for case in collected.cases if case.id == result.id), None)
    if isinstance(case, RunCase) and case.output is None and result.observed == "''":
        result = replace(result, observed=None)
    return _on_its_line(result, collected)


def _on_its_line(result: CaseResult, collected: Collected) -> CaseResult:
    """The result of an assert that was taken out of the program, with the line on which it stands."""
    line, error = collected.lifted.lines.get(result.id), result.error
    if line is None or error is None:
        return result
    frames = [frame for frame in error.frames if not (frame.path is None and frame.function == "<module>")]
    frames.insert(0, RunFrame(collected.program.main, line, "<module>"))
    return replace(result, error=replace(error, frames=frames))
