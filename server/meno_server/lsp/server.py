"""The language server: pygls with Meno's protocol, one session, and the handlers of every concern."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from threading import Timer
from typing import Any, BinaryIO, Protocol

from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.io_ import StdinAsyncReader, StdoutWriter
from pygls.lsp.server import LanguageServer

from meno_server import __version__
from meno_server.lsp import (
    checking,
    checksum,
    code_actions,
    commands,
    configuration,
    diagnostics,
    documents,
    envelope,
    hover,
    lenses,
    lifecycle,
    looking,
    notebook_documents,
    origins,
    patterns,
    reasons,
    rewording,
    tutor_keys,
)
from meno_server.lsp.frames import Frames, TooLargeError
from meno_server.lsp.protocol import MenoProtocol
from meno_server.lsp.session import Session
from meno_server.lsp.standard_io import PipeReader
from meno_server.lsp.strictness import converter

log = logging.getLogger("meno.server")
LEAVING_SECONDS = 8.0
"""So long may what is left to do at the end take; then the process is over."""
BACKLOG_SECONDS = 5.0
"""So long is what an editor sent before it went away still done."""


class Incoming(Protocol):
    """Where a client's messages come from."""

    async def next_message(self) -> bytes | str | None:
        """The next message; None when the client has gone. `TooLargeError` for one that is passed over."""


class MenoServer(LanguageServer):
    """A pygls server that holds a session; errors go to the log and never pop up."""

    protocol: MenoProtocol

    def __init__(self) -> None:
        super().__init__(
            "meno",
            __version__,
            protocol_cls=MenoProtocol,
            converter_factory=converter,
            max_workers=2,
            notebook_document_sync=notebook_documents.SYNC,
        )
        self.session = Session(self)
        self.status = 0
        self._reader: PipeReader | StdinAsyncReader | None = None

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serves one client on standard input and output, or on what is given in their place."""
        source, sink = stdin or sys.stdin.buffer, stdout or sys.stdout.buffer
        self.protocol.set_writer(StdoutWriter(sink))
        try:
            asyncio.run(self._serve(source, sink))
        except BrokenPipeError:
            log.warning("The client went away without saying so.")
        except KeyboardInterrupt:
            pass
        finally:
            self.shutdown()  # type: ignore[no-untyped-call]

    async def _serve(self, source: BinaryIO, sink: BinaryIO) -> None:
        reader: PipeReader | StdinAsyncReader
        try:
            reader = await PipeReader.of(source, sink)
        except (OSError, ValueError):
            reader = StdinAsyncReader(source, self.thread_pool)
        self._reader = reader
        try:
            await self.converse(Frames(reader))
        finally:
            if isinstance(reader, PipeReader):
                reader.close()

    async def converse(self, incoming: Incoming) -> None:
        """Does what one client says until it goes, and ends the session."""
        self._watch_signals()
        try:
            while True:
                try:
                    body = await incoming.next_message()
                except TooLargeError as refusal:
                    self.protocol.refuse(envelope.INVALID_REQUEST, str(refusal))
                    continue
                if body is None or self._is_left_alone():
                    return
                try:
                    self.protocol.take(body)
                except Exception as error:  # one message must not end the others
                    self.report_server_error(error, None)
        finally:
            self._leave_in_time(self.status or 1)
            await self.session.close_soon()

    def _is_left_alone(self) -> bool:
        """Whether the input ended so long ago that nobody waits for what it still holds."""
        reader = self._reader
        return isinstance(reader, PipeReader) and reader.seconds_after_the_end > BACKLOG_SECONDS

    def _watch_signals(self) -> None:
        """Whoever ends us by a signal ends us in order: with what was learned written down."""
        loop = asyncio.get_running_loop()

        def take(number: int, _: object) -> None:
            # The loop may be held by an editor that reads nothing; this runs all the same.
            self._leave_in_time(128 + number)
            loop.call_soon_threadsafe(self.leave, 128 + number)

        # The last is Windows': a console that is closed, or Ctrl+Break.
        for number in (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP", "SIGBREAK")):
            if number is not None:
                with contextlib.suppress(ValueError):  # not in the main thread
                    signal.signal(number, take)

    def leave(self, status: int) -> None:
        """Ends the server as if its input had ended."""
        if self.status:
            return
        self.status = status
        self._leave_in_time(status)
        if isinstance(self._reader, PipeReader):
            self._reader.close()
        else:
            self.session.close_soon().add_done_callback(lambda _: os._exit(status))

    def _leave_in_time(self, status: int = 1) -> None:
        """A disk or a network that does not answer must not keep a server without an editor."""
        timer = Timer(LEAVING_SECONDS, lambda: os._exit(status))
        timer.daemon = True
        timer.start()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs a fault; pygls would show it to the user, and recurse if that fails too. What a client should
        not have sent is none of ours."""
        del source
        refused = isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError)
        if refused:
            log.warning("A message was refused: %s", error)
        else:
            log.error("A message could not be handled.", exc_info=error)
            where = error.data if isinstance(error, JsonRpcInternalError) else None
            log.debug("Where it failed: %s", where)


def create() -> MenoServer:
    """A server with all its handlers, not yet started."""
    server = MenoServer()
    concerns = (
        lifecycle,
        documents,
        notebook_documents,
        diagnostics,
        hover,
        code_actions,
        lenses,
        commands,
        checking,
        checksum,
        configuration,
        origins,
        reasons,
        rewording,
        tutor_keys,
        looking,
        patterns,
    )
    for concern in concerns:
        concern.register(server)
    return server
