"""What a trouble of the history is told as: one sentence while it lasts, and a word when it is over."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from meno_server.history.events import Event, Layer, Outcome
from meno_server.history.recorder import Recorder
from meno_server.history.sqlite_store import SqliteStore
from meno_server.places import NOWHERE, config_folder, data_folder

EVENT = Event(date.today().toordinal(), "ME101", Layer.RULES, 0, Outcome.FIXED_UNAIDED, 0, 1, 1)


async def test_one_sentence_stands_for_a_trouble_until_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meno_server.history.recorder.history_folder", lambda: tmp_path / "history")
    told: list[str | None] = []
    recorder = Recorder(told.append)
    (tmp_path / "history" / "history.sqlite").mkdir(parents=True)
    recorder.note(EVENT)

    assert await recorder.read() is None
    assert await recorder.read() is None
    assert told == [
        "What you learn cannot be added to your history now (its file cannot be opened); "
        "everything else goes on."
    ]
    shutil.rmtree(tmp_path / "history")
    kept = await recorder.read()

    assert kept is not None
    assert kept.events == (EVENT,)
    assert told[1:] == [None]


async def test_a_history_that_was_set_aside_is_told_and_then_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meno_server.history.recorder.history_folder", lambda: tmp_path)
    told: list[str | None] = []
    recorder = Recorder(told.append)
    (tmp_path / "history.sqlite").write_bytes(b"\0" * 8192)
    recorder.note(EVENT)

    await recorder.read()
    await recorder.read()

    assert len(told) == 2
    assert "It was set aside" in str(told[0])
    assert told[1] is None


def test_who_has_no_home_has_no_history_and_nothing_lies_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["nobody knows this user"])
    monkeypatch.chdir(tmp_path)

    assert data_folder() == NOWHERE
    assert config_folder() == NOWHERE
    store = SqliteStore(data_folder() / "history")
    assert not store.add([EVENT], today=EVENT.day)
    assert store.told == [
        "What you learn cannot be added to your history now (there is no home folder for it); "
        "everything else goes on."
    ]
    assert list(tmp_path.iterdir()) == []
