"""Who hears of a finding, and how many at once."""

from __future__ import annotations

import pytest

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding
from meno_server.adjusting import adjusted, is_marked, on_screens
from meno_server.settings import Settings

CERTAIN = "def f(a):\n    return a\nprint(nope)\n"
QUESTION = "for i in range(3):\n    for i in range(2):\n        print(i)\n"
ON_HOVER = "def f(a):\n    a = a\n    return a\n"
FEATURE = "out = {}\nfor k, v in [(1, 2)]:\n    out[k] = [v]\n"


def only(text: str) -> Finding:
    (finding,) = analyse(text)
    return finding


@pytest.mark.parametrize(
    ("text", "profile", "told", "marked"),
    [
        (CERTAIN, "student", True, True),
        (CERTAIN, "developer", True, True),
        (QUESTION, "student", True, True),
        (QUESTION, "developer", False, False),
        (ON_HOVER, "student", True, False),
        (ON_HOVER, "contest", False, False),
        (FEATURE, "student", False, False),
        ("x = 1\nx == 2\n", "student", True, True),
        ("x = 1\nx == 2\n", "notebook", False, False),
    ],
)
def test_a_profile_decides_who_hears_of_what(text: str, profile: str, told: bool, marked: bool) -> None:
    settings = Settings.model_validate({"profile": profile})

    finding = adjusted(only(text), settings)

    assert (finding is not None) == told
    assert (finding is not None and is_marked(finding, settings)) == marked


def test_a_severity_of_ones_own_is_stronger_than_the_profile_and_the_channel() -> None:
    settings = Settings(profile="developer", severity={"ME522": "warning", "ME113": "information"})

    feature, on_hover = adjusted(only(FEATURE), settings), adjusted(only(ON_HOVER), settings)

    assert feature is not None
    assert is_marked(feature, settings)
    assert on_hover is not None
    assert is_marked(on_hover, settings)


def places(*lines: int) -> list[tuple[Finding, int]]:
    return [(only(CERTAIN), line) for line in lines]


def test_a_screen_holds_three_findings() -> None:
    assert on_screens(places(1, 5, 9, 13), Settings()) == [True, True, True, False]
    assert on_screens(places(1, 5, 9, 90), Settings()) == [True, True, True, True]


def test_the_weightiest_findings_stay() -> None:
    listed = [(only(QUESTION), 1), *places(5, 9, 13)]

    assert on_screens(listed, Settings()) == [False, True, True, True]


def test_the_limit_can_be_switched_off() -> None:
    assert on_screens(places(*range(9)), Settings(findings_per_screen=0)) == [True] * 9
    assert on_screens(places(*range(9)), Settings(profile="developer")) == [True] * 9
