"""What a client gets. The routes answer with plain dictionaries; tests hold them against these schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from meno_analyzers.failures.explanation import Explanation


class Answer(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(extra="forbid")


class Hints(Answer):
    """The rungs of the ladder that are allowed, as Markdown. None of them contains the repair."""

    orient: str | None = Field(None, description="Rung 1: where to look, and what to observe.")
    concept: str | None = Field(None, description="Rung 2: the rule of the language, and why it is so.")
    questions: list[str] | None = Field(None, description="Rung 3: questions.")
    example: str | None = Field(None, description="Rung 4: an example on another task.")


class Finding(Answer):
    """One finding. Lines and columns count from 1, columns in characters."""

    rule: str
    name: str
    category: str
    severity: Literal["error", "warning", "information", "hint"]
    confidence: float
    source: Literal["static", "model"]
    line: int
    column: int
    end_line: int
    end_column: int
    message: str = Field(description="Rung 0: what can be seen, as plain text.")
    hints: Hints


class ModelState(Answer):
    """Whether the bug model took part."""

    status: Literal["answered", "not asked", "unavailable"]
    name: str | None = None
    checksum: str | None = None
    detail: str | None = Field(None, description="Why it is unavailable.")


class AnalyzeAnswer(Answer):
    """The findings of a text, in its order, and how long each stage took."""

    findings: list[Finding]
    model: ModelState
    milliseconds: dict[str, float] = Field(
        description="`static` (L1), `model` (L2), `hints` (L3), and `total`; L1 and L2 go on side by side."
    )


class PlainFinding(Answer):
    """A finding as it crosses between processes of Meno; positions count from 0."""

    rule: str
    name: str
    category: str
    severity: str
    confidence: float
    span: list[int] = Field(min_length=4, max_length=4)
    values: dict[str, str]


class ModelName(Answer):
    """Which model answered."""

    name: str
    checksum: str


class ModelAnswer(Answer):
    """The findings of the bug model, for a language server."""

    findings: list[PlainFinding]
    model: ModelName


class Token(Answer):
    """A token and how much it adds to the score; positive amounts speak for LLM-written code."""

    token: str
    line: int
    column: int
    amount: float


class Passage(Answer):
    """One function (`name`), or the whole text (null); lines from 1."""

    name: str | None
    first_line: int
    last_line: int
    tokens: int
    verdict: Literal["llm", "human", "unclear", "short", "long"]
    likelihood: float | None = Field(
        description="The chance that a language model wrote it; null: not judged."
    )
    sentence: str
    top_tokens: list[Token]


class PredictAnswer(Answer):
    """Whose style a text resembles. This proves nothing about anybody; `limits` says why."""

    origin: Literal["llm", "human", "unclear", "short", "long"] = Field(description="For the whole text.")
    likelihood: float | None
    passages: list[Passage]
    limits: list[str]
    milliseconds: dict[str, float]


class DebugAnswer(Answer):
    """What came of a failure analysis."""

    ended: Literal["explained", "passes"]
    explanation: Explanation | None
    page: str = Field(description="The explanation as Markdown.")
    ran: bool = Field(description="Whether code was run.")
    sentence: str
    milliseconds: dict[str, float]


class EnrichAnswer(Answer):
    """One turn of the tutor."""

    text: str = Field(description="Markdown.")
    source: Literal["model", "curated"]
    outcome: str = Field(description="How asking the tutor ended; `curated` where it was not asked.")
    notice: str | None = Field(description="Why the question is a curated one.")
    last: bool = Field(description="Whether the conversation ends here.")
    finding: Finding
    milliseconds: dict[str, float]


class RuleOfCategory(Answer):
    """One rule."""

    id: str
    name: str
    severity: Literal["error", "warning", "information", "hint"]
    confidence: float


class CategoryOf(Answer):
    """One category of the taxonomy, and the rules that find it."""

    category: str
    rules: list[RuleOfCategory]


class CategoriesAnswer(Answer):
    """The taxonomy."""

    categories: list[CategoryOf]


class HealthAnswer(Answer):
    """Whether it lives, and whether it can work."""

    status: Literal["ok", "starting", "degraded"]
    live: bool
    ready: bool
    version: str
    parts: dict[str, bool | None] = Field(description="What works; null for what is switched off.")
    details: dict[str, str]


class LiveAnswer(Answer):
    """It lives."""

    live: bool


class Percentiles(Answer):
    """Of the last five minutes, in milliseconds."""

    count: int
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class Batches(Answer):
    """How many texts the model was asked for at a time."""

    count: int
    mean_texts: float | None
    largest: int | None


class MetricsAnswer(Answer):
    """Rolling figures."""

    window_seconds: float
    uptime_seconds: float
    responses: dict[str, int]
    endpoints: dict[str, Percentiles]
    stages: dict[str, Percentiles]
    model_batches: Batches


class UsageRow(Answer):
    """One key, endpoint and day."""

    day: str
    key: str
    endpoint: str
    requests: int
    refused: int
    failed: int
    milliseconds: int
    bytes: int


class UsageAnswer(Answer):
    """Counts of requests; there is nothing else that is kept of them."""

    days: int
    rows: list[UsageRow]


class FieldProblem(Answer):
    """A field that does not fit, by its JSON pointer."""

    at: str
    says: str


class Problem(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
