"""Texts with gaps are filled while somebody types: what that could cost is bounded."""

from __future__ import annotations

import tracemalloc

import pytest

from meno_analyzers.engine import analyse

MOST_BYTES = 10_000_000


@pytest.mark.parametrize(
    "line",
    [
        'print("%*d" % (50000000, 1))',
        'print("%.*f" % (50000000, 1.0))',
        'print("%*d" % (-50000000, 1))',
        'print("{:{}}".format(1, 50000000))',
        'print("{:50000000}".format(1))',
        'print("' + "{0}" * 3_000 + '".format("' + "a" * 20_000 + '"))',
        'print("' + "%(a)999d" * 30_000 + '" % {"a": 1})',
    ],
)
def test_no_text_is_made_that_nobody_could_read(line: str) -> None:
    tracemalloc.start()
    try:
        analyse(line + "\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MOST_BYTES


def test_a_gap_cannot_reach_behind_the_stand_in() -> None:
    text = "{0.__class__.__getitem__.__globals__[nobody]}"

    assert analyse(f'print("{text}".format([1]))\n') == []


def test_a_value_that_is_missing_beside_such_a_gap_is_found() -> None:
    assert [f.rule for f in analyse('print("{0.__class__.__name__} {1}".format([1]))\n')] == ["ME609"]
