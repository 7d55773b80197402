"""The one file that events are kept in by default, and the only module that opens it.

A damaged file, or one of a newer Meno, is set aside under another name, and a fresh one is begun. Connections
live as long as one piece of work, since several editors may share the file. Guarded by
tests/history/test_store.py.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meno_server.history import migrating
from meno_server.history.events import Kept
from meno_server.history.keeping import ASIDE, DATABASE
from meno_server.history.store import ForeignTablesError, Store, empty, migrate
from meno_server.places import NOWHERE

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds that a piece of work waits for another editor's."""
_NOT_DELETED = "Your history cannot be deleted now ({reason})."
_DAMAGED = "Your history was damaged. It was set aside as {name}, and a new one was begun."
_NEWER = "Your history was written by a newer Meno. It was set aside as {name}, and a new one was begun."
_FULL, _NOT_WRITABLE = "the disk is full", "it may not be written to"
_LEAST_FREE = 1 << 17
"""Bytes without which SQLite cannot even begin: its log of changes and what readers share."""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_VAGUE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using it",
    sqlite3.SQLITE_LOCKED: "another program is using it",
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
}


class SqliteStore(Store):
    """The history in one folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.path = folder / DATABASE
        self._engine = _engine(self.path)

    def read(self) -> Kept | None:
        """Everything that is kept, oldest first; None if it cannot be read now."""
        if not self.path.exists():
            return Kept()
        return super().read()

    def forget(self) -> bool:
        """Leaves no byte of what was kept in the file, and removes files that were set aside."""
        known = len(self.told)
        if self.path.exists() and not (self._do(empty, _NOT_DELETED, writes=True) and self._clean()):
            return False
        del self.told[known:]  # what was set aside goes, too
        try:
            for aside in self.folder.glob(f"{ASIDE}*"):
                aside.unlink()
        except OSError:
            return False
        return True

    def _clean(self) -> bool:
        """Takes the traces out of the file and out of the log of changes beside it."""
        try:
            with contextlib.closing(_connect(self.path)) as connection:
                connection.execute("VACUUM")
                busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            return False
        return not busy

    # Opening

    def _do(self, work: Callable[[Session], T], trouble: str, *, writes: bool = False) -> T | None:
        """Does a piece of work in a transaction, with a new file if the one that is there is of no use."""
        for _ in range(2):
            inode = _inode(self.path)
            try:
                self._make_file()
                with self._open(writes) as connection, Session(connection) as session:
                    done = work(session)
                    session.commit()
                    return done
            except ForeignTablesError:
                aside = self._set_aside(inode, _NEWER)
            except (SQLAlchemyError, sqlite3.Error) as error:
                code = _code(error)
                if code not in _DAMAGE:
                    self.told.append(trouble.format(reason=self._reason(code)))
                    return None
                aside = self._set_aside(inode, _DAMAGED)
            except OSError as error:
                self.told.append(trouble.format(reason=self._why_no_folder(error)))
                return None
            if not aside:
                self.told.append(trouble.format(reason="its file is damaged and cannot be moved"))
                return None
        return None

    def _why_no_folder(self, error: OSError) -> str:
        if self.folder.is_relative_to(NOWHERE):
            return "there is no home folder for it"
        return error.strerror or "its folder gave an error"

    def _reason(self, code: int) -> str:
        """Why it failed. On a disk that is full or read-only SQLite may say no more than that it could not go
        on."""
        with contextlib.suppress(OSError):
            if code in _VAGUE and shutil.disk_usage(self.folder).free < _LEAST_FREE:
                return _FULL
            if code in _VAGUE and self.path.is_file() and not os.access(self.folder, os.W_OK):
                return _NOT_WRITABLE
        return _REASONS.get(code, "its file gave an error")

    @contextlib.contextmanager
    def _open(self, writes: bool) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            found = migrating.state(connection)
            connection.rollback()
            if found is not migrating.State.CURRENT:
                connection.execution_options(meno_writes=True)
                with connection.begin():
                    migrate(connection)  # another editor may have been quicker
            connection.execution_options(meno_writes=writes)
            yield connection

    def _make_file(self) -> None:
        """Makes the folder and the file for nobody else to look in; SQLite gives its logs the same mode."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.path.exists():
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        for path, mode in ((self.folder, 0o700), (self.path, 0o600)):
            if path.stat().st_mode & 0o077:
                path.chmod(mode)

    def _set_aside(self, inode: int | None, why: str) -> bool:
        """Moves the file out of the way, unless another editor has done so meanwhile."""
        if inode is None or _inode(self.path) != inode:
            return True
        stem = f"{ASIDE}{date.today().isoformat()}"
        names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
        target = next((t for name in names if not (t := self.folder / f"{name}.sqlite").exists()), None)
        if target is None:
            return False
        try:
            self.path.rename(target)
            for suffix in ("-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{suffix}").rename(f"{target}{suffix}")
        except OSError:
            return False
        self.told.append(why.format(name=target.name))
        return True


@lru_cache(maxsize=4)
def _engine(path: Path) -> Engine:
    """The same engine for the same file: the mappers keep what they have compiled for each one there was."""
    engine = create_engine(
        "sqlite://", creator=lambda: _connect(path), poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path) -> sqlite3.Connection:
    # Transactions are begun by us: the driver would let the making of tables slip out of them.
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            with contextlib.suppress(sqlite3.OperationalError):  # read-only or in use: any mode will do
                connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("meno_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _code(error: Exception) -> int:
    """SQLite's primary result code."""
    origin: Any = getattr(error, "orig", error)
    code = getattr(origin, "sqlite_errorcode", 0)
    return int(code) & 0xFF if isinstance(code, int) else 0
