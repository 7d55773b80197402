"""The guard's rules, one by one: what each refuses, and that a good reply passes all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from meno_analyzers.hints import Level
from meno_model.tutor import Evidence, Reply
from meno_model.tutor.contract import parse_reply, response_schema
from meno_model.tutor.guard import violations
from tutor.scripted_server import GOOD


def broken(evidence: Evidence, **changes: Any) -> str:
    return " ".join(violations(Reply(**{**GOOD, **changes}), evidence))


def test_a_good_reply_breaks_no_rule(evidence: Evidence) -> None:
    assert broken(evidence) == ""


def test_a_good_reply_also_passes_where_no_repair_is_known(evidence: Evidence) -> None:
    assert broken(replace(evidence, repaired=None)) == ""


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"level": 2}, "level must be 3"),
        ({"finding_id": "ME301"}, "finding_id must be"),
        ({"question": "Look at `low`."}, "must be one question"),
        ({"question": "What is `low`? And what is `high`?"}, "must be one question"),
        ({"question": "Is `low` below `high` when the loop stops?"}, "yes or no"),
        ({"question": "And does the loop stop too early?"}, "yes or no"),
        ({"try_next": "What does `print(low)` show?"}, "Ask in question only"),
        ({"observation": "Look."} | {"why_it_matters": "So.", "try_next": "Run it."}, "to 120 words"),
        ({"observation": "so " * 60, "why_it_matters": "so " * 80}, "to 120 words"),
        (
            {
                "why_it_matters": "Termination conditions characterising inclusive binary partitioning "
                "necessitate considering degenerate configurations, particularly singleton subdivisions."
            },
            "shorter words",
        ),
        ({"why_it_matters": "You forgot that a window with both ends still holds one item."}, "No blame"),
        ({"why_it_matters": "Well done so far, a window with both ends still holds one item."}, "No blame"),
        ({"why_it_matters": "A window with both ends still holds one item!"}, "No blame"),
        ({"why_it_matters": "The window simply holds one item when its ends meet."}, "No blame"),
        ({"try_next": "Print both ends. Alternatively, draw them on paper."}, "no alternatives"),
        ({"try_next": "See [the docs](https://example.org) and then print both ends."}, "No blocks"),
        ({"try_next": "Run <b>this</b> and print both ends at the top."}, "No blocks"),
        ({"cites_lines": [9]}, "lines 10 to 20"),
        ({"cites_lines": [12, 21]}, "lines 10 to 20"),
        ({"observation": "On line 99 the loop in `find` goes on while the ends differ."}, "lines 10 to 20"),
        ({"observation": "The name `lowest` stops at the end of the loop in `find`."}, "`lowest` is no name"),
        ({"observation": "The value of mid_point stops at the end of the loop."}, "between backticks"),
        ({"observation": "The test `low == high` is where the loop in `find` ends."}, "quote it exactly"),
        ({"try_next": "Print `range(len(items) - 1)` at the top of the loop."}, "quote it exactly"),
        ({"try_next": "Replace `low < high` with another test and run it."}, "what to write"),
        ({"observation": "The fix is on the line with `low < high`, where the loop ends."}, "what to write"),
    ],
)
def test_a_broken_rule_is_named(evidence: Evidence, changes: dict[str, Any], part: str) -> None:
    assert part in broken(evidence, **changes)


@pytest.mark.parametrize(
    "told",
    [
        "The test would be fine with less than or equal between `low` and `high`.",
        "When `low` and `high` meet, at most one item is left in `items`.",
    ],
)
def test_a_repair_told_in_words_is_caught_where_the_repair_is_known(evidence: Evidence, told: str) -> None:
    assert broken(evidence, why_it_matters=told) != ""


def test_lower_levels_keep_more_of_the_secret(evidence: Evidence) -> None:
    repaired = evidence.function_source.replace("high = middle - 1", "high = max(middle - 1, floor, 0)")
    near = replace(evidence, repaired=repaired)
    text = "Look at what `max` does with two numbers, and at the ends of the window."
    assert broken(near, why_it_matters=text) != ""
    orient = replace(near, level=Level.ORIENT)
    assert "level 1" in broken(orient, why_it_matters=text, level=1)


def test_looking_at_the_learners_values_is_always_allowed(evidence: Evidence) -> None:
    for action in (
        "Put `print(low, high, items[middle])` at the top of the loop and run it once.",
        "Run `find([], 3)` by hand, and write down both ends after each turn.",
        "Call `len` on the list first, and write down both ends after each turn.",
    ):
        assert broken(evidence, try_next=action) == ""


def test_where_no_repair_is_known_even_public_names_must_be_in_the_code(evidence: Evidence) -> None:
    text = "Look at what `max` does with two numbers, and at the ends of the window."
    assert "`max` is no name" in broken(replace(evidence, repaired=None), why_it_matters=text)
    assert broken(evidence, why_it_matters=text) == ""


def test_code_without_backticks_is_not_let_through(evidence: Evidence) -> None:
    told = "Think of while low <= high for a moment, and of the last item."
    assert "between backticks" in broken(replace(evidence, repaired=None), why_it_matters=told)


def test_the_schema_is_strict_and_holds_what_strict_servers_know() -> None:
    schema = response_schema()
    assert schema["strict"] is True
    assert schema["schema"]["additionalProperties"] is False
    assert "maxLength" not in str(schema)
    assert schema["schema"]["properties"].keys() == GOOD.keys()


@pytest.mark.parametrize("text", ["", "{", "[]", "{" * 5000, '{"a": NaN}', "no braces here", '"text"'])
def test_a_text_without_a_reply_gives_sentences_and_no_exception(text: str) -> None:
    result = parse_reply(text)
    assert isinstance(result, tuple)
    assert all(isinstance(sentence, str) for sentence in result)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Gut gemacht, so sieht das Programm beinahe richtig aus."),
        ("fr", "Bravo, ce programme est presque juste."),
        ("es", "Muy bien, este programa ya casi funciona."),
    ],
)
def test_praise_is_held_back_in_every_language(evidence: Evidence, language: str, words: str) -> None:
    reply = Reply.model_validate({**GOOD, "why_it_matters": words})
    assert any(
        "No blame, no praise" in rule for rule in violations(reply, replace(evidence, language=language))
    )


@pytest.mark.parametrize(
    ("language", "question", "closed"),
    [
        ("de", "Ist der letzte Wert noch dabei?", True),
        ("de", "Welcher Wert ist der letzte?", False),
        ("fr", "Est-ce que la boucle voit le dernier ?", True),
        ("fr", "Quelle valeur vient en dernier ?", False),
        ("es", "¿Es este el último valor?", True),
        ("es", "¿Qué valor viene al final?", False),
        ("es", "Hay dos valores. ¿Cuál de los dos viene al final?", False),
    ],
)
def test_a_closed_question_is_one_in_every_language(
    evidence: Evidence, language: str, question: str, closed: bool
) -> None:
    rules = broken(replace(evidence, language=language), question=question)
    assert ("answerable by yes or no" in rules) == closed
