"""Beginners' versions do what the originals do, and look like a first course."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Iterator
from unittest import mock

import pytest

from meno_model.corpus.exercises import FAMILIES, write_exercises
from meno_model.corpus.variants import beginners

ORIGINAL = '''
def long_words(phrases: list[str], minimum: int = 3) -> list[str]:
    """The long ones."""
    chosen: list[str] = [phrase.upper() for phrase in phrases if len(phrase) >= minimum]
    total = 0
    for phrase in phrases:
        total += len(phrase) * minimum
    label = "many" if total > 20 else "few"
    chosen.append(label)
    return chosen if any(len(phrase) > 4 for phrase in phrases) else [str(total)]
'''
CASES: tuple[tuple[list[str], int], ...] = ((["a", "longer", "word"], 2), ([], 3), (["tiny"], 9))


def versions(text: str, number: int = 40) -> Iterator[str]:
    for seed in range(number):
        made = beginners(text, random.Random(seed))
        if made is not None:
            yield made


def test_every_version_of_a_function_gives_the_same_answers() -> None:
    expected = [_call(ORIGINAL, "long_words", *case) for case in CASES]
    seen = 0
    for made in versions(ORIGINAL):
        if made.startswith("def "):
            assert [_call(made, "long_words", *case) for case in CASES] == expected, made
            seen += 1
    assert seen > 20


def test_hints_and_docstrings_go_and_loops_are_spelled_out() -> None:
    made = "\n".join(versions(ORIGINAL))
    assert "list[str]" not in made
    assert "The long ones" not in made
    assert ".append(" in made
    assert "in range(len(" in made
    assert "total = total + " in made or " + len(" in made


def test_a_function_may_become_a_script_that_reads_and_prints() -> None:
    text = "def doubled(number):\n    twice = number * 2\n    return twice\n"
    scripts = [made for made in versions(text) if "input(" in made]
    assert scripts
    for script in scripts:
        with (
            mock.patch("builtins.input", return_value="21"),
            contextlib.redirect_stdout(io.StringIO()) as out,
        ):
            exec(script, {})
        assert out.getvalue().split() == ["42"]


@pytest.mark.parametrize("text", ["def f(:\n", "", "x = 1\n"])
def test_what_cannot_be_rewritten_stays_away(text: str) -> None:
    assert all(made != text for made in versions(text))


def test_names_never_collide_and_versions_are_reproducible() -> None:
    for family in list(FAMILIES)[:12]:
        for text in write_exercises(family, 2, 1):
            first, second = (beginners(text, random.Random(5)) for _ in range(2))
            assert first == second
            if first is not None:
                compile(first, "version", "exec")


def _call(text: str, name: str, *arguments: object) -> object:
    names: dict[str, object] = {}
    exec(text, names)
    function = names[name]
    assert callable(function)
    return function(*arguments)
