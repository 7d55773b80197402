"""Where a failure is marked in the learner's text: what an editor shows beside the lines.

Each error is marked where the run left the learner's own code, with the way there and the values that the
line speaks of; a change that was seen to work marks the lines on which it lies, without telling it. All marks
climb the ladder of the one explanation. Guarded by tests/analyzers/failures/test_marks.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meno_analyzers.failures.cases import Case, CaseResult, RunFrame, Verdict
from meno_analyzers.failures.explanation import Explanation
from meno_analyzers.failures.explanation.asked import asked_of, is_check
from meno_analyzers.failures.explanation.markdown import title_of
from meno_analyzers.failures.explanation.schema import UNKNOWN
from meno_analyzers.failures.explanation.texts import page_text
from meno_analyzers.failures.repair.hunks import differing
from meno_analyzers.findings import Category, Edit, Note, Severity, Source, Span
from meno_analyzers.hints import DEFAULT_LANGUAGE, FindingWithLadder, Ladder, Level, shorten
from meno_analyzers.hints.catalogue import load_entry
from meno_analyzers.hints.ladder import NEUTRAL

PREFIX = "run/"
_MOST_VALUES, _MOST_WAY, _MOST_TESTS = 3, 4, 3
_NAME = re.compile(r"[^\W\d]\w*")
_NO_END = {Verdict.TIME, Verdict.MEMORY, Verdict.OUTPUT}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a failing program and is to be marked in its main file.

    `main` is that file's name among the program's, `paths` says where each of them lies. `changed` is the
    text after a change that was seen to work.
    """

    source: str
    main: str
    cases: Sequence[Case]
    results: Sequence[CaseResult]
    explanation: Explanation
    paths: Mapping[str, Path]
    changed: str | None = None


def marks(seen: Seen, language: str = DEFAULT_LANGUAGE) -> list[FindingWithLadder]:
    """The findings of a run, absolute, in the order of the text; at least one."""
    return sorted(_Marks(seen, language).all(), key=lambda finding: finding.span)


class _Marks:
    def __init__(self, seen: Seen, language: str) -> None:
        self.it = seen
        self.language = language
        self.rows = seen.source.split("\n")
        self.cases = {case.id: case for case in seen.cases}
        self.ladder = self._ladder()
        named = seen.explanation.category
        self.category = Category.LOGIC_ERROR if named == UNKNOWN else Category(named)

    def all(self) -> Iterator[FindingWithLadder]:
        told = self.it.explanation
        found = list(self._errors() if self.it.results else self._told_error())
        cause = told.root_cause
        verified = told.test_impact.verified
        lines = {finding.span.start_line + 1 for finding in found}
        if found and (not verified or lines & {*range(cause.line_start, cause.line_end + 1)}):
            yield from (self._with_fix(f) if verified else f for f in found)
            return
        yield from found
        if verified:
            found_here = self._finding("cause", cause.line_start, cause.line_end, self._tests())
            notice = f"{self.ladder.notice} {self._say('decided')}"
            ladder = replace(self.ladder, notice=notice, orient=cause.statement)
            yield self._with_fix(replace(found_here, ladder=ladder))
        elif not found:
            # Nothing certain is known of a line, so the function that was called is marked.
            line = _line_of_function(self.rows, told.called) or cause.line_start
            yield replace(self._finding("failing", line, line, self._tests()), severity=Severity.WARNING)

    def _errors(self) -> Iterator[FindingWithLadder]:
        """One finding for each way in which the run left the main file."""
        ways: dict[tuple[int, str], list[tuple[CaseResult, RunFrame]]] = {}
        for result in self.it.results:
            if result.passed or result.verdict is Verdict.NOT_RUN or result.error is None:
                continue
            own = [frame for frame in result.error.frames if frame.path == self.it.main]
            if own and 1 <= own[-1].line <= len(self.rows):
                ways.setdefault((own[-1].line, result.error.type), []).append((result, own[-1]))
        for (line, name), results in ways.items():
            result, frame = results[0]
            notice = self._notice(result)
            if len(results) == 2:
                notice += " " + self._say("one_more")
            elif len(results) > 2:
                notice += " " + self._say("more", count=str(len(results) - 1))
            finding = self._finding(
                name.rpartition(".")[2], line, line, [*self._values(frame), *self._way(result)]
            )
            yield replace(finding, severity=Severity.ERROR, ladder=replace(self.ladder, notice=notice))

    def _told_error(self) -> Iterator[FindingWithLadder]:
        """The error that a report tells of, which was not run here."""
        error = self.it.explanation.error
        if error is not None and error.line is not None and error.file_alias == self.it.main:
            name = error.type.rpartition(".")[2]
            yield replace(self._finding(name, error.line, error.line, ()), severity=Severity.ERROR)

    def _notice(self, result: CaseResult) -> str:
        called = self._asked(result)
        error = result.error
        if result.verdict in _NO_END or error is None:
            ended = self._say("no_end", call=called) if called else self._say("no_end_alone")
            return f"{ended} {result.sentence}" if result.sentence else ended
        check = "_check" if is_check(called) else ""
        if result.observed is not None and result.expected is not None and called:
            sides = {"observed": result.observed, "expected": result.expected}
            return self._say(f"compared{check}", call=called, **sides)
        if error.type.rpartition(".")[2] == "AssertionError" and called:
            return self._say(f"fails{check}", call=called)
        values = {"error": error.type.rpartition(".")[2], "message": shorten(error.message, 120)}
        name = "crash" if error.message else "bare"
        return self._say(f"{name}_called" if called else name, call=called, **values)

    def _asked(self, result: CaseResult) -> str:
        asked = asked_of(self.cases.get(result.id), result, self.it.main, self.it.source)
        return shorten(asked or "", 80)

    def _values(self, frame: RunFrame) -> Iterator[Note]:
        """What the names on the line held, in the order in which they stand there."""
        named = dict.fromkeys(_NAME.findall(self.rows[frame.line - 1]))
        for name in [name for name in named if name in frame.names][:_MOST_VALUES]:
            text = page_text("marks", "value", self.language)
            yield Note(
                self._span(frame.line, frame.line), text.plain({"name": name, "value": frame.names[name]})
            )

    def _way(self, result: CaseResult) -> Iterator[Note]:
        """The places from which the line was reached, the nearest first; and the test in another file."""
        frames = [frame for frame in (result.error.frames if result.error else ()) if frame.path]
        for frame in list(reversed(frames[:-1]))[:_MOST_WAY]:
            text = page_text("marks", "way", self.language).plain({"function": frame.function})
            yield from self._note(frame, text)

    def _tests(self) -> list[Note]:
        """Where the failing tests stand, as far as that is known."""
        found: list[Note] = []
        for result in self.it.results:
            frames = [frame for frame in (result.error.frames if result.error else ()) if frame.path]
            called = self._asked(result)
            if result.passed or not frames or not called:
                continue
            text = page_text("marks", "test", self.language).plain({"call": called})
            found += self._note(frames[-1], text)
        return found[:_MOST_TESTS]

    def _note(self, frame: RunFrame, text: str) -> list[Note]:
        """The text at the frame's line, in whichever file that is; nothing for a file that nobody knows."""
        if frame.path == self.it.main:
            return [Note(self._span(frame.line, frame.line), text)]
        if frame.path is None or frame.path not in self.it.paths:
            return []
        line = max(frame.line - 1, 0)
        return [Note(Span(line, 0, line, 0), text, str(self.it.paths[frame.path]))]

    def _finding(self, kind: str, first: int, last: int, notes: Sequence[Note]) -> FindingWithLadder:
        return FindingWithLadder(
            rule=f"{PREFIX}{kind}",
            name="failing run",
            category=self.category,
            severity=Severity.HINT,
            confidence=self.it.explanation.confidence,
            source=Source.FAILURE,
            span=self._span(first, last),
            notes=tuple(notes),
            ladder=self.ladder,
        )

    def _with_fix(self, finding: FindingWithLadder) -> FindingWithLadder:
        if self.it.changed is None or self.it.explanation.level < Level.DIFF:
            return finding
        return replace(finding, fix=edits_between(self.it.source, self.it.changed))

    def _span(self, first: int, last: int) -> Span:
        """The code of the lines, without the blanks around it."""
        first, last = (min(max(line, 1), len(self.rows)) - 1 for line in (first, last))
        start, end = self.rows[first], self.rows[last]
        return Span(first, len(start) - len(start.lstrip()), last, len(end.rstrip()))

    def _ladder(self) -> Ladder:
        """The explanation as the rungs of the ladder; the example is that of the kind of mistake."""
        told = self.it.explanation
        failing = [r for r in self.it.results if not r.passed and r.verdict is not Verdict.NOT_RUN]
        certain = [part.detail for part in told.evidence[:1]] if told.test_impact.verified else []
        entry = load_entry("categories", str(told.category), self.language)
        entry = entry or load_entry("categories", NEUTRAL, self.language)
        return Ladder(
            notice=self._notice(failing[0]) if failing else f"{title_of(told, self.language)}.",
            orient=" ".join([*certain, told.root_cause.statement]),
            concept=told.root_cause.why,
            questions=tuple(told.socratic),
            example=entry.texts.example if entry else told.takeaway,
        )

    def _say(self, name: str, **values: str) -> str:
        return page_text("marks", name, self.language).markdown(values)


def edits_between(before: str, after: str) -> tuple[Edit, ...]:
    """The edits that turn one text into the other, whole lines at a time, in the order of the text."""
    rows = before.split("\n")
    found: list[Edit] = []
    for hunk in differing(rows, after.split("\n")):
        text = "\n".join(hunk.rows)
        if hunk.end > hunk.start and hunk.rows:
            span = Span(hunk.start, 0, hunk.end - 1, len(rows[hunk.end - 1]))
        elif hunk.end < len(rows):
            span = Span(hunk.start, 0, hunk.end, 0)
            text += "\n" if hunk.rows else ""
        else:  # lines are added below the last one, or it is taken away: the break above it goes with them
            span = Span(hunk.start - 1, len(rows[hunk.start - 1]), len(rows) - 1, len(rows[-1]))
            text = "\n" + text if hunk.rows else ""
        if found and found[-1].span == span:
            # Two insertions at one place: an editor need not keep their order.
            text = found.pop().text + text
        found.append(Edit(span, text))
    return tuple(found)


def _line_of_function(rows: Sequence[str], called: str | None) -> int | None:
    """The 1-based line on which the function that is called is defined."""
    name = re.match(r"(?:assert\s+)?(\w+)", called or "")
    if name is None:
        return None
    definition = re.compile(rf"\s*(?:async\s+)?(?:def|class)\s+{re.escape(name[1])}\b")
    return next((number for number, row in enumerate(rows, 1) if definition.match(row)), None)


__all__ = ["PREFIX", "Seen", "edits_between", "marks"]
