"""How people tell a repair in words, and how they talk about code without telling."""

from __future__ import annotations

import pytest

from meno_analyzers.hints.telling import tellings

SEARCH = """\
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
    return -1
"""
REPAIRED = SEARCH.replace("while low < high", "while low <= high")
TURNED = SEARCH.replace("items[middle] ==", "items[middle] !=")


def told(text: str, original: str = SEARCH, repaired: str = REPAIRED, earlier: tuple[str, ...] = ()) -> bool:
    return any(tellings(text, original, repaired, earlier))


@pytest.mark.parametrize(
    "text",
    [
        "It should say less than or equal to.",
        "With at most in that spot it would work.",
        "Read it as while low is less than or equal to high.",
        "A cook reads less than, but the dish wants less than or equal to.",
        "Think of `<=` where `<` stands.",
        "Statt kleiner als lieber kleiner oder gleich.",
        "Il faut inférieur ou égal à.",
        "Mejor menor o igual que.",
        "The loop ends one step too early.",
    ],
)
def test_a_repair_told_in_words_is_seen(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "The loop in `find` goes on while `low < high`, and it stops when the two meet.",
        "What lies between `low` and `high` at the moment when the loop stops?",
        "Put `print(low, high)` above line 3 and run it once.",
        "Which answer should `find` give for a list of one item?",
        "How would you explain this line to a friend?",
    ],
)
def test_a_question_that_tells_nothing_is_none(text: str) -> None:
    assert not told(text)


def test_what_is_the_wrong_way_round_is_told_by_saying_so() -> None:
    assert told("The test is the wrong way round.", TURNED, SEARCH)
    assert not told("The test is the wrong way round.", SEARCH, SEARCH.replace("// 2", "// 3"))


def test_two_turns_are_read_together() -> None:
    original, repaired = SEARCH, SEARCH.replace("items[middle] == wanted", "items[low] == wanted")
    first = "Keep the part middle of line 5 in mind."
    assert told("Compare it with `low`.", original, repaired, (first,))
    assert not told("Compare it with `low`.", original, repaired)
    assert not told("What does `low` hold?", original, repaired, (first,))


def test_equal_programs_have_nothing_to_tell() -> None:
    assert not told("It should say less than or equal to.", SEARCH, SEARCH)
