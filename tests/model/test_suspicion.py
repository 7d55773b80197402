"""The model's opinion of lines: where the mistake is it suspects most, and it stays within the file."""

from __future__ import annotations

from meno_model.predictor import Predictor
from meno_model.suspicion import suspicion

TWO_FUNCTIONS = """\
def total(marks):
    result = 0
    for mark in marks:
        result += mark
    return result


def count_vowels(word):
    for letter in word:
        count = 0
        if letter in "aeiou":
            count += 1
    return count
"""


def test_the_line_of_the_mistake_is_suspected_most(shipped: Predictor) -> None:
    scores = suspicion(shipped, TWO_FUNCTIONS)

    assert max(scores, key=lambda line: scores[line]) == 10
    assert set(scores) <= set(range(1, 14))
    first, second = (sum(scores.get(line, 0.0) for line in part) for part in (range(1, 6), range(8, 14)))
    assert first < second


def test_a_unit_s_lines_share_its_probability(shipped: Predictor) -> None:
    scores = suspicion(shipped, TWO_FUNCTIONS)

    assert 0 < sum(score for line, score in scores.items() if line > 7) <= 1


def test_what_does_not_parse_has_no_scores(shipped: Predictor) -> None:
    assert suspicion(shipped, "def f(:\n    pass\n") == {}
    assert suspicion(shipped, "") == {}
