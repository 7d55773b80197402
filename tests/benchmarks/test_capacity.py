"""The capacity page's parts fit together: what is asked, what is planned, and what is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
FIGURES: dict[str, Any] = {
    "rules": [0.01, 0.02],
    "enrich": [0.01],
    "debug": [2.0, 4.0],
    "model": {"1": [0.05], "2": [0.06], "4": [0.08], "8": [0.12]},
    "start": {"rules": 2.0, "model": 3.0},
    "megabytes": {"rules": 40.0, "model": 100.0},
    "ray": {
        "seconds": {"application": 0.01, "proxy": 0.005, "rules": 0.005},
        "megabytes": {"application": 100.0, "proxy": 80.0, "rules": 90.0, "model": 140.0, "machine": 400.0},
        "start": 5.0,
    },
}


@pytest.fixture
def capacity(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    import capacity

    return capacity


def test_more_learners_need_more_and_wait_no_longer_than_was_promised(capacity: Any) -> None:
    from learners import Behaviour, Population

    machine, wanted = capacity.Machine(FIGURES), capacity.Wanted()
    rows = [
        capacity.answer(machine, Population(number, 0.5, 60, 1.5), Behaviour(), wanted)
        for number in (100, 10_000, 50_000)
    ]
    cores = [row["cores"] for row in rows]
    assert cores == sorted(set(cores))
    assert all(row["p95"] <= wanted.analyze_p95 and row["debug p95"] <= wanted.debug_p95 for row in rows)


def test_every_replica_is_busy_less_than_planned(capacity: Any) -> None:
    rates = {"analyze": 20.0, "debug": 1.0, "enrich": 2.0}
    _, outcome = capacity.planned(capacity.Machine(FIGURES), rates, capacity.Wanted())
    assert all(busy < 0.85 for name, busy in outcome.busy.items() if name != "model")


def test_a_faster_model_needs_fewer_replicas_and_nothing_else_changes(capacity: Any) -> None:
    from learners import Behaviour, Population

    machine, crowd = capacity.Machine(FIGURES), Population(100_000, 0.5, 60, 1.5)
    slow = capacity.answer(machine, crowd, Behaviour(), capacity.Wanted())
    quick = capacity.answer(replace(machine, model_factor=10.0), crowd, Behaviour(), capacity.Wanted())
    assert quick["model"] < slow["model"]
    assert quick["failures"] == slow["failures"]


def test_a_class_is_there_at_once_and_a_crowd_is_not(capacity: Any) -> None:
    from learners import HOURS, POPULATIONS

    assert sum(HOURS) == pytest.approx(1.0)
    assert POPULATIONS[0].at_once == POPULATIONS[0].learners
    assert all(one.at_once < one.learners / 10 for one in POPULATIONS[1:])


def test_growing_replicas_come_later_than_those_that_were_there(capacity: Any) -> None:
    from capacity_page import waits
    from learners import Behaviour, Population

    machine, crowd = capacity.Machine(FIGURES), Population(100_000, 0.5, 60, 1.5)
    grown, fixed = (
        capacity.lesson(machine, crowd, Behaviour(), capacity.Wanted(), scaled) for scaled in (True, False)
    )
    assert max(waited for _, waited in waits(grown)) > max(waited for _, waited in waits(fixed))
    (_, first), *_, (_, last) = grown.replicas["failures"]
    ((_, there),) = fixed.replicas["failures"]
    assert first < there
    assert last > first


def test_snippets_that_are_made_up_are_distinct_and_about_as_long_as_asked(capacity: Any) -> None:
    from capacity_measuring import snippets

    made = snippets([], 40)
    assert len(set(made)) == 40
    assert all(20 <= text.count("\n") <= 40 for text in made)
    for text in made:
        compile(text, "snippet", "exec")


def test_the_picture_is_a_picture_of_every_line(capacity: Any) -> None:
    from xml.etree import ElementTree

    from capacity_page import picture

    drawn = ElementTree.fromstring(picture({"one": [(0.0, 1.0), (600.0, 2.0)], "two": [(0.0, 1.0)]}))
    lines = [element for element in drawn if element.tag.endswith("polyline")]
    assert len(lines) == 2


def test_the_page_was_written_by_the_benchmark_from_the_figures_that_are_kept(capacity: Any) -> None:
    import json

    figures = json.loads((FOLDER / "capacity_figures.json").read_text("utf-8"))
    page = (FOLDER.parent / "docs/guides/capacity.md").read_text("utf-8")
    assert f"are {figures['snippets']} distinct programs" in page
    ray = figures["ray"]["seconds"]
    assert f"{(ray['application'] + ray['proxy']) * 1000:.0f} ms in the application" in page
    assert len(figures["check"]) == 4
