"""Words read back into code, and code into the same form."""

from __future__ import annotations

import pytest

from meno_analyzers.hints.reading import has_run, read_code, read_text


@pytest.mark.parametrize(
    ("code", "reading"),
    [
        ("low <= high", ["low", "<=", "high"]),
        ("parsed_result[name].append(value)", ["parsed", "result", "name", "append", "value"]),
        ("words.reverse()", ["words", "reverse", "()"]),
        ("total += 1", ["total", "+", "1"]),
        ("nets = []", ["nets", "=", "[]"]),
        ("s == ''", ["s", "==", '"']),
    ],
)
def test_code_is_read_without_its_brackets(code: str, reading: list[str]) -> None:
    assert read_code(code) == reading


@pytest.mark.parametrize(
    ("text", "language", "reading"),
    [
        ("low is less than or equal to high", "en", ["low", "<=", "high"]),
        ("the parsed result", "en", ["parsed", "result"]),
        ("one plus `x`", "en", ["1", "+", "x"]),
        ("kleiner oder gleich", "de", ["<="]),
        ("supérieur ou égal à deux", "fr", [">=", "2"]),
        ("x distinto de cero", "es", ["x", "!=", "0"]),
    ],
)
def test_words_are_read_as_code(text: str, language: str, reading: list[str]) -> None:
    assert read_text(text, language) == reading


def test_a_preposition_is_a_sign_in_a_loose_reading_only() -> None:
    assert ">" not in read_text("Look above line 3.")
    assert ">" in read_text("It should be above.", loosely=True)


def test_a_run_stands_item_by_item() -> None:
    assert has_run(["a", "b", "c"], ["b", "c"])
    assert not has_run(["a", "b", "c"], ["a", "c"])
    assert not has_run(["a"], [])
