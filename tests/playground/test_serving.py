"""A real playground over real sockets: what it serves, whom it refuses, and that nothing outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from meno_server.playground.serving import LARGEST_MESSAGE, MOST_TABS
from playground.conftest import PATIENCE, Running

Start = Callable[..., Running]


@asynccontextmanager
async def tab(
    running: Running, key: str | None = None
) -> AsyncIterator[tuple[ClientConnection, dict[str, Any]]]:
    """A tab of our page, with what it is told first."""
    protocols = [Subprotocol("meno.lsp"), Subprotocol(f"meno.key.{key or running.key}")]
    async with connect(
        f"ws://{running.host}/lsp",
        origin=Origin(running.origin),
        subprotocols=protocols,
        proxy=None,
        max_size=None,
    ) as line:
        hello = json.loads(await asyncio.wait_for(line.recv(), PATIENCE))
        yield line, hello["params"]


async def ask(line: ClientConnection, method: str, params: dict[str, Any]) -> Any:
    await line.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
    while True:
        answer = json.loads(await asyncio.wait_for(line.recv(), PATIENCE))
        if answer.get("id") == method and "method" not in answer:
            return answer["result"]


async def initialize(line: ClientConnection) -> Any:
    return await ask(line, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})


async def process_of(line: ClientConnection) -> int:
    facts = await ask(line, "workspace/executeCommand", {"command": "meno.debugInformation", "arguments": []})
    return int(facts["process"])


async def gone(process: int) -> None:
    """Returns once there is no such process."""
    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        return
    ended, _, _ = await asyncio.to_thread(select.select, [watched], [], [], PATIENCE)
    os.close(watched)
    assert ended, f"process {process} goes on"


async def until_closed(line: ClientConnection) -> int | None:
    """How a line was closed, whatever was said before."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(line.recv(), PATIENCE)
    return line.close_code


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def get(running: Running, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in {"Host": running.host, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_the_page_is_served_with_its_policy_to_our_host_only(start: Start) -> None:
    running = start()

    status, headers, body = get(running, "/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"__NONCE__" not in body
    assert get(running, "/playground.js")[0] == 200
    assert get(running, "/licences.txt")[0] == 200
    for path in ("/../pages.py", "/%2e%2e/pages.py", "/nothing"):
        assert get(running, path)[0] == 404
    assert get(running, "/", Host="evil.example")[0] == 421
    assert running.key.encode() not in body


async def test_strangers_are_refused_before_a_conversation_begins(start: Start) -> None:
    running = start()
    ours = [Subprotocol("meno.lsp"), Subprotocol(f"meno.key.{running.key}")]
    address = f"ws://{running.host}/lsp"
    cases: list[tuple[str, str | None, list[Subprotocol]]] = [
        (address, running.origin, [Subprotocol("meno.lsp"), Subprotocol("meno.key.wrong")]),
        (address, running.origin, [Subprotocol("meno.lsp")]),
        (address, "https://evil.example", ours),
        (address, None, ours),
        (f"ws://{running.host}/elsewhere", running.origin, ours),
    ]

    for where, origin, protocols in cases:
        with pytest.raises(InvalidStatus) as refused:
            await connect(where, origin=origin and Origin(origin), subprotocols=protocols, proxy=None)
        assert refused.value.response.status_code in {403, 404}


async def test_each_tab_has_a_server_of_its_own_that_ends_with_it(start: Start) -> None:
    running = start()

    async with tab(running) as (first, one), tab(running) as (second, other):
        await initialize(first)
        await initialize(second)
        processes = [await process_of(first), await process_of(second)]
        assert len(set(processes)) == 2
        assert one["file"] != other["file"]
        folder = one["folder"].removeprefix("file://")
        assert os.stat(folder).st_mode & 0o077 == 0  # noqa: PTH116 - asynchronous code has no paths
        await first.close()
        await gone(processes[0])
        assert is_alive(processes[1])
    await gone(processes[1])
    await asyncio.to_thread(running.stop)
    with pytest.raises(FileNotFoundError):
        os.stat(folder)  # noqa: PTH116


async def test_a_server_that_dies_is_told_to_its_tab_and_to_the_terminal(start: Start) -> None:
    running = start()

    async with tab(running) as (line, _):
        await initialize(line)
        os.kill(await process_of(line), signal.SIGKILL)
        assert await until_closed(line) == 4002

    out, problems = running.stop()
    assert "The language server of a tab has ended by itself" in problems
    assert "Traceback" not in out + problems


async def test_a_message_that_is_too_large_ends_its_tab_and_no_other(start: Start) -> None:
    running = start()

    async with tab(running) as (other, _):
        await initialize(other)
        # Leaving a connection that was cut while it sent may find asyncio's transport half gone.
        with contextlib.suppress(AttributeError):
            async with tab(running) as (line, _):
                await line.send("x" * (LARGEST_MESSAGE + 1))
                assert await until_closed(line) == 1009
        assert await process_of(other)


async def test_there_are_only_so_many_tabs(start: Start) -> None:
    running = start()
    lines = [tab(running) for _ in range(MOST_TABS)]
    try:
        for line in lines:
            await line.__aenter__()
        with pytest.raises(ConnectionClosed):
            async with tab(running):
                pass
    finally:
        for line in lines:
            await line.__aexit__(None, None, None)


async def test_the_address_given_to_the_browser_opens_once_and_brings_the_lasting_key(
    start: Start, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    script.chmod(0o700)
    running = start("--port", "0", BROWSER=f"{script} %s &")

    address = (await asyncio.wait_for(asyncio.to_thread(told.read_text), PATIENCE)).strip()
    once = address.partition("#key=")[2]
    assert address != running.address
    async with tab(running, once) as (_, hello):
        assert hello["key"] == running.key
    with pytest.raises(InvalidStatus):
        async with tab(running, once):
            pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_ctrl_c_ends_it_with_all_its_children(start: Start, number: signal.Signals) -> None:
    running = start()

    async with tab(running) as (line, _):
        await initialize(line)
        server = await process_of(line)
        out, problems = await asyncio.to_thread(running.stop, number)
    await gone(server)

    assert running.process.returncode == 0
    assert out.endswith("Ended.\n")
    assert problems == ""


async def test_a_playground_that_is_killed_leaves_no_server_behind(start: Start) -> None:
    running = start()

    async with tab(running) as (line, _):
        await initialize(line)
        server = await process_of(line)
        await asyncio.to_thread(running.stop, signal.SIGKILL)
    await gone(server)


def test_a_port_in_use_is_one_sentence_with_the_next_step(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-P", "-m", "meno_server", "playground", "--port", str(port), "--no-open"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert result.returncode == 2
    assert result.stderr.strip() == (
        f"Port {port} is in use, perhaps by another playground. Choose another one with --port, or any free "
        "one with --port 0."
    )


def test_starting_the_language_server_imports_nothing_of_the_playground() -> None:
    code = "import sys, meno_server.lsp.server; print([m for m in sys.modules if 'playground' in m])"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"
