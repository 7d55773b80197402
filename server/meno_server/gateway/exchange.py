"""One request and its answer: what is known of it, and the frame around the whole application.

The frame reads the body within its limits before anything else is asked, so that nobody holds more of it;
gives the request up, with all work under way, when its client has gone; turns whatever breaks into a problem;
and counts and logs numbers, never a body. Guarded by tests/gateway/test_frame.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meno_server.gateway.problems import BROKEN, TOO_LARGE, TOO_LATE, ProblemError, unavailable
from meno_server.gateway.workers import BrokenError

KEY = "meno.exchange"
MOST_AT_ONCE = 1000
"""Requests; each may hold a body."""
LEFT = 499
"""What is counted and logged, in the manner of nginx, where the client had gone before the answer."""
_CROWDED = "Too many requests are being answered; ask again in a moment."
_TOO_LARGE = "A body may have {most} bytes at most; send less code at a time."
_TOO_LATE = "The body did not arrive within {seconds:g} seconds; send it again."
_BROKEN = "The gateway could not answer. It was logged as {number}; tell that number to whoever runs it."


@dataclass(slots=True)
class Exchange:
    """What the parts of the application know of one request."""

    id: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)  # to be added to the answer
    key_id: str | None = None
    endpoint: str | None = None
    status: int = 0
    sent: int = 0
    began: float = 0.0

    @property
    def milliseconds(self) -> float:
        return (time.perf_counter() - self.began) * 1000


Done = Callable[[Exchange, Scope], None]
Log = Callable[..., None]


class Frame:
    """The outermost layer of the application that is ours."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        most_bytes: int,
        body_seconds: float,
        done: Done,
        log: Log,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._app, self._most, self._seconds = app, most_bytes, body_seconds
        self._done, self._log = done, log
        self._under_way, self._most_at_once = 0, most_at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(uuid.uuid4().hex, began=time.perf_counter())
        scope[KEY] = exchange
        answer = _Answer(exchange, send)
        self._under_way += 1
        try:
            self._find_room()
            if not await self._read(scope, receive, exchange):
                return
            await self._serve(scope, receive, answer)
        except ProblemError as problem:
            await self._tell(problem, scope, receive, answer)
        except Exception as problem:
            # Neither its text nor its traceback is logged: both may quote what was sent.
            kind = problem.sentence if isinstance(problem, BrokenError) else type(problem).__name__
            self._log("broken", request=exchange.id, kind=kind, where=_place(problem))
            told = ProblemError(BROKEN, _BROKEN.format(number=exchange.id))
            await self._tell(told, scope, receive, answer)
        finally:
            self._under_way -= 1
            exchange.status = exchange.status or LEFT
            self._done(exchange, scope)

    def _find_room(self) -> None:
        if self._under_way > self._most_at_once:
            raise unavailable(_CROWDED, 1)

    async def _read(self, scope: Scope, receive: Receive, exchange: Exchange) -> bool:
        """Takes the body in; returns whether the client is still there."""
        too_large = ProblemError(
            TOO_LARGE, _TOO_LARGE.format(most=self._most), headers={"Connection": "close"}
        )
        named = dict(scope["headers"]).get(b"content-length", b"0")
        if named.isdigit() and int(named) > self._most:
            raise too_large
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    part = message.get("body", b"")
                    size += len(part)
                    if size > self._most:
                        raise too_large
                    parts.append(part)
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            detail = _TOO_LATE.format(seconds=self._seconds)
            raise ProblemError(TOO_LATE, detail, headers={"Connection": "close"}) from None
        exchange.body = b"".join(parts)
        return True

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        """Runs the application until it is done or its client has gone."""
        gone = asyncio.Event()

        async def nothing_more() -> Message:
            # The body is in the exchange; whoever asks for more waits for the end of the connection.
            await gone.wait()
            return {"type": "http.disconnect"}

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()

        work: asyncio.Task[None] = asyncio.ensure_future(
            _awaited(self._app(scope, nothing_more, answer.send))
        )
        watching = asyncio.ensure_future(watch())
        try:
            await asyncio.wait({work, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
                return
            await work
        finally:
            watching.cancel()
            if not work.done():
                work.cancel()

    async def _tell(self, problem: ProblemError, scope: Scope, receive: Receive, answer: _Answer) -> None:
        if answer.exchange.status == 0:
            await problem.response()(scope, receive, answer.send)


class _Answer:
    """Passes an answer on, with the headers that were collected for it."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self.exchange, self._send = exchange, send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.exchange.status = message["status"]
            more = {"X-Request-Id": self.exchange.id, "Cache-Control": "no-store"} | self.exchange.headers
            named = [(name.lower().encode(), value.encode("latin-1")) for name, value in more.items()]
            message = {**message, "headers": [*message["headers"], *named]}
        elif message["type"] == "http.response.body":
            self.exchange.sent += len(message.get("body", b""))
        await self._send(message)


async def _awaited(work: Awaitable[None]) -> None:
    await work


def exchange_of(scope: Any) -> Exchange:
    """The exchange of a request's scope."""
    found: Exchange = scope[KEY]
    return found


def _place(problem: BaseException) -> str:
    """Where in our own code it broke: module and line, nothing else."""
    trace, place = problem.__traceback__, "unknown"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if str(name).startswith("meno"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
