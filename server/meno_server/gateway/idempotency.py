"""The same `Idempotency-Key` with the same body has the same answer, for a while, in memory only.

What is remembered is the answer and a keyed digest of what was asked: no body is held beyond its request, and
the key of the digests ends with the process. A failure of ours (5xx) is not remembered.
Source: draft-ietf-httpapi-idempotency-key-header. Guarded by tests/gateway/test_idempotency.py.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from meno_server.gateway.problems import IN_PROGRESS, INVALID, KEY_REUSED, ProblemError

REPLAYED = "Idempotency-Replayed"
LONGEST = 255
_MALFORMED = "An Idempotency-Key has 1 to 255 visible ASCII characters; a UUID is a good one."
_BUSY = "A request with this Idempotency-Key is being answered; ask again in a moment."
_OTHER = "This Idempotency-Key was sent with another body before; take a new key for a new request."


@dataclass(slots=True)
class _Entry:
    body: bytes  # a digest
    until: float
    status: int = 0  # 0 while it is in progress
    answer: bytes = b""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer that was given before."""

    status: int
    answer: bytes
    media_type: str


class Ticket:
    """The right to answer one request. Settle it, or forget it, in every case."""

    def __init__(self, memory: Memory, name: bytes, entry: _Entry) -> None:
        self._memory, self._name, self._entry = memory, name, entry

    def settle(self, status: int, answer: bytes, media_type: str) -> None:
        """Remembers the answer, unless it is a failure of ours."""
        if status >= 500:
            self.forget()
            return
        self._entry.answer, self._entry.media_type, self._entry.status = answer, media_type, status

    def forget(self) -> None:
        """Lets the request be made again."""
        self._memory.forget(self._name, self._entry)


class Memory:
    """At most `most` answers, each for `seconds`."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._pepper = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()

    def begin(self, key_id: str, named: str, body: bytes) -> Ticket | Replay:
        """The right to answer, or the answer. Raises a ProblemError (409 or 422)."""
        if not (0 < len(named) <= LONGEST and named.isascii() and named.isprintable()):
            raise ProblemError(INVALID, _MALFORMED)
        self._drop_old()
        name, digest = self._digest(f"{key_id}\n{named}".encode()), self._digest(body)
        known = self._entries.get(name)
        if known is None:
            entry = _Entry(digest, self._clock() + self._seconds)
            self._entries[name] = entry
            return Ticket(self, name, entry)
        if not hmac.compare_digest(known.body, digest):
            raise ProblemError(KEY_REUSED, _OTHER)
        if known.status == 0:
            raise ProblemError(IN_PROGRESS, _BUSY, headers={"Retry-After": "1"})
        return Replay(known.status, known.answer, known.media_type)

    def forget(self, name: bytes, entry: _Entry) -> None:
        if self._entries.get(name) is entry:
            del self._entries[name]

    def _digest(self, what: bytes) -> bytes:
        return hmac.digest(self._pepper, what, "sha256")

    def _drop_old(self) -> None:
        now = self._clock()
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if oldest.until > now and len(self._entries) < self._most:
                return
            self._entries.popitem(last=False)
