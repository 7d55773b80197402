"""What HTTP libraries put off until their first request, which would then hold the event loop.

httpx and the SDK on top of it load their transports when a client is made, and what speaks to asyncio at the
first connection: a fifth of a second and more in which no key is answered. Whoever makes a client makes it
in a thread and calls this there.
"""

from __future__ import annotations

import anyio


def load_for_asyncio() -> None:
    """Loads anyio's half for asyncio, as the first connection would; for a thread without an event loop."""
    anyio.run(anyio.sleep, 0)
