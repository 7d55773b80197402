"""What the shipped model says of a few programs written for this test; it is silent on their corrections.

These examples show that the whole chain works with the weights in the package; accuracy is in the model card.
"""

from __future__ import annotations

import pytest

from meno_analyzers.findings import Category
from meno_model.predictor import Predictor

COUNT_VOWELS = """def count_vowels(word):
    for letter in word:
        count = 0
        if letter in "aeiou":
            count += 1
    return count


print(count_vowels("banana"))
"""
CLEAN_NAMES = """def clean_names(names):
    cleaned = []
    for name in names:
        cleaned.append(name.strip)
    return cleaned


print(clean_names([" Ada ", "Grace "]))
"""
WARM_DAYS = """def warm_days(temperatures):
    warm = ""
    for temperature in temperatures:
        if temperature > 20:
            warm.append(temperature)
    return warm


print(warm_days([18, 22, 25, 19]))
"""
CORRECTED_VOWELS = """def count_vowels(word):
    count = 0
    for letter in word:
        if letter in "aeiou":
            count += 1
    return count
"""


@pytest.mark.parametrize(
    ("text", "line", "category"),
    [
        (COUNT_VOWELS, 2, Category.WRONG_INITIALIZATION),
        (CLEAN_NAMES, 3, Category.MISSING_CALL),
        (WARM_DAYS, 1, Category.WRONG_INITIALIZATION),
    ],
)
def test_it_speaks_about_a_mistake_it_has_learned(
    shipped: Predictor, text: str, line: int, category: Category
) -> None:
    (finding,) = shipped.findings(text)
    assert (finding.span.start_line, finding.category) == (line, category)


@pytest.mark.parametrize(
    "text",
    [
        CORRECTED_VOWELS,
        CLEAN_NAMES.replace("name.strip", "name.strip()"),
        WARM_DAYS.replace('""', "[]"),
        'def greet(name):\n    print("Hello", name)\n',
        "",
    ],
)
def test_it_is_silent_on_correct_programs(shipped: Predictor, text: str) -> None:
    assert shipped.findings(text) == ()
