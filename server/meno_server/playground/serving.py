"""The port: files for a browser, conversations for our own page, and an orderly end.

The WebSocket library answers plain requests too, so there is no second server. It listens on this
machine only.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from meno_server.doors.gate import PROTOCOL, Gate, Refusals, one
from meno_server.doors.keys import Keys
from meno_server.playground.bridge import Say, converse
from meno_server.playground.pages import Pages

if TYPE_CHECKING:
    from websockets.asyncio.server import Server

HOST = "127.0.0.1"
CONVERSATION = "/lsp"
ALIVE = "/alive"
MOST_TABS = 8
LARGEST_MESSAGE = 4_000_000
TOO_MANY = 4001
NOTHING_HERE = "There is nothing at this address."
REFUSALS = Refusals(
    foreign_host="This is Meno's playground. It answers on 127.0.0.1 only; open the address that the "
    "terminal shows.",
    foreign_page="Only the playground's own page may speak to Meno.",
    no_key="The key is missing or of another start of Meno. Open the address that the terminal shows.",
)
Opened = Callable[[str, str], None]


class PortError(Exception):
    """The port cannot be had; the message is one sentence with the next step."""


class Playground:
    """One running playground: who may come in, what is served, how many tabs there are."""

    def __init__(self, pages: Pages, say: Say) -> None:
        self._pages = pages
        self._say = say
        self._keys = Keys()
        self._gate = Gate(self._keys, 0, REFUSALS)
        self._tabs = 0

    async def run(self, port: int, opened: Opened) -> None:
        """Serves until it is stopped; `opened` is told the address that lasts and one that opens once."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with contextlib.suppress(NotImplementedError, AttributeError):  # Windows has none of this
                loop.add_signal_handler(getattr(signal, name), stop.set)
        async with await self._listen(port) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self._gate = Gate(self._keys, port, REFUSALS)
            opened(_address(port, self._keys.lasting), _address(port, self._keys.once()))
            await stop.wait()

    async def _listen(self, port: int) -> Server:
        log = logging.getLogger("meno.playground.http")
        log.setLevel(logging.CRITICAL)  # it tells of every stranger with a traceback
        try:
            return await serve(
                self._talk,
                HOST,
                port,
                process_request=self._answer,
                subprotocols=[Subprotocol(PROTOCOL)],
                compression=None,  # nothing leaves the machine, so there is nothing to save
                max_size=LARGEST_MESSAGE,
                server_header=None,
                logger=log,
            )
        except OSError as error:
            raise PortError(_no_port(error, port)) from None

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answers a request, or lets a conversation begin."""
        headers = request.headers
        if one(headers, "Upgrade").lower() == "websocket":
            if request.path != CONVERSATION:
                return _plain(connection, HTTPStatus.NOT_FOUND, NOTHING_HERE)
            refused = self._gate.of_conversation(headers)
        else:
            refused = self._gate.of_page(headers)
            if refused is None:
                return self._file(connection, request.path, one(headers, "Host"))
        return _plain(connection, *refused) if refused is not None else None

    def _file(self, connection: ServerConnection, path: str, host: str) -> Response:
        if path == ALIVE:
            return _plain(connection, HTTPStatus.OK, "Meno runs.")
        page = self._pages.at(path, host)
        if page is None:
            return _plain(connection, HTTPStatus.NOT_FOUND, NOTHING_HERE)
        headers = Headers(page.headers)
        headers["Content-Length"] = str(len(page.body))
        headers["Connection"] = "close"
        return Response(HTTPStatus.OK.value, HTTPStatus.OK.phrase, headers, page.body)

    async def _talk(self, connection: ServerConnection) -> None:
        if self._tabs >= MOST_TABS:
            await connection.close(TOO_MANY, f"{MOST_TABS} tabs are open already. Close one of them first.")
            return
        self._tabs += 1
        try:
            await converse(connection, self._keys.lasting, self._say)
        finally:
            self._tabs -= 1


def _plain(connection: ServerConnection, status: HTTPStatus, text: str) -> Response:
    response = connection.respond(status, f"{text}\n")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(port: int, key: str) -> str:
    # What stands behind # is for the page only: a browser sends it to nobody.
    return f"http://{HOST}:{port}/#key={key}"


def _no_port(error: OSError, port: int) -> str:
    other = "Choose another one with --port, or any free one with --port 0."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use, perhaps by another playground. {other}"
    return f"Port {port} cannot be opened ({error.strerror or error}). {other}"
