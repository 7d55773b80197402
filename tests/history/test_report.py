"""The page of patterns: what it tells, to whom, and what it must never hold."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from history.test_guidance import event
from history.test_profile import counted
from meno_server.history.events import Event, Kept, Outcome
from meno_server.history.listing import page as listing
from meno_server.history.overview import State, overview
from meno_server.history.report import PAGE_COMMANDS, report
from meno_server.history.sqlite_store import SqliteStore
from meno_server.terminal import app

TODAY = date(2026, 11, 22).toordinal()
HINTED, UNAIDED, DISMISSED = Outcome.FIXED_HINTED, Outcome.FIXED_UNAIDED, Outcome.DISMISSED
TERM = [
    *(event("ME301", TODAY - days) for days in (30, 12, 5, 4, 4, 3)),
    *(event("ME101", TODAY - days, UNAIDED) for days in (60, 59)),
    event("ME301", TODAY, UNAIDED),
    event("ME201", TODAY - 9),
    *[event("ME702", TODAY - 8, DISMISSED)] * 3,
]


def page(events: list[Event], state: State = "on", *, in_editor: bool = False) -> str:
    keys = dict.fromkeys(one.pattern for one in events)
    counts = [(key, counted([one for one in events if one.pattern == key])) for key in keys]
    told = overview(Kept(tuple(sorted(events, key=lambda one: one.day)), tuple(counts)), state, TODAY)
    return report(told, TODAY, in_editor=in_editor)


class _Seen(HTMLParser):
    """The tags and what can be read between them; style sheets are not read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] != "style":
            self.words.append(data)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(_Seen(html).words))


def test_it_tells_today_the_weeks_and_every_pattern() -> None:
    told = words(page(TERM))

    assert "Kept on this machine only since 23 September." in told
    assert "1 slip, 1 mended without a hint, 0 with hints." in told
    assert "What today taught" in told
    assert "7 on 6 days" in told
    assert "Mastered" in told
    assert "Half a year" in told


def test_what_is_half_forgotten_is_told_again() -> None:
    assert "Worth remembering again" not in words(page([event("ME301", TODAY)]))
    assert "Last met 5 days ago." in words(page([event("ME301", TODAY - 5)]))


def test_what_was_called_wrong_is_listed_with_the_way_back() -> None:
    told = words(page(TERM))

    assert "(ME702)" in told
    assert "meno.severity" in told


def test_nothing_yet_a_pause_and_an_off_switch_each_say_so() -> None:
    assert "Nothing is noted yet." in page([])
    assert "Paused: nothing new is noted." in page(TERM, "paused")
    off = page(TERM, "off")
    assert "switched off" in off
    assert "Pattern by pattern" not in off


@pytest.mark.parametrize("in_editor", [False, True])
def test_it_runs_no_script_and_loads_nothing(in_editor: bool) -> None:
    seen = _Seen(page(TERM, in_editor=in_editor))

    assert not {"script", "img", "iframe", "link", "object"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in {"src", "style"}]
    targets = {value for name, value in seen.attributes if name == "href"}
    assert targets <= {f"command:{command}" for command in PAGE_COMMANDS.values()}
    assert bool(targets) == in_editor


def test_every_picture_is_told_in_words_and_well_formed() -> None:
    pictures = re.findall(r"<svg.*?</svg>", page(TERM), re.DOTALL)

    assert len(pictures) == 2 + 3, "two with bars, one for each pattern that was slipped on"
    for picture in pictures:
        assert ET.fromstring(picture).get("aria-label")
    assert "at most 2 on one day" in pictures[0]


def test_the_command_writes_the_page_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    SqliteStore(tmp_path / "meno" / "history").add(TERM, today=TODAY)
    target = tmp_path / "mine.html"

    done = CliRunner().invoke(app, ["report", "--output", str(target)])

    assert (done.exit_code, done.output) == (0, f"Written to {target}.\n")
    assert "Pattern by pattern" in target.read_text("utf-8")


def test_a_place_that_cannot_be_written_to_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    done = CliRunner().invoke(app, ["report", "-o", str(tmp_path / "missing" / "page.html")])

    assert done.exit_code == 1
    assert "Choose another file." in done.output


def test_a_history_in_a_database_is_not_said_to_be_on_this_machine() -> None:
    told = overview(Kept(), "on", TODAY)

    assert "Kept in your database" in report(told, TODAY, in_database=True)
    assert "on this machine" not in report(told, TODAY, in_database=True)
    shown = listing(Kept(), "on", Path("/nowhere"), database="postgresql://anna@db.example.org/meno")
    assert "anna@db.example.org" in shown
    assert "on this machine" not in shown
