"""Fixes: over all firing fixtures and known repairs, a fix mends what its finding says, and only that."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.hints.hint_cases import Repair, load_repairs
from analyzers.rules.test_fixtures import ALL, Snippet
from meno_analyzers.engine import analyse
from meno_analyzers.findings import Category, Edit, Finding, Span, insertion
from meno_analyzers.fixes import apply_fix, is_sound
from meno_analyzers.hints.pages import target_of
from meno_analyzers.source.lines import split_lines

FIRING = [snippet for snippet in ALL if snippet.kind == "fires"]
REPAIRS = load_repairs()
# The rules that are certain of a repair at least sometimes.
CERTAIN = (
    "ME001 ME005 ME006 ME007 ME015 ME016 ME017 ME018 ME019 ME023 ME025 ME026 ME027 ME030 ME031 ME033 "
    "ME034 ME102 ME103 ME115 ME207 ME208 ME209 ME210 ME211 ME212 ME213 ME215 ME216 ME312 ME313 ME336 "
    "ME406 ME407 ME416 ME418 ME420 ME506 ME509 ME512 ME514 ME520 ME521 ME523 ME524 ME601 ME605 ME606 "
    "ME611 ME701 ME710 ME712 ME801 ME803 ME807 ME810 ME811 ME903 ME904 ME905 ME907"
).split()


def found_in(text: str) -> list[Finding]:
    return analyse(text, target_of(text))


def mended(text: str, finding: Finding) -> str:
    return "".join(apply_fix(split_lines(text), finding.fix))


@pytest.mark.parametrize("snippet", FIRING, ids=lambda s: f"{s.rule}-{s.why}"[:80])
def test_a_fix_takes_its_finding_away_and_brings_no_other(snippet: Snippet) -> None:
    before = found_in(snippet.text)
    for finding in before:
        if not finding.fix:
            continue
        text = mended(snippet.text, finding)
        after = found_in(text)
        if finding.category is Category.SYNTAX_ERROR:
            # What can be read at last may hold other mistakes; it holds no further slip of the same kind.
            after = [f for f in after if f.category is Category.SYNTAX_ERROR]
        left = Counter(f.rule for f in before) - Counter([finding.rule])
        assert Counter(f.rule for f in after) <= left, text


def test_the_rules_that_are_certain_of_a_repair_are_these() -> None:
    with_fix = {f.rule for snippet in FIRING for f in found_in(snippet.text) if f.fix}

    assert sorted(with_fix) == sorted(CERTAIN)


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda r: f"{r.rule}-{r.variant or 'default'}")
def test_a_fix_is_the_repair_that_no_hint_may_tell(repair: Repair) -> None:
    fixes = [f for f in found_in(repair.original) if f.rule == repair.rule and f.fix]
    known = {r.repaired for r in REPAIRS if (r.rule, r.original) == (repair.rule, repair.original)}

    assert all(mended(repair.original, finding) in known for finding in fixes)


@settings(max_examples=200, deadline=None)
@given(
    snippet=st.sampled_from(FIRING),
    place=st.integers(0, 400),
    sign=st.sampled_from(
        ["=", "&&", "||||", "!", "“", "’", '"', "'", "(", "}", ":", " ", "\n", "\u00a0", "–", "é", "😀"]
    ),
    crlf=st.booleans(),
)
def test_the_edits_of_a_fix_lie_in_the_text_in_order_and_apart(
    snippet: Snippet, place: int, sign: str, crlf: bool
) -> None:
    text = snippet.text[:place] + sign + snippet.text[place:]
    text = text.replace("\n", "\r\n") if crlf else text
    lines = split_lines(text)
    for finding in found_in(text):
        last = (0, 0)
        for edit in finding.fix:
            start = (edit.span.start_line, edit.span.start_column)
            end = (edit.span.end_line, edit.span.end_column)
            assert last <= start <= end
            assert start[1] <= len(lines[start[0]].rstrip("\r\n"))
            assert end[1] <= len(lines[end[0]].rstrip("\r\n"))
            last = end
        assert "".join(apply_fix(lines, finding.fix)) != text or not finding.fix


def test_fixes_are_the_learners_text_in_all_else() -> None:
    lines = ["if “x” && y \r\n", "    ok\r\n", "end"]
    edits = (Edit(Span(0, 3, 0, 4), '"'), insertion(0, 11, ":"), Edit(Span(1, 4, 1, 6), "a\n    b"))

    assert apply_fix(lines, edits) == ['if "x” && y: \r\n', "    a\n", "    b\r\n", "end"]


def test_a_fix_that_takes_whole_lines_leaves_no_empty_one() -> None:
    assert apply_fix(["a\n", "b\n", "c\n"], [Edit(Span(1, 0, 2, 0), "")]) == ["a\n", "c\n"]
    assert apply_fix(["a\n", "c\n"], [insertion(1, 0, "b\n")]) == ["a\n", "b\n", "c\n"]


@pytest.mark.parametrize(
    ("lines", "edits", "sound"),
    [
        (["if x\n", "    y\n"], (insertion(0, 4, ":"),), True),
        (["if x == 3\n", "    print(1\n"], (insertion(0, 9, ":"),), True),  # there is another slip below
        (["if x\n", "    y\n"], (insertion(0, 4, ")"),), False),
        (["if x y\n", "    z\n"], (insertion(0, 4, ":"),), False),  # whose block would `z` be?
        (["x = 1\n"], (insertion(0, 5, ")"),), False),
        (["x = 1\n"], (), False),
    ],
)
def test_a_fix_is_sound_if_the_text_can_be_read_further_than_before(
    lines: list[str], edits: tuple[Edit, ...], sound: bool
) -> None:
    assert is_sound(lines, edits, in_class=False, goes_on=False) is sound
