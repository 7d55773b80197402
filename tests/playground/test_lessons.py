"""The lessons: each has the one mistake that it is for, and its tests fail because of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from playground.conftest import ROOT

SAMPLES = ROOT / "playground/samples"
SEEN = {
    "even.py": ["ME301"],
    "party.py": ["ME101"],
    "podium.py": ["ME404"],
    "search.py": ["ME334"],
    "shopping.py": ["ME410"],
    "words.py": [],  # this one is for the model, which looks when the text is saved
}


def test_the_rules_see_in_each_lesson_what_it_is_for() -> None:
    command = [sys.executable, "-P", "-m", "meno_server", "check", "--format", "json", str(SAMPLES)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    seen: dict[str, list[str]] = {name: [] for name in SEEN}
    for finding in json.loads(result.stdout):
        seen[finding["path"].replace("\\", "/").rpartition("/")[2]].append(finding["rule"])
    assert seen == SEEN
    assert {file.name for file in SAMPLES.glob("*.py")} == set(SEEN)


@pytest.mark.parametrize("name", SEEN)
def test_each_lesson_fails_when_it_is_run(name: str) -> None:
    result = subprocess.run([sys.executable, SAMPLES / name], capture_output=True, text=True, check=False)

    assert "Error" in result.stderr
