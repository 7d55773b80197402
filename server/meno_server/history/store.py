"""The one file that events are kept in, and the only module that opens it.

Nothing here raises for a file that is locked, full, read-only or damaged: what cannot be done is left undone,
with one sentence in `told`. A damaged file, or one of a newer Meno, is set aside under another name, and a
fresh one is begun. Connections live as long as one piece of work, since several editors may share the file.
Guarded by tests/history/test_store.py.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, NullPool, create_engine, delete, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meno_server.history import migrating
from meno_server.history.events import Count, Event, Kept, Layer, Outcome, is_pattern
from meno_server.history.keeping import ASIDE, DATABASE
from meno_server.history.profile import with_event
from meno_server.history.schema import CountRow, EventRow

T = TypeVar("T")

RETENTION_DAYS = 180
PATIENCE = 2.0
"""Seconds that a piece of work waits for another editor's."""
_NOT_KEPT = "What you learn cannot be added to your history now ({reason}); everything else goes on."
_NOT_READ = "Your history cannot be read now ({reason}). Try again in a moment."
_NOT_DELETED = "Your history cannot be deleted now ({reason})."
_DAMAGED = "Your history was damaged. It was set aside as {name}, and a new one was begun."
_NEWER = "Your history was written by a newer Meno. It was set aside as {name}, and a new one was begun."
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using it",
    sqlite3.SQLITE_LOCKED: "another program is using it",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written to",
    sqlite3.SQLITE_PERM: "it may not be written to",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
}


class _ForeignTablesError(Exception):
    """The tables are not of this Meno, nor of an older one."""


class Store:
    """The history in one folder. `told` collects sentences for the learner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / DATABASE
        self.told: list[str] = []
        self._engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=NullPool, hide_parameters=True
        )
        event.listen(self._engine, "begin", _begin)

    def add(self, events: Iterable[Event], reverted: Iterable[Event] = (), today: int | None = None) -> bool:
        """Keeps events; each of `reverted` is one that was kept before, as mended, and did not last."""
        day = today if today is not None else date.today().toordinal()
        batch, taken_back = list(events), list(reverted)

        def write(session: Session) -> bool:
            for one in batch:
                session.add(_row(one))
                _count(session, one)
            session.flush()
            for one in taken_back:
                _take_back(session, one)
            session.execute(delete(EventRow).where(EventRow.day < day - RETENTION_DAYS))
            return True

        return self._do(write, _NOT_KEPT, writes=True) or False

    def read(self) -> Kept | None:
        """Everything that is kept, oldest first; None if it cannot be read now."""
        if not self.path.exists():
            return Kept()
        return self._do(_read, _NOT_READ)

    def forget(self) -> bool:
        """Leaves no byte of what was kept in the file, and removes files that were set aside."""
        known = len(self.told)
        if self.path.exists() and not (self._do(_empty, _NOT_DELETED, writes=True) and self._clean()):
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
            with contextlib.closing(self._connect()) as connection:
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
            except _ForeignTablesError:
                aside = self._set_aside(inode, _NEWER)
            except (SQLAlchemyError, sqlite3.Error) as error:
                code = _code(error)
                if code not in _DAMAGE:
                    self.told.append(trouble.format(reason=_REASONS.get(code, "its file gave an error")))
                    return None
                aside = self._set_aside(inode, _DAMAGED)
            except OSError as error:
                self.told.append(trouble.format(reason=error.strerror or "its folder gave an error"))
                return None
            if not aside:
                self.told.append(trouble.format(reason="its file is damaged and cannot be moved"))
                return None
        return None

    @contextlib.contextmanager
    def _open(self, writes: bool) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            found = migrating.state(connection)
            connection.rollback()
            if found is not migrating.State.CURRENT:
                _migrate(connection)
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

    def _connect(self) -> sqlite3.Connection:
        # Transactions are begun by us: the driver would let the making of tables slip out of them.
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
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


def _migrate(connection: Connection) -> None:
    connection.execution_options(meno_writes=True)
    with connection.begin():
        found = migrating.state(connection)  # another editor may have been quicker
        if found is migrating.State.FOREIGN:
            raise _ForeignTablesError
        if found is migrating.State.OLD:
            migrating.upgrade(connection)


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


def _row(one: Event) -> EventRow:
    return EventRow(
        day=one.day,
        pattern=one.pattern,
        layer=int(one.layer),
        hint_level=one.hint_level,
        outcome=one.outcome.value,
        duration=one.duration,
        opportunities=one.opportunities,
        project=one.project,
    )


def _count(session: Session, one: Event) -> None:
    row = session.get(CountRow, one.pattern)
    known = Count(row.slips, row.opportunities, row.day) if row is not None else None
    count = with_event(known, one)
    if row is None:
        row = CountRow(pattern=one.pattern)
        session.add(row)
    row.slips, row.opportunities, row.day = float(count.slips), float(count.opportunities), count.day


def _take_back(session: Session, one: Event) -> None:
    """Events that are equal cannot be told apart and need not be: the latest of them did not last."""
    wanted = _row(one)
    columns = [column.key for column in EventRow.__table__.columns if column.key != "id"]
    same = [getattr(EventRow, name) == getattr(wanted, name) for name in columns]
    found = session.scalars(select(EventRow).where(*same).order_by(EventRow.id.desc()).limit(1)).first()
    if found is not None:
        found.outcome = Outcome.REVERTED.value


def _read(session: Session) -> Kept:
    events = []
    for row in session.scalars(select(EventRow).order_by(EventRow.day, EventRow.id)):
        with contextlib.suppress(ValueError):  # a pattern that another version knew
            events.append(
                Event(
                    row.day,
                    row.pattern,
                    Layer(row.layer),
                    row.hint_level,
                    Outcome(row.outcome),
                    row.duration,
                    row.opportunities,
                    row.project,
                )
            )
    counts = [
        (row.pattern, Count(row.slips, row.opportunities, row.day))
        for row in session.scalars(select(CountRow).order_by(CountRow.pattern))
        if is_pattern(row.pattern)
    ]
    return Kept(tuple(events), tuple(counts))


def _empty(session: Session) -> bool:
    session.execute(delete(EventRow))
    session.execute(delete(CountRow))
    return True
