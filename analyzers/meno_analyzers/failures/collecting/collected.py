"""The values that collecting comes to, and its one error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from meno_analyzers.failures.cases import Case, CaseResult, CodeCase, Program, RunCase
from meno_analyzers.failures.collecting.lifting import Lifted

WHOLE_RUN = "run"  # the id of the case that is the script itself


class CollectingError(Exception):
    """Nothing can be run or read. The text is one sentence for the learner, with the next step in it."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A program with its cases.

    `program` is what the learner wrote. `runnable` is the same, line for line, without the asserts that
    became cases of their own (`lifted`): it is what is run and changed. `paths` says where each file of the
    program was read. `truncated` says that files were left out because there were too many.
    """

    program: Program
    runnable: Program
    cases: Sequence[Case]
    paths: Mapping[str, Path]
    lifted: Lifted
    lacks_input: bool = False  # it is run as a script that reads input, and none was given
    truncated: bool = False
    sources: Sequence[str] = field(default=())  # what the cases were taken from, in words

    def restored(self, changed: str) -> str | None:
        """A changed `runnable` text with the asserts put back; None if the change moved or took one."""
        return self.lifted.restored(changed)

    def unlifted(self) -> Collected:
        """The same with every assert in its place, where it is run with the script."""
        lifted_ids = set(self.lifted.lines)
        cases = [case for case in self.cases if case.id not in lifted_ids]
        if not any(case.id == WHOLE_RUN for case in cases):
            cases.append(RunCase(WHOLE_RUN))
        in_place = self.lifted.kept + len(lifted_ids)
        nothing_lifted = Lifted(self.program.source, kept=in_place)
        return replace(self, runnable=self.program, cases=cases, lifted=nothing_lifted)


def expects(collected: Collected, result: CaseResult) -> bool:
    """Whether the case says what is right, so that a change which makes it pass has proved something.

    A script that is merely run says only that it should not stop with an error; many wrong changes do that.
    """
    case = next((case for case in collected.cases if case.id == result.id), None)
    if isinstance(case, RunCase) and case.output is None:
        return collected.lifted.kept > 0
    if isinstance(case, CodeCase):
        return "assert" in case.code
    return case is not None
