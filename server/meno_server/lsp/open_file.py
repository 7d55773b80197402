"""One open file: its text, its analysis, what the model said of it, and what the client sees.

Everything here belongs to the event loop's thread. Times and tasks are not kept here but in `session.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from meno_analyzers.engine import Analysis
from meno_analyzers.facts.newer import Version
from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level
from meno_analyzers.source import Document, Encoding, Splice, Unit
from meno_analyzers.source.lines import plain_ends
from meno_analyzers.source.positions import to_units
from meno_server.adjusting import adjusted, is_marked, on_screens
from meno_server.history.guidance import NO_GUIDANCE, Guidance
from meno_server.lsp.calm import Calm, touches
from meno_server.lsp.capabilities import Client
from meno_server.lsp.convert import Rendered, render

if TYPE_CHECKING:
    from meno_server.analysed import Analysed
    from meno_server.settings import Settings


@dataclass(slots=True)
class LastRun:
    """What came of running a file's program: `text` is what was run, and `findings` move with the text.

    `repaired` is `text` after a change that was seen to work; only the tutor's guard looks at it.
    """

    text: str
    passed: int
    failed: int
    page: str
    verified: bool
    line: int  # 1-based, in `text`
    searched: bool
    findings: list[Finding]
    repaired: str | None = None
    explanation: str | None = None  # the whole of it, as JSON

    def is_of(self, text: str) -> bool:
        """Whether this very text was run."""
        return self.text == plain_ends(text)


class OpenFile:
    """A file that an editor has open. `epoch` counts openings, since versions may restart."""

    def __init__(
        self,
        document: Document,
        epoch: int,
        target: Version | None = None,
        analysis: Analysed | None = None,
    ) -> None:
        self.document = document
        self.epoch = epoch
        self.analysis = analysis or Analysis(document, check_now=False, target=target)
        self.calm = Calm()
        self.model_findings: list[Finding] = []
        self.run: LastRun | None = None  # what came of running the program, until it is run again
        self.tests_beside: bool | None = None  # whether other files test this one; None: to be looked for
        self.levels: dict[str, Level] = {}
        self.last_sent: str | None = None
        self.edits = 0
        self.guidance: Guidance = NO_GUIDANCE  # what the learner's history changes here
        self.shows_all = False  # chosen by the learner: no limit for a screen
        self.held_back = 0  # findings that the last diagnostics left out for that limit
        self._rendered: WeakKeyDictionary[Unit, tuple[tuple[Finding, ...], list[Rendered]]] = (
            WeakKeyDictionary()
        )

    @property
    def together(self) -> tuple[OpenFile, ...]:
        """The files that are published together: an edit of one may change what is found in the others."""
        return (self,)

    @property
    def place(self) -> str:
        """The address whose folder the text's imports are looked for in."""
        return self.document.uri

    @property
    def is_cell(self) -> bool:
        """Whether it is one cell of a notebook, which cannot be run by itself; so are those that a client
        without notebooks opens as files."""
        return "notebook" in self.document.uri.partition(":")[0]

    @property
    def program(self) -> str:
        """The text as Python: what the model reads."""
        return self.document.text

    @property
    def is_known(self) -> bool:
        """Whether all of the text has been looked at as it is now."""
        return not (self.analysis.pending or self.analysis.is_behind)

    @property
    def rests(self) -> bool:
        """Whether all is found and nothing waits for a pause: what is seen now will be seen until an edit."""
        return not self.calm.waits and self.is_known

    def edited(self, splice: Splice, pause: bool) -> None:
        """Follows one edit that was made to the document."""
        self.edits += 1
        self.model_findings = _after(splice, self.model_findings)
        if self.run is not None:
            self.run.findings = _after(splice, self.run.findings)
        was_broken = self.analysis.is_broken(splice.first)
        before = self.analysis.edited(splice, put_off=pause)
        if pause:
            shown = [f for f in before if not self.calm.hides(f, f.span.start_line)]
            self.calm.edited(splice, shown, was_broken, self.analysis.lines_around(splice.first))

    def replaced(self) -> None:
        """Follows a change of the whole text."""
        self.edits += 1
        self.model_findings = []
        self.run = None
        self.calm.settle()
        self.analysis.replaced()

    def model_said(self, findings: Sequence[Finding]) -> None:
        """Takes the model's findings; one that stood already keeps the words that explained it."""
        explained = [finding for finding in self.model_findings if finding.notes]
        self.model_findings = [
            next((old for old in explained if replace(old, notes=()) == finding), finding)
            for finding in findings
        ]

    def static_findings(self) -> Iterator[tuple[int, Unit | None, tuple[Finding, ...]]]:
        """(first line, unit, findings relative to it), as they are to be seen now; without a unit the
        findings are absolute."""
        calm = self.calm
        broken_now = calm.lines is not None and self.analysis.is_broken(calm.lines[0])
        for start, unit, findings in self.analysis.units_with_findings():
            if not calm.waits:
                yield start, unit, findings
                continue
            last = start + unit.length - 1
            if broken_now and calm.hides_syntax((start, last)):
                # The unit is broken by the line being typed: it goes on showing what it showed.
                yield 0, None, tuple(f for f in calm.kept if start <= f.span.start_line <= last)
                continue
            seen = tuple(f for f in findings if not calm.hides(f, start + f.span.start_line))
            if seen == findings:
                yield start, unit, findings
            else:
                yield 0, None, tuple(f.moved_down(start) for f in seen)

    def findings(self, settings: Settings) -> list[Finding]:
        """All findings that the client sees, absolute."""
        found = [f.moved_down(start) for start, _, fs in self.static_findings() for f in fs]
        found += [*self._model_findings_shown(found), *self._run_findings]
        return [kept for f in found if (kept := adjusted(f, settings, self.guidance)) is not None]

    @property
    def _run_findings(self) -> list[Finding]:
        return self.run.findings if self.run is not None else []

    def _model_findings_shown(self, static: list[Finding]) -> list[Finding]:
        """A model finding on a line that a rule already explains is not said twice."""
        if not self.model_findings:
            return []
        explained = {finding.span.start_line for finding in static}
        return [f for f in self.model_findings if f.span.start_line not in explained]

    def diagnostics(self, settings: Settings, client: Client, encoding: Encoding) -> str:
        """The JSON list of all diagnostics that the client is to show now."""
        items: list[tuple[Finding, int, Rendered]] = []
        static_lines: set[int] = set()
        for start, unit, findings in self.static_findings():
            for rendered in self._render(start, unit, findings, settings, client, encoding):
                items.append((rendered.finding, start, rendered))
                static_lines.add(start + rendered.finding.span.start_line)
        others = [f for f in self.model_findings if f.span.start_line not in static_lines]
        for finding in [*others, *self._run_findings]:
            made = self._render(0, None, (finding,), settings, client, encoding)
            items += [(rendered.finding, 0, rendered) for rendered in made]
        self.held_back = 0
        if not self.shows_all:
            places = ((item[0], item[1] + item[0].span.start_line) for item in items)
            kept = on_screens(places, settings, self.guidance)
            self.held_back = kept.count(False)
            items = [item for item, keep in zip(items, kept, strict=True) if keep]
        if len(items) > settings.max_findings:
            items.sort(key=lambda item: (item[0].severity.rank, item[1] + item[0].span.start_line))
            items = items[: settings.max_findings]
        return "[" + ",".join(rendered.at(start) for _, start, rendered in items) + "]"

    def _render(
        self,
        start: int,
        unit: Unit | None,
        findings: tuple[Finding, ...],
        settings: Settings,
        client: Client,
        encoding: Encoding,
    ) -> list[Rendered]:
        if unit is not None:
            known = self._rendered.get(unit)
            if known is not None and known[0] is findings:
                return known[1]
        lines = self.document.lines
        if unit is not None:
            lines = lines[start : start + unit.length]
        made = [
            render(
                kept,
                lines,
                client,
                lambda text, column: to_units(text, column, encoding),
                self.document.uri,
                settings.language,
                settings.rule_pages,
            )
            for finding in findings
            if (kept := adjusted(finding, settings, self.guidance)) is not None and is_marked(kept, settings)
        ]
        if unit is not None:
            self._rendered[unit] = (findings, made)
        return made

    def forget_rendered(self) -> None:
        """After a change of settings or guidance every diagnostic may look different."""
        self._rendered.clear()
        self.last_sent = None


def _after(splice: Splice, findings: list[Finding]) -> list[Finding]:
    """Findings that no analysis finds again, as they are after an edit: moved, or gone with their line."""
    shift = splice.new_end - splice.old_end

    def below(line: int) -> int:
        return shift if line >= splice.old_end else 0

    return [
        replace(
            finding.moved_down(below(finding.span.start_line)),
            notes=tuple(
                note.moved_down(below(note.span.start_line))
                for note in finding.notes
                if note.path is not None or not touches(note.span, splice)
            ),
        )
        for finding in findings
        if not touches(finding.span, splice)
    ]
