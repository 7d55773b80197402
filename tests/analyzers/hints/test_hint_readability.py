"""The reading grade behaves as the formula says, and code does not count."""

from __future__ import annotations

import pytest

from meno_analyzers.hints.readability import reading_grade, sentences, syllables, words


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("loop", 1),
        ("table", 2),
        ("value", 2),
        ("ended", 2),
        ("stopped", 1),
        ("names", 1),
        ("pieces", 2),
        ("idea", 2),
    ],
)
def test_syllables_are_counted_by_groups_of_vowels(word: str, count: int) -> None:
    assert syllables(word) == count


def test_long_words_in_long_sentences_read_harder_than_short_ones() -> None:
    hard = "Unconditional termination of the surrounding iteration invalidates subsequent computation."
    assert reading_grade(hard) > 12
    assert reading_grade("The loop ends. What is in the list now?") < 4


def test_code_counts_as_one_short_word() -> None:
    with_code = "Print `extraordinarily_complicated_identifier(configuration)` once."
    assert words(with_code) == ["Print", "it", "once"]


def test_a_text_without_words_has_no_grade() -> None:
    assert reading_grade("```\nx = 1\n```") == 0.0


def test_sentences_end_at_marks_and_not_inside_code() -> None:
    assert len(sentences("Run `a.b`. What is it? Look: here.")) == 4
