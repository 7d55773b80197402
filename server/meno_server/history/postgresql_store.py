"""The history in a PostgreSQL database, for whoever works on several machines.

Each account of the server has a schema of its own name, so two learners who share a database never meet. The
password is none of ours: libpq finds it in `~/.pgpass` or `PGPASSWORD`. Connections live as long as one piece
of work, and none waits long. Guarded by tests/history/test_postgresql.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from meno_server.history import migrating
from meno_server.history.store import ForeignTablesError, Store, migrate

T = TypeVar("T")

DRIVER = "postgresql+psycopg"
_CONNECT_SECONDS = 3
_LIMITS = '-c statement_timeout=10000 -c lock_timeout=2000 -c search_path="$user"'
_OURS = 6_350_366
"""The number of the lock that writers take in turn; any number does that nobody else uses."""
_NOT_DELETED = "Your history cannot be deleted now ({reason})."
_NEWER = "its tables were made by a newer Meno, or by something else: update Meno, or name another database"
_NO_DRIVER = 'the driver is not installed: pip install "meno-lsp[postgresql]"'
# The beginnings of SQLSTATE codes, the longer first.
_REASONS = {
    "53100": "the server's disk is full",
    "55P03": "another program is using it",
    "57014": "the server took too long",
    "25006": "it may not be written to",
    "42501": "your account may not make tables there",
}

_NOT_REACHED = (
    "the server cannot be reached, or does not let you in; check the address, the account, and the password "
    "in ~/.pgpass"
)


class PostgresqlStore(Store):
    """The history at an address such as `postgresql://anna@db.example.org/meno`."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def forget(self) -> bool:
        def truncate(session: Session) -> bool:
            session.execute(text("TRUNCATE events, counts RESTART IDENTITY"))
            return True

        return self._do(truncate, _NOT_DELETED, writes=True) or False

    def _do(self, work: Callable[[Session], T], trouble: str, *, writes: bool = False) -> T | None:
        try:
            with _engine(self._address).begin() as connection:
                _prepare(connection, writes)
                with Session(connection) as session:
                    done = work(session)
                    session.flush()
                    return done
        except ForeignTablesError:
            reason = _NEWER
        except ImportError:
            reason = _NO_DRIVER
        except SQLAlchemyError as error:
            reason = _reason(error)
        self.told.append(trouble.format(reason=reason))
        return None


@lru_cache(maxsize=4)
def _engine(address: str) -> Engine:
    """The same engine for the same address: mappers keep what they have compiled for each that there was."""
    return create_engine(
        make_url(address).set(drivername=DRIVER),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": _LIMITS},
    )


def _prepare(connection: Connection, writes: bool) -> None:
    """Lets one writer at a time in, and makes the tables where there are none."""
    current = migrating.state(connection) is migrating.State.CURRENT
    if writes or not current:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _OURS})
    if not current:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS AUTHORIZATION CURRENT_USER"))
        migrate(connection)


def _reason(error: SQLAlchemyError) -> str:
    origin: Any = getattr(error, "orig", None)
    code = str(getattr(origin, "sqlstate", None) or "")
    found = (reason for start, reason in _REASONS.items() if code.startswith(start))
    return next(found, "the server gave an error" if code else _NOT_REACHED)
