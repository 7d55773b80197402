"""Bringing the database to the tables that this Meno knows, within the transaction of who asks."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, inspect

from meno_server import stepping

REVISIONS = ("0001",)
"""All steps, oldest first; the last one is what `schema.py` says."""
_FOLDER = Path(__file__).parent / "migrations"


class State(Enum):
    """How the tables of a database compare with ours."""

    CURRENT = "current"
    OLD = "old"  # or empty
    FOREIGN = "foreign"  # made by a newer Meno, or by something else


def state(connection: Connection) -> State:
    """How the tables are now."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return State.OLD
    if "alembic_version" not in tables:
        return State.FOREIGN
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if list(found) == [REVISIONS[-1]]:
        return State.CURRENT
    return State.OLD if not found or set(found) < set(REVISIONS) else State.FOREIGN


def upgrade(connection: Connection, to: str = "head") -> None:
    """Makes the tables new; what is kept stays."""
    stepping.upgrade(connection, _FOLDER, to)


def downgrade(connection: Connection, to: str = "base") -> None:
    """Makes the tables as they were at an older step."""
    stepping.downgrade(connection, _FOLDER, to)
