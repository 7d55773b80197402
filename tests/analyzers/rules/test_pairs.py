"""The catalogue's own pairs: a buggy snippet that must be found, a legal twin that must be left alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from meno_analyzers.engine import analyse


def pairs(shared: Path) -> list[dict[str, str]]:
    with gzip.open(shared / "data/rule_pairs/pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.shared
def test_each_rule_finds_its_buggy_snippet(shared: Path) -> None:
    missed = [
        pair["id"] for pair in pairs(shared) if pair["id"] not in {f.rule for f in analyse(pair["buggy"])}
    ]

    assert missed == []


@pytest.mark.shared
def test_no_legal_twin_of_the_whole_catalogue_raises_an_alarm(shared: Path) -> None:
    alarms = {
        pair["id"]: [finding.rule for finding in analyse(pair["legal"])]
        for pair in pairs(shared)
        if analyse(pair["legal"])
    }

    assert alarms == {}
