"""How an error of a worker crosses from a replica: as a value, which comes out as it went in.

An exception would come out as one of Ray's, with the replica's stack in its text.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from meno_server.gateway.workers import TooSlowError, UnavailableError, WorkersError

Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Refused:
    """A `WorkersError` under way."""

    slow: bool
    sentence: str
    retry_after: int


async def packed(work: Awaitable[Reply]) -> Reply | Refused:
    """The reply, or the error as a value."""
    try:
        return await work
    except WorkersError as error:
        return Refused(isinstance(error, TooSlowError), error.sentence, error.retry_after)


def opened(reply: Reply | Refused) -> Reply:
    """The reply; raises the error that was packed."""
    if isinstance(reply, Refused):
        kind = TooSlowError if reply.slow else UnavailableError
        raise kind(reply.sentence, reply.retry_after)
    return reply
