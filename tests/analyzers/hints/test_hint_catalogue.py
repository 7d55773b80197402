"""The catalogue is complete, fits the rules, and keeps to the rubric for hint texts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator

import pytest

from analyzers.hints.hint_cases import Repair
from meno_analyzers.findings import Category, Finding, Severity
from meno_analyzers.hints import Level, as_plain_text, ladder_for, notice_for
from meno_analyzers.hints.catalogue import FOLDER, Texts, load_entry
from meno_analyzers.hints.readability import reading_grade, words
from meno_analyzers.rules import RULES

MakeFinding = Callable[..., Finding]

CATEGORIES = sorted(str(category) for category in Category if category is not Category.CLEAN)
LADDER_KEYS = {"notice", "orient", "concept", "questions", "example", "chain"}
PAGE_KEYS = {"title", "sees", "why", "silent", "limits", "firing", "silent_example", "references"}

# Words that belittle, blame, praise or order; "just" and "simply" make a hard thing the reader's fault.
BANNED = re.compile(
    r"\b(just|simply|simple|obviously|obvious|clearly|easy|easily|trivial|of course|merely|basically|"
    r"wrong with you|you forgot|you should|your mistake|your error|you failed|careless|stupid|silly|"
    r"great|good job|well done|nice|perfect|congratulations|unfortunately|oops|sorry|please|fix)\b|!(?!`)",
    re.IGNORECASE,
)
CLOSED_QUESTION = re.compile(
    r"(is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b", re.IGNORECASE
)
WORDS = {Level.ORIENT: (10, 60), Level.CONCEPT: (18, 60), Level.QUESTIONS: (8, 75), Level.EXAMPLE: (10, 80)}


def texts_of(kind: str, name: str) -> list[Texts]:
    entry = load_entry(kind, name)  # type: ignore[arg-type]  # the test passes both kinds
    assert entry is not None, f"{kind}/{name}.toml is missing"
    return [entry.texts, *entry.variants.values()]


def all_texts() -> Iterator[tuple[str, Texts]]:
    for rule in sorted(RULES):
        yield from ((rule, texts) for texts in texts_of("rules", rule))
    for category in [*CATEGORIES, "Unknown"]:
        yield from ((category, texts) for texts in texts_of("categories", category))


def every_sentence() -> Iterator[tuple[str, str]]:
    for name, texts in all_texts():
        for template in (texts.notice, texts.orient, texts.concept, *texts.questions):
            yield name, template.markdown(dict.fromkeys(template.gaps, "x"))
        yield name, texts.example


def test_every_rule_has_texts_and_every_file_has_a_rule() -> None:
    assert {path.stem for path in (FOLDER / "en" / "rules").glob("*.toml")} == set(RULES)


def test_every_category_has_texts_and_there_is_a_neutral_one() -> None:
    assert {path.stem for path in (FOLDER / "en" / "categories").glob("*.toml")} == {*CATEGORIES, "Unknown"}


def test_the_files_hold_the_keys_that_are_read_and_no_others() -> None:
    for path in FOLDER.rglob("*.toml"):
        if path.parent.name not in {"rules", "categories"}:
            continue
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        has_page = path.parent.name == "rules" and path.parent.parent.name == "en"
        extra = {"variants", "page"} if has_page else {"variants"}
        assert LADDER_KEYS <= data.keys() <= LADDER_KEYS | extra, path
        assert all(variant.keys() <= LADDER_KEYS for variant in data.get("variants", {}).values()), path
        if has_page:
            assert data["page"].keys() == PAGE_KEYS, path


def test_the_texts_of_a_rule_ask_only_for_values_that_its_findings_offer(rule_id: str) -> None:
    for texts in texts_of("rules", rule_id):
        assert texts.gaps <= set(RULES[rule_id].values)


def test_a_rule_and_its_file_know_the_same_variants(rule_id: str) -> None:
    entry = load_entry("rules", rule_id)
    assert entry is not None
    assert set(entry.variants) == set(RULES[rule_id].variants)


@pytest.mark.parametrize("category", [*CATEGORIES, "Unknown"])
def test_the_texts_of_a_category_need_values_in_the_notice_only(category: str) -> None:
    entry = load_entry("categories", category)
    assert entry is not None
    assert entry.texts.gaps == entry.texts.notice.gaps <= {"function", "code", "chance"}
    assert "chance" in entry.texts.notice.gaps
    assert entry.variants["rule"].gaps == frozenset()


@pytest.mark.parametrize("category", [*CATEGORIES, "Unknown"])
def test_a_model_notice_names_its_uncertainty(category: str, finding: MakeFinding) -> None:
    values = {"function": "grade", "code": "a < b", "chance": "7 in 10"}
    notice = notice_for(finding(f"model/{category}", values))
    assert notice.endswith("(about 7 in 10 that something is off here).")
    assert re.search(r"\b(may|looks?) ", notice)


def test_an_uncertain_rule_says_may_in_its_notice(rule_id: str) -> None:
    if RULES[rule_id].severity in {Severity.INFORMATION, Severity.HINT}:
        assert all(" may " in texts.notice.plain({}) for texts in texts_of("rules", rule_id))


def test_a_notice_is_one_short_sentence(repair: Repair) -> None:
    notice = notice_for(repair.finding)
    assert len(notice) <= 120
    assert notice.endswith(".")
    assert not re.search(r"[.?!] [A-Z]", notice)


def test_every_level_has_a_length_that_can_be_read_in_passing(repair: Repair) -> None:
    ladder = ladder_for(repair.finding)
    for level, (least, most) in WORDS.items():
        assert least <= len(words(ladder.text(level))) <= most, level.name


def test_every_level_reads_at_grade_nine_or_below(repair: Repair) -> None:
    ladder = ladder_for(repair.finding)
    for level in WORDS:
        assert reading_grade(ladder.text(level)) <= 9.0, level.name


@pytest.mark.parametrize("category", [*CATEGORIES, "Unknown"])
def test_the_texts_of_a_category_keep_the_same_measures(category: str, finding: MakeFinding) -> None:
    values = {"function": "grade", "code": "a < b", "chance": "7 in 10"}
    ladder = ladder_for(finding(f"model/{category}", values))
    assert len(as_plain_text(ladder.notice)) <= 130
    for level, (least, most) in WORDS.items():
        assert least <= len(words(ladder.text(level))) <= most, level.name
        assert reading_grade(ladder.text(level)) <= 9.0, level.name


def test_no_text_belittles_blames_praises_or_shouts() -> None:
    found = [
        (name, match.group(), text)
        for name, text in every_sentence()
        for match in [BANNED.search(text)]
        if match
    ]
    assert found == []


def test_every_question_is_one_open_question() -> None:
    for name, texts in all_texts():
        assert 2 <= len(texts.questions) <= 3, name
        for question in texts.questions:
            text = question.markdown({})
            assert text.endswith("?"), (name, text)
            assert text.count("?") == 1, (name, text)
            assert not CLOSED_QUESTION.match(text), (name, text)


def test_orienting_ends_in_something_to_do_or_to_find_out() -> None:
    verbs = ("Compare", "Read", "Find", "Go", "Put", "Then", "If", "Print", "Draw", "Look")
    for name, texts in all_texts():
        last = re.split(r"(?<=[.?]) ", texts.orient.markdown({}))[-1]
        assert last.endswith("?") or last.startswith(verbs), (name, last)


def test_no_text_is_used_twice_for_different_mistakes() -> None:
    seen: dict[str, str] = {}
    for name, texts in all_texts():
        for template in (texts.notice, texts.orient, texts.concept):
            text = template.markdown({gap: f"<{gap}>" for gap in template.gaps})
            assert seen.setdefault(text, name) == name, text


def test_backticks_pair_up_in_every_text() -> None:
    assert [text for _, text in every_sentence() if text.count("`") % 2] == []
