"""Starting the server on a channel: standard input and output, TCP, or WebSocket.

Whatever prints to standard output by accident must not end up in the protocol, so on stdio the real channel
is moved away first; an editor that closed standard error gets nothing in its place. The garbage collector is
kept off the keystroke path (see `Session`).
"""

from __future__ import annotations

import gc
import os
import sys

from meno_server.lsp import logs
from meno_server.lsp.server import MenoServer, create

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _prepare() -> MenoServer:
    logs.prepare()
    server = create()
    # What starting left behind stays; looking through it for garbage would take longer than it is worth.
    gc.disable()
    gc.freeze()
    return server


def serve_stdio() -> None:
    """Serves one client on standard input and output until it goes away."""
    out = os.fdopen(os.dup(1), "wb")
    _keep_open(2)
    os.dup2(2, 1)
    server = _prepare()
    server.start_io(stdout=out)
    if server.status:
        sys.exit(server.status)


def _keep_open(descriptor: int) -> None:
    """Opens what was closed by whoever started us: the next file would get its number, and all that is
    printed."""
    try:
        os.fstat(descriptor)
    except OSError:
        nothing = os.open(os.devnull, os.O_RDWR)
        if nothing != descriptor:
            os.dup2(nothing, descriptor)
            os.close(nothing)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.dup(descriptor), "w", encoding="utf-8")


def serve_tcp(host: str, port: int) -> None:
    """Serves one client on a TCP port."""
    _prepare().start_tcp(host, port)


def serve_websocket(host: str, port: int) -> None:
    """Serves one client on a WebSocket."""
    _prepare().start_ws(host, port)
