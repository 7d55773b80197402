"""The shipped origin model on the shared data: what it promises, beside the baseline."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meno_model.origin.detector import Detector
from meno_model.origin.evaluation import area_within_problem, figures_of, score_records
from meno_model.origin.records import read_records
from meno_model.origin.training import Library, read_held_out

DATA = Path(os.environ.get("MENO_SHARED", "../shared")) / "data" / "origin" / "origin.jsonl.gz"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_file(), reason="the shared evaluation data is not here"),
    pytest.mark.timeout(600),
]


def test_it_beats_the_baseline_within_problems_and_accuses_few_students(origin_shipped: Detector) -> None:
    records = [r for r in read_records([DATA]) if r.suite in ("atcoder", "mbpp") or "student" in r.suite]
    held_out = read_held_out(origin_shipped.files.held_out)
    scored = score_records(records, "code_norm", origin_shipped, held_out, Library())
    for suite in ("atcoder", "mbpp"):
        own = [item for item in scored if item.record.suite == suite]
        model = area_within_problem(own, lambda item: item.score)
        assert model > area_within_problem(own, lambda item: item.baseline)
        assert model > 0.8
    for suite, row in figures_of(scored)["operating_point"].items():
        if suite.startswith("student"):
            assert row["certain_humans"]["rate"] <= 0.01
