"""What an explanation rests on: the failing case, the error's line, values, rules, a change that was run."""

from __future__ import annotations

from collections.abc import Iterator

from meno_analyzers.failures.explanation.asked import is_check
from meno_analyzers.failures.explanation.context import Context
from meno_analyzers.failures.explanation.evidence import alias
from meno_analyzers.failures.explanation.schema import EvidenceKind, EvidencePart, Situation
from meno_analyzers.hints import Level, shorten

MOST_GROUNDS = 4
LONGEST_ID = 160
_DETAIL = 160


def grounds_of(context: Context) -> tuple[EvidencePart, ...]:
    """The strongest grounds first, at most as many as the schema takes."""
    return tuple(_Grounds(context).parts())[:MOST_GROUNDS]


def case_id(text: str) -> str:
    """The id of a case as it is referred to."""
    return shorten(text, LONGEST_ID) or "case"


class _Grounds:
    def __init__(self, context: Context) -> None:
        self.it = context

    def parts(self) -> Iterator[EvidencePart]:
        """What the explanation rests on, the strongest first; each points at a test, a line or a rule."""
        found = [*self._proof(), *self._seen(), *self._pointed()]
        yield from found
        if not found:
            detail = self.it.page("evidence", "nothing", _DETAIL) or "…"
            yield EvidencePart(
                kind=EvidenceKind.TRACE, detail=detail, ref=self._line_ref(self.it.cause.focus)
            )

    def _proof(self) -> Iterator[EvidencePart]:
        if self.it.cause.verified:
            yield from self._part(
                EvidenceKind.TEST,
                self._test_ref(),
                [self.it.page("evidence", "verified", _DETAIL)],
            )

    def _seen(self) -> Iterator[EvidencePart]:
        """What the failing case showed: two values, an error with a line, or no end."""
        failure = self.it.failure
        if failure.situation is Situation.NO_END and failure.result is not None:
            yield from self._part(
                EvidenceKind.TEST, self._test_ref(), [self.it.page("evidence", "ended", _DETAIL)]
            )
        elif failure.observed is not None and failure.expected is not None:
            key = "compared_check" if is_check(failure.called) else "compared"
            sides = {"observed": failure.observed, "expected": failure.expected}
            compared = self.it.page("evidence", key, _DETAIL, **sides)
            plain = self.it.page("evidence", "test", _DETAIL)
            yield from self._part(EvidenceKind.TEST, self._test_ref(), [compared, plain])
        elif failure.result is not None and failure.type is None:
            yield from self._part(
                EvidenceKind.TEST, self._test_ref(), [self.it.page("evidence", "test", _DETAIL)]
            )
        line = failure.line_in(self.it.evidence.program.main)
        if failure.situation is Situation.CRASH and failure.type and line:
            detail = self.it.page("evidence", "error", _DETAIL, line=str(line))
            yield from self._part(EvidenceKind.TRACE, self._line_ref(line), [detail])
            yield from self._held(line)

    def _held(self, line: int) -> Iterator[EvidencePart]:
        """The value of a name on the line, when the error came up there."""
        if self.it.failure.frames[-1].file_alias != alias(
            self.it.evidence.program.main, self.it.evidence.program
        ):
            return
        for name in self.it.places.names_on(line, line):
            if name in self.it.failure.names:
                value = self.it.failure.names[name]
                detail = self.it.page("evidence", "value", _DETAIL, line=str(line), name=name, value=value)
                yield from self._part(EvidenceKind.VALUE, self._line_ref(line), [detail])
                return

    def _pointed(self) -> Iterator[EvidencePart]:
        """What a rule says of the place, and what the ranking says."""
        if self.it.cause.finding is not None and self.it.said.ladder is not None:
            notice = self.it.said.ladder.notice
            short = notice if len(notice) <= _DETAIL else None
            yield from self._part(EvidenceKind.STATIC, self.it.cause.finding.rule, [short])
        ranked = [suspect for suspect in self.it.evidence.suspects if "spectrum" in suspect.reasons]
        compared = bool(self.it.evidence.passing)
        if ranked and compared and not self.it.cause.verified and self.it.places.has(ranked[0].line):
            line = ranked[0].line
            detail = self.it.page("evidence", "suspect", _DETAIL, line=str(line))
            yield from self._part(EvidenceKind.TRACE, self._line_ref(line), [detail])

    def _part(self, kind: EvidenceKind, ref: str, texts: list[str | None]) -> Iterator[EvidencePart]:
        if detail := self.it.guard.first(texts, Level.ORIENT):
            yield EvidencePart(kind=kind, detail=detail, ref=ref)

    def _test_ref(self) -> str:
        result = self.it.failure.result
        return case_id(result.id) if result else shorten(self.it.failure.called or "report", 160)

    def _line_ref(self, line: int) -> str:
        return f"line {line}"
