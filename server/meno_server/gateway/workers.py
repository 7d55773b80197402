"""What the gateway asks of those who do the work, and what they answer.

The HTTP application knows one object that fits `Workers` and nothing of processes or machines: `local.py`
fits it with child processes, a cluster fits it with replicas. Whatever crosses is plain and can be pickled:
texts, numbers, and JSON as dictionaries and lists. Handles, tasks and findings do not cross. Code crosses in
memory and is kept by nobody longer than its answer takes, but for the bounded memories of the processes.

Every method may be cancelled at any time, which frees whoever works on it. What goes wrong is one of three
errors, after whatever is worth a second try had it:

    WorkersError
        UnavailableError    nobody can do it now; `retry_after` says in how many seconds it is worth a try
        TooSlowError        it was begun and took longer than it may
        BrokenError         a fault of Meno's own: the text is the name of its kind
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Plain = dict[str, Any]
"""A JSON object."""


class WorkersError(Exception):
    """Work that was not done. The text is one plain sentence for whoever asked, without any of their code."""

    def __init__(self, sentence: str, retry_after: int = 1) -> None:
        super().__init__(sentence, retry_after)
        self.sentence = sentence
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.sentence


class UnavailableError(WorkersError):
    """Nobody can do it now."""


class TooSlowError(WorkersError):
    """It took longer than it may."""


class BrokenError(WorkersError):
    """Something is wrong with Meno; `sentence` is the name of an exception's class."""


@dataclass(frozen=True, slots=True)
class StaticTask:
    """A text for the rules (L1) and the mentor's words (L3).

    `highest` is the highest rung of the ladder that is told, at most 4; `target` is the Python that the text
    is for, as two numbers; `profile` is a word of the setting `meno.profile`.
    """

    text: str
    language: str = "en"
    highest: int = 4
    target: tuple[int, int] | None = None
    profile: str = "student"


@dataclass(frozen=True, slots=True)
class StaticReply:
    """Findings as `findings.py` shows them, in the order of the text, and how long each stage took."""

    findings: Sequence[Plain]
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # "static", "hints"


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What the bug model says (L2): `findings` in the form of `meno_model.protocol.finding_to_plain`.

    `model` has `name` and `checksum`. `unavailable` is one sentence when there is no answer for this text.
    """

    findings: Sequence[Plain] = ()
    model: Mapping[str, str] = field(default_factory=dict)
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class OriginReply:
    """Judgements in the form of `meno_model.origin.values.judgement_to_plain`, the whole text's first.

    `unreadable` is one sentence for a text that Python cannot read.
    """

    judgements: Sequence[Plain] = ()
    least_tokens: int = 0
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class DebugTask:
    """A failure. `files` are texts by relative path; `main` is the program among them, `tests` a test file.

    Without `run` nothing is executed, and `report` has to be there: what Python or pytest printed. With `run`
    the cases are run in the sandbox for at most `seconds`. A diff is in the answer with `level` 5 only.
    """

    report: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    main: str | None = None
    tests: str | None = None
    level: int = 3
    language: str = "en"
    run: bool = False
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class DebugReply:
    """What came of it. `explanation` is an `Explanation` as JSON, `page` the same as Markdown.

    `unusable` is one sentence for a report that tells of no failure, or for files that cannot be run.
    """

    ended: Literal["explained", "passes", "unusable"]
    explanation: Plain | None = None
    page: str = ""
    ran: bool = False
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class EnrichTask:
    """One more turn of a Socratic dialogue (L4) about the finding at a 1-based line.

    `rule` picks among several findings there. `turns` are (speaker, text), oldest first, the speaker "tutor"
    or "learner". Without `tutor` the curated question is the answer, and nobody else is asked.
    """

    text: str
    line: int
    rule: str | None = None
    language: str = "en"
    turns: Sequence[tuple[str, str]] = ()
    tutor: bool = True
    target: tuple[int, int] | None = None
    profile: str = "student"


@dataclass(frozen=True, slots=True)
class EnrichReply:
    """A turn. `outcome` is a name of `meno_model.tutor.outcomes`, "curated" where no tutor was to be asked,
    or "nothing-there" where no finding is at the line. `text` is Markdown, and `source` says whose it is."""

    outcome: str
    text: str = ""
    source: Literal["model", "curated"] = "curated"
    notice: str | None = None
    last: bool = False
    retry_after: int | None = None
    finding: Plain | None = None
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # "static", "tutor"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Which parts can work now; `model` and `origin` may be switched off (None). `details` are sentences.

    `starting` says that a part will work in a moment; one that is broken keeps nobody from the others.
    """

    static: bool
    model: bool | None = None
    origin: bool | None = None
    run: bool = False  # whether code may be run: allowed, and the sandbox was seen to confine it
    tutor: bool = False  # whether a tutor is set up
    starting: bool = False
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether requests are to be sent here."""
        return self.static and not self.starting


class Workers(Protocol):
    """Whoever does the work."""

    async def start(self) -> None:
        """Begins to get ready; returns when questions may be asked, which wait for what is not ready yet."""

    async def static(self, task: StaticTask) -> StaticReply:
        """L1 and L3."""

    async def model(self, text: str) -> ModelReply:
        """L2. Questions that come together may be answered in one batch."""

    async def hints(self, findings: Sequence[Plain], language: str, highest: int) -> Sequence[Plain]:
        """L3 for findings of the model: the same findings as `findings.py` shows them."""

    async def origin(self, text: str) -> OriginReply:
        """Whether a text reads as if a person or a language model had written it."""

    async def debug(self, task: DebugTask) -> DebugReply:
        """Why a program fails."""

    async def enrich(self, task: EnrichTask) -> EnrichReply:
        """L4."""

    async def ready(self) -> Readiness:
        """What works now; answers within moments whatever is broken."""

    async def close(self) -> None:
        """Ends everything; questions under way end with an UnavailableError."""
