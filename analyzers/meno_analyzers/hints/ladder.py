"""The hint ladder of a finding: which texts apply, filled with the learner's own names.

The texts of the rule come first, then those of its category, then neutral ones, so there is always a ladder.
The ladder ends at the example: the verified diff of the last level is made by the failure analysis, never
by a catalogue. Guarded by tests/analyzers/hints/test_hint_ladder.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from meno_analyzers.findings import Finding
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, Entry, Texts, load_entry
from meno_analyzers.hints.markdown import as_plain_text
from meno_analyzers.hints.phrases import in_language
from meno_analyzers.hints.questions import Question, QuestionKind
from meno_analyzers.hints.template import Template

MODEL_PREFIX = "model/"
NEUTRAL = "Unknown"
# Category files speak for the model, with its odds. This variant is for a finding that has none.
WITHOUT_ODDS = "rule"


class Level(IntEnum):
    """The rungs, from a neutral symptom to the verified diff."""

    NOTICE = 0
    ORIENT = 1
    CONCEPT = 2
    QUESTIONS = 3
    EXAMPLE = 4
    DIFF = 5


@dataclass(frozen=True, slots=True)
class Ladder:
    """The filled texts of one finding, as Markdown."""

    notice: str
    orient: str
    concept: str
    questions: tuple[str, ...]
    example: str
    chain: tuple[Question, ...] = ()

    def text(self, level: Level) -> str:
        """The text of one rung; empty for the diff, which no catalogue holds."""
        if level is Level.QUESTIONS:
            return "\n".join(f"- {question}" for question in self.questions)
        texts = {
            Level.NOTICE: self.notice,
            Level.ORIENT: self.orient,
            Level.CONCEPT: self.concept,
            Level.EXAMPLE: self.example,
        }
        return texts.get(level, "")


@dataclass(frozen=True, slots=True)
class FindingWithLadder(Finding):
    """A finding that brings its own texts: what was seen when the program was run."""

    ladder: Ladder | None = None


def ladder_for(finding: Finding, language: str = DEFAULT_LANGUAGE) -> Ladder:
    """The whole ladder of the finding, filled in."""
    if isinstance(finding, FindingWithLadder) and finding.ladder is not None:
        return replace(finding.ladder, chain=_chain(finding, None, language))
    texts = texts_for(finding, language)
    values = in_language(finding.values, texts.language)
    return Ladder(
        notice=texts.notice.markdown(values),
        orient=texts.orient.markdown(values),
        concept=texts.concept.markdown(values),
        questions=tuple(question.markdown(values) for question in texts.questions),
        example=texts.example,
        chain=_chain(finding, texts, language),
    )


def _chain(finding: Finding, own: Texts | None, language: str) -> tuple[Question, ...]:
    """One question of each kind: the rule's own, and its category's where a gap cannot be filled."""
    known = finding.values.keys()
    found: dict[QuestionKind, tuple[Template, str]] = {}
    for category in (NEUTRAL, str(finding.category)):
        if entry := load_entry("categories", category, language):
            found |= {kind: (text, entry.texts.language) for kind, text in entry.texts.chain.items()}
    if own is not None:
        found |= {kind: (text, own.language) for kind, text in own.chain.items() if text.gaps <= known}
    return tuple(
        Question(kind, text.markdown(in_language(finding.values, said_in)))
        for kind in QuestionKind
        if kind in found
        for text, said_in in [found[kind]]
    )


def notice_for(finding: Finding, language: str = DEFAULT_LANGUAGE) -> str:
    """The diagnostic's message: the notice as plain text."""
    if isinstance(finding, FindingWithLadder) and finding.ladder is not None:
        return as_plain_text(finding.ladder.notice)
    texts = texts_for(finding, language)
    return texts.notice.plain(in_language(finding.values, texts.language))


def texts_for(finding: Finding, language: str = DEFAULT_LANGUAGE) -> Texts:
    """The first texts, from the narrowest to the neutral ones, whose gaps the finding can all fill."""
    # The wider ones are read only where they are needed: a file of texts costs a key more than its rule.
    for texts in _narrowest_first(finding.rule, str(finding.category), finding.variant, language):
        if texts.gaps <= finding.values.keys():
            break
    return texts


def _narrowest_first(rule: str, category: str, variant: str | None, language: str) -> Iterator[Texts]:
    if rule.startswith(MODEL_PREFIX):
        category = rule.removeprefix(MODEL_PREFIX)
        with_odds = [load_entry("categories", name, language) for name in (category, NEUTRAL)]
        yield from (entry.texts for entry in with_odds if entry)
    elif own := load_entry("rules", rule, language):
        yield own.variants.get(variant or "", own.texts)
        yield own.texts
    for name in (category, NEUTRAL):
        if entry := load_entry("categories", name, language):
            yield _without_odds(entry)


def _without_odds(entry: Entry) -> Texts:
    return entry.variants.get(WITHOUT_ODDS, entry.texts)
