"""What goes into the tutor and what comes out: frozen values that the server can hold on to."""

from __future__ import annotations

from dataclasses import dataclass

from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class TutorSettings:
    """The learner's choice. `provider` is "none", "openai", or "compatible" with a `base_url`.

    There is no place for a key: it is read from the environment only, so that it cannot end up in a settings
    file.
    """

    provider: str = "none"
    base_url: str | None = None
    model: str = "gpt-3.5-turbo"
    deadline_seconds: float = 8.0

    @property
    def url(self) -> str | None:
        """The address that questions go to; None if the settings name none."""
        if self.provider == "openai":
            return self.base_url or OPENAI_URL
        return self.base_url if self.provider == "compatible" else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tutor may know: a finding and the function around it, never the file or its name.

    `first_line` is the 1-based line of `function_source` in the file. `repaired` is the function after a
    verified repair, where one is known; it stays on this machine and only serves the leak check.
    """

    finding: Finding
    level: Level
    function_source: str
    first_line: int
    repaired: str | None = None
    language: str = "en"

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
