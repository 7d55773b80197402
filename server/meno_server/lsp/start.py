"""Starting the server on a channel: standard input and output, TCP, or WebSocket.

Whatever prints to standard output by accident must not end up in the protocol, so on stdio the real
channel is moved away first. The garbage collector is kept off the keystroke path (see `Session`).
"""

from __future__ import annotations

import gc
import logging
import os
import sys

from meno_server.lsp.server import MenoServer, create

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _prepare() -> MenoServer:
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # pygls logs every message it sends, which is the learner's code, at INFO.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    server = create()
    # What starting left behind stays; looking through it for garbage would take longer than it is worth.
    gc.disable()
    gc.freeze()
    return server


def serve_stdio() -> None:
    """Serves one client on standard input and output until it goes away."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    server = _prepare()
    server.start_io(stdout=out)


def serve_tcp(host: str, port: int) -> None:
    """Serves one client on a TCP port."""
    _prepare().start_tcp(host, port)


def serve_websocket(host: str, port: int) -> None:
    """Serves one client on a WebSocket."""
    _prepare().start_ws(host, port)
