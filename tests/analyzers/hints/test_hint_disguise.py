"""Text that hides what it says is refused as such, and decoded for the leak check."""

from __future__ import annotations

import base64

import pytest

from meno_analyzers.hints.disguise import decoded, disguises, plain_form

SOURCE = "def f(low, high):\n    return low < high  # ≤ π\n"


@pytest.mark.parametrize(
    "text",
    [
        "It looks like lоw to me.",  # a Cyrillic o
        "It looks like ｌｏｗ to me.",
        "It lo\u200boks like this.",
        "Letter by letter it is w-h-i-l-e.",
        "It is l e s s here.",
        "A riddle for you.",
        "Read this from the right: dna.",
        f"Here you are: {base64.b64encode(b'while low <= high').decode()}",
        "The numbers are 119 104 105 108 101.",
        "The codes are 7768696c65206c6f77.",
        "Das Zeichen ist nicht das, was du in der Zeile haben willst.",
        "Le signe est dans la ligne, et il ne va pas avec les autres.",
        "El signo de la línea no es el que quieres para el caso.",
        "Juvyr ybj yrff guna uvtu gbtrgure jvgu rdhnyf.",
    ],
)
def test_a_disguise_is_named(text: str) -> None:
    assert any(disguises(text, SOURCE))


@pytest.mark.parametrize(
    "text",
    [
        "What does `low` hold at the moment when the loop stops?",
        "Python stops with a RecursionError after about a thousand calls.",
        "Take 3, 5, 8, 2 and 1, and count the 2nd turn.",
        "The sign π and the sign ≤ stand in a comment of yours.",
        "“Nothing” has a name – it’s `None` … in Python.",
    ],
)
def test_plain_text_is_none(text: str) -> None:
    assert list(disguises(text, SOURCE)) == []


def test_a_german_learner_reads_german() -> None:
    text = "Was steht in der Zeile, und wie oft wird sie ausgeführt?"
    assert list(disguises(text, SOURCE, "de")) == []
    assert any(disguises("What is on the line, and how often does it run when it is called?", SOURCE, "de"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is lоw.", "It is low."),
        ("Look: bG93IDw9IGhpZ2g=", "`low <= high`"),
        ("Codes: 108 111 119 60 61", "low<="),
        ("It is h-i-g-h-e-r.", "higher"),
        ("Words: high equal less low", "low less equal high Words:"),
    ],
)
def test_a_disguised_text_is_decoded(text: str, said: str) -> None:
    assert said in list(decoded(text, SOURCE))


def test_the_plain_form_has_plain_signs() -> None:
    assert plain_form("ｌ\u200bоw ＜＝ 3") == "low <= 3"
