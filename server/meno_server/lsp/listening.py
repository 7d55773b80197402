"""One editor on a port of this machine, by TCP or WebSocket, and nobody without the key.

Whoever knocks has a few seconds to show the key: on TCP inside `initialize`, the one message that every
editor can be told to extend; on a WebSocket in the handshake, before a conversation begins. The first with
the key is the one that is served, and the server ends with it; others are told so and sent away. No page in
a browser is let in unless its origin was named at the start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from meno_server.doors.gate import PROTOCOL, Gate, Refusals
from meno_server.doors.keys import Keys
from meno_server.lsp import envelope
from meno_server.lsp.frames import LARGEST_MESSAGE, Frames, StreamLines, TooLargeError

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from meno_server.lsp.server import Incoming, MenoServer

HANDSHAKE_SECONDS = 10.0
MOST_WAITING = 16
LARGEST_INITIALIZE = 1 << 20
_LINE_LIMIT = 1 << 16
TAKEN = 4001
Opened = Callable[[str, int], None]

WRONG_KEY = (
    "The key is missing or wrong. Send the one that `meno lsp` printed at its start as "
    'initializationOptions: {"meno": {"key": "…"}}.'
)
IN_USE = "Another editor uses this server. Start one of its own for each editor, on another port."
REFUSALS = Refusals(
    foreign_host="This is a language server of Meno. It answers to 127.0.0.1 and localhost only.",
    foreign_page="A page has to be allowed by its origin: start `meno lsp` with --origin.",
    no_key="The key is missing or wrong. Offer the protocols meno.lsp and meno.key.…, or send the header "
    "Authorization: Bearer …, with the key that `meno lsp` printed at its start.",
)


class Listener:
    """What both kinds of port share: the key, the one who is served, and the end."""

    def __init__(self, server: MenoServer, keys: Keys, patience: float = HANDSHAKE_SECONDS) -> None:
        self._server = server
        self._keys = keys
        self._patience = patience
        self._taken = False
        self._done = asyncio.Event()
        self._status = 0

    def _take_place(self) -> bool:
        """Whether the one who asks is the first with the key."""
        first, self._taken = not self._taken, True
        return first

    async def _serve_editor(self, incoming: Incoming) -> None:
        """Does what the editor says until it goes; how it went is the program's exit status."""
        try:
            await self._server.converse(incoming)
        except SystemExit as end:
            self._status = end.code if isinstance(end.code, int) else 0


class TcpListener(Listener):
    """A TCP port. What comes before the key is kept small, short and rare."""

    _waiting = 0

    async def serve(self, host: str, port: int, opened: Opened) -> int:
        """Serves the first editor with the key until it goes, and returns the exit status; `opened` is told
        where the port is."""
        listening = await asyncio.start_server(self._knocked, host, port, limit=_LINE_LIMIT)
        opened(host, listening.sockets[0].getsockname()[1])
        try:
            await self._done.wait()
            return self._status
        finally:
            listening.close()

    async def _knocked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = StreamLines(reader)
        try:
            first = await self._first_message(lines)
            if isinstance(first, envelope.Fault):
                await _say(writer, first)
            elif first is not None:
                await self._converse(first, lines, writer)
        finally:
            writer.close()

    async def _first_message(self, lines: StreamLines) -> dict[str, Any] | envelope.Fault | None:
        """`initialize` without the key that it held; why it is refused; or None, if nothing came in time."""
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                body = await Frames(lines, LARGEST_INITIALIZE, skips=False).next_message()
        except TimeoutError:
            return None
        except TooLargeError:
            return envelope.Fault(None, envelope.INVALID_REQUEST, WRONG_KEY)
        finally:
            self._waiting -= 1
        return None if body is None else self._judged(envelope.read(body))

    def _judged(self, message: dict[str, Any] | envelope.Fault) -> dict[str, Any] | envelope.Fault:
        if isinstance(message, envelope.Fault):
            return message
        id = message["id"] if envelope.is_id(message.get("id")) else None
        if message.get("method") != "initialize" or not self._keys.opens(_key_taken_from(message)):
            return envelope.Fault(id, envelope.INVALID_REQUEST, WRONG_KEY)
        if not self._take_place():
            return envelope.Fault(id, envelope.INVALID_REQUEST, IN_USE)
        return message

    async def _converse(
        self, first: dict[str, Any], lines: StreamLines, writer: asyncio.StreamWriter
    ) -> None:
        self._server.protocol.set_writer(writer)
        try:
            await self._serve_editor(_FirstThen(json.dumps(first), Frames(lines), writer))
        finally:
            self._done.set()


class _FirstThen:
    """A message that was read already and those behind it. Who does not read is not read from either."""

    def __init__(self, first: str, rest: Frames, writer: asyncio.StreamWriter) -> None:
        self._first: str | None = first
        self._rest = rest
        self._writer = writer

    async def next_message(self) -> bytes | str | None:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            await self._writer.drain()
        except ConnectionError:
            return None
        return await self._rest.next_message()


def _key_taken_from(message: dict[str, Any]) -> str:
    """The key in `initialize`, which is taken out: it is no setting, and nobody behind the door needs it."""
    options: Any = message
    for name in ("params", "initializationOptions"):
        options = options.get(name) if isinstance(options, dict) else None
    found = options.get("meno") if isinstance(options, dict) else None
    key = found.pop("key", "") if isinstance(found, dict) else ""
    if found == {}:
        del options["meno"]  # or else it would count as the settings, in the place of those beside it
    return key if isinstance(key, str) else ""


async def _say(writer: asyncio.StreamWriter, fault: envelope.Fault) -> None:
    error = {"code": fault.code, "message": fault.sentence}
    body = json.dumps({"jsonrpc": "2.0", "id": fault.id, "error": error}).encode()
    writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    with contextlib.suppress(ConnectionError):
        await writer.drain()


class WebSocketListener(Listener):
    """A WebSocket port."""

    async def serve(self, host: str, port: int, pages: Sequence[str], opened: Opened) -> int:
        """As on TCP; `pages` are the origins that may come in."""
        from websockets.asyncio.server import serve

        log = logging.getLogger("meno.lsp.websocket")
        log.setLevel(logging.CRITICAL)  # it tells of every stranger with a traceback
        async with await serve(
            self._converse,
            host,
            port,
            process_request=self._judge,
            select_subprotocol=lambda _, offered: PROTOCOL if PROTOCOL in offered else None,  # type: ignore
            compression=None,  # nothing leaves the machine, so there is nothing to save
            open_timeout=self._patience,
            max_size=LARGEST_MESSAGE,
            server_header=None,
            logger=log,
        ) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            names = ("127.0.0.1", "localhost", "[::1]")
            self._gate = Gate(self._keys, port, REFUSALS, names=names, pages=pages, editors=True)
            opened(host, port)
            await self._done.wait()
        return self._status

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        refused = self._gate.of_conversation(request.headers)
        if refused is None and self._taken:
            refused = HTTPStatus.CONFLICT, IN_USE
        return None if refused is None else connection.respond(refused[0], f"{refused[1]}\n")

    async def _converse(self, connection: ServerConnection) -> None:
        if not self._take_place():
            await connection.close(TAKEN, IN_USE)
            return
        writer = _Sender(connection)
        self._server.protocol.set_writer(writer, include_headers=False)
        try:
            await self._serve_editor(_Received(connection, writer))
        finally:
            await writer.finish()
            self._done.set()


class _Sender:
    """Sends what is written, one message after the other, as text: a page could not read anything else."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._send())

    def write(self, data: bytes) -> None:
        """Takes a message; it is sent when those before it are."""
        self._queue.put_nowait(data)

    def close(self) -> None:
        """Nothing yet: what was written before the end is still to be sent."""

    async def finish(self) -> None:
        """Sends what is left, as far as somebody is there to take it."""
        self._queue.put_nowait(None)
        await self._task

    async def room(self) -> None:
        """Returns when all is sent: who does not read is not read from either."""
        await self._queue.join()

    async def _send(self) -> None:
        from websockets.exceptions import ConnectionClosed

        data: bytes | None = b""
        while data is not None:
            data = await self._queue.get()
            if data is not None:
                with contextlib.suppress(ConnectionClosed):
                    await self._connection.send(data, text=True)
            self._queue.task_done()


class _Received:
    """The messages that arrive on a WebSocket."""

    def __init__(self, connection: ServerConnection, writer: _Sender) -> None:
        self._connection = connection
        self._writer = writer

    async def next_message(self) -> bytes | str | None:
        from websockets.exceptions import ConnectionClosed

        await self._writer.room()
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed:
            return None
