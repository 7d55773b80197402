"""Which store holds the history: the file on this machine, or the database that its owner has named."""

from __future__ import annotations

from pathlib import Path

from meno_server.history.store import Store


def open_store(folder: Path, address: str | None) -> Store:
    """The store of a folder, or at the address if there is one; nothing is opened before it is used."""
    if address is None:
        from meno_server.history.sqlite_store import SqliteStore

        return SqliteStore(folder)
    from meno_server.history.postgresql_store import PostgresqlStore

    return PostgresqlStore(address)
