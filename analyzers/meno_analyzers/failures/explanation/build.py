"""Builds the explanation of a failure from its evidence: the same evidence gives the same explanation.

Nothing is run and nothing is asked here. What is not known is said so, and no text below level 5 tells the
repair. Guarded by tests/analyzers/failures/test_explanation.py and test_explanation_leaks.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meno_analyzers.failures.explanation.causes import Cause, cause_of, is_typical
from meno_analyzers.failures.explanation.evidence import Evidence, Failure, alias, failure_of
from meno_analyzers.failures.explanation.guard import Guard, fill
from meno_analyzers.failures.explanation.places import WHOLE, Places
from meno_analyzers.failures.explanation.schema import (
    LEAST_CERTAIN,
    OBSERVATIONS,
    SCHEMA_VERSION,
    ErrorPart,
    EvidenceKind,
    EvidencePart,
    Explanation,
    Limit,
    RootCause,
    Situation,
    Step,
    SuspectPart,
    TestImpact,
    pattern_key,
)
from meno_analyzers.failures.explanation.scrub import scrub
from meno_analyzers.failures.explanation.texts import (
    GENERAL,
    SYNTAX,
    MechanismTexts,
    StepText,
    mechanism_texts,
    page_text,
    situation_texts,
)
from meno_analyzers.failures.honesty import cases_expecting, changed_lines, diff_problems, unified
from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.hints import Ladder, Level, ladder_for, shorten
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.lexemes import lexemes
from meno_analyzers.hints.markdown import code_parts

_STATEMENT, _WHY, _DETAIL, _INSTRUCTION, _LOOK, _QUESTION, _VALUE = 240, 300, 160, 160, 120, 240, 200
_MOST_IDS, _MOST_FRAMES, _MOST_SUSPECTS, _MOST_EVIDENCE = 50, 8, 5, 4
_LEAST_STEPS, _MOST_QUESTIONS = 2, 3
_QUOTED = re.compile(r"'([^\W\d]\w{0,60})'")


def explain(evidence: Evidence, language: str = DEFAULT_LANGUAGE) -> Explanation:
    """The explanation of the failure, at the level that the evidence allows."""
    return _Builder(evidence, language).explanation()


@dataclass(frozen=True, slots=True)
class _Said:
    """The texts that apply: the closest ones, and the general ones that stand in for them."""

    close: MechanismTexts
    general: MechanismTexts
    ladder: Ladder | None  # of the rule that names the cause
    typical: Ladder | None  # of the category, where no rule and no repair says more


class _Builder:
    """Holds what every part of the explanation needs. Made for one explanation."""

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
        self.said = _Said(
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

    def explanation(self) -> Explanation:
        cause, failure = self.cause, self.failure
        finding_id = cause.finding.rule if cause.finding else None
        crashed = failure.situation is Situation.CRASH
        takeaway = self.guard.first([self.said.close.takeaway], Level.CONCEPT)
        texts = self.said.close if takeaway else self.said.general
        return Explanation(
            schema_version=SCHEMA_VERSION,
            level=int(self.level),
            file_alias=shorten(self.evidence.program.main, 120),
            called=_cut(failure.called, 80),
            situation=failure.situation,
            finding_id=finding_id,
            category=cause.category,
            category_evidence=None if finding_id else self._category_evidence(),
            error=self._error(),
            observed=_cut(failure.observed, _VALUE),
            expected=None if crashed else _cut(failure.expected, _VALUE),
            root_cause=self._root_cause(),
            evidence=tuple(self._evidence())[:_MOST_EVIDENCE],
            suspects=() if cause.verified else self._suspects(),
            tried=self._tried(),
            steps=self._steps(),
            socratic=self._questions(),
            diff=self._diff(),
            test_impact=self._impact(),
            takeaway=texts.takeaway,
            takeaway_id=texts.takeaway_id,
            pattern_key=pattern_key(cause.category, finding_id),
            confidence=cause.confidence,
            limits=self._limits(),
        )

    def _name(self) -> str:
        """The name that the texts speak of: one that the error or the rule names, or that the report marks,
        if it is on the lines; or else the first one of the line to look at."""
        cause, failure = self.cause, self.failure
        said = [match.group(1) for match in _QUOTED.finditer(failure.message[:_STATEMENT])]
        ruled = list(cause.finding.values.values()) if cause.finding else []
        focused = self.places.names_on(cause.focus, cause.focus)
        marked = [token for token in lexemes(failure.marked) if token in focused]
        marked.sort(key=focused.index)
        return self.places.subject(cause.first, cause.last, [*said, *ruled, *marked, *focused])

    def _values(self) -> dict[str, str]:
        """What fills the gaps of the texts: the learner's own names."""
        return {
            "line": str(self.cause.focus),
            "function": self.places.function_at(self.cause.focus) or WHOLE,
            "name": self.name,
            "code": self.places.code(self.cause.focus) or "…",
            "call": self.failure.called or WHOLE,
            "error": (self.failure.type or "Exception").rpartition(".")[2],
        }

    def _page(self, group: str, key: str, limit: int, **values: str) -> str | None:
        return fill(page_text(group, key, self.language), {**self.values, **values}, limit)

    def _root_cause(self) -> RootCause:
        situation = self.failure.situation
        flaky = Limit.FLAKY in self.evidence.limits
        close = [] if flaky else [self.said.close.statements[situation]]
        statements = [
            self._notice() if not flaky else None,
            *(fill(template, self.values, _STATEMENT) for template in close),
            fill(self.said.general.statements[situation], self.values, _STATEMENT),
        ]
        general = self.said.general.why.markdown({})
        whys: list[str | None] = []
        if self.level >= Level.CONCEPT and not flaky:
            concept = self.said.ladder.concept if self.said.ladder else None
            concept = concept or (self.said.typical.concept if self.said.typical else None)
            short = concept if concept and len(concept) <= _WHY else None
            whys = [short, fill(self.said.close.why, self.values, _WHY)]
        return RootCause(
            statement=self.guard.first(statements, Level.ORIENT) or self._bare_statement(),
            line_start=self.cause.first,
            line_end=self.cause.last,
            mechanism=self.cause.mechanism,
            why=self.guard.first(whys, Level.CONCEPT) or general,
        )

    def _notice(self) -> str | None:
        """The rule's own sentence, if it is short enough and speaks of something on the lines."""
        ladder = self.said.ladder
        if ladder is None or len(ladder.notice) > _STATEMENT:
            return None
        named = {token for code in code_parts(ladder.notice) for token in lexemes(code)}
        there = self.places.names_on(self.cause.first, self.cause.last)
        return ladder.notice if named & {*there, self.name} else None

    def _bare_statement(self) -> str:
        """What is left when every sentence would tell something: the name alone."""
        return f"`{shorten(self.name, 60)}`"

    def _error(self) -> ErrorPart | None:
        failure = self.failure
        if failure.type is None:
            return None
        last = failure.frames[-1] if failure.frames else None
        return ErrorPart(
            type=shorten(failure.type, 120) or "Exception",
            message=scrub(failure.message, self.evidence.program.source),
            file_alias=last.file_alias if last else None,
            line=last.line if last else None,
            function=last.function if last else None,
            frames=failure.frames[-_MOST_FRAMES:],
        )

    def _category_evidence(self) -> str:
        kind = "verified" if self.cause.verified else "type" if self.failure.type else "situation"
        return self._page("category", kind, _DETAIL) or kind

    def _evidence(self) -> Iterator[EvidencePart]:
        """What the explanation rests on, the strongest first; each points at a test, a line or a rule."""
        found = [*self._proof(), *self._seen(), *self._pointed()]
        yield from found
        if not found:
            detail = self._page("evidence", "nothing", _DETAIL) or "…"
            yield EvidencePart(kind=EvidenceKind.TRACE, detail=detail, ref=self._line_ref(self.cause.focus))

    def _proof(self) -> Iterator[EvidencePart]:
        if self.cause.verified:
            yield from self._part(
                EvidenceKind.TEST,
                self._test_ref(),
                [self._page("evidence", "verified", _DETAIL)],
            )

    def _seen(self) -> Iterator[EvidencePart]:
        """What the failing case showed: two values, an error with a line, or no end."""
        failure = self.failure
        if failure.situation is Situation.NO_END and failure.result is not None:
            yield from self._part(
                EvidenceKind.TEST, self._test_ref(), [self._page("evidence", "ended", _DETAIL)]
            )
        elif failure.observed is not None and failure.expected is not None:
            compared = self._page(
                "evidence", "compared", _DETAIL, observed=failure.observed, expected=failure.expected
            )
            plain = self._page("evidence", "test", _DETAIL)
            yield from self._part(EvidenceKind.TEST, self._test_ref(), [compared, plain])
        elif failure.result is not None and failure.type is None:
            yield from self._part(
                EvidenceKind.TEST, self._test_ref(), [self._page("evidence", "test", _DETAIL)]
            )
        line = failure.line_in(self.evidence.program.main)
        if failure.situation is Situation.CRASH and failure.type and line:
            detail = self._page("evidence", "error", _DETAIL, line=str(line))
            yield from self._part(EvidenceKind.TRACE, self._line_ref(line), [detail])
            yield from self._held(line)

    def _held(self, line: int) -> Iterator[EvidencePart]:
        """The value of a name on the line, when the error came up there."""
        for name in self.places.names_on(line, line):
            if name in self.failure.names:
                value = self.failure.names[name]
                detail = self._page("evidence", "value", _DETAIL, line=str(line), name=name, value=value)
                yield from self._part(EvidenceKind.VALUE, self._line_ref(line), [detail])
                return

    def _pointed(self) -> Iterator[EvidencePart]:
        """What a rule says of the place, and what the ranking says."""
        if self.cause.finding is not None and self.said.ladder is not None:
            notice = self.said.ladder.notice
            short = notice if len(notice) <= _DETAIL else None
            yield from self._part(EvidenceKind.STATIC, self.cause.finding.rule, [short])
        ranked = [suspect for suspect in self.evidence.suspects if "spectrum" in suspect.reasons]
        if ranked and not self.cause.verified and self.places.has(ranked[0].line):
            line = ranked[0].line
            detail = self._page("evidence", "suspect", _DETAIL, line=str(line))
            yield from self._part(EvidenceKind.TRACE, self._line_ref(line), [detail])

    def _part(self, kind: EvidenceKind, ref: str, texts: list[str | None]) -> Iterator[EvidencePart]:
        if detail := self.guard.first(texts, Level.ORIENT):
            yield EvidencePart(kind=kind, detail=detail, ref=ref)

    def _test_ref(self) -> str:
        result = self.failure.result
        return _id(result.id) if result else shorten(self.failure.called or "report", 160)

    def _line_ref(self, line: int) -> str:
        return f"line {line}"

    def _suspects(self) -> tuple[SuspectPart, ...]:
        there = [suspect for suspect in self.evidence.suspects if self.places.has(suspect.line)]
        return tuple(
            SuspectPart(
                line=suspect.line,
                score=min(max(float(suspect.score), 0.0), 1.0),
                reasons=tuple(shorten(reason, 80) for reason in suspect.reasons[:4]),
            )
            for suspect in there[:_MOST_SUSPECTS]
        )

    def _tried(self) -> str | None:
        if self.cause.verified:
            return self._page("tried", "verified", _STATEMENT)
        if self.evidence.tried:
            return self._page("tried", "vain", _STATEMENT, count=str(self.evidence.tried))
        return self._page("tried", "nothing", _STATEMENT)

    def _steps(self) -> tuple[Step, ...]:
        situation = SYNTAX if self.cause.unreadable else str(self.failure.situation)
        frame = situation_texts(situation, self.language)
        wanted = [frame.first, *self.said.close.steps, frame.last]
        spare = list(self.said.general.steps)
        chosen = [(step, *filled) for step in wanted if (filled := self._filled(step)) is not None]
        while spare and (len(chosen) < _LEAST_STEPS or chosen[0][0].action not in OBSERVATIONS):
            # The general steps have no gaps and no code: they are the last resort, whatever the repair is.
            step = spare.pop()
            chosen.insert(0, (step, step.instruction.markdown({}), step.look_for.markdown({})))
        return tuple(
            Step(order=order, action=step.action, instruction=instruction, what_to_look_for=look_for)
            for order, (step, instruction, look_for) in enumerate(chosen, start=1)
        )

    def _filled(self, step: StepText) -> tuple[str, str] | None:
        """The step's two texts, if both fit and tell nothing; a step may tell no more than where to look."""
        instruction = fill(step.instruction, self.values, _INSTRUCTION)
        look_for = fill(step.look_for, self.values, _LOOK)
        if not instruction or not look_for:
            return None
        kept = all(self.guard.keeps(text, Level.ORIENT) for text in (instruction, look_for))
        return (instruction, look_for) if kept else None

    def _questions(self) -> tuple[str, ...]:
        close: list[str | None] = []
        if self.level >= Level.QUESTIONS:
            close = [fill(template, self.values, _QUESTION) for template in self.said.close.questions]
            if ladder := self.said.ladder or self.said.typical:
                close = [*ladder.questions]
        kept = [text for text in close if text and self._may_ask(text)]
        general = [template.markdown({}) for template in self.said.general.questions]
        return tuple((kept or general)[:_MOST_QUESTIONS])

    def _may_ask(self, question: str) -> bool:
        return (
            len(question) <= _QUESTION
            and question.endswith("?")
            and self.guard.keeps(question, Level.QUESTIONS)
        )

    def _diff(self) -> str | None:
        repair, cause = self.evidence.repair, self.cause
        if repair is None or self.level < Level.DIFF:
            return None
        if not cause.verified or cause.confidence < LEAST_CERTAIN:
            return None
        before = self.evidence.program.source
        ids = {result.id for result in self.evidence.failing}
        cases = [case for case in self.evidence.cases if case.id in ids]
        cases += cases_expecting(self.evidence.failing)
        beside = any(
            first < cause.first - 1 or last > cause.last + 1
            for first, last, _ in changed_lines(before, repair.source)
        )
        if beside or diff_problems(before, repair.source, cases):
            return None
        return unified(before, repair.source, alias(self.evidence.program.main, self.evidence.program))

    def _impact(self) -> TestImpact:
        failing = tuple(_id(result.id) for result in self.evidence.failing)
        if self.cause.verified:
            return TestImpact(
                should_pass=failing[:_MOST_IDS], may_change=(), verified=True, not_run_reason=None
            )
        touching = [
            _id(result.id)
            for result in self.evidence.passing
            if result.lines is not None and self.cause.focus in result.lines
        ]
        if Limit.FLAKY in self.evidence.limits:
            reason = "flaky"
        else:
            reason = "none_found" if self.evidence.tried else "no_search"
        return TestImpact(
            should_pass=failing[:_MOST_IDS],
            may_change=tuple(touching[:_MOST_IDS]),
            verified=False,
            not_run_reason=self._page("reasons", reason, _DETAIL) or reason,
        )

    def _limits(self) -> tuple[Limit, ...]:
        known = set(self.evidence.limits)
        if not self.evidence.failing and not self.evidence.passing:
            known.add(Limit.NO_TEST)
        if self.failure.foreign:
            known.add(Limit.THIRD_PARTY)
        return tuple(limit for limit in Limit if limit in known)


def _cut(text: str | None, limit: int) -> str | None:
    return None if text is None else shorten(text, limit)


def _id(text: str) -> str:
    return shorten(text, 160) or "case"
