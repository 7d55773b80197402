"""No sentence of a suggestion tells what is right: all programs with a known repair are asked, and every text
is held against that repair."""

from __future__ import annotations

import re
import tomllib

import pytest

from analyzers.failures.failing_programs import Pair, load_pairs
from analyzers.failures.suggesting.asking_about import collected
from meno_analyzers.failures.explanation.guard import Guard
from meno_analyzers.failures.suggesting import SuggestingError, suggest_tests
from meno_analyzers.failures.suggesting.choosing import _DECISIONS, _ODD
from meno_analyzers.failures.suggesting.functions import Reason
from meno_analyzers.failures.suggesting.schema import Ending
from meno_analyzers.failures.suggesting.words import FOLDER
from meno_analyzers.hints import Level
from meno_analyzers.hints.leak import edit_order

PAIRS = load_pairs()
CATALOGUE = tomllib.loads((FOLDER / "en.toml").read_text("utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{p.mechanism}-{n}" for n, p in enumerate(PAIRS)])
def test_no_sentence_tells_the_repair(pair: Pair) -> None:
    guard = Guard(pair.source, pair.repaired, pair.lines[0])
    try:
        found = suggest_tests(collected(pair.source), seconds=6.0)
    except SuggestingError:
        return
    for one in found.suggestions:
        assert edit_order(one.question) is None
        assert edit_order(one.why) is None
        # What stands in the call and what came of it was seen in a run; the words around it are ours.
        for text in (one.question, one.why, _without_values(one.today)):
            assert guard.keeps(text, Level.QUESTIONS), text


def _without_values(text: str) -> str:
    return re.sub(r"`[^`]*`", "`it`", text)


def test_every_reason_and_every_ending_has_its_sentence() -> None:
    assert set(_DECISIONS) | _ODD <= set(CATALOGUE["why"])
    assert {str(ending) for ending in Ending} <= set(CATALOGUE["today"]) & set(CATALOGUE["question"])
    assert {str(reason) for reason in Reason} - {"loading"} <= set(CATALOGUE["left_out"])


def test_sentences_are_short_plain_and_without_orders() -> None:
    for group in ("today", "question", "why", "size"):
        for text in CATALOGUE[group].values():
            assert edit_order(text) is None
            assert "!" not in text
            assert len(text.split()) <= 32
            assert not re.search(r"\b(just|simply|wrong|correct|fix|bug|mistake)\b", text)
    assert all(text.endswith("?") for text in CATALOGUE["question"].values())
