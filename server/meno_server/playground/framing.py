"""The protocol's frames on a pipe: a header with the length, and the message."""

from __future__ import annotations

import asyncio

LARGEST = 32_000_000


class BrokenFrameError(Exception):
    """What came is no frame of the protocol."""


def framed(message: str | bytes) -> bytes:
    """A message as the language server reads it."""
    body = message.encode() if isinstance(message, str) else message
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


async def next_message(reader: asyncio.StreamReader) -> str | None:
    """The next message of the language server; None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        return (await reader.readexactly(_length(head))).decode()
    except asyncio.IncompleteReadError:
        return None
    except (asyncio.LimitOverrunError, UnicodeDecodeError):
        raise BrokenFrameError from None


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length <= LARGEST:
                return length
    raise BrokenFrameError
