"""The database of a gateway: SQLite in its own folder, or PostgreSQL by its address.

Whatever keeps it from being used is one `DatabaseError` with one sentence, without the address, since that
may hold a password. Pieces of work are transactions; they block, so the application does them in threads.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from meno_server.gateway import migrating

T = TypeVar("T")

FILE = "gateway.sqlite"
PATIENCE = 3
"""Seconds for a connection, and for a statement to begin."""
_STATEMENT_MILLISECONDS = 5000
_NOT_THERE = "The gateway's database cannot be used now."
WHERE_TO_LOOK = "Look whether it runs, and whether MENO_GATEWAY_DATABASE and MENO_GATEWAY_DATA lead to it."
"""What an operator is told besides; nobody who asks over HTTP is."""
_BAD_ADDRESS = (
    "The address of the database is not understood; use postgresql://user:password@host/name or "
    "sqlite:////path/to/file."
)
_NO_DRIVER = (
    'PostgreSQL needs the extra "postgresql", which is not installed: pip install "meno-lsp[gateway]".'
)
_FOREIGN = (
    "The tables in this database are not of this Meno, or of a newer one. Choose an empty database, or "
    "install the newer Meno."
)


class DatabaseError(Exception):
    """The database cannot be used; one sentence."""


class UnreachableError(DatabaseError):
    """It does not answer, or cannot be opened or made."""

    def __init__(self) -> None:
        super().__init__(_NOT_THERE)


class Database:
    """One database, opened when it is first used."""

    def __init__(self, address: str | None, folder: Path) -> None:
        self._engine = _engine(_url(address, folder))
        self._migrated = False

    @property
    def engine(self) -> Engine:
        return self._engine

    def do(self, work: Callable[[Session], T]) -> T:
        """Does a piece of work in one transaction. Raises DatabaseError, and what the work raises."""
        try:
            self.prepare()
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return work(session)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            raise UnreachableError from problem

    def prepare(self) -> None:
        """Makes the tables if they are not there or older."""
        if self._migrated:
            return
        try:
            with self._engine.connect() as connection:
                found = migrating.state(connection)
                connection.rollback()
                if found is migrating.State.OLD:
                    with connection.begin():
                        migrating.lock(connection)
                        if (
                            migrating.state(connection) is migrating.State.OLD
                        ):  # another may have been quicker
                            migrating.upgrade(connection)
                elif found is migrating.State.FOREIGN:
                    raise DatabaseError(_FOREIGN)
        except (SQLAlchemyError, sqlite3.Error, OSError) as problem:
            raise UnreachableError from problem
        self._migrated = True

    def works(self) -> bool:
        """Whether a question is answered."""
        try:
            self.prepare()
            with self._engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (DatabaseError, SQLAlchemyError, sqlite3.Error, OSError):
            return False
        return True

    def forget_traces(self) -> None:
        """Takes what was deleted out of SQLite's log of changes; PostgreSQL has ways of its own."""
        if self._engine.dialect.name == "sqlite":
            with contextlib.suppress(SQLAlchemyError), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                connection.rollback()  # a checkpoint cannot be made inside of a transaction
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


def _url(address: str | None, folder: Path) -> URL:
    if address is None:
        return URL.create("sqlite", database=str(folder / FILE))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise DatabaseError(_BAD_ADDRESS) from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database:
        return url
    raise DatabaseError(_BAD_ADDRESS)


def _engine(url: URL) -> Engine:
    # Parameters would stand in an error's text.
    if url.drivername == "sqlite":
        path = Path(str(url.database)).absolute()
        engine = create_engine(url.set(database=str(path)), hide_parameters=True, connect_args=_SQLITE)
        event.listen(engine, "do_connect", lambda *_: _make_file(path))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    try:
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=PATIENCE,
            pool_size=4,
            max_overflow=4,
            connect_args={
                "connect_timeout": PATIENCE,
                "options": f"-c statement_timeout={_STATEMENT_MILLISECONDS} -c lock_timeout={PATIENCE}s",
            },
        )
    except ModuleNotFoundError:
        raise DatabaseError(_NO_DRIVER) from None


_SQLITE = {"timeout": PATIENCE, "isolation_level": None, "check_same_thread": False}


def _make_file(path: Path) -> None:
    """Makes the folder and the file for nobody else to look in; SQLite gives its logs the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("secure_delete = ON", "trusted_schema = OFF", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
