"""Builds the explanation of a failure from its evidence: the same evidence gives the same explanation.

Nothing is run and nothing is asked here. What is not known is said so, and no text below level 5 tells the
repair. Guarded by tests/analyzers/failures/test_explanation.py and test_explanation_leaks.py.
"""

from __future__ import annotations

from meno_analyzers.failures.explanation.asked import is_check
from meno_analyzers.failures.explanation.context import Context
from meno_analyzers.failures.explanation.evidence import Evidence, alias
from meno_analyzers.failures.explanation.grounds import case_id, grounds_of
from meno_analyzers.failures.explanation.guard import fill
from meno_analyzers.failures.explanation.schema import (
    LEAST_CERTAIN,
    OBSERVATIONS,
    SCHEMA_VERSION,
    ErrorPart,
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
    CHECK,
    SYNTAX,
    StepText,
    situation_texts,
)
from meno_analyzers.failures.honesty import cases_expecting, changed_lines, diff_problems, unified
from meno_analyzers.hints import Level, shorten
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE
from meno_analyzers.hints.lexemes import lexemes
from meno_analyzers.hints.markdown import code_parts

_STATEMENT, _WHY, _DETAIL, _INSTRUCTION, _LOOK, _QUESTION, _VALUE = 240, 300, 160, 160, 120, 240, 200
_MOST_IDS, _MOST_FRAMES, _MOST_SUSPECTS = 50, 8, 5
_LEAST_STEPS, _MOST_QUESTIONS = 2, 3


def explain(evidence: Evidence, language: str = DEFAULT_LANGUAGE) -> Explanation:
    """The explanation of the failure, at the level that the evidence allows."""
    return _Builder(Context(evidence, language)).explanation()


class _Builder:
    def __init__(self, context: Context) -> None:
        self.it = context

    def explanation(self) -> Explanation:
        cause, failure = self.it.cause, self.it.failure
        finding_id = cause.finding.rule if cause.finding else None
        crashed = failure.situation is Situation.CRASH
        takeaway = self.it.guard.first([self.it.said.close.takeaway], Level.CONCEPT)
        texts = self.it.said.close if takeaway else self.it.said.general
        return Explanation(
            schema_version=SCHEMA_VERSION,
            level=int(self.it.level),
            file_alias=shorten(self.it.evidence.program.main, 120),
            called=_cut(failure.called, 80),
            situation=failure.situation,
            finding_id=finding_id,
            category=cause.category,
            category_evidence=None if finding_id else self._category_evidence(),
            error=self._error(),
            observed=_cut(failure.observed, _VALUE),
            expected=None if crashed else _cut(failure.expected, _VALUE),
            root_cause=self._root_cause(),
            evidence=grounds_of(self.it),
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

    def _root_cause(self) -> RootCause:
        key = self.it.statement
        flaky = Limit.FLAKY in self.it.evidence.limits
        close = [] if flaky or key not in self.it.said.close.statements else [key]
        statements = [
            self._notice() if not flaky else None,
            *(fill(self.it.said.close.statements[name], self.it.values, _STATEMENT) for name in close),
            fill(self.it.said.general.statements[key], self.it.values, _STATEMENT),
        ]
        general = self.it.said.general.why.markdown({})
        whys: list[str | None] = []
        if self.it.level >= Level.CONCEPT and not flaky:
            concept = self.it.said.ladder.concept if self.it.said.ladder else None
            concept = concept or (self.it.said.typical.concept if self.it.said.typical else None)
            short = concept if concept and len(concept) <= _WHY else None
            whys = [short, fill(self.it.said.close.why, self.it.values, _WHY)]
        return RootCause(
            statement=self.it.guard.first(statements, Level.ORIENT) or self._bare_statement(),
            line_start=self.it.cause.first,
            line_end=self.it.cause.last,
            mechanism=self.it.cause.mechanism,
            why=self.it.guard.first(whys, Level.CONCEPT) or general,
        )

    def _notice(self) -> str | None:
        """The rule's own sentence, if it is short enough and speaks of something on the lines."""
        ladder = self.it.said.ladder
        if ladder is None or len(ladder.notice) > _STATEMENT:
            return None
        named = {token for code in code_parts(ladder.notice) for token in lexemes(code)}
        there = self.it.places.names_on(self.it.cause.first, self.it.cause.last)
        return ladder.notice if named & {*there, self.it.name} else None

    def _bare_statement(self) -> str:
        """What is left when every sentence would tell something: the name alone."""
        return f"`{shorten(self.it.name, 60)}`"

    def _error(self) -> ErrorPart | None:
        failure = self.it.failure
        if failure.type is None:
            return None
        last = failure.frames[-1] if failure.frames else None
        return ErrorPart(
            type=shorten(failure.type, 120) or "Exception",
            message=scrub(failure.message, self.it.evidence.program.source),
            file_alias=last.file_alias if last else None,
            line=last.line if last else None,
            function=last.function if last else None,
            frames=failure.frames[-_MOST_FRAMES:],
        )

    def _category_evidence(self) -> str:
        kind = "verified" if self.it.cause.verified else "type" if self.it.failure.type else "situation"
        return self.it.page("category", kind, _DETAIL) or kind

    def _suspects(self) -> tuple[SuspectPart, ...]:
        there = [suspect for suspect in self.it.evidence.suspects if self.it.places.has(suspect.line)]
        # A line that comes last without anything that speaks of it is no suspect for a reader.
        there = [suspect for suspect in there if suspect.reasons] or there
        return tuple(
            SuspectPart(
                line=suspect.line,
                score=min(max(float(suspect.score), 0.0), 1.0),
                reasons=tuple(shorten(reason, 80) for reason in suspect.reasons[:4]),
            )
            for suspect in there[:_MOST_SUSPECTS]
        )

    def _tried(self) -> str | None:
        if self.it.cause.verified:
            return self.it.page("tried", "verified", _STATEMENT)
        if self.it.evidence.tried:
            return self.it.page("tried", "vain", _STATEMENT, count=str(self.it.evidence.tried))
        return self.it.page("tried", "nothing", _STATEMENT)

    def _steps(self) -> tuple[Step, ...]:
        frame = situation_texts(self._seen_as(), self.it.language)
        wanted = [frame.first, *self.it.said.close.steps, frame.last]
        spare = list(self.it.said.general.steps)
        chosen = [(step, *filled) for step in wanted if (filled := self._filled(step)) is not None]
        while spare and (len(chosen) < _LEAST_STEPS or chosen[0][0].action not in OBSERVATIONS):
            # The general steps have no gaps and no code: they are the last resort, whatever the repair is.
            step = spare.pop()
            chosen.insert(0, (step, step.instruction.markdown({}), step.look_for.markdown({})))
        return tuple(
            Step(order=order, action=step.action, instruction=instruction, what_to_look_for=look_for)
            for order, (step, instruction, look_for) in enumerate(chosen, start=1)
        )

    def _seen_as(self) -> str:
        """The situation, as far as the steps go: a check that stands in the program is looked at there."""
        it = self.it
        if it.cause.unreadable:
            return SYNTAX
        in_place = it.failure.line_in(it.evidence.program.main) is not None
        return CHECK if in_place and is_check(it.failure.called) else str(it.failure.situation)

    def _filled(self, step: StepText) -> tuple[str, str] | None:
        """The step's two texts, if both fit and tell nothing; a step may tell no more than where to look."""
        if self.it.nameless and "name" in step.instruction.gaps | step.look_for.gaps:
            return None
        instruction = fill(step.instruction, self.it.values, _INSTRUCTION)
        look_for = fill(step.look_for, self.it.values, _LOOK)
        if not instruction or not look_for:
            return None
        kept = all(self.it.guard.keeps(text, Level.ORIENT) for text in (instruction, look_for))
        return (instruction, look_for) if kept else None

    def _questions(self) -> tuple[str, ...]:
        close: list[str | None] = []
        if self.it.level >= Level.QUESTIONS:
            fitting = [t for t in self.it.said.close.questions if not (self.it.nameless and "name" in t.gaps)]
            close = [fill(template, self.it.values, _QUESTION) for template in fitting]
            if ladder := self.it.said.ladder or self.it.said.typical:
                close = [*ladder.questions]
        kept = [text for text in close if text and self._may_ask(text)]
        general = [template.markdown({}) for template in self.it.said.general.questions]
        return tuple((kept or general)[:_MOST_QUESTIONS])

    def _may_ask(self, question: str) -> bool:
        return (
            len(question) <= _QUESTION
            and question.endswith("?")
            and self.it.guard.keeps(question, Level.QUESTIONS)
        )

    def _diff(self) -> str | None:
        repair, cause = self.it.evidence.repair, self.it.cause
        if repair is None or self.it.level < Level.DIFF:
            return None
        if not cause.verified or cause.confidence < LEAST_CERTAIN:
            return None
        before = self.it.evidence.program.source
        ids = {result.id for result in self.it.evidence.failing}
        cases = [case for case in self.it.evidence.cases if case.id in ids]
        cases += cases_expecting(self.it.evidence.failing)
        beside = any(
            first < cause.first - 1 or last > cause.last + 1
            for first, last, _ in changed_lines(before, repair.source)
        )
        if beside or diff_problems(before, repair.source, cases):
            return None
        return unified(before, repair.source, alias(self.it.evidence.program.main, self.it.evidence.program))

    def _impact(self) -> TestImpact:
        failing = tuple(case_id(result.id) for result in self.it.evidence.failing)
        if self.it.cause.verified:
            return TestImpact(
                should_pass=failing[:_MOST_IDS], may_change=(), verified=True, not_run_reason=None
            )
        touching = [
            case_id(result.id)
            for result in self.it.evidence.passing
            if result.lines is not None and self.it.cause.focus in result.lines
        ]
        if Limit.FLAKY in self.it.evidence.limits:
            reason = "flaky"
        else:
            reason = "none_found" if self.it.evidence.tried else "no_search"
        return TestImpact(
            should_pass=failing[:_MOST_IDS],
            may_change=tuple(touching[:_MOST_IDS]),
            verified=False,
            not_run_reason=self.it.page("reasons", reason, _DETAIL) or reason,
        )

    def _limits(self) -> tuple[Limit, ...]:
        known = set(self.it.evidence.limits)
        if not self.it.evidence.failing and not self.it.evidence.passing:
            known.add(Limit.NO_TEST)
        if self.it.failure.foreign:
            known.add(Limit.THIRD_PARTY)
        return tuple(limit for limit in Limit if limit in known)


def _cut(text: str | None, limit: int) -> str | None:
    return None if text is None else shorten(text, limit)
