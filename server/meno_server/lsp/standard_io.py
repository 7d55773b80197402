"""Standard input, read in the event loop.

pygls gives each header line and each body to a thread and waits for it: three times a message, and with the
threads' waking a third of what a key costs. A pipe can be watched by the loop itself. Where it cannot (a file
as input, Windows' own pipes, one socket for both directions), pygls' way is taken.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import sys
import time
from typing import BinaryIO

from meno_server.lsp.frames import StreamLines

# A message may be a whole file; a header line longer than this is no header line.
_LONGEST_LINE = 1 << 24


class _Ending(asyncio.StreamReaderProtocol):
    """Notes when the input ended, which who reads it learns only behind all that came before."""

    ended: float | None = None

    def eof_received(self) -> bool | None:
        self.ended = time.monotonic()
        return super().eof_received()


class PipeReader(StreamLines):
    """Lines and bodies from a pipe, one turn of the event loop for each message."""

    def __init__(
        self, stream: asyncio.StreamReader, transport: asyncio.ReadTransport, protocol: _Ending
    ) -> None:
        super().__init__(stream)
        self._transport, self._protocol = transport, protocol

    @property
    def seconds_after_the_end(self) -> float:
        """How long ago the input ended; 0 while it goes on."""
        ended = self._protocol.ended
        return 0.0 if ended is None else time.monotonic() - ended

    @classmethod
    async def of(cls, source: BinaryIO, sink: BinaryIO) -> PipeReader:
        """Takes over reading from `source`; `ValueError` or `OSError` if the loop cannot watch it."""
        # A pipe that does not block is set so for all who hold it: one that is also written to must not be.
        if sys.platform == "win32" or os.path.samestat(os.fstat(source.fileno()), os.fstat(sink.fileno())):
            raise OSError("This input has to be waited for.")
        # The loop would find out only later that it cannot watch the null device, and wait without end.
        with selectors.DefaultSelector() as trial:
            trial.register(source, selectors.EVENT_READ)
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader(limit=_LONGEST_LINE)
        transport, protocol = await loop.connect_read_pipe(lambda: _Ending(stream), source)
        return cls(stream, transport, protocol)

    def close(self) -> None:
        """Stops reading."""
        self._transport.close()
