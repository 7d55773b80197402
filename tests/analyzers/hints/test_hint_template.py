"""Filling the gaps of a text with values that may hold anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meno_analyzers.hints.markdown import code_parts, one_line, shorten
from meno_analyzers.hints.template import PHRASES, VALUE_LIMIT, Template


def test_a_gap_is_filled_inside_a_code_span_and_in_prose() -> None:
    template = Template.parse("The {kind} bracket `{bracket}` of `len({sequence})`")
    assert template.gaps == {"kind", "bracket", "sequence"}
    values = {"kind": "round", "bracket": "(", "sequence": "xs"}
    assert template.markdown(values) == "The round bracket `(` of `len(xs)`"
    assert template.plain(values) == "The round bracket `(` of `len(xs)`"


def test_doubled_braces_stand_for_braces() -> None:
    assert Template.parse("between `{{` and `}}` of {{x}}").markdown({}) == "between `{` and `}` of {x}"


@pytest.mark.parametrize(
    "value", ["a`b", "{name}", "{{", "}", "x\ny", "`", "a``b`", "*b*", "[x](y)", "%s", "\\"]
)
def test_a_value_cannot_break_out_of_its_code_span(value: str) -> None:
    filled = Template.parse("Read `{name}` now").markdown({"name": value})
    assert code_parts(filled) == [one_line(value)]
    assert filled.startswith("Read `")
    assert filled.endswith("` now")


@given(st.text(min_size=1).filter(lambda value: one_line(value) not in PHRASES))
def test_whatever_a_value_holds_the_text_around_it_stays_the_same(value: str) -> None:
    filled = Template.parse("A `{value}` B {value} C").markdown({"value": value})
    assert filled.startswith("A ")
    assert filled.endswith(" C")
    assert "\n" not in filled
    assert code_parts(filled) == ([shorten(value, VALUE_LIMIT)] if one_line(value) else [])


def test_a_long_value_is_cut_but_a_ready_list_of_names_is_not() -> None:
    long = "x" * 200
    assert len(Template.parse("`{name}`").markdown({"name": long})) == VALUE_LIMIT + 2
    names = ", ".join(f"`{'n' * 25}{number}`" for number in range(4))
    assert Template.parse("{candidates}").markdown({"candidates": names}) == names


def test_a_phrase_in_place_of_a_name_loses_its_quotes() -> None:
    template = Template.parse("the rest of `{function}`")
    assert template.markdown({"function": "this program"}) == "the rest of this program"
    assert template.markdown({"function": "grade"}) == "the rest of `grade`"


def test_a_missing_value_shows_as_an_ellipsis() -> None:
    assert Template.parse("Read `{name}`").markdown({}) == "Read `…`"


def test_line_ends_of_the_file_count_as_spaces() -> None:
    assert Template.parse("one\ntwo\n  three\n").markdown({}) == "one two three"
