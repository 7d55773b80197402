"""Messages out of a stream of bytes: what stands between two of them is skipped, and none can be too large.

A header line that is none is dropped, since the next message can be found all the same. A message above the
limit is passed over piece by piece, so that it costs no memory, and named to the caller; a length that no
message has is not believed at all. `next_message` never waits for more than the sender announced.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import Protocol

LARGEST_MESSAGE = 64 << 20
TOO_LARGE = "A message of {size} bytes is larger than Meno takes ({most}); it was passed over."
# Nobody sends so much: the number is a fault, and waiting for its end would be waiting for ever.
_INCREDIBLE = 1 << 30
_PIECE = 1 << 16
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*0*(\d{1,30})\s*", re.IGNORECASE)


class TooLargeError(Exception):
    """A message is larger than the limit; the text is one sentence for the sender."""


class Lines(Protocol):
    """What frames are read from. Both answer nothing at the end of the stream."""

    def readline(self) -> Awaitable[bytes]:
        """The next line with its end."""

    def readexactly(self, count: int) -> Awaitable[bytes]:
        """So many bytes, or nothing if the stream ends before."""


class Frames:
    """The messages of one stream."""

    def __init__(self, lines: Lines, largest: int = LARGEST_MESSAGE, *, skips: bool = True) -> None:
        self._lines = lines
        self._largest = largest
        self._skips = skips  # else what is too large is not even read

    async def next_message(self) -> bytes | None:
        """The body of the next message; None at the end of the stream. `TooLargeError` may be raised for each
        message; the one behind it can be asked for."""
        length = 0
        while header := await self._lines.readline():
            if found := _LENGTH.fullmatch(header):
                length = length or int(found[1])
                if length > (_INCREDIBLE if self._skips else self._largest):
                    raise TooLargeError(self._too_large(length))
            elif length and not header.strip():
                return await self._body(length)
        return None

    async def _body(self, length: int) -> bytes | None:
        if length <= self._largest:
            return await self._lines.readexactly(length) or None
        left = length
        while left:
            piece = await self._lines.readexactly(min(left, _PIECE))
            if not piece:
                return None
            left -= len(piece)
        raise TooLargeError(self._too_large(length))

    def _too_large(self, length: int) -> str:
        return TOO_LARGE.format(size=length, most=self._largest)


class StreamLines:
    """Lines and bodies from a stream that the event loop watches."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream

    async def readline(self) -> bytes:
        """The next header line; empty at the end."""
        try:
            return await self._stream.readline()
        except ValueError:
            return b"\n"  # endless: dropped, like any other line that is no header
        except ConnectionError:
            return b""

    async def readexactly(self, count: int) -> bytes:
        """A body; empty if the input ends within it."""
        # Messages that are there already are read without waiting: what is due in between runs here.
        await asyncio.sleep(0)
        try:
            return await self._stream.readexactly(count)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
