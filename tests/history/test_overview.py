"""The panel's overview, the words for patterns, and the rough count of chances."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meno_analyzers.findings import Category
from meno_analyzers.rules import RULES
from meno_server.history.events import Event, Kept, Layer, Outcome, duration_bucket, is_pattern
from meno_server.history.opportunities import count, kind_of
from meno_server.history.overview import overview
from meno_server.history.profile import with_event
from meno_server.history.words import words_for

TODAY = date(2026, 11, 22).toordinal()
PATTERNS = [*RULES, *(f"{prefix}{category}" for prefix in ("model/", "run/") for category in Category)]


def event(ago: int, pattern: str = "ME301", outcome: Outcome = Outcome.FIXED_UNAIDED) -> Event:
    return Event(TODAY - ago, pattern, Layer.RULES, 0, outcome, 0, 1, 1)


def kept(*events: Event) -> Kept:
    counts = {}
    for one in sorted(events, key=lambda one: one.day):
        counts[one.pattern] = with_event(counts.get(one.pattern), one)
    return Kept(tuple(sorted(events, key=lambda one: one.day)), tuple(counts.items()))


def test_patterns_that_come_back_stand_first_and_each_week_has_its_place() -> None:
    events = [event(ago) for ago in (30, 8, 1, 1, 0)]
    others = [event(60, "ME101"), event(50, "ME101")]
    many = [event(0, "ME404", Outcome.DISMISSED)] * 9
    seen = overview(kept(*events, *others, *many), "on", TODAY)

    assert seen["since"] == "2026-09-23"
    assert [(p["key"], p["verdict"], p["slips"], p["daysSeen"]) for p in seen["patterns"]] == [
        ("ME301", "recurring", 5, 4),
        ("ME101", "mastered", 2, 2),
    ]
    assert seen["patterns"][0]["weeks"] == [0, 0, 0, 1, 0, 0, 1, 3]
    assert seen["patterns"][0]["unaidedRepair7d"] == 1.0
    assert seen["patterns"][1]["unaidedRepair7d"] is None
    assert seen["patterns"][1]["lastSeen"] == "2026-10-03"
    assert seen["days"][-1] == {"day": "2026-11-22", "slips": 1, "fixedUnaided": 1, "fixedHinted": 0}
    assert [day["day"] for day in seen["days"]] == ["2026-11-14", "2026-11-21", "2026-11-22"]


def test_today_teaches_at_most_three_things_and_first_what_took_hints() -> None:
    events = [event(0, pattern) for pattern in ("ME101", "ME301", "ME404")]
    events += [event(0, "ME202", Outcome.FIXED_HINTED), event(0, "ME701", Outcome.IGNORED)]
    today = overview(kept(*events), "on", TODAY)["today"]

    assert [item["key"] for item in today["takeaways"]] == ["ME202", "ME101", "ME301"]
    assert (today["slips"], today["fixedUnaided"], today["fixedHinted"]) == (5, 3, 1)


def test_an_empty_history_is_an_overview_too() -> None:
    told = overview(Kept(), "paused", TODAY)

    weeks = told.pop("weeks")
    assert len(weeks) == 26
    assert weeks[-1]["week"] <= date.fromordinal(TODAY).isoformat()
    assert {one["slips"] for one in weeks} == {0}
    assert told == {
        "state": "paused",
        "since": None,
        "days": [],
        "patterns": [],
        "doubted": [],
        "today": {"slips": 0, "fixedUnaided": 0, "fixedHinted": 0, "takeaways": []},
    }


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_every_pattern_has_a_takeaway_that_needs_no_name_of_anybodys(language: str) -> None:
    for pattern in PATTERNS:
        words = words_for(pattern, language)
        assert is_pattern(pattern)
        assert 15 < len(words.takeaway) < 260, (pattern, words.takeaway)
        assert "\0" not in words.takeaway
        assert "{" not in words.takeaway or "`" in words.takeaway, words.takeaway
        assert words.name
        assert words.title


def test_chances_are_places_of_the_rules_own_kind() -> None:
    text = 'for n in numbers:  # for for for\n    print("while", n)\nwhile total < 3:\n    total = f(total)\n'

    assert (kind_of("ME301"), kind_of("ME101"), kind_of("model/KeyError")) == ("loops", "lines", "functions")
    assert count(text, ("loops", "calls", "lines", "assignments")) == {
        "loops": 2,
        "calls": 2,
        "lines": 4,
        "assignments": 1,
    }


@given(st.text(alphabet="ab \n\"'#()=<>\\", max_size=200))
def test_chances_can_be_counted_in_any_text(text: str) -> None:
    for pattern in ("ME101", "ME301", "ME404", "ME701"):
        kind = kind_of(pattern)
        assert 0 <= count(text, [kind])[kind] <= len(text)


def test_times_are_kept_as_buckets_only() -> None:
    assert [duration_bucket(seconds) for seconds in (0, 9.9, 10, 59, 299, 301, 1e6)] == [0, 0, 1, 1, 2, 3, 4]


def test_what_is_pure_imports_no_database() -> None:
    code = (
        "import sys, meno_server.history.overview, meno_server.history.listing, meno_server.history.recorder;"
        "print({'sqlalchemy', 'sqlite3', 'alembic'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
