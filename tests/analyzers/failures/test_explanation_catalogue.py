"""The texts of explanations are complete, fit their limits and keep to Meno's voice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from meno_analyzers.failures.explanation.places import WHOLE
from meno_analyzers.failures.explanation.schema import OBSERVATIONS, Limit, Mechanism, Situation
from meno_analyzers.failures.explanation.texts import (
    EARLIER,
    ENDLESS,
    FOLDER,
    GENERAL,
    OPEN,
    SYNTAX,
    StepText,
    mechanism_texts,
    page_text,
    situation_texts,
)
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.readability import reading_grade, words
from meno_analyzers.hints.template import Template

NAMES = [*(str(mechanism) for mechanism in Mechanism), SYNTAX, GENERAL]
SITUATIONS = [*(str(situation) for situation in Situation), SYNTAX]
GAPS = {"line", "function", "name", "call", "error", "error_line", "error_code"}
# As long as a learner's names may be before they are shortened.
VALUES = {
    "line": "12",
    "function": "average_price_of",
    "name": "remaining_items",
    "error_line": "14",
    "error_code": "total = total + price_of(item)",
    "call": "average_price_of([3, 5, 8])",
    "error": "ZeroDivisionError",
}
BANNED = re.compile(
    r"\b(just|simply|simple|obviously|obvious|clearly|easy|easily|trivial|of course|merely|basically|"
    r"wrong with you|you forgot|you should|your mistake|your error|you failed|careless|stupid|silly|"
    r"great|good job|well done|nice|perfect|congratulations|unfortunately|oops|sorry|please|fix)\b|!",
    re.IGNORECASE,
)
CLOSED_QUESTION = re.compile(
    r"(is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b", re.IGNORECASE
)


def steps() -> Iterator[tuple[str, StepText]]:
    for name in NAMES:
        yield from ((name, step) for step in mechanism_texts(name).steps)
    for name in SITUATIONS:
        texts = situation_texts(name)
        yield name, texts.first
        yield name, texts.last


def templates() -> Iterator[tuple[str, Template, int]]:
    """Every text that is filled, where it stands, and how long it may get."""
    for name in NAMES:
        texts = mechanism_texts(name)
        for situation, statement in texts.statements.items():
            yield f"{name}.{situation}", statement, 240
        yield f"{name}.why", texts.why, 300
        for question in texts.questions:
            yield f"{name}.question", question, 240
        yield f"{name}.takeaway", Template.parse(texts.takeaway), 160
    for name, step in steps():
        yield f"{name}.instruction", step.instruction, 160
        yield f"{name}.look_for", step.look_for, 120


ALL = [
    pytest.param(template, limit, id=f"{n}-{name}") for n, (name, template, limit) in enumerate(templates())
]


@pytest.mark.parametrize("name", NAMES)
def test_every_mechanism_has_texts_for_every_situation(name: str) -> None:
    texts = mechanism_texts(name)
    assert set(texts.statements) == {*Situation, EARLIER} | ({OPEN, ENDLESS} if name == GENERAL else set())
    assert 2 <= len(texts.questions) <= 3
    assert len(texts.steps) == 2
    assert texts.takeaway_id == name


def test_there_is_no_file_for_nothing() -> None:
    known = {*NAMES, "situations", "page"}
    assert {path.stem for path in (FOLDER / "en").glob("*.toml")} == known


def test_the_page_has_words_for_every_limit() -> None:
    assert all(page_text("limits", str(limit)).plain({}) for limit in Limit)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_begins_with_an_observation(name: str) -> None:
    assert situation_texts(name).first.action in OBSERVATIONS


@pytest.mark.parametrize(("template", "limit"), ALL)
def test_a_text_fits_its_limit_with_long_names_and_with_none(template: Template, limit: int) -> None:
    assert template.gaps <= GAPS
    assert len(template.markdown(VALUES)) <= limit
    assert len(template.markdown({**VALUES, "function": WHOLE, "call": WHOLE})) <= limit


@pytest.mark.parametrize(("template", "limit"), ALL)
def test_a_text_keeps_the_voice(template: Template, limit: int) -> None:
    text = template.markdown(VALUES)
    assert not BANNED.search(text)
    assert edit_order(text) is None
    assert text.count("`") % 2 == 0
    assert text.endswith((".", "?", ":", "`", "`."))
    if len(words(text)) >= 10:
        assert reading_grade(text) <= 9.0


def test_every_statement_names_something_of_the_learners() -> None:
    for name in NAMES:
        for situation, statement in mechanism_texts(name).statements.items():
            assert ("function" if situation == ENDLESS else "name") in statement.gaps, (name, situation)


def test_the_last_resort_needs_no_values() -> None:
    general = mechanism_texts(GENERAL)
    texts = [general.why, *general.questions]
    texts += [text for step in general.steps for text in (step.instruction, step.look_for)]
    assert all(not text.gaps and "`" not in text.markdown({}) for text in texts)
    assert {step.action for step in general.steps} <= OBSERVATIONS


def test_every_question_is_one_open_question() -> None:
    for name in NAMES:
        for question in mechanism_texts(name).questions:
            text = question.markdown(VALUES)
            assert text.endswith("?"), text
            assert text.count("?") == 1, text
            assert not CLOSED_QUESTION.match(text), text


def test_every_step_ends_in_something_to_look_for() -> None:
    for name, step in steps():
        text = step.look_for.markdown(VALUES)
        assert text.endswith("?"), (name, text)
        assert text.count("?") == 1, (name, text)


def test_a_takeaway_is_general() -> None:
    for name in NAMES:
        texts = mechanism_texts(name)
        assert "`" not in texts.takeaway
        assert not Template.parse(texts.takeaway).gaps
        assert len(texts.takeaway) <= 160


def test_no_text_is_used_twice() -> None:
    seen: dict[str, str] = {}
    for where, template, _ in templates():
        text = template.markdown({gap: f"<{gap}>" for gap in template.gaps})
        mine = where.split(".")[0]
        assert seen.setdefault(text, mine) == mine, (where, text)


def test_the_sentences_of_the_page_keep_the_voice_too() -> None:
    data = tomllib.loads((FOLDER / "en" / "page.toml").read_text(encoding="utf-8"))
    found = [text for group in data.values() for text in group.values() if BANNED.search(text)]
    assert found == []
