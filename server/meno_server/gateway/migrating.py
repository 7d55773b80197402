"""Bringing a gateway's database to the tables that this Meno knows; SQLite and PostgreSQL alike."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, inspect

from meno_server import stepping

REVISIONS = ("0001", "0002")
"""All steps, oldest first; the last one is what `schema.py` says."""
VERSIONS = "gateway_version"
"""The table that remembers the step; another part of Meno may use the same PostgreSQL database."""
_FOLDER = Path(__file__).parent / "migrations"
_OWN = frozenset({"keys", "key_scopes", "usage", "team_weeks", "team_gifts", "team_told"})
_LOCK = 0x6D656E6F  # any number that is ours


class State(Enum):
    """How the tables of a database compare with ours."""

    CURRENT = "current"
    OLD = "old"  # or without ours
    FOREIGN = "foreign"  # made by a newer Meno, or by something else


def state(connection: Connection) -> State:
    """How the tables are now."""
    tables = set(inspect(connection).get_table_names())
    if VERSIONS not in tables:
        return State.FOREIGN if tables & _OWN else State.OLD
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalars().all()
    if list(found) == [REVISIONS[-1]]:
        return State.CURRENT
    return State.OLD if not found or set(found) < set(REVISIONS) else State.FOREIGN


def lock(connection: Connection) -> None:
    """Lets one gateway at a time change the tables, until its transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def upgrade(connection: Connection, to: str = "head") -> None:
    """Makes the tables new; what is kept stays."""
    stepping.upgrade(connection, _FOLDER, to)


def downgrade(connection: Connection, to: str = "base") -> None:
    """Makes the tables as they were at an older step."""
    stepping.downgrade(connection, _FOLDER, to)
