"""The file: whatever becomes of it, nobody is disturbed, and nothing is left of what was deleted."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect

from meno_server.history import sqlite_store
from meno_server.history.events import Event, Layer, Outcome
from meno_server.history.schema import CountRow, EventRow
from meno_server.history.sqlite_store import SqliteStore
from meno_server.history.store import RETENTION_DAYS

TODAY = 739_000
ROOT_MAY_DO_ALL = hasattr(os, "geteuid") and os.geteuid() == 0


def event(day: int = TODAY, pattern: str = "ME301", outcome: Outcome = Outcome.IGNORED) -> Event:
    return Event(day, pattern, Layer.RULES, 2, outcome, 3, 4, 1_234_567_891)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "history")


def kept(store: SqliteStore) -> list[Event]:
    found = SqliteStore(store.folder).read()
    assert found is not None
    return list(found.events)


def test_what_is_added_is_read_again_by_another(store: SqliteStore) -> None:
    events = [event(), event(pattern="model/KeyError"), event(pattern="run/IndexError")]

    assert store.add(events, today=TODAY)
    assert kept(store) == events
    assert store.told == []


def test_a_day_of_writing_keeps_no_more_in_memory_than_an_hour(store: SqliteStore) -> None:
    """Each session opens the store anew for what it writes; what SQLAlchemy has compiled serves them all."""

    def write() -> int:
        SqliteStore(store.folder).add([event()], today=TODAY)
        return sum(len(inspect(row)._compiled_cache) for row in (EventRow, CountRow))

    write()
    known = write()

    assert [write() for _ in range(5)] == [known] * 5


def test_only_its_owner_can_look_in(store: SqliteStore) -> None:
    store.add([event()], today=TODAY)
    with sqlite3.connect(store.path) as held:
        held.execute("SELECT * FROM events").fetchall()
        store.add([event()], today=TODAY)
        files = list(store.folder.iterdir())
        assert held.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert len(files) > 1, "the log of changes is there, too"
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    held.close()
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_reading_makes_no_file(store: SqliteStore) -> None:
    assert kept(store) == []
    assert not store.folder.exists()


def test_after_half_a_year_the_counts_alone_remain(store: SqliteStore) -> None:
    store.add([event(TODAY - RETENTION_DAYS - 1), event(TODAY - RETENTION_DAYS)], today=TODAY - 1)
    store.add([event(pattern="ME101")], today=TODAY)

    found = store.read()
    assert found is not None
    assert [one.day for one in found.events] == [TODAY - RETENTION_DAYS, TODAY]
    assert dict(found.counts)["ME301"].slips == pytest.approx(1 + 2 ** (-1 / 14))


def test_a_repair_that_did_not_last_is_taken_back_once(store: SqliteStore) -> None:
    mended = event(outcome=Outcome.FIXED_UNAIDED)
    store.add([mended, mended, event()], today=TODAY)
    store.add([], [mended], today=TODAY)

    assert [one.outcome for one in kept(store)] == [
        Outcome.FIXED_UNAIDED,
        Outcome.REVERTED,
        Outcome.IGNORED,
    ]


@pytest.mark.parametrize("damage", [b"not a database, but quite long enough to be taken for one" * 99, None])
def test_a_damaged_file_is_set_aside_and_a_fresh_one_begun(store: SqliteStore, damage: bytes | None) -> None:
    store.add([event()] * 500, today=TODAY)
    whole = store.path.read_bytes()
    store.path.write_bytes(damage or whole[:8192] + b"\xff" * (len(whole) - 8192))

    store.read()
    assert store.add([event(pattern="ME101")], today=TODAY)

    aside = [path for path in store.folder.iterdir() if path.name.startswith("history-set-aside-")]
    assert [path.suffix for path in aside] == [".sqlite"]
    assert [one.pattern for one in kept(store)] == ["ME101"]
    (sentence,) = store.told
    assert sentence.startswith("Your history was damaged. It was set aside as history-set-aside-")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE alembic_version",
    ],
)
def test_a_file_of_a_newer_meno_is_set_aside_whole(store: SqliteStore, change: str) -> None:
    store.add([event()], today=TODAY)
    with sqlite3.connect(store.path) as connection:
        connection.execute(change)
    connection.close()

    assert store.add([event(pattern="ME101")], today=TODAY)

    (aside,) = store.folder.glob("history-set-aside-*.sqlite")
    with sqlite3.connect(aside) as connection:
        assert connection.execute("SELECT pattern FROM events").fetchall() == [("ME301",)]
    connection.close()
    assert [one.pattern for one in kept(store)] == ["ME101"]
    (sentence,) = store.told
    assert "newer Meno" in sentence


def test_a_locked_file_costs_a_sentence_and_nothing_else(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add([event()], today=TODAY)
    monkeypatch.setattr("meno_server.history.sqlite_store.PATIENCE", 0.05)
    with sqlite3.connect(store.path, isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert not store.add([event()], today=TODAY)
        assert kept(store) == [event()], "reading goes on"
        assert not store.forget()
        holder.execute("ROLLBACK")
    holder.close()

    assert store.told[0].startswith("What you learn cannot be added to your history now (another program")
    assert store.add([event()], today=TODAY)


def test_a_full_disk_costs_a_sentence_and_nothing_else(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add([event()], today=TODAY)
    connect = sqlite_store._connect

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone()
        return connection

    monkeypatch.setattr(sqlite_store, "_connect", small)
    full = SqliteStore(store.folder)
    assert not full.add([event()] * 3000, today=TODAY)
    assert "the disk is full" in full.told[0]
    monkeypatch.undo()
    assert kept(store) == [event()]


@pytest.mark.skipif(ROOT_MAY_DO_ALL or os.name != "posix", reason="root may write anywhere; run as a user")
def test_a_read_only_file_and_folder_cost_a_sentence_and_nothing_else(store: SqliteStore) -> None:
    store.add([event()], today=TODAY)
    store.path.chmod(0o400)
    store.folder.chmod(0o500)
    try:
        assert not store.add([event()], today=TODAY)
        store.read()
    finally:
        store.folder.chmod(0o700)
        store.path.chmod(0o600)
    assert store.told


def test_a_folder_that_cannot_be_made_costs_a_sentence_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = SqliteStore(tmp_path / "file" / "history")

    assert not store.add([event()], today=TODAY)
    assert store.told == [
        "What you learn cannot be added to your history now (Not a directory); everything else goes on."
    ]
    (tmp_path / "folder" / "history.sqlite").mkdir(parents=True)
    other = SqliteStore(tmp_path / "folder")
    assert not other.add([event()], today=TODAY)
    assert other.read() is None
    assert not other.forget()
    assert len(other.told) == 3


def test_deleting_leaves_no_byte(store: SqliteStore) -> None:
    store.add([event(pattern="model/ZeroDivisionError")] * 300, today=TODAY)
    store.path.with_name("history-set-aside-2026-01-01.sqlite").write_bytes(b"old")
    assert store.path.read_bytes().count(b"ZeroDivisionError") > 300

    assert store.forget()

    assert kept(store) == []
    for path in store.folder.iterdir():
        # The list of our categories stands in the definition of the tables, and nothing else does.
        assert path.read_bytes().count(b"ZeroDivisionError") <= 4, path
        assert path.name.startswith("history.sqlite")
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM counts").fetchone() == (0,)
    connection.close()


def test_deleting_what_is_damaged_works_too(store: SqliteStore) -> None:
    store.add([event()], today=TODAY)
    store.path.write_bytes(b"x" * 9000)

    assert store.forget()
    assert list(store.folder.glob("history-set-aside-*")) == []
    assert kept(store) == []


def test_deleting_nothing_makes_nothing(store: SqliteStore) -> None:
    assert store.forget()
    assert not store.folder.exists()


def test_several_writers_at_once_lose_nothing_even_on_a_new_file(store: SqliteStore) -> None:
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: SqliteStore(store.folder).add([event()] * 5, today=TODAY), range(12)))

    assert done == [True] * 12
    assert len(kept(store)) == 60
    found = SqliteStore(store.folder).read()
    assert found is not None
    assert dict(found.counts)["ME301"].slips == 60


def test_processes_at_once_make_one_file_together(store: SqliteStore) -> None:
    program = (
        "import sys; from pathlib import Path; from meno_server.history.sqlite_store import SqliteStore;"
        "from meno_server.history.events import Event, Layer, Outcome;"
        "store = SqliteStore(Path(sys.argv[1]));"
        f"one = Event({TODAY}, 'ME301', Layer.RULES, 0, Outcome.IGNORED, 0, 1, 5);"
        f"sys.exit(not store.add([one], today={TODAY}))"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, str(store.folder)]) for _ in range(3)]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    assert len(kept(store)) == 3
