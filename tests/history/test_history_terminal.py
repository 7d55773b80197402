"""`meno history`, as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from meno_server.history.events import Event, Layer, Outcome
from meno_server.history.sqlite_store import SqliteStore

TODAY = date.today().toordinal()


def run(home: Path, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    own = {"XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", "history", *arguments],
        cwd=home,
        capture_output=True,
        text=True,
        env={**os.environ, **own},
        input=answer,
        check=False,
    )


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore(tmp_path / "data" / "meno" / "history")
    outcomes = [Outcome.FIXED_UNAIDED, Outcome.FIXED_HINTED, Outcome.IGNORED]
    store.add([Event(TODAY, "ME301", Layer.RULES, 2, outcome, 1, 3, 99) for outcome in outcomes])
    return store


def test_show_says_in_words_what_is_kept(store: SqliteStore, tmp_path: Path) -> None:
    shown = run(tmp_path, "show")

    assert shown.returncode == 0
    assert shown.stdout.count("Loop that ends on its first turn (ME301") == 4
    assert "still there when the file was closed; hints up to level 2; under a minute" in shown.stdout


def test_export_is_json_with_every_event(store: SqliteStore, tmp_path: Path) -> None:
    printed = json.loads(run(tmp_path, "export").stdout)
    assert [event["outcome"] for event in printed["events"]] == ["fixed_unaided", "fixed_hinted", "ignored"]
    assert printed["counts"] == [
        {"pattern": "ME301", "slips": 3.0, "opportunities": 9.0, "day": date.today().isoformat()}
    ]

    run(tmp_path, "export", "--output", "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text()) == printed
    refused = run(tmp_path, "export", "--output", "nowhere/mine.json")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_delete_asks_first_and_then_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    assert run(tmp_path, "delete", answer="n\n").returncode == 1
    assert json.loads(run(tmp_path, "export").stdout)["events"]

    assert run(tmp_path, "delete", "--yes").returncode == 0
    assert json.loads(run(tmp_path, "export").stdout) == {"format": 1, "events": [], "counts": []}
    assert "At the moment nothing is kept." in run(tmp_path, "show").stdout


def test_pausing_and_the_setting_are_told(store: SqliteStore, tmp_path: Path) -> None:
    run(tmp_path, "pause")
    assert "The history is paused" in run(tmp_path, "show").stdout
    run(tmp_path, "resume")
    assert "The history is paused" not in run(tmp_path, "show").stdout

    (tmp_path / "config" / "meno").mkdir(parents=True)
    (tmp_path / "config" / "meno" / "config.toml").write_text("history.enable = false\n")
    assert "switched off" in run(tmp_path, "show").stdout
    assert run(tmp_path, "export").returncode == 1
    assert run(tmp_path, "delete", "--yes").returncode == 0


def test_a_history_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data/meno/history/history.sqlite").mkdir(parents=True)

    shown = run(tmp_path, "show")

    assert (shown.returncode, shown.stdout) == (1, "")
    assert shown.stderr.startswith("Your history cannot be read now")
    assert "Traceback" not in shown.stderr
