"""The protocol's mends that cannot be seen at the wire: late replies, closed channels, threads."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future
from typing import Any

import pytest
from pygls.feature_manager import is_thread_function

from meno_server.lsp.protocol import MenoProtocol
from meno_server.lsp.server import MenoServer, create


class OpenChannel:
    """A channel whose other end takes everything."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self.sent.append(json.loads(data.partition(b"\r\n\r\n")[2] or data))

    def close(self) -> None: ...


class ClosedChannel:
    """A channel whose other end has gone."""

    def write(self, data: bytes) -> None:
        raise BrokenPipeError

    def close(self) -> None: ...


def asked(protocol: MenoProtocol) -> tuple[str, Future[Any]]:
    """A request of ours that waits for its reply."""
    protocol.set_writer(OpenChannel())
    future = protocol.send_request("window/showDocument", {"uri": "file:///a"})
    return next(iter(protocol._asked)), future  # type: ignore[return-value]


def reply(id: object, **content: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": id, **content})


def notification(method: str, params: dict[str, Any]) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params})


def test_a_reply_to_a_request_that_was_cancelled_meanwhile_is_dropped() -> None:
    protocol = create().protocol
    id, future = asked(protocol)
    future.cancel()

    protocol.take(reply(id, result={"success": True}))

    assert not protocol._asked
    assert id not in protocol._request_futures


def test_a_reply_in_time_arrives() -> None:
    protocol = create().protocol
    id, future = asked(protocol)

    protocol.take(reply(id, result={"success": True}))

    assert future.result().success is True


@pytest.mark.parametrize(
    "content", [{"result": {"success": "maybe?", "x": []}}, {"error": 7}, {"error": {"code": "x"}}]
)
def test_a_reply_that_makes_no_sense_ends_the_wait_for_it(content: dict[str, Any]) -> None:
    protocol = create().protocol
    id, future = asked(protocol)

    protocol.take(reply(id, **content))

    assert future.done()


def test_a_reply_does_not_end_what_the_client_itself_has_asked() -> None:
    protocol = create().protocol
    waiting: Future[Any] = Future()
    protocol._request_futures[5] = waiting

    protocol.take(reply(5, result=None))

    assert not waiting.done()


def test_a_channel_that_has_gone_is_written_to_once() -> None:
    protocol = create().protocol
    protocol.set_writer(ClosedChannel())

    protocol.notify_ready("textDocument/publishDiagnostics", "{}")

    assert protocol.closing
    protocol.notify_ready("textDocument/publishDiagnostics", "{}")


def test_a_fault_is_logged_and_never_shown() -> None:
    server = create()
    sent: list[Any] = []
    server.protocol._send_data = sent.append  # type: ignore[method-assign]

    server.report_server_error(RuntimeError("inside"), RuntimeError)

    assert sent == []


def test_no_handler_runs_on_the_threads_that_read_the_channel() -> None:
    manager = create().protocol.fm
    handlers = [*manager.features.values(), *manager.commands.values()]

    assert handlers
    assert not any(is_thread_function(handler) for handler in handlers)


def test_every_command_that_the_server_offers_is_its_own() -> None:
    server: MenoServer = create()

    assert all(name.startswith("meno.") for name in server.protocol.fm.commands)


async def test_nothing_is_kept_of_what_was_done() -> None:
    """pygls keeps an object for each notification, which in a day of typing are hundreds of megabytes."""
    server = create()
    server.protocol.set_writer(OpenChannel())
    server.protocol.take(reply(1, method="initialize", params={"capabilities": {}}))
    document = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": "x = 1\n"}
    server.protocol.take(notification("textDocument/didOpen", {"textDocument": document}))

    for version in range(2, 50):
        identifier = {"uri": "file:///a.py", "version": version}
        place = {"line": 0, "character": 0}
        change = {"range": {"start": place, "end": place}, "text": "y"}
        params = {"textDocument": identifier, "contentChanges": [change]}
        server.protocol.take(notification("textDocument/didChange", params))

    file = server.session.file("file:///a.py")
    assert file is not None
    assert file.document.text == "y" * 48 + "x = 1\n"
    assert server.protocol._request_futures == {}


async def test_a_session_ends_while_its_beginning_still_waits_for_the_editor() -> None:
    """An editor may close before it has said its settings, for which `initialized` waits."""
    server = create()
    channel = OpenChannel()
    server.protocol.set_writer(channel)
    abilities = {"workspace": {"configuration": True}}
    server.protocol.take(reply(1, method="initialize", params={"capabilities": abilities}))
    server.protocol.take(notification("initialized", {}))
    await asyncio.sleep(0)
    assert server.protocol._request_futures

    server.protocol.take(reply(2, method="shutdown"))

    (answer,) = [sent for sent in channel.sent if sent.get("id") == 2]
    assert "error" not in answer
    assert server.protocol._shutdown
