"""The document store against plain string surgery, in every encoding and with every line end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meno_analyzers.source import Document, Encoding
from meno_analyzers.source.lines import content_length, split_lines
from meno_analyzers.source.positions import from_bytes, from_units, to_units

# What editors send that text libraries stumble over: other Unicode line ends, surrogate pairs, lone "\r".
PIECES = ["a", "é", "😀", "\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\x1c", "\0", " ", "x = 1\n"]
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(texts)
def test_lines_end_only_where_python_and_the_protocol_say(text: str) -> None:
    lines = split_lines(text)

    assert "".join(lines) == text
    assert len(lines) == text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])
    assert not lines[-1].endswith(("\n", "\r"))


@settings(max_examples=300, deadline=None)
@given(texts, st.data())
def test_a_splice_does_what_string_surgery_does(text: str, data: st.DataObject) -> None:
    document = Document("", text)
    for _ in range(4):
        encoding = data.draw(st.sampled_from(list(Encoding)))
        places = sorted(data.draw(place(document)) for _ in range(2))
        insert = data.draw(texts)
        before = document.text
        start, end = (offset(document, line, column) for line, column in places)
        in_units = [(line, to_units(document.lines[line], column, encoding)) for line, column in places]

        splice = document.splice(in_units[0], in_units[1], insert, encoding)

        assert document.text == before[:start] + insert + before[end:]
        assert document.lines == split_lines(document.text)
        assert 0 <= splice.first <= splice.new_end <= len(document.lines)


def place(document: Document) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, len(document.lines) - 1).flatmap(
        lambda line: st.tuples(st.just(line), st.integers(0, content_length(document.lines[line])))
    )


def offset(document: Document, line: int, column: int) -> int:
    return sum(map(len, document.lines[:line])) + column


def test_an_edit_below_a_form_feed_lands_on_its_own_line() -> None:
    document = Document("", "a = 1\n\f\nb = 2\n")

    document.splice((2, 4), (2, 5), "3")

    assert document.text == "a = 1\n\f\nb = 3\n"


def test_positions_outside_the_text_are_clamped_into_it() -> None:
    document = Document("", "ab\ncd")

    document.splice((0, 99), (0, 99), "!")
    document.splice((77, 0), (99, 5), "?")
    document.splice((-1, 0), (-1, 0), ">")

    assert document.text == ">ab!\ncd?"


def test_a_reversed_range_is_put_in_order() -> None:
    document = Document("", "abc\n")

    document.splice((0, 2), (0, 1), "X")

    assert document.text == "aXc\n"


@pytest.mark.parametrize(
    ("encoding", "units"), [(Encoding.UTF8, 4), (Encoding.UTF16, 2), (Encoding.UTF32, 1)]
)
def test_columns_count_the_units_of_the_encoding(encoding: Encoding, units: int) -> None:
    assert to_units("😀x", 1, encoding) == units
    assert from_units("😀x", units, encoding) == 1
    assert from_units("😀x", units - 1, encoding) == (1 if units == 1 and units - 1 else 0)


def test_bytes_of_the_syntax_tree_become_characters() -> None:
    assert from_bytes('é = "😀"', len("é = ".encode())) == 4
