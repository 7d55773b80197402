"""No curated text below the last level contains the fix, measured against a known repair of each mistake."""

from __future__ import annotations

import pytest

from analyzers.hints.hint_cases import Repair, load_repairs
from meno_analyzers.hints import Level, check_leak, code_span, ladder_for
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.lexemes import edit_between, lexemes
from meno_analyzers.rules import RULES

# The other repairs only move or remove code, and only words can tell them.
MENDED_BY_NEW_CODE = [
    repair for repair in load_repairs() if edit_between(repair.original, repair.repaired).new_lines
]
LEVELS = [level for level in Level if level is not Level.DIFF]


def test_every_rule_and_variant_has_a_repair_to_be_measured_against() -> None:
    measured = {(repair.rule, repair.variant) for repair in load_repairs()}
    needed = {(rule.id, variant) for rule in RULES.values() for variant in (None, *rule.variants)}
    assert needed == measured


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_the_text_does_not_contain_the_fix(repair: Repair, level: Level) -> None:
    text = ladder_for(repair.finding).text(level)
    report = check_leak(text, original=repair.original, repaired=repair.repaired, level=level)
    assert report.reasons == ()


@pytest.mark.parametrize("level", LEVELS[:4], ids=lambda level: level.name)
def test_the_text_gives_no_order_to_edit(repair: Repair, level: Level) -> None:
    assert edit_order(ladder_for(repair.finding).text(level)) is None


@pytest.mark.parametrize("mistake", MENDED_BY_NEW_CODE, ids=lambda repair: repair.rule)
def test_a_question_that_spells_the_repaired_line_is_caught(mistake: Repair) -> None:
    """The check can fail: for each mistake that is repaired by new code, that code does not pass."""
    repair, edit = mistake, edit_between(mistake.original, mistake.repaired)
    line = next(line for line in repair.repaired.splitlines() if tuple(lexemes(line)) in edit.new_lines)
    text = f"What if this line were {code_span(line.strip())}?"
    report = check_leak(text, original=repair.original, repaired=repair.repaired, level=Level.QUESTIONS)
    assert not report.ok


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("ME003", "On this line, delete the last bracket."),
        ("ME009", "This line has to be indented."),
        ("ME010", "Should this line not move to the left?"),
        ("ME012", "Replace the tab on this line by four spaces."),
        ("ME301", "`return False` belongs after the loop."),
        ("ME302", "What if `return result` stood outside the loop?"),
        ("ME404", "Drop the `scores =` part, get rid of it."),
    ],
)
def test_a_repair_that_adds_no_code_is_caught_when_words_tell_it(rule: str, words: str) -> None:
    repair = next(repair for repair in load_repairs() if repair.rule == rule)
    report = check_leak(words, original=repair.original, repaired=repair.repaired, level=Level.QUESTIONS)
    assert report.reasons
