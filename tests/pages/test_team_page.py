"""The instructors' page in a browser, after some weeks of a class of sixty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from meno_server.gateway.team.insights import insights
from meno_server.gateway.team.page import page
from meno_server.gateway.team.privacy import Cell, Mechanism
from pages.conftest import Look

WEEKS = {
    date(2026, 11, 16).toordinal(): {
        "ME301": Cell(27, {"alone": 9, "idea": 10, "questions": 5, "open": 4}),
        "ME101": Cell(18, {"alone": 14, "idea": 3, "questions": 0, "open": 2}),
        "run/IndexError": Cell(13, {"alone": 2, "idea": 4, "questions": 6, "open": 3}),
    },
    date(2026, 11, 9).toordinal(): {"ME201": Cell(31, {"alone": 20, "idea": 8, "questions": 2, "open": 1})},
    date(2026, 11, 2).toordinal(): {},
}


@pytest.mark.editor
@pytest.mark.timeout(240)
def test_the_page_can_be_read_in_every_look_and_with_the_keyboard(look: Look, tmp_path: Path) -> None:
    told = insights(WEEKS, Mechanism())
    html, policy = page(told, date(2026, 11, 24))
    file = tmp_path / "team.html"
    file.write_text(html, "utf-8")

    seen = look(file.as_uri(), "team")

    assert "about 27" in seen["text"]
    assert "The weeks before" in seen["text"]
    assert "What this page cannot tell" in seen["text"]
    assert "script" not in policy


def test_a_class_that_has_not_begun_is_told_how_it_goes_on() -> None:
    html, _ = page(insights({}, Mechanism()), date(2026, 11, 24))

    assert "No pattern has been told yet." in html
