"""What goes into the tutor and what comes out: frozen values that the server can hold on to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level
from meno_model.tutor.providers import Endpoint


@dataclass(frozen=True, slots=True)
class Masks:
    """What the learner hides besides what is always taken out."""

    comments: bool = False
    strings: bool = False


@dataclass(frozen=True, slots=True)
class TutorSettings:
    """The learner's choice. `provider` is "none", a named provider, or "compatible" with a `base_url`.

    `fallbacks` are asked in their order when those before them cannot answer. The budgets are for one day and
    None without limit; `budget_file` is where a day's use is kept. There is no place for a key, so that it
    cannot end up in a settings file.
    """

    provider: str = "none"
    base_url: str | None = None
    model: str = "gpt-3.5-turbo"
    deadline_seconds: float = 8.0
    connect_seconds: float = 3.0
    fallbacks: tuple[Endpoint, ...] = ()
    daily_tokens: int | None = None
    daily_cost: float | None = None
    input_price: float = 0.0
    output_price: float = 0.0
    budget_file: Path | None = None
    masks: Masks = Masks()

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Whom to ask, in order; none if the tutor is off, whatever the fallbacks say."""
        if self.provider == "none":
            return ()
        first = Endpoint(self.provider, self.base_url, self.model, True, self.input_price, self.output_price)
        return (first, *self.fallbacks)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    speaker: Literal["tutor", "learner"]
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tutor may know: a finding and the function around it, never the file or its name.

    `first_line` is the 1-based line of `function_source` in the file. `repaired` is the function after a
    verified repair, where one is known; it stays on this machine and only serves the leak check. `turns` are
    those of the conversation so far, of which the last few are sent.
    """

    finding: Finding
    level: Level
    function_source: str
    first_line: int
    repaired: str | None = None
    language: str = "en"
    turns: tuple[Turn, ...] = ()

    @property
    def last_line(self) -> int:
        return self.first_line + max(len(self.function_source.splitlines()), 1) - 1


@dataclass(frozen=True, slots=True)
class TutorReply:
    """What the learner sees: Markdown, who wrote it ("model" or "curated"), and why if it fell back."""

    text: str
    origin: str
    outcome: str
    notice: str | None = None
