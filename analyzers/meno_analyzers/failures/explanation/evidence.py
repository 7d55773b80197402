"""What an explanation is made from, and the one failure of several that it speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from meno_analyzers.failures.cases import Case, CaseResult, Program, RunCase, RunError, Verdict
from meno_analyzers.failures.explanation.asked import asked_of
from meno_analyzers.failures.explanation.schema import Limit, Place, Situation
from meno_analyzers.failures.suspects import Repair, Suspect
from meno_analyzers.failures.tracebacks import ErrorText, Frame, Origin, Report, own_frames
from meno_analyzers.findings import Finding
from meno_analyzers.hints.markdown import shorten

_VALUE = 40


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a failing program. Everything but the program may be missing.

    `failing` and `passing` are results of `cases`; a result of a case that is not there is taken as it is.
    `report` is what a pasted text told, with paths below `root` if that is given; `error` an error that is
    known otherwise. `suspects` come ranked. `repair` is one that was run: every failing case passed with it
    and nothing else changed. `tried` is how many changes were run in vain. `level` is the highest level of
    the ladder that may be shown.
    """

    program: Program
    cases: Sequence[Case] = ()
    failing: Sequence[CaseResult] = ()
    passing: Sequence[CaseResult] = ()
    report: Report | None = None
    error: RunError | None = None
    suspects: Sequence[Suspect] = ()
    findings: Sequence[Finding] = ()
    repair: Repair | None = None
    tried: int = 0
    level: int = 3
    limits: frozenset[Limit] = frozenset()
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure that is explained. `frames` are places in the program's own files, outermost first."""

    situation: Situation
    type: str | None = None
    message: str = ""
    frames: tuple[Place, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of the innermost own frame, with values
    observed: str | None = None
    expected: str | None = None
    case: Case | None = None
    result: CaseResult | None = None
    called: str | None = None  # what was run, in the learner's words: `total([1, 2])`
    marked: str = ""  # the part of the innermost line that the report marks
    foreign: bool = False  # the error came up in code that is not the program's

    @property
    def line(self) -> int | None:
        """The innermost own line, in whichever file of the program that is."""
        return self.frames[-1].line if self.frames else None

    def line_in(self, file: str) -> int | None:
        """The innermost line in that file."""
        return next((frame.line for frame in reversed(self.frames) if frame.file_alias == file), None)


def failure_of(evidence: Evidence) -> Failure:
    """The failure to explain: of several alike ones the first, of different ones the most common kind."""
    failing = [result for result in evidence.failing if result.verdict is not Verdict.NOT_RUN]
    if failing:
        return _of_result(_representative(failing), evidence)
    if evidence.error is not None:
        return _of_error(evidence.error, Situation.CRASH, evidence)
    chief = evidence.report.chief if evidence.report else None
    if chief is not None:
        return _of_text(chief, evidence)
    return Failure(Situation.WRONG_ANSWER)


def _representative(failing: Sequence[CaseResult]) -> CaseResult:
    kinds = [_kind(result) for result in failing]
    common = Counter(kinds).most_common(1)[0][0]
    return failing[kinds.index(common)]


def _kind(result: CaseResult) -> tuple[Verdict, str | None, int | None]:
    """Failures of one kind end alike, with the same error on the same line."""
    error = result.error
    own = [frame.line for frame in error.frames if frame.path] if error else []
    return result.verdict, error.type if error else None, own[-1] if own else None


def _of_result(result: CaseResult, evidence: Evidence) -> Failure:
    case = next((case for case in evidence.cases if case.id == result.id), None)
    called = asked_of(case, result, evidence.program.main, evidence.program.source)
    situation = _situation(result, case, called)
    if result.error is not None and situation is Situation.CRASH:
        return _of_error(result.error, situation, evidence, case, result, called)
    error = result.error
    frames = _places(error, evidence) if error else ()
    asserted = error.type if error and error.type == "AssertionError" else None
    return Failure(
        situation,
        type=asserted,
        message=error.message if error and asserted else "",
        frames=frames,
        observed=result.observed,
        expected=result.expected,
        case=case,
        result=result,
        called=called,
    )


def _situation(result: CaseResult, case: Case | None, called: str | None) -> Situation:
    if result.verdict in {Verdict.TIME, Verdict.MEMORY, Verdict.OUTPUT}:
        return Situation.NO_END
    asserted = result.error is not None and result.error.type.rpartition(".")[2] == "AssertionError"
    if result.verdict in {Verdict.ERROR, Verdict.EXIT} and not (asserted and result.observed is not None):
        return Situation.CRASH
    if isinstance(case, RunCase) and case.output is None and asserted and called is None:
        return Situation.CRASH  # a check within a function need not be a test
    shown = isinstance(case, RunCase) and called is None
    return Situation.WRONG_OUTPUT if shown else Situation.WRONG_ANSWER


def _of_error(
    error: RunError,
    situation: Situation,
    evidence: Evidence,
    case: Case | None = None,
    result: CaseResult | None = None,
    called: str | None = None,
) -> Failure:
    own = [frame for frame in error.frames if frame.path is not None]
    return Failure(
        situation,
        type=error.type,
        message=error.message,
        frames=_places(error, evidence),
        names=own[-1].names if own else {},
        observed=result.observed if result else None,
        case=case,
        result=result,
        called=called,
        foreign=bool(error.frames) and error.frames[-1].path is None,
    )


def _places(error: RunError, evidence: Evidence) -> tuple[Place, ...]:
    found = [
        Place(
            file_alias=alias(frame.path, evidence.program),
            line=max(frame.line, 1),
            function=shorten(frame.function, 80),
        )
        for frame in error.frames
        if frame.path is not None
    ]
    return tuple(found)


def _of_text(error: ErrorText, evidence: Evidence) -> Failure:
    own = own_frames(error, evidence.root)
    frames = tuple(_place(frame, evidence.program) for frame in own)
    compared = error.observed is not None or error.expected is not None
    asserted = error.name in {"AssertionError", "Failed", ""} and error.place is None
    if compared or (asserted and error.origin is not Origin.PYTHON):
        situation = Situation.WRONG_ANSWER
    else:
        situation = Situation.NO_END if error.name == "KeyboardInterrupt" else Situation.CRASH
    last = error.places[-1] if error.places else None
    inner = own[-1] if own else None
    mark = inner.mark if inner else None
    return Failure(
        situation,
        type=error.type or None,
        message=error.message,
        frames=frames,
        observed=error.observed,
        expected=error.expected if situation is not Situation.CRASH else None,
        called=shorten(error.test, _VALUE) if error.test else None,
        foreign=bool(own) and last is not None and last not in own,
        marked=inner.source[mark.start : mark.end] if inner and inner.source and mark else "",
    )


def _place(frame: Frame, program: Program) -> Place:
    return Place(
        file_alias=alias(frame.path, program), line=max(frame.line, 1), function=shorten(frame.function, 80)
    )


def alias(path: str | None, program: Program) -> str:
    """The path of a program's file as the program knows it; of others the last part only."""
    neutral = (path or "").replace("\\", "/")
    for file in sorted(program.files, key=len, reverse=True):
        if neutral == file or neutral.endswith("/" + file):
            return shorten(file, 120)
    # Code that was typed in, or put in a notebook, is the program itself.
    if neutral.startswith(("<", "Cell In[", "Input In [")) and len(program.files) == 1:
        return shorten(program.main, 120)
    return shorten(PurePosixPath(neutral).name, 120)
