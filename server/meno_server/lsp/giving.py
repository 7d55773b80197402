"""Giving to the class: off unless its learner has switched it on, seldom, and beside everything else.

What goes out is `history/giving.py`'s: patterns of Meno's own lists and how they ended, no code, no names, no
times. When it cannot be given nothing happens; it is tried again later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meno_server.lsp.session import Session
    from meno_server.remote.gateway import Gateway

log = logging.getLogger("meno.giving")
EVERY_SECONDS = 3600.0
SECONDS = 10.0


class Giving:
    """What one session gives. Belongs to the event loop's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: float | None = None
        self._gateway: Gateway | None = None

    @property
    def wanted(self) -> bool:
        """Whether the learner wants to give, and there is a gateway to give to."""
        settings = self._session.settings
        switched_on = settings.enable and settings.history_enable and settings.team_share
        paused = self._session.episodes.recorder.paused
        return switched_on and settings.team_endpoint is not None and not paused

    async def give(self) -> None:
        """Gives what the running week holds by now, if that was not done a short while ago."""
        if not self.wanted or (self._last is not None and time.monotonic() - self._last < EVERY_SECONDS):
            return
        self._last = time.monotonic()
        kept = await self._session.episodes.recorder.read()
        if kept is None or not self.wanted:
            return  # it cannot be read, or was switched off meanwhile
        from meno_server.history.giving import gift
        from meno_server.remote.gateway import GatewayError

        try:
            gateway = await self._connection()
            await gateway.ask("contributions", gift(kept, datetime.now(UTC).date()), SECONDS)
        except GatewayError as problem:
            log.warning("Nothing was given to the class: %s", problem)
        except asyncio.CancelledError:
            self._last = None
            raise

    def follow_settings(self) -> None:
        """With other settings there may be another gateway; the next quiet moment gives again."""
        self._last = None
        self._session.run(self.close())

    async def close(self) -> None:
        """Ends the connection."""
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            await gateway.close()

    async def _connection(self) -> Gateway:
        if self._gateway is None:
            made = await asyncio.to_thread(_load)
            address = self._session.settings.team_endpoint or ""
            self._gateway = self._gateway or made(address, self._session.shared_model.find_key)
        return self._gateway


def _load() -> type[Gateway]:
    """The connection's code, which takes a while to be read."""
    from meno_server.remote.gateway import Gateway

    return Gateway
