"""The protocol's mends that cannot be seen at the wire: late replies, closed channels, threads."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from pygls.feature_manager import is_thread_function

from meno_server.lsp.server import MenoServer, create


class ClosedChannel:
    """A channel whose other end has gone."""

    def write(self, data: bytes) -> None:
        raise BrokenPipeError

    def close(self) -> None: ...


def test_a_reply_to_a_request_that_was_cancelled_meanwhile_is_dropped() -> None:
    protocol = create().protocol
    future: Future[Any] = Future()
    future.cancel()
    protocol._request_futures["late"] = future

    protocol._handle_response("late", result={"success": True})

    assert "late" not in protocol._request_futures


def test_a_reply_in_time_arrives() -> None:
    protocol = create().protocol
    future: Future[Any] = Future()
    protocol._request_futures["asked"] = future

    protocol._handle_response("asked", result=7)

    assert future.result() == 7


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
