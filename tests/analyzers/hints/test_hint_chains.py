"""Every rule and every category has a question of each kind, and none of them tells the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from analyzers.hints.hint_cases import Repair
from analyzers.hints.test_hint_catalogue import BANNED, CATEGORIES, CLOSED_QUESTION, texts_of
from meno_analyzers.findings import Finding
from meno_analyzers.hints import Level, check_leak, ladder_for
from meno_analyzers.hints.catalogue import Texts
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.questions import Question, QuestionKind, Rotation
from meno_analyzers.hints.readability import reading_grade, words
from meno_analyzers.rules import RULES

MakeFinding = Callable[..., Finding]
FEWEST_WORDS, MOST_WORDS = 6, 38


def with_chains() -> Iterator[tuple[str, Texts]]:
    for rule in sorted(RULES):
        yield from ((rule, texts) for texts in texts_of("rules", rule))
    for category in [*CATEGORIES, "Unknown"]:
        yield from ((category, texts) for texts in texts_of("categories", category))


def test_every_rule_has_a_question_of_each_kind(rule_id: str) -> None:
    for texts in texts_of("rules", rule_id):
        assert set(texts.chain) == set(QuestionKind)


@pytest.mark.parametrize("category", [*CATEGORIES, "Unknown"])
def test_every_category_has_a_question_of_each_kind_that_needs_no_value(category: str) -> None:
    (texts, *_) = texts_of("categories", category)
    assert set(texts.chain) == set(QuestionKind)
    assert all(question.gaps == frozenset() for question in texts.chain.values())


def test_the_questions_ask_only_for_values_that_the_findings_offer(rule_id: str) -> None:
    for texts in texts_of("rules", rule_id):
        for question in texts.chain.values():
            assert question.gaps <= set(RULES[rule_id].values)


def test_every_question_of_a_chain_is_one_open_question() -> None:
    wrong = []
    for name, texts in with_chains():
        for kind, question in texts.chain.items():
            text = question.markdown({})
            last = re.split(r"(?<=[.:,;]) ", text)[-1]
            fits = text.endswith("?") and text.count("?") == 1 and not BANNED.search(text)
            if not fits or CLOSED_QUESTION.match(text) or CLOSED_QUESTION.match(last):
                wrong.append((name, str(kind), text))
    assert wrong == []


def test_every_question_of_a_chain_can_be_read_in_passing() -> None:
    wrong = []
    for name, texts in with_chains():
        for kind, question in texts.chain.items():
            text = question.markdown({})
            if not FEWEST_WORDS <= len(words(text)) <= MOST_WORDS:
                wrong.append((name, str(kind), len(words(text)), text))
        chain = " ".join(question.markdown({}) for question in texts.chain.values())
        if reading_grade(chain) > 9.0:
            wrong.append((name, "grade", round(reading_grade(chain), 1), chain))
    assert wrong == []


def test_no_question_of_a_chain_is_asked_of_two_rules() -> None:
    seen: dict[str, str] = {}
    for name, texts in with_chains():
        for question in texts.chain.values():
            text = question.markdown({gap: f"<{gap}>" for gap in question.gaps})
            assert seen.setdefault(text, name) == name, text


def test_no_question_of_a_chain_repeats_the_ladder() -> None:
    for name, texts in with_chains():
        ladder = {question.markdown({}) for question in texts.questions}
        assert not ladder & {question.markdown({}) for question in texts.chain.values()}, name


def test_a_chain_does_not_contain_the_fix(repair: Repair) -> None:
    wrong = []
    for question in ladder_for(repair.finding).chain:
        report = check_leak(
            question.text, original=repair.original, repaired=repair.repaired, level=Level.QUESTIONS
        )
        if report.reasons or edit_order(question.text):
            wrong.append((str(question.kind), question.text, report.reasons))
    assert wrong == []


def test_a_chain_as_a_whole_does_not_contain_the_fix(repair: Repair) -> None:
    text = "\n\n".join(question.text for question in ladder_for(repair.finding).chain)
    report = check_leak(text, original=repair.original, repaired=repair.repaired, level=Level.QUESTIONS)
    assert report.reasons == ()


def test_a_model_finding_has_the_chain_of_its_category(finding: MakeFinding) -> None:
    chain = ladder_for(
        finding("model/WrongOperator", {"function": "f", "code": "a + b", "chance": "7 in 10"})
    ).chain
    assert [question.kind for question in chain] == list(QuestionKind)


def _chain(*kinds: QuestionKind) -> tuple[Question, ...]:
    return tuple(Question(kind, f"{kind}?") for kind in kinds)


def test_all_kinds_come_before_one_comes_again() -> None:
    rotation, chain = Rotation(), _chain(*QuestionKind)
    asked = [rotation.next(chain) for _ in range(15)]
    kinds = [question.kind for question in asked if question is not None]
    assert all(before is not after for before, after in zip(kinds, kinds[1:], strict=False))
    assert {kinds.count(kind) for kind in QuestionKind} == {3}


def test_another_finding_goes_on_where_the_last_one_stopped() -> None:
    rotation, chain = Rotation(), _chain(*QuestionKind)
    first = rotation.next(chain)
    other = rotation.next(_chain(*QuestionKind))
    assert first is not None
    assert other is not None
    assert first.kind is not other.kind


def test_no_question_is_asked_twice_in_one_conversation() -> None:
    rotation, chain = Rotation(), _chain(*QuestionKind)
    said: list[str] = []
    while (question := rotation.next(chain, said)) is not None:
        said.append(question.text)
    assert sorted(said) == sorted(question.text for question in chain)


def test_a_kind_comes_twice_in_a_row_only_where_there_is_no_other() -> None:
    rotation = Rotation()
    rotation.asked(QuestionKind.TRACE)
    only = rotation.next(_chain(QuestionKind.TRACE))
    assert only is not None
    assert only.kind is QuestionKind.TRACE
    other = rotation.next(_chain(QuestionKind.TRACE, QuestionKind.EXPLAIN))
    assert other is not None
    assert other.kind is QuestionKind.EXPLAIN


def test_a_kind_that_is_wanted_first_goes_before_all_others_but_the_last() -> None:
    chain = [Question(kind, str(kind)) for kind in QuestionKind]
    rotation = Rotation()

    first = rotation.next(chain, first=QuestionKind.EXPLAIN)
    again = rotation.next(chain, first=QuestionKind.EXPLAIN)

    assert first is not None
    assert first.kind is QuestionKind.EXPLAIN
    assert again is not None
    assert again.kind is not QuestionKind.EXPLAIN, "no kind twice in a row"
    assert Rotation().next(chain[:1], first=QuestionKind.EXPLAIN) == chain[0], "where there is none, another"
