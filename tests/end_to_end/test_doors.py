"""Who may talk to a server on a port: one editor with the key, and no page. Strangers cost little."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from end_to_end.lines import COMMAND, DEADLINE, TcpLine, WebSocketLine, framed, message, read_framed
from end_to_end.wire import Wire
from meno_server.doors.keys import Keys
from meno_server.lsp.listening import MOST_WAITING, TcpListener
from meno_server.lsp.server import create

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}
NOPE = "print(nope)\n"
OWN_KEY = "a-key-of-ones-own-0123456789"


@pytest.fixture(params=["tcp", "ws"])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """A server on a port and a connection to it, without a word yet."""
    wire = Wire(channel=request.param)
    yield wire
    if wire.process.poll() is None:
        wire.stop()
    else:
        wire.close()


def knock(port: int, *bodies: bytes) -> list[dict[str, Any]]:
    """What a stranger on TCP is told until they are sent away."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as stranger:
        stranger.sendall(b"".join(framed(body) for body in bodies))
        heard = []
        with stranger.makefile("rb") as stream:
            while (body := read_framed(stream)) is not None:
                heard.append(json.loads(body))
        return heard


def hello(key: object) -> bytes:
    return message(
        id=1, method="initialize", params={**INITIALIZE, "initializationOptions": {"meno": {"key": key}}}
    )


def is_served(wire: Wire) -> None:
    wire.start()
    wire.open(NOPE)
    assert [item["code"] for item in wire.diagnostics(1, bool)] == ["ME101"]


@pytest.mark.parametrize(
    "bodies",
    [
        [message(id=1, method="initialize", params=INITIALIZE)],
        [hello("wrong")],
        [hello(None)],
        [hello("ключ")],
        [hello(["a", "list"])],
        [message(id=1, method="shutdown"), message(method="exit")],
        [message(method="exit")],
        [message(id=1, method="initialize", params={**INITIALIZE, "initializationOptions": "meno"})],
        [b"{"],
        [b"[]"],
    ],
    ids=["no-key", "wrong", "null", "letters", "list", "shutdown", "exit", "text", "no-json", "no-message"],
)
def test_whoever_has_no_key_is_told_so_once_and_sent_away(bodies: list[bytes]) -> None:
    line = TcpLine()

    heard = knock(line.port, *bodies)

    assert len(heard) == 1
    assert "error" in heard[0]
    assert line.process.poll() is None
    assert "Traceback" not in "".join(line.errors)
    line.process.kill()
    line.close()


def test_strangers_do_not_keep_the_editor_out(wire: Wire) -> None:
    line = wire.line
    assert isinstance(line, TcpLine | WebSocketLine)
    # One says nothing at all, one goes within a message, one never ends a line, one speaks HTTP.
    silent = socket.create_connection(("127.0.0.1", line.port), timeout=DEADLINE)
    for words in (
        b"Content-Length: 99\r\n\r\n{",
        b"x" * 300_000,
        b"POST / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", line.port), timeout=DEADLINE) as stranger:
            stranger.sendall(words)

    is_served(wire)

    silent.close()
    assert wire.stop() == 0
    assert "Traceback" not in "".join(wire.errors)


def test_a_message_that_is_too_large_before_the_key_is_not_even_read() -> None:
    line = TcpLine()
    with socket.create_connection(("127.0.0.1", line.port), timeout=DEADLINE) as stranger:
        stranger.sendall(b"Content-Length: 2000000\r\n\r\n")
        with stranger.makefile("rb") as stream:
            body = read_framed(stream)
            assert body is not None
            assert "key" in json.loads(body)["error"]["message"]
            assert stream.read() == b""
    line.process.kill()
    line.close()


async def test_who_is_slow_with_the_key_is_sent_away_and_there_are_only_so_many() -> None:
    listener = TcpListener(create(), Keys(), patience=0.2)
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(listener.serve("127.0.0.1", 0, lambda _, port: ready.set_result(port)))
    port = await asyncio.wait_for(ready, DEADLINE)
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_WAITING * 2)]
    try:
        for _, writer in lines:
            writer.write(b"Content-Le")
        ends = [await asyncio.wait_for(_until_sent_away(reader), DEADLINE) for reader, _ in lines]
    finally:
        for _, writer in lines:
            writer.close()
        serving.cancel()
    assert ends == [b""] * len(lines)


def test_a_second_editor_with_the_key_is_told_that_there_is_one_already(wire: Wire) -> None:
    is_served(wire)
    line = wire.line

    if isinstance(line, TcpLine):
        (heard,) = knock(line.port, hello(line.key), message(id=2, method="shutdown"))
        assert heard["id"] == 1
        assert "another port" in heard["error"]["message"]
    else:
        assert isinstance(line, WebSocketLine)
        bearer = {"Authorization": f"Bearer {line.key}"}
        address = f"ws://127.0.0.1:{line.port}"
        with pytest.raises(InvalidStatus) as refused, connect(address, additional_headers=bearer, proxy=None):
            pass
        assert refused.value.response.status_code == 409
        assert b"another port" in (refused.value.response.body or b"")

    wire.change(2, (0, 6), (0, 10), "nope2")
    assert wire.diagnostics(2, bool)


def test_the_server_ends_with_its_editor(wire: Wire) -> None:
    is_served(wire)

    wire.line.hang_up()

    assert wire.process.wait(DEADLINE) == 0


def test_an_editor_that_leaves_without_shutdown_is_seen_in_the_exit_status(wire: Wire) -> None:
    is_served(wire)

    wire.notify("exit")

    assert wire.process.wait(DEADLINE) == 1


@pytest.mark.parametrize(
    ("headers", "protocols", "origin", "status"),
    [
        ({}, [], None, 403),
        ({"Authorization": "Bearer wrong"}, [], None, 403),
        ({"Authorization": "Basic {key}"}, [], None, 403),
        ({}, ["meno.lsp", "meno.key.wrong"], None, 403),
        ({"Authorization": "Bearer {key}"}, [], "https://evil.example", 403),
        ({"Authorization": "Bearer {key}"}, [], "null", 403),
        ({"Authorization": "Bearer {key}"}, [], "http://127.0.0.1:{port}", 403),
        ({"Authorization": "Bearer {key}", "Host": "evil.example:{port}"}, [], None, 421),
    ],
)
def test_a_websocket_is_refused_before_a_conversation_begins(
    headers: dict[str, str], protocols: list[str], origin: str | None, status: int
) -> None:
    line = WebSocketLine()
    filled = {name: value.format(key=line.key, port=line.port) for name, value in headers.items()}

    with (
        socket.create_connection(("127.0.0.1", line.port)) as plain,
        pytest.raises(InvalidStatus) as refused,
        connect(
            f"ws://{filled.pop('Host', f'127.0.0.1:{line.port}')}",
            sock=plain,
            additional_headers=filled,
            subprotocols=[Subprotocol(name) for name in protocols] or None,
            origin=origin and Origin(origin.format(port=line.port)),
            proxy=None,
        ),
    ):
        pass

    assert refused.value.response.status_code == status
    line.process.kill()
    line.close()


def test_a_page_comes_in_if_its_origin_was_named_and_it_has_the_key() -> None:
    page = "http://localhost:3000"
    env = {**os.environ, "MENO_LSP_KEY": OWN_KEY}
    process = subprocess.Popen([*COMMAND, "--ws", "0", "--origin", page], stderr=subprocess.PIPE, env=env)
    assert process.stderr is not None
    told = process.stderr.readline().decode()
    port = int(told.partition("127.0.0.1:")[2].partition(".")[0])
    with connect(
        f"ws://localhost:{port}",
        subprotocols=[Subprotocol("meno.lsp"), Subprotocol(f"meno.key.{OWN_KEY}")],
        origin=Origin(page),
        proxy=None,
    ) as socket_of_page:
        assert socket_of_page.subprotocol == "meno.lsp"
        socket_of_page.send(message(id=1, method="initialize", params=INITIALIZE).decode())
        assert "capabilities" in json.loads(socket_of_page.recv(timeout=DEADLINE))["result"]
    assert process.wait(DEADLINE) == 0
    process.stderr.close()


def test_a_key_of_ones_own_comes_from_the_environment_and_is_not_printed() -> None:
    wire = Wire(env={**os.environ, "MENO_LSP_KEY": OWN_KEY}, channel="tcp")

    is_served(wire)

    assert wire.stop() == 0
    assert OWN_KEY not in "".join(wire.errors)
    assert "MENO_LSP_KEY" in wire.errors[0]


@pytest.mark.parametrize("key", ["", "short", "with spaces in the middle of it", "ключ-ключ-ключ-ключ"])
def test_a_weak_key_is_refused_in_one_sentence(key: str) -> None:
    done = subprocess.run(
        [*COMMAND, "--tcp", "0"],
        env={**os.environ, "MENO_LSP_KEY": key},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("The key in MENO_LSP_KEY is not one that Meno takes.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("beside", [{"maxHintLevel": 2}, {"settings": {"maxHintLevel": 2}}])
def test_settings_that_are_sent_beside_the_key_hold(beside: dict[str, Any]) -> None:
    wire = Wire(channel="tcp")
    try:
        wire.start(initializationOptions=beside)
        told = wire.request("workspace/executeCommand", {"command": "meno.effectiveSettings"})
    finally:
        wire.stop()

    assert told["maxHintLevel"] == {"value": 2, "origin": "editor, at start"}


def test_the_key_is_no_setting_and_reaches_nobody_behind_the_door() -> None:
    wire = Wire(channel="tcp")
    is_served(wire)

    facts = wire.request("workspace/executeCommand", {"command": "meno.debugInformation", "arguments": []})

    assert wire.line.key is not None
    assert wire.line.key not in json.dumps(facts)
    assert not [m for m in wire.received if m.get("method") == "window/showMessage"]
    assert wire.stop() == 0
    assert wire.line.key not in "".join(wire.errors[1:])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--tcp", "9", "--host", "0.0.0.0"], "this machine only"),
        (["--tcp", "9", "--origin", "http://localhost:3000"], "--ws"),
        (["--ws", "9", "--origin", "localhost"], "not an origin"),
        (["--ws", "9", "--origin", "*"], "not an origin"),
        (["--ws", "9", "--tcp", "9"], "Choose one"),
        (["--host", "localhost"], "--host goes with --tcp or --ws"),
    ],
)
def test_a_start_that_would_be_unsafe_or_senseless_is_one_sentence(arguments: list[str], word: str) -> None:
    result = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert word in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("door", ["--tcp", "--ws"])
def test_a_port_in_use_is_one_sentence(door: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run([*COMMAND, door, str(port)], capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert f"Port {port} is in use." in result.stderr
    assert "Errno" not in result.stderr


@pytest.mark.parametrize("channel", ["stdio", "tcp"])
def test_a_message_above_the_limit_is_refused_and_the_next_one_answered(channel: str) -> None:
    wire = Wire(channel=channel)
    wire.start({})  # a client that is asked nothing, so that no reply gets between the pieces
    since = wire.count()

    wire.send_bytes(b"Content-Length: 70000000\r\n\r\n")
    for _ in range(70):
        wire.send_bytes(b" " * 1_000_000)
    wire.send_bytes(b"Content-Length: 99999999999999999999\r\n\r\n")

    refusals = [
        wire.wait(lambda m, n=n: m.get("id", 0) is None and n in str(m), since)
        for n in ("70000000", "9999999")
    ]  # type: ignore[misc]
    assert all("larger than Meno takes" in refusal["error"]["message"] for refusal in refusals)
    wire.open(NOPE)
    assert wire.diagnostics(1, bool)
    assert _peak_megabytes(wire.process.pid) < 200
    assert wire.stop() == 0


async def _until_sent_away(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""  # what it had said was not even read


def _peak_megabytes(process: int) -> float:
    try:
        with open(f"/proc/{process}/status") as status:  # noqa: PTH123
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return 0.0  # only Linux tells
