"""A failure in a model's words: what was run stays as it was measured, only the sentences are the model's.

The error, the values, the lines, the category, the tests and the change come from the analysis and are never
asked for. The sentences have to fit a strict contract, the schema of explanations, and the guard; if one of
them does not, the explanation stays as Meno wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meno_analyzers.failures.explanation import Explanation
from meno_analyzers.failures.explanation.guard import Guard
from meno_analyzers.failures.explanation.places import Places
from meno_analyzers.failures.explanation.schema import Action
from meno_analyzers.hints import Level
from meno_analyzers.hints.leak import PUBLIC_NAMES
from meno_analyzers.hints.lexemes import names
from meno_analyzers.hints.markdown import code_parts, prose, shorten
from meno_analyzers.hints.readability import reads_easily
from meno_model.tutor.contract import parse_object, strict_schema
from meno_model.tutor.guard import is_calm, is_text_only, lexicons_for
from meno_model.tutor.privacy import private_source, private_text
from meno_model.tutor.prompting import LONGEST_LINE, Message, filled, load_prompt
from meno_model.tutor.route import Task
from meno_model.tutor.values import Masks

MOST_LINES = 160


class StepWords(BaseModel):
    """One step in the model's words."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    action: Annotated[Action, Field(strict=False)]
    instruction: Annotated[str, Field(min_length=1, max_length=160)]
    what_to_look_for: Annotated[str, Field(min_length=1, max_length=120)]


class Wording(BaseModel):
    """The sentences of an explanation, and nothing of its facts."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    statement: Annotated[str, Field(min_length=1, max_length=240)]
    why: Annotated[str, Field(min_length=1, max_length=300)]
    steps: Annotated[list[StepWords], Field(min_length=2, max_length=5)]
    socratic: Annotated[list[str], Field(min_length=1, max_length=3)]
    takeaway: Annotated[str, Field(min_length=1, max_length=160)]
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]

    @property
    def texts(self) -> list[tuple[str, Level]]:
        """Every sentence with the level of the ladder that it stands on."""
        steps = [text for step in self.steps for text in (step.instruction, step.what_to_look_for)]
        return [
            (self.statement, Level.ORIENT),
            (self.why, Level.CONCEPT),
            *((text, Level.ORIENT) for text in steps),
            *((question, Level.QUESTIONS) for question in self.socratic),
            (self.takeaway, Level.CONCEPT),
        ]


@dataclass(frozen=True, slots=True)
class FailureEvidence:
    """An explanation, and the program that it is about: `repaired` after a change that was run, if one was.

    Of the program the function around the cause is sent, and neither its name nor the repair.
    """

    explanation: Explanation
    source: str
    repaired: str | None = None
    language: str = "en"


def wording_task(evidence: FailureEvidence, masks: Masks) -> Task[Explanation]:
    """What is sent, and how the answer is judged."""
    return Task(
        wording_messages(evidence, masks),
        strict_schema("failure", Wording),
        lambda answer: judge_wording(answer, evidence),
    )


def wording_messages(evidence: FailureEvidence, masks: Masks) -> list[Message]:
    """The system prompt and the request."""
    value = json.dumps(_request(evidence, masks), ensure_ascii=False, indent=1)
    request = filled(load_prompt("failure_request"), {"request": value})
    return [{"role": "system", "content": load_prompt("failure")}, {"role": "user", "content": request}]


def judge_wording(answer: str, evidence: FailureEvidence) -> Explanation | tuple[str, ...]:
    """The explanation with the model's sentences, or the rules that they break."""
    wording = parse_object(answer, Wording, "statement")
    if not isinstance(wording, Wording):
        return wording
    if broken := tuple(_broken(wording, evidence)):
        return broken
    told = evidence.explanation
    steps = [
        {**step.model_dump(mode="json"), "order": number} for number, step in enumerate(wording.steps, 1)
    ]
    plain = told.model_dump(mode="json")
    plain |= {
        "root_cause": {**plain["root_cause"], "statement": wording.statement, "why": wording.why},
        "steps": steps,
        "socratic": wording.socratic,
        "takeaway": wording.takeaway,
    }
    try:
        return Explanation.model_validate_json(json.dumps(plain))
    except ValidationError as problem:
        return tuple(f"{error['msg']}." for error in problem.errors())


def _broken(wording: Wording, evidence: FailureEvidence) -> Iterator[str]:
    cause, places = evidence.explanation.root_cause, Places(evidence.source)
    guard = Guard(evidence.source, evidence.repaired, cause.line_start, evidence.language)
    if not all(guard.keeps(text, level) for text, level in wording.texts):
        yield "Do not tell the learner what to write or to change, in code or in words."
    lexicons = lexicons_for(evidence.language)
    whole = "\n\n".join(text for text, _ in wording.texts)
    if evidence.repaired is None and any(lexicon.supposing.search(prose(whole)) for lexicon in lexicons):
        yield "Do not tell an edit as a case to think about."
    for question in wording.socratic:
        text = prose(question).strip()
        if not text.endswith("?") or text.count("?") != 1:
            yield "Each of socratic is one question that ends in a question mark."
        elif any(lexicon.closed.match(text) for lexicon in lexicons):
            yield "No question may be answerable by yes or no."
    said = {name for text, _ in wording.texts for code in code_parts(text) for name in names(code)}
    known = names(evidence.source) | PUBLIC_NAMES | _measured(evidence.explanation)
    if invented := sorted(said - known):
        yield f"`{shorten(invented[0])}` is no name of this program."
    there = set(places.names_on(cause.line_start, cause.line_end))
    stated = {name for code in code_parts(wording.statement) for name in names(code)}
    if there and not stated & there:
        yield "statement must have a name of the lines in question, between backticks."
    if set(re.findall(r"\w+", wording.takeaway)) & (names(evidence.source) - PUBLIC_NAMES) - _WORDS:
        yield "takeaway must be about programs in general, without names of this one."
    yield from is_calm(whole, evidence.language)
    yield from is_text_only(whole)
    if not reads_easily(whole, evidence.language):
        yield "Use shorter sentences and shorter words, for a reader of fourteen."


# Names that learners give and that sentences are made of.
_WORDS = frozenset(
    "a i x n the to of in is it as for list text word words number numbers name names value values item "
    "items total count sum result answer first last line lines loop test index end start data".split()
)


def _measured(told: Explanation) -> set[str]:
    """The names in what the run has shown: the error, the call, the values."""
    texts = [told.called, told.observed, told.expected, *(part.detail for part in told.evidence)]
    if told.error is not None:
        texts += [told.error.type, told.error.message]
    return {name for text in texts if text for name in names(text)}


def _request(evidence: FailureEvidence, masks: Masks) -> dict[str, Any]:
    told, cause = evidence.explanation, evidence.explanation.root_cause
    places = Places(evidence.source)
    first, last = places.around(cause.line_start)
    if last - first >= MOST_LINES:
        first = max(first, cause.line_start - MOST_LINES // 2)
        last = first + MOST_LINES - 1
    code = private_source("\n".join(places.lines[first - 1 : last]), masks).split("\n")
    facts: dict[str, Any] = {
        "language_of_the_learner": evidence.language,
        "situation": told.situation.value,
        "category": told.category,
        "mechanism": cause.mechanism.value,
        "cause_is_known": told.test_impact.verified,
        "first_line": cause.line_start,
        "last_line": cause.line_end,
        "error": {"type": told.error.type, "message": told.error.message} if told.error else None,
        "called": told.called,
        "observed": told.observed,
        "expected": told.expected,
        "evidence": [part.detail for part in told.evidence],
        "as_meno_says_it": {"statement": cause.statement, "why": cause.why, "questions": list(told.socratic)},
    }
    cleaned: dict[str, Any] = _cleaned(facts, masks)
    return {**cleaned, "code": {str(first + n): line[:LONGEST_LINE] for n, line in enumerate(code)}}


def _cleaned(value: Any, masks: Masks) -> Any:
    """The facts, with every text in them as it may be sent."""
    if isinstance(value, str):
        return private_text(value, masks)
    if isinstance(value, dict):
        return {name: _cleaned(part, masks) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, masks) for part in value]
    return value
