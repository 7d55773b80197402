"""Calm while typing: what a person sees does not jump about under their hands.

For a short pause after each key, findings that are new stay hidden on the lines being typed, and a unit
that the half-typed line broke keeps showing what it showed before, moved with the text. When the pause is
over the truth is shown. A hint, which is a question and no certain mistake, waits for the pause wherever it
is new in the unit being typed. What a rule misses in a function (`patient`: nothing is handed back, say) may
be what its author types next, so it waits until they save, edit elsewhere, or rest for long. Nothing here
changes what is found, only when it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from meno_analyzers.findings import Category, Channel, Finding, Span
from meno_analyzers.rules import RULES
from meno_analyzers.source import Splice


@dataclass(slots=True)
class Calm:
    """The typing calm of one file. `lines` are those being typed until the short pause; `waits` says that the
    long one is not over."""

    lines: tuple[int, int] | None = None
    waits: bool = False
    kept: list[Finding] = field(default_factory=list)
    _seen: set[tuple[str, int]] = field(default_factory=set)
    _unit: tuple[int, int] = (0, -1)
    _hints: set[tuple[str, int]] = field(default_factory=set)

    def edited(self, splice: Splice, shown: list[Finding], was_broken: bool, unit: tuple[int, int]) -> None:
        """Follows an edit.

        `shown` are the absolute findings that were seen before it in the units that it replaced;
        `was_broken` says that the edited one did not parse, so that it showed what is kept; `unit` are the
        first and last line of the unit that holds the edit now.
        """
        first, last = splice.first, max(splice.first, splice.new_end - 1)
        shift = splice.new_end - splice.old_end
        self.lines = (first, last)
        self.waits = True
        # What stood on the first edited line may stay; of the others it is not sure which line they are now.
        keep_lines = {first} if shift else set(range(first, splice.old_end))
        self._seen = {(f.rule, f.span.start_line) for f in shown if f.span.start_line in keep_lines}
        self._unit = unit
        self._hints = {
            (f.rule, f.span.start_line + (shift if f.span.start_line >= splice.old_end else 0))
            for f in shown
            if f.channel is Channel.HINT
        }
        old = self.kept if was_broken else shown
        self.kept = [
            finding.moved_down(shift if finding.span.start_line >= splice.old_end else 0)
            for finding in old
            if not first <= finding.span.start_line < splice.old_end
            and finding.category is not Category.SYNTAX_ERROR
        ]

    def rest(self) -> None:
        """The short pause is over."""
        self.lines = None
        self.kept = []
        self._seen = set()

    def settle(self) -> None:
        """The long pause is over, or need not be waited for."""
        self.rest()
        self.waits = False
        self._hints = set()

    def is_being_written(self, line: int) -> bool:
        """Whether a line is in the part that is being typed, so that it may not say yet what it will."""
        return self.waits and self._unit[0] <= line <= self._unit[1]

    def hides(self, finding: Finding, line: int) -> bool:
        """Whether a finding that starts on `line` is to wait for a pause."""
        if not self.waits:
            return False
        if (
            self.is_being_written(line)
            and finding.channel is Channel.HINT
            and (self.lines is not None or _is_patient(finding))
        ):
            return (finding.rule, line) not in self._hints
        if self.lines is None:
            return False
        if not self.lines[0] <= line <= self.lines[1]:
            return False
        return finding.category is Category.SYNTAX_ERROR or (finding.rule, line) not in self._seen

    def hides_syntax(self, unit: tuple[int, int]) -> bool:
        """Whether the syntax finding of the unit on these lines is to wait: it is being typed."""
        return self.lines is not None and unit[0] <= self.lines[1] and self.lines[0] <= unit[1]


def _is_patient(finding: Finding) -> bool:
    rule = RULES.get(finding.rule)
    return rule is not None and rule.patient


def touches(span: Span, splice: Splice) -> bool:
    """Whether an edit changed a line of the span."""
    return span.start_line < splice.old_end and splice.first <= span.end_line
