"""Sessions in which something learns: the history, which has to be whole and hold no word of what was typed,
and the model."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

LEARNING: dict[str, dict[str, Any]] = {
    "": {},
    # A history that is kept, and does not change what is shown.
    "history": {"history.enable": True, "history.adapt": False},
    # Its findings are left out of the comparison, and so are limits, which count them.
    "model": {"model.enable": True, "findingsPerScreen": 0, "maxFindings": 1000},
}
LIMITS = ("findingsPerScreen", "maxFindings")
COMMANDS = (
    "meno.patterns",
    "meno.report",
    "meno.stored",
    "meno.forgetStored",
    "meno.pauseHistory",
    "meno.resumeHistory",
)
# Of the texts, addresses and names of the fuzzer; none of these is a word of ours.
_TYPED = (b"nowhere", b"totl", b"nmae", b"has_even", b"vier-")


class History:
    """The history in a data folder, looked at when the server has gone."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "meno" / "history"
        self.rows = 0

    def check(self, *, kept: bool) -> None:
        """Nothing is there if nothing was to be kept; what is there is whole and names nothing."""
        files = [path for path in self._folder.glob("*") if path.name != "paused"]
        assert kept or not files, f"kept without leave: {files}"
        names = {path.name for path in files}
        assert not [name for name in names if name.startswith("history-set-aside")], f"set aside: {names}"
        for path in files:
            held = [word for word in _TYPED if word in path.read_bytes()]
            assert not held, f"{path.name} holds {held}"
        if (database := self._folder / "history.sqlite").exists():
            self._read(database)

    def _read(self, database: Path) -> None:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()
            assert whole == ("ok",), whole
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            counts = [
                connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables
            ]
        self.rows = sum(counts)
