"""The leak detector by itself: what it catches, what it lets pass, and how a conversation adds up."""

from __future__ import annotations

import pytest

from meno_analyzers.hints import ConversationBudget, LeakReport, Level, check_leak
from meno_analyzers.hints.leak import edit_order, loose_code, sentences

SEARCH = """\
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] > wanted:
            high = middle - 1
        else:
            low = middle + 1
    return -1
"""
SEARCH_REPAIRED = SEARCH.replace("while low < high", "while low <= high")

AVERAGE = "def average(values):\n    total = sum(values)\n    return total\n"
AVERAGE_REPAIRED = AVERAGE.replace("return total", "return round(total / len(values), 2)")


def search(text: str, level: Level = Level.QUESTIONS) -> LeakReport:
    return check_leak(text, original=SEARCH, repaired=SEARCH_REPAIRED, level=level)


def average(text: str, level: Level = Level.QUESTIONS) -> LeakReport:
    return check_leak(text, original=AVERAGE, repaired=AVERAGE_REPAIRED, level=level)


@pytest.mark.parametrize(
    "text",
    [
        "What does the window `low == high` mean in your program: empty, or one item left?",
        "Which two values does `low < high` compare on the last turn of `find([3], 3)`?",
        "Put `print(low, high)` at the top of the loop. What are they when it stops?",
        "One item is left when the ends meet. Who has looked at it?",
    ],
)
def test_a_question_that_leads_without_telling_passes(text: str) -> None:
    assert search(text).reasons == ()


@pytest.mark.parametrize(
    "text",
    [
        "Have you tried `<=`?",
        "What would `while low <= high:` do?",
        "Should it be low <= high here?",
        "What if `low < high` also ran when the two are less than or equal?",
        "On line 3, would at most be a better comparison?",
        "```python\nwhile low <= high:\n    pass\n```\nWhat differs?",
    ],
)
def test_the_fix_of_one_token_is_caught_however_it_is_said(text: str) -> None:
    assert not search(text).ok


def test_the_caps_loosen_with_the_level() -> None:
    text = "What could `len` tell you about `values` here?"
    assert not average(text, Level.NOTICE).ok
    assert not average(text, Level.CONCEPT).ok
    assert average(text, Level.QUESTIONS).score == pytest.approx(3 / 10)
    assert average(text, Level.DIFF).ok


def test_a_token_that_the_function_already_has_is_no_secret() -> None:
    assert search("What does `len(items) - 1` stand for?").score == 0.0


def test_a_number_word_in_prose_is_no_code() -> None:
    assert average("Take 2 values. What do you get, and what do you expect?").ok


def test_a_repair_that_only_moves_a_line_is_told_by_words() -> None:
    original = "def add_up(xs):\n    s = 0\n    for x in xs:\n        s += x\n        return s\n"
    repaired = original.replace("        return s", "    return s")
    told = "The `return s` line should come after the loop, one level out."
    asked = "What does `s` hold when `return s` is reached for the first time?"
    assert not check_leak(told, original=original, repaired=repaired, level=Level.QUESTIONS).ok
    assert check_leak(asked, original=original, repaired=repaired, level=Level.QUESTIONS).ok


def test_an_example_with_other_names_and_another_shape_passes() -> None:
    text = "```python\nwhile left_hand < right_hand:\n    read_title()\n```\nWhich title stays unread?"
    assert search(text, Level.EXAMPLE).ok


def test_an_example_in_the_learners_names_or_shape_is_caught() -> None:
    same_names = "```python\nwhile middle < 3:\n    middle += 2\n```\nWhat now?"
    assert "names of the learner's code" in " ".join(search(same_names, Level.EXAMPLE).reasons)
    renamed = "```python\n" + AVERAGE_REPAIRED + "```\nWhat now?"
    assert not average(renamed, Level.EXAMPLE).ok


def test_names_that_everybody_shares_may_stand_in_an_example() -> None:
    original = "name = 'ann'\nname.upper()\n"
    repaired = "name = 'ann'\nname = name.upper()\n"
    text = "What does `print(city.lower())` show?"
    assert check_leak(text, original=original, repaired=repaired, level=Level.EXAMPLE).ok


def test_the_reasons_say_what_leaked() -> None:
    reasons = " ".join(average("What would `round` do?", Level.ORIENT).reasons)
    assert "`round`" in reasons
    assert "level 1 allows 0%" in reasons


def test_broken_code_and_odd_text_are_taken_as_they_come() -> None:
    report = check_leak("``` `` ` ``` \x00 '''", original="x = (", repaired="x = ()", level=Level.QUESTIONS)
    assert isinstance(report, LeakReport)


def test_innocent_turns_may_not_add_up_to_the_answer() -> None:
    budget = ConversationBudget("y = f(x)\n", "y = g(h(x), k, m, n)\n")
    assert budget.admit("What is `g`?", Level.QUESTIONS).ok
    assert budget.spent == pytest.approx(3 / 15)
    second = budget.admit("What is `h`?", Level.QUESTIONS)
    assert not second.ok
    assert "earlier turns" in second.reasons[0]
    assert budget.spent == pytest.approx(3 / 15)
    assert budget.admit("What is `g`, once more?", Level.QUESTIONS).ok


@pytest.mark.parametrize(
    "text",
    [
        "Replace `low` with something else.",
        "You could change the test `low < high` to the other one.",
        "Add `total` below.",
        "Remove the `else` and see.",
        "Move the last `return result`.",
        "Could you rename `xs` to a longer name?",
    ],
)
def test_an_order_to_edit_is_recognised(text: str) -> None:
    assert edit_order(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Add `print(scores)` right below and run it once.",
        "Put `print(repr(age))` above this line.",
        "What has changed in `scores` after this line?",
        "Does the loop use `total`?",
        "On the last turn, `xs[i + 1]` may ask for a place.",
    ],
)
def test_to_look_at_a_value_is_no_edit(text: str) -> None:
    assert edit_order(text) is None


def test_a_full_stop_inside_code_ends_no_sentence() -> None:
    assert sentences("Run `text.lower` once. What is it?") == ["Run `text.lower` once.", "What is it?"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Try xs = [1, 2] and run it.", "xs = [1, 2]"),
        ("Why not f(g(x), 1)?", "f(g(x), 1)"),
        ("What about low <= high here?", "low <= high"),
        ("Compare with name.upper() now.", "name.upper()"),
        ("Look at items[middle] first.", "items[middle]"),
        ("The value of mid_point counts.", "mid_point"),
    ],
)
def test_code_without_backticks_is_found(text: str, code: str) -> None:
    assert any(code in piece for piece in loose_code(text))


@pytest.mark.parametrize(
    "text",
    [
        "One of the item(s) in the list (see below) is left, and nobody has looked at it.",
        "A ticket desk: under 6 free, under 18 half price, everyone else full price.",
        "It's 7 in 10 that the reader's eye stops at \"the end\"; don't you think so?",
        "Read `xs[i + 1]` and `f(x)` aloud.",
    ],
)
def test_prose_is_not_taken_for_code(text: str) -> None:
    assert loose_code(text) == []


def test_a_line_of_the_repair_without_backticks_is_caught() -> None:
    report = check_leak(
        "Some people write return total here.",
        original="def f(a):\n    total = a\n",
        repaired="def f(a):\n    total = a\n    return total\n",
        level=Level.QUESTIONS,
    )
    assert not report.ok


def test_a_repair_that_brings_a_comment_or_a_blank_line_does_not_make_every_text_leak() -> None:
    repaired = AVERAGE_REPAIRED + "\n# done\n"
    report = check_leak("Run it once more.", original=AVERAGE, repaired=repaired, level=Level.ORIENT)
    assert report.ok
