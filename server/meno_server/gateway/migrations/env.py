"""What Alembic runs: it is handed a connection with a transaction, and never opens one itself."""

from __future__ import annotations

from alembic import context

from meno_server.gateway.migrating import VERSIONS
from meno_server.gateway.schema import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, version_table=VERSIONS
)
context.run_migrations()
