"""Which texts a finding gets, and what they look like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from meno_analyzers.findings import Category, Finding
from meno_analyzers.hints import Level, ladder_for, notice_for
from meno_analyzers.hints.catalogue import base_language, load_entry, parse_entry

MakeFinding = Callable[..., Finding]


def test_the_ladder_speaks_in_the_names_of_the_learner(finding: MakeFinding) -> None:
    values = {"receiver": "scores", "method": "sort", "target": "scores"}
    ladder = ladder_for(finding("ME404", values))
    assert ladder.text(Level.NOTICE) == "After this line `scores` holds none of the items."
    assert "print(scores)" in ladder.text(Level.ORIENT)
    assert ladder.text(Level.QUESTIONS).splitlines()[0] == "- Which of the two kinds is `sort`?"


def test_the_levels_go_from_notice_to_diff_and_the_catalogue_ends_before_the_diff(
    finding: MakeFinding,
) -> None:
    ladder = ladder_for(finding("ME006"))
    assert [level.name for level in Level] == ["NOTICE", "ORIENT", "CONCEPT", "QUESTIONS", "EXAMPLE", "DIFF"]
    assert all(ladder.text(level) for level in Level if level is not Level.DIFF)
    assert ladder.text(Level.DIFF) == ""


def test_a_variant_overrides_single_texts_and_inherits_the_others(finding: MakeFinding) -> None:
    default = ladder_for(finding("ME101", {"name": "totl", "candidates": "`total`"}))
    unknown = ladder_for(finding("ME101", {"name": "totl"}, "unknown"))
    assert unknown.orient != default.orient
    assert unknown.concept == default.concept
    assert "total`" not in unknown.orient


def test_an_unheard_of_variant_gets_the_default_texts(finding: MakeFinding) -> None:
    assert ladder_for(finding("ME006", variant="newer")) == ladder_for(finding("ME006"))


def test_a_rule_without_texts_gets_those_of_its_category_without_odds(finding: MakeFinding) -> None:
    message = notice_for(finding("ME999"))
    assert message == "The key that this line looks up may not be there."


def test_a_model_finding_names_its_odds(finding: MakeFinding) -> None:
    values = {"function": "count_passed", "code": "score > limit", "chance": "7 in 10"}
    assert notice_for(finding("model/WrongComparator", values)) == (
        "The comparison `score > limit` looks unusual next to the rest of `count_passed` "
        "(about 7 in 10 that something is off here)."
    )


def test_a_model_finding_outside_of_functions_says_this_program(finding: MakeFinding) -> None:
    values = {"function": "this program", "code": "total / count", "chance": "8 in 10"}
    assert "the rest of this program (about" in notice_for(finding("model/LogicError", values))


@pytest.mark.parametrize(
    "rule", ["model/NoSuchThing", "model/../rules/ME001", "../../secret", "", "x/y", "ME000"]
)
def test_there_is_always_a_ladder_and_no_rule_name_becomes_a_path(finding: MakeFinding, rule: str) -> None:
    ladder = ladder_for(finding(rule))
    assert all(ladder.text(level) for level in list(Level)[:5])
    assert "{" not in ladder.notice
    assert "…" not in ladder.notice


def test_a_finding_that_lacks_a_value_gets_a_text_that_needs_none(finding: MakeFinding) -> None:
    assert notice_for(finding("ME404", {"method": "sort"})) == notice_for(
        Finding(**{**_fields(finding("ME999")), "category": Category.WRONG_METHOD_CALL})
    )


def _fields(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in Finding.__dataclass_fields__}


@pytest.mark.parametrize("language", ["nl", "nl-BE", "zz", "", "../en", "EN_gb", "x" * 300])
def test_a_language_that_is_not_there_falls_back_to_english(finding: MakeFinding, language: str) -> None:
    assert notice_for(finding("ME006"), language) == notice_for(finding("ME006"))


def test_a_language_tag_is_reduced_to_its_folder() -> None:
    assert base_language("de-AT") == "de"
    assert base_language("pt_BR") == "pt"
    assert base_language("../x") == "en"


def test_another_language_is_another_file_and_the_rest_stays_english(
    finding: MakeFinding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meno_analyzers.hints import catalogue

    english = catalogue.FOLDER / "en"
    (tmp_path / "de" / "rules").mkdir(parents=True)
    (tmp_path / "en").symlink_to(english)
    text = (english / "rules" / "ME006.toml").read_text(encoding="utf-8")
    (tmp_path / "de" / "rules" / "ME006.toml").write_text(
        text.replace("After `else`", "Nach `else`"), "utf-8"
    )
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    load_entry.cache_clear()
    try:
        assert notice_for(finding("ME006"), "de").startswith("Nach `else`")
        assert notice_for(finding("ME012"), "de").startswith("The lines of this block")
    finally:
        load_entry.cache_clear()


def test_a_value_with_backticks_and_braces_harms_neither_the_message_nor_the_markdown(
    finding: MakeFinding,
) -> None:
    hostile = finding("ME502", {"sequence": "a`{sequence}`\n# b"})
    assert notice_for(hostile) == "'a`{sequence}` # b' has no item at the place 'len(a`{sequence}` # b)'."
    assert ladder_for(hostile).notice.startswith("``a`{sequence}` # b``")


def test_a_damaged_catalogue_file_is_a_bug_and_raises() -> None:
    with pytest.raises(KeyError):
        parse_entry('notice = "only this"')
