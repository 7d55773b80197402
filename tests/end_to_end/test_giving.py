"""Giving to the class: off by default, and then only words of ours, to a real gateway."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from end_to_end.wire import DEADLINE, FULL_CLIENT, Wire
from gateway.running import Running, new_key
from meno_server.history.events import Event, Kept, Layer, Outcome
from meno_server.history.giving import gift
from meno_server.history.sqlite_store import SqliteStore
from meno_server.lsp.giving import Giving
from meno_server.lsp.server import MenoServer

TODAY = date(2026, 11, 19)  # a Thursday
DAY = TODAY.toordinal()
CLASS = "https://meno.example.org"
# A server that takes every moment for a quiet one.
EAGER = (
    "import meno_server.lsp.housekeeping as h; h.QUIET_BEFORE_COLLECTING = 0.2; "
    "from meno_server.lsp.start import serve_stdio; serve_stdio()"
)


def event(pattern: str, day: int = DAY, outcome: Outcome = Outcome.FIXED_HINTED, level: int = 2) -> Event:
    return Event(day, pattern, Layer.RULES, level, outcome, 1, 1, 7)


def given(*events: Event) -> list[tuple[str, str]]:
    told = gift(Kept(events), TODAY)
    return [(one["pattern"], one["ending"]) for one in told["stumbles"]]


def test_the_heaviest_patterns_of_the_running_week_are_given_in_their_order() -> None:
    events = [
        event("ME301"),
        event("ME101"),
        event("ME101"),
        event("ME201", DAY - 7),
        event("ME101", DAY - 4),
    ]

    assert given(*events) == [("ME101", "idea"), ("ME301", "idea")]
    assert gift(Kept(), TODAY) == {"week": "2026-11-16", "stumbles": []}


@pytest.mark.parametrize(
    ("outcome", "level", "ending"),
    [
        (Outcome.FIXED_UNAIDED, 0, "alone"),
        (Outcome.FIXED_HINTED, 1, "idea"),
        (Outcome.FIXED_HINTED, 3, "questions"),
        (Outcome.IGNORED, 2, "open"),
        (Outcome.REVERTED, 0, "open"),
    ],
)
def test_how_it_ended_is_how_its_last_slip_ended(outcome: Outcome, level: int, ending: str) -> None:
    assert given(event("ME301"), event("ME301", DAY, outcome, level)) == [("ME301", ending)]


def test_what_was_meant_is_not_given() -> None:
    assert given(event("ME301", DAY, Outcome.DISMISSED)) == []


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("gateway"), "--workers", "1", MENO_GATEWAY_MODEL="false")
    yield running.until_ready()
    assert running.stop() == 0


def gifts(gateway: Running) -> list[tuple[str, str]]:
    with sqlite3.connect(gateway.data / "gateway.sqlite") as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        if ("team_gifts",) not in tables:
            return []
        found = connection.execute("SELECT pattern, ending FROM team_gifts").fetchall()
    connection.close()
    return found


def session(home: Path, settings: dict[str, Any], key: str) -> Wire:
    this_week = datetime.now(UTC).date()
    this_week -= timedelta(days=this_week.weekday())
    SqliteStore(home / "meno" / "history").add([event("ME301", this_week.toordinal())])
    wire = Wire(
        [sys.executable, "-P", "-c", EAGER],
        env={**os.environ, "XDG_DATA_HOME": str(home), "MENO_KEY": key},
    )
    wire.answers["workspace/configuration"] = [{"model": {"enable": False}, **settings}]
    wire.start(FULL_CLIENT)
    wire.open("print('hello')\n")
    return wire


def test_a_learner_who_wants_to_gives_a_pattern_and_nothing_else(gateway: Running, tmp_path: Path) -> None:
    team = {"team": {"share": True, "endpoint": gateway.address}}
    wire = session(tmp_path, team, new_key(gateway.data, "contribute"))
    end = time.monotonic() + DEADLINE
    while not gifts(gateway):
        assert time.monotonic() < end
        wire.request("workspace/executeCommand", {"command": "meno.debugInformation", "arguments": []})
    wire.stop()

    assert gifts(gateway) == [("ME301", "idea")]
    assert wire.errors == []


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"team": {"endpoint": "https://meno.example.org"}}, False),
        ({"team": {"share": True}}, False),
        ({"team": {"endpoint": "https://meno.example.org", "share": True}}, True),
        (
            {"team": {"endpoint": "https://meno.example.org", "share": True}, "history": {"enable": False}},
            False,
        ),
    ],
)
def test_only_who_has_switched_it_on_gives(settings: dict[str, Any], wanted: bool) -> None:
    session = MenoServer().session
    session.configure(settings)

    assert Giving(session).wanted == wanted


def test_what_would_be_given_can_be_seen_before(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", "history", "given"],
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )

    assert json.loads(shown.stdout)["stumbles"] == []
    assert "Nothing is given" in shown.stderr
