"""What every part of one explanation is made from: evidence, failure, cause, and the texts that apply."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meno_analyzers.failures.explanation.causes import Cause, cause_of, is_typical
from meno_analyzers.failures.explanation.evidence import Evidence, Failure, failure_of
from meno_analyzers.failures.explanation.guard import Guard, fill
from meno_analyzers.failures.explanation.places import WHOLE, Places
from meno_analyzers.failures.explanation.schema import Mechanism, Situation
from meno_analyzers.failures.explanation.texts import (
    EARLIER,
    ENDLESS,
    GENERAL,
    OPEN,
    SYNTAX,
    MechanismTexts,
    mechanism_texts,
    page_text,
)
from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.hints import Ladder, Level, ladder_for
from meno_analyzers.hints.lexemes import lexemes

_QUOTED = re.compile(r"'([^\W\d]\w{0,60})'")
_LONGEST_MESSAGE = 240


@dataclass(frozen=True, slots=True)
class Said:
    """The texts that apply: the closest ones, and the general ones that stand in for them."""

    close: MechanismTexts
    general: MechanismTexts
    ladder: Ladder | None  # of the rule that names the cause
    typical: Ladder | None  # of the category, where no rule and no repair says more


class Context:
    """Worked out once, and only read after that."""

    def __init__(self, evidence: Evidence, language: str) -> None:
        self.evidence = evidence
        self.language = language
        self.level = Level(min(max(evidence.level, 0), 5))
        self.places = Places(evidence.program.source)
        self.failure: Failure = failure_of(evidence)
        self.cause: Cause = cause_of(evidence, self.failure, self.places)
        after = evidence.repair.source if evidence.repair else None
        self.guard = Guard(evidence.program.source, after, self.cause.focus, language)
        self.name = self._name()
        self.values = self._values()
        finding = self.cause.finding
        key = SYNTAX if self.cause.unreadable else str(self.cause.mechanism)
        self.said = Said(
            mechanism_texts(key, language),
            mechanism_texts(GENERAL, language),
            ladder_for(finding, language) if finding else None,
            self._typical(),
        )

    def _typical(self) -> Ladder | None:
        cause = self.cause
        if cause.finding or cause.verified or cause.unreadable or not is_typical(cause):
            return None
        category = Category(cause.category)
        nameless = Finding("", "", category, Severity.HINT, 1.0, Source.FAILURE, Span(0, 0, 0, 0))
        return ladder_for(nameless, self.language)

    def _name(self) -> str:
        """The name that the texts speak of: one that the error or the rule names, or that the report marks,
        if it is on the lines; or else the first one of the line to look at."""
        cause, failure = self.cause, self.failure
        said = [match.group(1) for match in _QUOTED.finditer(failure.message[:_LONGEST_MESSAGE])]
        ruled = list(cause.finding.values.values()) if cause.finding else []
        focused = self.places.names_on(cause.focus, cause.focus)
        marked = [token for token in lexemes(failure.marked) if token in focused]
        marked.sort(key=focused.index)
        return self.places.subject(cause.first, cause.last, [*said, *ruled, *marked, *focused])

    @property
    def statement(self) -> str:
        """Which statement fits: the situation's, or the one for a crash that comes up on another line."""
        cause, failure = self.cause, self.failure
        if cause.ground == "none":
            return OPEN
        if failure.situation is Situation.CRASH and not cause.unreadable:
            line = failure.line_in(self.evidence.program.main)
            if line != cause.focus:
                return EARLIER
        return ENDLESS if self.nameless else str(failure.situation)

    @property
    def nameless(self) -> bool:
        """Whether a loop did not end whose test has no name that could be watched."""
        cause = self.cause
        return (
            self.failure.situation is Situation.NO_END
            and cause.mechanism is Mechanism.UPDATE_MISSING
            and self.places.loop_around(cause.focus) == cause.focus
            and not self.places.names_on(cause.focus, cause.focus)
        )

    def _values(self) -> dict[str, str]:
        """What fills the gaps of the texts: the learner's own names."""
        stopped = self.failure.line_in(self.evidence.program.main)
        at = stopped if stopped and self.places.has(stopped) else self.cause.focus
        return {
            "error_line": str(at),
            "error_code": self.places.code(at) or "…",
            "line": str(self.cause.focus),
            "function": self.places.function_at(self.cause.focus) or WHOLE,
            "name": self.name,
            "call": self.failure.called or WHOLE,
            "error": (self.failure.type or "Exception").rpartition(".")[2],
        }

    def page(self, group: str, key: str, limit: int, **values: str) -> str | None:
        """A sentence of the page, filled; None if it does not fit."""
        return fill(page_text(group, key, self.language), {**self.values, **values}, limit)
