"""Bringing the database to the tables that this Meno knows, within the transaction of who asks.

Alembic is imported only where there is something to do: most sessions find the tables as they should be.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

if TYPE_CHECKING:
    from alembic.config import Config

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
    from alembic import command

    command.upgrade(_configuration(connection), to)


def downgrade(connection: Connection, to: str = "base") -> None:
    """Makes the tables as they were at an older step."""
    from alembic import command

    command.downgrade(_configuration(connection), to)


def _configuration(connection: Connection) -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration
