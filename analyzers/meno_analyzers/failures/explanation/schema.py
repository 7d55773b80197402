"""The structured explanation of a failure: what every face shows and every reader may rely on.

The schema is closed: unknown keys, wrong types and texts that are too long are refused, also when a language
model wrote them. What depends on the program (lines inside the file, names on them, leaks) is checked where
the explanation is built. Guarded by tests/analyzers/failures/test_explanation_schema.py.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from meno_analyzers.findings import Category
from meno_analyzers.hints import Level
from meno_analyzers.hints.leak import edit_order

SCHEMA_VERSION: Literal["1"] = "1"
UNKNOWN = "Unknown"
CATEGORIES = (*(str(category) for category in Category if category is not Category.CLEAN), UNKNOWN)
# Below this the explanation speaks of possible causes and shows no diff.
LEAST_CERTAIN = 0.5
# At and above this a change must have been run.
PROVEN = 0.9


class Mechanism(StrEnum):
    """In which way the program and the task part."""

    BOUNDARY = "boundary"
    INITIAL_VALUE = "initial_value"
    UPDATE_MISSING = "update_missing"
    WRONG_OPERATOR = "wrong_operator"
    WRONG_NAME = "wrong_name"
    WRONG_TYPE = "wrong_type"
    WRONG_CALL = "wrong_call"
    MISSING_RETURN = "missing_return"
    CONTROL_FLOW = "control_flow"
    ALIASING = "aliasing"
    BASE_CASE = "base_case"
    API_MISUSE = "api_misuse"
    ENVIRONMENT = "environment"
    SPEC_MISMATCH = "spec_mismatch"


class Situation(StrEnum):
    """What the failure looks like from outside."""

    CRASH = "crash"
    WRONG_ANSWER = "wrong_answer"
    NO_END = "no_end"
    WRONG_OUTPUT = "wrong_output"


class Action(StrEnum):
    """What a step asks the learner to do. None of them changes the program."""

    READ = "read"
    PREDICT = "predict"
    RUN = "run"
    PRINT = "print"
    TRACE = "trace"
    SHRINK_INPUT = "shrink_input"
    WRITE_TEST = "write_test"


OBSERVATIONS = frozenset({Action.READ, Action.RUN, Action.PRINT, Action.TRACE})


class EvidenceKind(StrEnum):
    TRACE = "trace"
    VALUE = "value"
    TEST = "test"
    STATIC = "static"
    DOC = "doc"


class Limit(StrEnum):
    """What the analysis could not do or see."""

    NO_TEST = "no_test"
    TRUNCATED_CONTEXT = "truncated_context"
    THIRD_PARTY = "third_party"
    FLAKY = "flaky"
    TIMEOUT = "timeout"
    MODEL_OFFLINE = "model_offline"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


LineNumber = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Reference = Annotated[str, Field(min_length=1, max_length=160)]
Question = Annotated[str, Field(min_length=2, max_length=240, pattern=r"\?$")]


class Place(_Part):
    """A line of the program on the way to the error; `file_alias` is relative to the program's folder."""

    file_alias: Annotated[str, Field(max_length=120)]
    line: LineNumber
    function: Annotated[str, Field(max_length=80)]


class ErrorPart(_Part):
    """The error as the run gave it: never from a model, without paths and values."""

    type: Annotated[str, Field(min_length=1, max_length=120)]
    message: Annotated[str, Field(max_length=200)]
    file_alias: Annotated[str, Field(max_length=120)] | None
    line: LineNumber | None
    function: Annotated[str, Field(max_length=80)] | None
    frames: Annotated[tuple[Place, ...], Field(max_length=8)]


class RootCause(_Part):
    statement: Annotated[str, Field(min_length=1, max_length=240)]
    line_start: LineNumber
    line_end: LineNumber
    mechanism: Mechanism
    why: Annotated[str, Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _lines_in_order(self) -> Self:
        if self.line_end < self.line_start:
            raise ValueError("line_end lies before line_start")
        return self


class EvidencePart(_Part):
    """`ref` is a test's id, a rule's id, or `line 12`."""

    kind: EvidenceKind
    detail: Annotated[str, Field(min_length=1, max_length=160)]
    ref: Reference


class Step(_Part):
    order: Annotated[int, Field(ge=1, le=5)]
    action: Action
    instruction: Annotated[str, Field(min_length=1, max_length=160)]
    what_to_look_for: Annotated[str, Field(min_length=1, max_length=120)]

    @model_validator(mode="after")
    def _is_no_edit(self) -> Self:
        if order := edit_order(self.instruction):
            raise ValueError(f'a step never tells the edit: "{order}"')
        return self


class SuspectPart(_Part):
    """A line under suspicion, for an explanation that proves nothing."""

    line: LineNumber
    score: Share
    reasons: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=4)]


class TestImpact(_Part):
    """`verified` only if a change was run: then `should_pass` did pass, and nothing else changed."""

    __test__ = False  # pytest takes a class of this name for a test

    should_pass: Annotated[tuple[Reference, ...], Field(max_length=50)]
    may_change: Annotated[tuple[Reference, ...], Field(max_length=50)]
    verified: bool
    not_run_reason: Annotated[str, Field(min_length=1, max_length=160)] | None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if self.verified == (self.not_run_reason is not None):
            raise ValueError("not_run_reason is given exactly when nothing was verified")
        return self


class Explanation(_Part):
    """One failure explained. Texts are Markdown with code spans and nothing else.

    `called` is what was run, in the learner's words (`total([1, 2])`), and plain text like `observed` and
    `expected`.
    """

    schema_version: Literal["1"]
    level: Annotated[int, Field(ge=0, le=5)]
    file_alias: Annotated[str, Field(min_length=1, max_length=120)]
    called: Annotated[str, Field(min_length=1, max_length=80)] | None
    situation: Situation
    finding_id: Annotated[str, Field(min_length=1, max_length=40)] | None
    category: Literal[CATEGORIES]  # type: ignore[valid-type]  # the values come from the taxonomy
    category_evidence: Annotated[str, Field(min_length=1, max_length=160)] | None
    error: ErrorPart | None
    observed: Annotated[str, Field(max_length=200)] | None
    expected: Annotated[str, Field(max_length=200)] | None
    root_cause: RootCause
    evidence: Annotated[tuple[EvidencePart, ...], Field(min_length=1, max_length=4)]
    suspects: Annotated[tuple[SuspectPart, ...], Field(max_length=5)]
    tried: Annotated[str, Field(max_length=240)] | None
    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=5)]
    socratic: Annotated[tuple[Question, ...], Field(min_length=1, max_length=3)]
    diff: Annotated[str, Field(min_length=1, max_length=4000)] | None
    test_impact: TestImpact
    takeaway: Annotated[str, Field(min_length=1, max_length=160)]
    takeaway_id: Annotated[str, Field(min_length=1, max_length=60)] | None
    pattern_key: Annotated[str, Field(min_length=3, max_length=80)]
    confidence: Share
    limits: Annotated[tuple[Limit, ...], Field(max_length=len(Limit))]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        for broken in self._contradictions():
            raise ValueError(broken)
        return self

    def _contradictions(self) -> list[str]:
        found: list[str] = []
        if [step.order for step in self.steps] != list(range(1, len(self.steps) + 1)):
            found.append("the steps are not numbered from 1 on")
        if self.steps[0].action not in OBSERVATIONS:
            found.append("the first step is no observation")
        if self.diff is not None and self.level < Level.DIFF:
            found.append("a diff below level 5")
        if self.diff is not None and self.confidence < LEAST_CERTAIN:
            found.append("a diff for a cause that is only possible")
        if self.diff is not None and not self.test_impact.verified:
            found.append("a diff that was not run")
        if self.confidence >= PROVEN and not self.test_impact.verified:
            found.append("a confidence as if a change had been run")
        if self.situation is Situation.CRASH and self.expected is not None:
            found.append("an expected value for a crash")
        if self.finding_id is None and self.category_evidence is None:
            found.append("a category without a finding or evidence")
        if self.pattern_key != pattern_key(self.category, self.finding_id):
            found.append("a pattern key that does not follow from category and finding")
        if len(set(self.limits)) != len(self.limits):
            found.append("a limit named twice")
        return found


def pattern_key(category: str, finding_id: str | None) -> str:
    """What the learner's history counts: category and finding, a dash for no finding."""
    return f"{category}/{finding_id or '-'}"


__all__ = [
    "CATEGORIES",
    "LEAST_CERTAIN",
    "OBSERVATIONS",
    "PROVEN",
    "SCHEMA_VERSION",
    "UNKNOWN",
    "Action",
    "ErrorPart",
    "EvidenceKind",
    "EvidencePart",
    "Explanation",
    "Limit",
    "Mechanism",
    "Place",
    "RootCause",
    "Situation",
    "Step",
    "SuspectPart",
    "TestImpact",
    "pattern_key",
]
