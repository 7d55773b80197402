"""Reading for the origin model: layout is no cue, places are kept, and what cannot be read says so."""

from __future__ import annotations

import pytest

from meno_model.origin.reading import LONGEST_TEXT, UnreadableCode, read_file, read_words

PLAIN = """def mean(values):
    if not values:
        return 0
    return sum(values) / len(values)
"""
DRESSED = '''from typing import List


def mean( values : List[float] )->float :
    """The mean."""

    # nothing to divide by
    if not(values):  return 0
    return ((sum(values))
            / len(values))
'''


def _spellings(text: str) -> list[tuple[str, int]]:
    return [(word.spelling, word.depth) for word in read_words(text)]


def test_layout_comments_and_annotations_are_not_seen() -> None:
    assert _spellings(PLAIN) == _spellings(DRESSED)


def test_words_know_where_they_stand_in_the_original() -> None:
    lines = DRESSED.split("\n")
    names = [word for word in read_words(DRESSED) if word.spelling in ("mean", "values", "sum", "return")]
    for word in names:
        assert word.place is not None
        line, column, end_line, end_column = word.place
        assert (end_line, lines[line][column:end_column]) == (line, word.spelling)


def test_a_file_comes_first_then_functions_and_methods() -> None:
    text = (
        PLAIN
        + "\n\nclass Box:\n    @property\n    def size(self):\n"
        + "        def inner():\n            return 1\n        return inner()\n"
    )
    passages = read_file(text)
    assert [passage.name for passage in passages] == [None, "mean", "Box.size"]
    assert (passages[2].first_line, passages[2].last_line) == (7, 11)
    assert all(word.place is None or 7 <= word.place[0] <= 11 for word in passages[2].words)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def f(:\n    pass\n", "line 1"),
        ("x = 1\x00", "mend the syntax"),
        ("(" * 5000 + ")" * 5000, "mend the syntax"),
        ("x = 1\n" * LONGEST_TEXT, "too long"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(UnreadableCode) as caught:
        read_file(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", '"""Only a docstring."""\n'])
def test_a_file_without_code_has_no_words_that_say_anything(text: str) -> None:
    assert read_file(text)[0].tokens <= 1


def test_carriage_returns_and_wide_characters_do_not_move_places() -> None:
    text = "größe = 1\r\nprint('𝄞', größe)\r\n"
    lines = text.replace("\r\n", "\n").split("\n")
    for word in read_words(text):
        if word.place is not None and word.spelling in ("größe", "print"):
            line, column, _, end = word.place
            assert lines[line][column:end] == word.spelling
