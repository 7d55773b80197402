"""One tab and one language server, joined until either goes.

Each tab has a server process of its own and a private folder in which its program seems to lie, so tabs know
nothing of each other and nothing outlives them. The text itself is never written there: the server has it
from the page, and a run makes its own copy.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from meno_analyzers.processes import NO_WINDOW
from meno_server import __version__
from meno_server.playground.framing import BrokenFrameError, framed, next_message

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

SERVER_ENDED = 4002
COMMAND = (sys.executable, "-P", "-m", "meno_server", "lsp")
FILE = "lesson.py"
_GRACE_SECONDS = 3.0
Say = Callable[[str], None]


async def converse(connection: ServerConnection, key: str, say: Say) -> None:
    """Joins a tab with a language server of its own until one of them goes; `say` tells the terminal why."""
    with tempfile.TemporaryDirectory(prefix="meno-playground-", ignore_cleanup_errors=True) as folder:
        file = _empty_file(folder)
        try:
            child = await _start(folder)
        except OSError as error:
            say(f"The language server could not be started ({error.strerror or error}).")
            await connection.close(SERVER_ENDED, "The language server could not be started.")
            return
        last: deque[str] = deque(maxlen=1)
        hearing = asyncio.create_task(_hear(child, last))
        try:
            await connection.send(_hello(file, key))
            await _until_either_goes(connection, child)
            if connection.close_code is None:
                say(_why(await _code(child), last))
                await connection.close(SERVER_ENDED, "The language server has ended.")
        finally:
            await _end(child)
            hearing.cancel()


def _empty_file(folder: str) -> Path:
    file = Path(folder).resolve() / FILE
    file.touch(mode=0o600)
    return file


async def _start(folder: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        # Ctrl+C in the terminal is for us: we end our children in order.
        start_new_session=True,
        creationflags=NO_WINDOW,
    )


def _hello(file: Path, key: str) -> str:
    """What the page has to know before it can begin."""
    params = {"file": file.as_uri(), "folder": file.parent.as_uri(), "key": key, "version": __version__}
    return json.dumps({"jsonrpc": "2.0", "method": "playground/hello", "params": params})


async def _until_either_goes(connection: ServerConnection, child: asyncio.subprocess.Process) -> None:
    ways = {
        asyncio.create_task(_to_server(connection, child)),
        asyncio.create_task(_to_page(connection, child)),
    }
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _to_server(connection: ServerConnection, child: asyncio.subprocess.Process) -> None:
    assert child.stdin is not None
    with contextlib.suppress(ConnectionError):
        async for message in connection:
            child.stdin.write(framed(message))
            await child.stdin.drain()


async def _to_page(connection: ServerConnection, child: asyncio.subprocess.Process) -> None:
    from websockets.exceptions import ConnectionClosed

    assert child.stdout is not None
    with contextlib.suppress(ConnectionClosed, BrokenFrameError):
        while (message := await next_message(child.stdout)) is not None:
            await connection.send(message)


async def _hear(child: asyncio.subprocess.Process, last: deque[str]) -> None:
    """Keeps the child's complaints from filling the pipe; the last line may say why it went."""
    assert child.stderr is not None
    with contextlib.suppress(ValueError):
        async for line in child.stderr:
            if text := line.decode("utf-8", "replace").strip():
                last.append(text[:200])


async def _code(child: asyncio.subprocess.Process) -> int | None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), _GRACE_SECONDS)
    return child.returncode


def _why(code: int | None, last: deque[str]) -> str:
    words = f"; its last words: {last[0]}" if last else ""
    return (
        f"The language server of a tab has ended by itself (code {code}){words}. The tab starts another one."
    )


async def _end(child: asyncio.subprocess.Process) -> None:
    """Lets the server end by itself, which its closed channel tells it to, and ends what is left of it."""
    if child.stdin is not None:
        child.stdin.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), _GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        elif child.returncode is None:
            child.kill()
    await child.wait()
