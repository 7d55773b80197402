"""Counts of requests, gathered in memory and added to the table every few seconds, off the requests' way.

When the database cannot be used the counts are kept and added later; only so many slots are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from meno_server.gateway.database import Database, DatabaseError
from meno_server.gateway.schema import UsageRow
from meno_server.gateway.threads import Threads
from meno_server.gateway.usage_values import Counts, Slot

FLUSH_SECONDS = 5.0
_MOST_SLOTS = 20_000
_AMOUNTS = ("requests", "refused", "failed", "milliseconds", "bytes")


def today() -> int:
    """The day in UTC, as an ordinal."""
    return datetime.now(UTC).date().toordinal()


class Usage:
    """The counts of one gateway."""

    def __init__(self, database: Database, threads: Threads, day: Callable[[], int] = today) -> None:
        self._database, self._threads, self._day = database, threads, day
        self._gathered: dict[Slot, Counts] = {}
        self._task: asyncio.Task[None] | None = None

    def count(self, key_id: str, endpoint: str, status: int, milliseconds: float, size: int) -> None:
        """Counts one request."""
        slot = Slot(self._day(), key_id, endpoint)
        if slot not in self._gathered and len(self._gathered) >= _MOST_SLOTS:
            return
        one = Counts(1, int(400 <= status < 500), int(status >= 500), round(milliseconds), size)
        self._gathered.setdefault(slot, Counts()).add(one)

    def start(self) -> None:
        """Begins to write every few seconds."""
        self._task = asyncio.create_task(self._go_on())

    async def close(self) -> None:
        """Writes what is left."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def flush(self) -> None:
        """Writes what was gathered; keeps it if that cannot be done."""
        gathered, self._gathered = self._gathered, {}
        if not gathered:
            return
        try:
            await self._threads.do(lambda: self._database.do(lambda session: _add(session, gathered)))
        except DatabaseError:
            for slot, counts in gathered.items():
                self._gathered.setdefault(slot, Counts()).add(counts)

    async def rows(self, days: int, key_id: str | None) -> list[dict[str, Any]]:
        """The counts of the last days, oldest first. Raises DatabaseError."""
        await self.flush()
        since = self._day() - days + 1

        def read(session: Session) -> list[dict[str, Any]]:
            wanted = select(UsageRow).where(UsageRow.day >= since)
            if key_id is not None:
                wanted = wanted.where(UsageRow.key_id == key_id)
            rows = session.scalars(wanted.order_by(UsageRow.day, UsageRow.key_id, UsageRow.endpoint))
            return [
                {
                    "day": date.fromordinal(row.day).isoformat(),
                    "key": row.key_id,
                    "endpoint": row.endpoint,
                    **{name: getattr(row, name) for name in _AMOUNTS},
                }
                for row in rows
            ]

        return await self._threads.do(lambda: self._database.do(read))

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()


def _add(session: Session, gathered: dict[Slot, Counts]) -> None:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    for slot, counts in sorted(gathered.items()):  # in one order, so that two gateways cannot lock each other
        values = {name: getattr(counts, name) for name in _AMOUNTS}
        found: Any = (postgresql if is_postgresql else sqlite).insert(UsageRow)
        found = found.values(day=slot.day, key_id=slot.key_id, endpoint=slot.endpoint, **values)
        added = {name: getattr(UsageRow, name) + values[name] for name in _AMOUNTS}
        session.execute(found.on_conflict_do_update(index_elements=["day", "key_id", "endpoint"], set_=added))
