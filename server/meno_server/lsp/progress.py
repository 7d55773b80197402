"""Progress of long work as editors show it: one token, made by the server, that a person can cancel."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from meno_server.lsp.session import Session

_NUMBERS = itertools.count(1)
_LEAST_SECONDS = 0.2  # between two reports: nobody reads faster
Tell = Callable[[str], None]


@asynccontextmanager
async def under_progress(session: Session, title: str, cancel: Callable[[], None]) -> AsyncIterator[Tell]:
    """Shows that work goes on until the block ends, if the client can show it.

    Yields what reports a step. `cancel` is called when a person cancels.
    """
    server = session.server
    if not session.client.progress:
        yield lambda _: None
        return
    token = f"meno-{next(_NUMBERS)}"  # Zed takes texts only
    await asyncio.shield(asyncio.ensure_future(_as_coroutine(server.work_done_progress.create_async(token))))
    server.work_done_progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True))
    cancelled = server.work_done_progress.tokens[token]
    cancelled.add_done_callback(lambda _: cancel() if cancelled.cancelled() else None)
    last = 0.0

    def tell(message: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _LEAST_SECONDS and not session.closing:
            last = now
            server.work_done_progress.report(token, types.WorkDoneProgressReport(message=message))

    try:
        yield tell
    finally:
        if not session.closing:
            server.work_done_progress.end(token, types.WorkDoneProgressEnd())
        # pygls keeps every token for ever.
        server.work_done_progress.tokens.pop(token, None)


async def _as_coroutine(awaitable: Any) -> Any:
    return await awaitable
