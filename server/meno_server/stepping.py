"""Steps of Alembic, from tables as they are to tables as they should be, in a transaction of who asks.

Alembic is imported only where there is something to do: most processes find the tables as they should be.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


def upgrade(connection: Connection, folder: Path, to: str = "head") -> None:
    """Makes the tables new, by the steps in a folder; what is kept stays."""
    from alembic import command

    command.upgrade(_configuration(connection, folder), to)


def downgrade(connection: Connection, folder: Path, to: str = "base") -> None:
    """Makes the tables as they were at an older step."""
    from alembic import command

    command.downgrade(_configuration(connection, folder), to)


def _configuration(connection: Connection, folder: Path) -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(folder).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration
