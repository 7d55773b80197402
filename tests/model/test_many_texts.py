"""Many texts in one question: each gets the answer that it would get alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from meno_analyzers.findings import Finding
from meno_model.predictor import Predictor
from meno_model.protocol import finding_to_plain
from meno_model.weights import open_weights
from meno_model.worker import Worker
from model.test_shipped_model import SAME_WORD, TOTAL, WARM_DAYS

LONG = "def squares(limit):\n    found = []\n" + "".join(
    f"    found.append({number} * limit)\n" for number in range(60)
)
TEXTS = [TOTAL, "", SAME_WORD, "def broken(:\n", WARM_DAYS, LONG, TOTAL, "print('ä€😀')\n"]


@pytest.fixture(scope="module")
def alone() -> list[tuple[Finding, ...]]:
    """What each text gets from a model without a memory of the others."""
    from meno_model.runtime import Runtime

    runtime = Runtime(open_weights())
    return [Predictor(runtime).findings(text) for text in TEXTS]


def test_on_the_processor_a_text_gets_the_answer_that_it_gets_alone_to_the_bit(
    shipped: Predictor, alone: list[tuple[Finding, ...]]
) -> None:
    assert sum(map(len, alone)) >= 4
    assert Predictor(shipped.runtime).findings_of_many(TEXTS) == alone


def test_a_unit_that_texts_share_is_judged_once(shipped: Predictor) -> None:
    fresh = Predictor(shipped.runtime)
    fresh.findings_of_many([TOTAL, TOTAL, TOTAL])
    judged = fresh.scored
    fresh.findings_of_many([TOTAL, TOTAL])

    assert 0 < judged == fresh.scored
    assert judged == len(set(_units(TOTAL)))


def _units(text: str) -> list[str]:
    from meno_model.units import units_of

    return [unit.text for unit in units_of(text)]


def test_no_texts_have_no_answers(shipped: Predictor) -> None:
    assert shipped.findings_of_many([]) == []


def test_the_worker_answers_for_many_texts(alone: list[tuple[Finding, ...]]) -> None:
    reply = Worker(None).answer({"id": 5, "do": "predict_many", "texts": TEXTS})

    assert reply == {"id": 5, "many": [[finding_to_plain(one) for one in found] for found in alone]}


def test_the_worker_says_why_it_cannot(tmp_path: Path) -> None:
    reply = Worker(tmp_path).answer({"id": 5, "do": "predict_many", "texts": TEXTS})

    assert reply["id"] == 5
    assert "many" not in reply
    assert reply["unavailable"]
