"""Figures of the pages that the code itself knows."""

from __future__ import annotations

import re
from pathlib import Path

from meno_analyzers.rules import RULES

ROOT = Path(__file__).parents[2]


def test_the_readme_counts_the_rules_right() -> None:
    assert re.findall(r"(\d+) rules over", (ROOT / "README.md").read_text("utf-8")) == [str(len(RULES))]
