"""Cutting code, broken code too, into lexemes, and finding what an edit adds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meno_analyzers.hints.lexemes import DELETE, INDENT, MOVE, edit_between, is_operator, lexemes, shingles


def test_lexemes_come_in_one_form_and_without_comments() -> None:
    assert lexemes("x = 'a'  # note\ny //= 1_000") == ["x", "=", '"a"', "y", "//=", "1000"]


def test_broken_text_is_cut_as_well() -> None:
    assert lexemes("if (x => 'don") == ["if", "(", "x", "=", ">", "'", "don"]


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    assert all(lexemes(text))


def test_an_edit_knows_what_is_new_and_what_was_there() -> None:
    edit = edit_between("a = b - 1\nc = 2\n", "a = b - 1\nc = f(2) - 1\n")
    assert edit.added.keys() >= {"f", "-", "1"}
    assert set(edit.secret) == {"f"}
    assert edit.lines == (("c", "=", "2"),)
    assert edit.new_lines == {("c", "=", "f", "(", "2", ")", "-", "1")}


def test_edits_without_new_tokens_have_marks_of_their_own() -> None:
    assert INDENT in edit_between("for x in y:\n    a\n    b\n", "for x in y:\n    a\nb\n").added
    assert DELETE in edit_between("a = 1\nb = 2\n", "a = 1\n").added
    assert MOVE in edit_between("a()\nb = c\n", "b = c\na()\n").added


def test_the_place_of_a_line_that_is_only_added_is_the_line_above() -> None:
    assert edit_between("a = 1\nprint(b)\n", "a = 1\nb = a\nprint(b)\n").lines == (("a", "=", "1"),)


def test_operators_are_signs_that_say_something() -> None:
    signs = ["<=", "<", "+", ":", "(", "x", '"a"', "1", "<indent>"]
    assert [sign for sign in signs if is_operator(sign)] == ["<=", "<", "+"]


def test_shingles_are_all_runs_of_three() -> None:
    assert shingles(["a", "b", "c", "d"]) == {("a", "b", "c"), ("b", "c", "d")}
    assert shingles(["a"]) == set()
