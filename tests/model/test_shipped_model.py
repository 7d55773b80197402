"""What the shipped model says of a few programs written for this test; it is silent on their corrections.

These examples show that the whole chain works with the weights in the package; accuracy is in the model card.
"""

from __future__ import annotations

import pytest

from meno_analyzers.findings import Category
from meno_model.predictor import Predictor

TOTAL = """def total(prices):
    result = 0
    for price in prices:
        result += price
        return result


print(total([3, 4]))
"""
SAME_WORD = """def same_word(first, second):
    return first.lower == second.lower


print(same_word("Ada", "ada"))
"""
WARM_DAYS = """def warm_days(temperatures):
    warm = ""
    for temperature in temperatures:
        if temperature > 20:
            warm.append(temperature)
    return warm


print(warm_days([18, 22, 25, 19]))
"""


@pytest.mark.parametrize(
    ("text", "line", "category"),
    [
        (TOTAL, 4, Category.LOGIC_ERROR),
        (SAME_WORD, 1, Category.MISSING_CALL),
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
        TOTAL.replace("        return", "    return"),
        SAME_WORD.replace("lower", "lower()"),
        WARM_DAYS.replace('""', "[]"),
        'def greet(name):\n    print("Hello", name)\n',
        "",
    ],
)
def test_it_is_silent_on_correct_programs(shipped: Predictor, text: str) -> None:
    assert shipped.findings(text) == ()
