"""Quoting a learner's code safely, and taking Markdown away again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meno_analyzers.hints.markdown import (
    as_plain_text,
    code_parts,
    code_span,
    escape,
    one_line,
    prose,
    shorten,
)


def test_shorten_leaves_a_short_text_alone_and_cuts_a_long_one_to_the_limit() -> None:
    assert shorten("total") == "total"
    assert len(shorten("x" * 100)) == 40
    assert shorten("abcdef", limit=4) == "abc…"


def test_shorten_puts_a_text_of_several_lines_on_one() -> None:
    assert shorten("a\n\tb\r\n c") == "a b c"


def test_marks_that_reorder_text_on_the_screen_do_not_get_through() -> None:
    assert one_line("a\u202eb\u2066c\x1b[31m") == "a b c [31m"


def test_a_code_span_with_backticks_gets_a_longer_fence() -> None:
    assert code_span("x") == "`x`"
    assert code_span("a`b") == "``a`b``"
    assert code_span("`a``b`") == "``` `a``b` ```"


@given(st.text())
def test_what_goes_into_a_code_span_comes_out_of_it(code: str) -> None:
    flat = one_line(code)
    span = code_span(code)
    assert "\n" not in span
    assert code_parts(f"see {span} here") == ([flat] if flat else [])


@given(st.text())
def test_escaped_prose_has_no_code_and_reads_the_same_as_plain_text(text: str) -> None:
    assert code_parts(escape(text)) == []
    assert as_plain_text(escape(text)) == one_line(text)


def test_plain_text_keeps_the_words_and_drops_the_marks() -> None:
    markdown = "The *answer* of ``a`b`` is **kept** in `x_y*z*`, see [the page](https://example.org/a)."
    assert as_plain_text(markdown) == "The answer of 'a`b' is kept in `x_y*z*`, see the page."


def test_plain_text_has_headings_as_lines_of_their_own() -> None:
    assert as_plain_text("## What happened\n\nA `list` #2") == "What happened\n\nA `list` #2"
    assert as_plain_text("```python\n# a comment\n```") == "    # a comment"


def test_plain_text_indents_a_block_of_code() -> None:
    assert as_plain_text("Guess:\n\n```python\nif a:\n    b()\n```\n\nThen run.") == (
        "Guess:\n\n    if a:\n        b()\n\nThen run."
    )


def test_names_with_underscores_are_not_taken_for_emphasis() -> None:
    assert as_plain_text("2 * 3 * 4 and snake_case_name") == "2 * 3 * 4 and snake_case_name"


def test_prose_puts_a_short_word_in_place_of_code() -> None:
    assert prose("Look at `very_long_name`, then\n```\ncode\n```\nstop.").split() == (
        ["Look", "at", "it", ",", "then", "stop."]
    )
