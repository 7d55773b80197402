"""Starting the server on a channel: standard input and output, TCP, or WebSocket.

On a port somebody else on the machine could knock, so a key is needed there (`listening.py`). Standard input
belongs to who started the server.

Whatever prints to standard output by accident must not end up in the protocol, so on stdio the real channel
is moved away first; an editor that closed standard error gets nothing in its place. The garbage collector is
kept off the keystroke path (see `Session`), and so are other threads, as far as Python lets one.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from meno_server.lsp import logs
from meno_server.lsp.server import MenoServer, create

if TYPE_CHECKING:
    from meno_server.doors.keys import Keys

_NO_EDITOR = (
    "Meno waits for an editor, which starts it by itself and speaks to it on standard input. In a terminal "
    "`meno check FILE` looks for mistakes. Ctrl+C ends this."
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TURN_SECONDS = 0.0005


def _prepare() -> MenoServer:
    logs.prepare()
    server = create()
    # What starting left behind stays; looking through it for garbage would take longer than it is worth.
    gc.disable()
    gc.freeze()
    # A thread beside the loop (the history, a tutor's libraries) may compute for so long before a key has its
    # turn; a key asks for turns several times.
    sys.setswitchinterval(_TURN_SECONDS)
    return server


def serve_stdio() -> None:
    """Serves one client on standard input and output until it goes away."""
    if sys.stdin is not None and sys.stdin.isatty():
        print(_NO_EDITOR, file=sys.stderr, flush=True)
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
    """Serves the first client with the key on a TCP port until it goes away."""
    from meno_server.lsp.listening import TcpListener

    keys, opened = _door()
    _listen(lambda server: TcpListener(server, keys).serve(host, port, opened))


def serve_websocket(host: str, port: int, pages: Sequence[str] = ()) -> None:
    """Serves the first client with the key on a WebSocket until it goes away."""
    from meno_server.lsp.listening import WebSocketListener

    keys, opened = _door()
    _listen(lambda server: WebSocketListener(server, keys).serve(host, port, pages, opened))


def _listen(serve: Callable[[MenoServer], Coroutine[Any, Any, int]]) -> None:
    server = _prepare()

    status = 0
    try:
        status = asyncio.run(serve(server))
    except KeyboardInterrupt:
        pass  # that is how a person in a terminal ends it
    finally:
        server.shutdown()  # type: ignore[no-untyped-call]
    if status:
        raise SystemExit(status)


def _door() -> tuple[Keys, Callable[[str, int], None]]:
    """The key, and what prints one line when the port is open; a key of one's own does not stand on it."""
    from meno_server.doors.keys import KEY_VARIABLE, Keys, key_of_environment

    own = key_of_environment()
    keys = Keys(own)
    told = f"is the one in {KEY_VARIABLE}" if own else f"is {keys.lasting}"

    def opened(host: str, port: int) -> None:
        place = f"[{host}]" if ":" in host else host
        print(f"Meno listens for one editor on {place}:{port}. The key {told}", file=sys.stderr, flush=True)

    return keys, opened
