"""Keeps the repair secret: no text of an explanation below level 5 may tell it.

With a repair at hand every text is checked against it when the explanation is built, and one that would tell
gives way to a more general one. Without a repair there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from meno_analyzers.failures.explanation.places import Places
from meno_analyzers.hints import Level, check_leak, shorten
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.template import Template

# Values are shortened in these steps until a text fits its limit.
_LENGTHS = (60, 30, 16)


class Guard:
    """Checks texts against the repair, if there is one. Small and made anew for each explanation."""

    def __init__(self, before: str, after: str | None, line: int, language: str = DEFAULT_LANGUAGE) -> None:
        self._language = language
        self._codes = _codes(before, after, line) if after is not None else None

    def keeps(self, text: str, level: Level) -> bool:
        """Whether the text tells nothing of the repair at that level, and orders no edit."""
        if edit_order(text, self._language) is not None:
            return False
        if self._codes is None:
            return True
        original, repaired = self._codes
        report = check_leak(text, original=original, repaired=repaired, level=level, language=self._language)
        return report.ok

    def first(self, texts: Iterable[str | None], level: Level) -> str | None:
        """The first text that may be shown."""
        return next((text for text in texts if text and self.keeps(text, level)), None)


def fill(template: Template, values: Mapping[str, str], limit: int) -> str | None:
    """The filled template, with its values shortened as far as needed; None if it does not fit."""
    for length in _LENGTHS:
        text = template.markdown({name: shorten(value, length) for name, value in values.items()})
        if len(text) <= limit:
            return text
    return None


def _codes(before: str, after: str, line: int) -> tuple[str, str]:
    """The function around the line before and after the repair; the files where that is not possible."""
    old, new = Places(before), Places(after)
    function = old.function_at(line)
    here = old.span_of(function) if function else None
    there = new.span_of(function) if function else None
    if here is None or there is None:
        return before, after
    outside = [*old.lines[: here[0] - 1], *old.lines[here[1] :]]
    if outside != [*new.lines[: there[0] - 1], *new.lines[there[1] :]]:
        return before, after
    return "\n".join(old.lines[here[0] - 1 : here[1]]), "\n".join(new.lines[there[0] - 1 : there[1]])
