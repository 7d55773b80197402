"""Work that blocks, done in a few threads with a deadline, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from meno_server.gateway.database import DatabaseError

T = TypeVar("T")
PATIENCE = 8.0
"""Seconds for a piece of work of the database; more than its own timeouts."""
_TOO_SLOW = "The gateway's database, or the check of the key, takes too long."
_CROWDED = "Too many requests wait to be let in."


class Threads:
    """A few threads of one kind."""

    def __init__(self, name: str, count: int, most_waiting: int = 64) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=f"meno-{name}")
        self._waiting, self._most = 0, most_waiting

    async def do(self, work: Callable[[], T]) -> T:
        """The result of the work. Raises DatabaseError where it takes too long, and what it raises."""
        if self._waiting >= self._most:
            raise DatabaseError(_CROWDED)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except TimeoutError:
            raise DatabaseError(_TOO_SLOW) from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Waits for nothing that has not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)
