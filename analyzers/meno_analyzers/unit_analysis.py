"""What the engine knows of one unit, and what a long one goes on showing until it is known better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meno_analyzers.facts.cache import Known
from meno_analyzers.facts.summary import Summary
from meno_analyzers.facts.view import Asked
from meno_analyzers.findings import Finding
from meno_analyzers.source import Splice


@dataclass(slots=True)
class UnitAnalysis:
    """What is known about a unit: its summary by its text alone, the rest within its file.

    Its facts are not kept here: the trees of a long file would be most of the server's memory, and only
    units that are looked at again need them again.
    """

    known: Known
    class_name: str | None = None  # of the class whose body it is part of
    findings: tuple[Finding, ...] = ()
    asked: Asked | None = None  # None: not checked yet
    readable: tuple[Finding, ...] = ()  # of a long broken unit: what it showed while it could be read

    @property
    def summary(self) -> Summary:
        return self.known.summary

    @property
    def is_broken(self) -> bool:
        return self.known.is_broken

    @property
    def last_readable(self) -> tuple[Finding, ...]:
        """What was found when the unit could be read last."""
        return self.readable if self.is_broken else self.findings

    def go_on_showing(self, findings: tuple[Finding, ...]) -> None:
        """Shows findings of before until it is checked; through a time in which it cannot be read this is
        passed on, for the key that makes it readable."""
        if self.is_broken:
            self.readable = findings
        else:
            self.findings = findings


def left_alone(findings: Iterable[Finding], start: int, splice: Splice) -> tuple[Finding, ...]:
    """Those findings of a unit beginning on line `start` whose lines an edit left alone, where they are
    now."""
    shift = splice.new_end - splice.old_end
    first, behind = splice.first - start, splice.old_end - start
    return tuple(
        finding if finding.span.end_line < first else finding.moved_down(shift)
        for finding in findings
        if finding.span.end_line < first or finding.span.start_line >= behind
    )
