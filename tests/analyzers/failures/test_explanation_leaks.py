"""No explanation below level 5 tells the change that mends the program, in whatever situation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from analyzers.failures.failing_programs import Pair, evidence_of, load_pairs
from meno_analyzers.engine import analyse
from meno_analyzers.failures.explanation import (
    Evidence,
    Explanation,
    Mechanism,
    Situation,
    as_markdown,
    explain,
)
from meno_analyzers.failures.explanation.guard import Guard
from meno_analyzers.hints import Level, check_leak
from meno_analyzers.hints.leak import edit_order
from meno_analyzers.hints.lexemes import edit_between, lexemes

PAIRS = load_pairs()
IDS = [f"{pair.mechanism}-{number}" for number, pair in enumerate(PAIRS)]


def texts_of(explanation: Explanation) -> Iterator[tuple[str, Level]]:
    """Every text that was chosen for the learner, with the level of the ladder that it belongs to."""
    yield explanation.root_cause.statement, Level.ORIENT
    yield explanation.root_cause.why, Level.CONCEPT
    yield explanation.takeaway, Level.CONCEPT
    for step in explanation.steps:
        yield step.instruction, Level.ORIENT
        yield step.what_to_look_for, Level.ORIENT
    for question in explanation.socratic:
        yield question, Level.QUESTIONS
    for part in explanation.evidence:
        yield part.detail, Level.ORIENT


def test_there_are_enough_pairs_and_they_cover_every_mechanism() -> None:
    count = Counter(pair.mechanism for pair in PAIRS)
    assert len(PAIRS) >= 60
    assert set(count) == {str(mechanism) for mechanism in Mechanism}
    assert min(count.values()) >= 3


@pytest.mark.parametrize("situation", list(Situation))
@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_no_text_tells_the_change(pair: Pair, situation: Situation) -> None:
    for text, level in texts_of(explain(evidence_of(pair, situation))):
        report = check_leak(text, original=pair.source, repaired=pair.repaired, level=level)
        assert report.reasons == (), text
        assert edit_order(text) is None, text


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_no_text_of_a_rule_tells_the_change_either(pair: Pair) -> None:
    known = evidence_of(pair, Situation.WRONG_ANSWER)
    with_rules = Evidence(
        known.program,
        cases=known.cases,
        failing=known.failing,
        passing=known.passing,
        findings=analyse(pair.source),
        repair=known.repair,
        level=4,
    )
    for text, level in texts_of(explain(with_rules)):
        report = check_leak(text, original=pair.source, repaired=pair.repaired, level=level)
        assert report.reasons == (), text


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_the_page_below_level_five_holds_no_line_of_the_change(pair: Pair) -> None:
    page = as_markdown(explain(evidence_of(pair, Situation.WRONG_ANSWER)))
    new = set(pair.repaired.splitlines()) - set(pair.source.splitlines())
    assert [line for line in new if len(line.strip()) > 12 and line.strip() in page] == []
    assert "<details>" not in page


@pytest.mark.parametrize("pair", PAIRS, ids=IDS)
def test_the_closest_texts_are_seldom_withheld(pair: Pair) -> None:
    """The check may not eat the explanation: what is said of the mechanism stays, or most of it."""
    explanation = explain(evidence_of(pair, Situation.WRONG_ANSWER))
    assert explanation.takeaway_id == pair.mechanism
    assert len(explanation.steps) >= 3
    assert explanation.socratic


def test_the_check_can_fail() -> None:
    for pair in PAIRS:
        known = edit_between(pair.source, pair.repaired).new_lines
        new = [line for line in pair.repaired.splitlines() if tuple(lexemes(line)) in known]
        guard = Guard(pair.source, pair.repaired, pair.lines[0])
        if new:
            assert not guard.keeps(f"What if this line were `{new[0].strip()}`?", Level.QUESTIONS), pair


def test_a_text_that_would_tell_gives_way_to_a_general_one() -> None:
    pair = next(pair for pair in PAIRS if pair.mechanism == "boundary")
    guard = Guard(pair.source, pair.repaired, pair.lines[0])
    told, kept = "Line 3 should say `low <= high`.", "Look at line 3 again."
    assert guard.first([told, None, kept], Level.ORIENT) == kept
    assert guard.first([told], Level.ORIENT) is None


def test_a_value_of_the_test_that_is_the_change_itself_is_withheld_from_the_evidence() -> None:
    pair = next(pair for pair in PAIRS if "0.19" in pair.repaired)
    evidence = evidence_of(pair, Situation.WRONG_ANSWER)
    (result,) = evidence.failing
    told = Evidence(
        evidence.program,
        cases=evidence.cases,
        failing=[type(result)(result.id, result.verdict, observed="0.16", expected="0.19")],
        passing=evidence.passing,
        repair=evidence.repair,
        level=4,
    )
    assert all("0.19" not in part.detail for part in explain(told).evidence)
