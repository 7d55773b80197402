"""A real OpenAI-compatible server on the loopback address that answers from a script."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

Step = Callable[["ScriptedServer", Request], Awaitable[Response]]


@dataclass
class ScriptedServer:
    """Answers each request with the next step of `script`; the last one is repeated.

    `arrived` is set when a request has been read, `gone` when a waiting client has hung up.
    """

    script: list[Step] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # The socket listens before the thread starts, so a client never has to wait for it.
        self._socket = socket.create_server(("127.0.0.1", 0))
        app = FastAPI()
        app.add_api_route("/v1/chat/completions", self._answer, methods=["POST"], response_model=None)
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()

    async def _answer(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        self.headers.append(dict(request.headers))
        self.arrived.set()
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step(self, request)


def says(content: str | None, **message: Any) -> Step:
    """A completion with that content."""
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": content, **message},
    }

    async def step(server: ScriptedServer, request: Request) -> Response:
        return JSONResponse(
            {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        )

    return step


def fails(status: int, headers: dict[str, str] | None = None, echo_key: bool = True) -> Step:
    """An error whose text repeats the key, as some servers do."""

    async def step(server: ScriptedServer, request: Request) -> Response:
        key = request.headers.get("authorization", "") if echo_key else ""
        return JSONResponse(
            {"error": {"message": f"Incorrect API key provided: {key}", "type": "x"}}, status, headers
        )

    return step


def rejects_formats(*formats: str) -> Step:
    """A server that knows none of these response formats and answers well without them."""

    async def step(server: ScriptedServer, request: Request) -> Response:
        body = server.bodies[-1]
        if body.get("response_format", {}).get("type") in formats:
            return await fails(400)(server, request)
        return await says(json.dumps(GOOD))(server, request)

    return step


def sends(text: str, media_type: str = "application/json") -> Step:
    """A 200 with any text."""

    async def step(server: ScriptedServer, request: Request) -> Response:
        return PlainTextResponse(text, media_type=media_type)

    return step


async def hangs(server: ScriptedServer, request: Request) -> Response:
    """Waits until the client hangs up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    server.gone.set()
    return Response()


async def breaks_off(server: ScriptedServer, request: Request) -> Response:
    """Promises more bytes than it sends."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"id": "1", "choices": ['

    return StreamingResponse(half(), headers={"content-length": "4000"}, media_type="application/json")


SEARCH = """\
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] > wanted:
            high = middle - 1
        else:
            low = middle + 1
    return -1
"""
SEARCH_REPAIRED = SEARCH.replace("while low < high", "while low <= high")
FIRST_LINE = 10

GOOD: dict[str, Any] = {
    "level": 3,
    "finding_id": "model/OffByOneError",
    "observation": "The loop in `find` goes on while `low < high`, and it stops when the two meet.",
    "question": "What lies between `low` and `high` at the moment when the loop stops?",
    "why_it_matters": "A window that counts both of its ends still holds one item when the ends meet.",
    "try_next": "Put `print(low, high)` at the top of the loop and run `find([3, 5, 8], 8)`.",
    "confidence": 0.8,
    "cites_lines": [12],
}
LEAKING = {**GOOD, "question": "What would happen if line 12 said `while low <= high:`?"}
