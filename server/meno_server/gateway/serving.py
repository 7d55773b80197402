"""The gateway on a port, by uvicorn: started, drained and ended in an orderly way.

The port is opened here, so that a busy one is one sentence. uvicorn's own logs are off: they tell of clients'
mistakes with tracebacks, and the gateway logs each request itself.
"""

from __future__ import annotations

import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable

import uvicorn

from meno_server.gateway.application import create_app
from meno_server.gateway.database import DatabaseError
from meno_server.gateway.local import LocalWorkers
from meno_server.gateway.logs import json_log
from meno_server.gateway.metrics import Metrics
from meno_server.gateway.settings import GatewaySettings

BACKLOG = 512
_KEEP_ALIVE_SECONDS = 30


class PortError(Exception):
    """The gateway cannot be served; one sentence with the next step."""


def serve_here(settings: GatewaySettings, host: str, port: int, opened: Callable[[str], None]) -> None:
    """Serves until it is told to end; `opened` is told the address once it listens. Raises PortError."""
    log = json_log()
    metrics = Metrics()
    try:
        app = create_app(settings, LocalWorkers(settings, log, metrics.batch), log=log, metrics=metrics)
    except DatabaseError as problem:
        raise PortError(str(problem)) from None
    listening = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.drain_seconds,
        h11_max_incomplete_event_size=16_384,
    )
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    server = _Server(config, lambda: opened(_address(host, listening)))
    gc.freeze()
    with listening:
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Says when it listens, and ends without a traceback of the signal that ended it."""

    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._listens()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn drains, and then raises again the signal that ended it; by then nothing is left to be done.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        super().run(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        other = "Choose another one with --port, or any free one with --port 0."
        if error.errno == errno.EADDRINUSE:
            raise PortError(f"Port {port} is in use, perhaps by another gateway. {other}") from None
        raise PortError(
            f"Port {port} on {host} cannot be opened ({error.strerror or error}). {other}"
        ) from None


def _address(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"
