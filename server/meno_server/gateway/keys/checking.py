"""Who asks: from the key in a request to what it may do.

Every key of the right form costs one Argon2 verification, also one whose id nobody has, so that the time
tells nothing. A key that was verified is remembered by a keyed digest: for some seconds nothing is asked at
all, and then the row alone is read again, so that a revoked key stops working within those seconds. Guarded
by tests/gateway/test_keys.py.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from meno_server.gateway.database import DatabaseError
from meno_server.gateway.keys.hashing import fits
from meno_server.gateway.keys.store import Kept, KeyStore
from meno_server.gateway.keys.values import Key, Offered, parse
from meno_server.gateway.problems import NO_KEY, NOT_ALLOWED, ProblemError, unavailable
from meno_server.gateway.threads import Threads

_MOST_KNOWN = 20_000
_MISSING = "Send your key as `Authorization: Bearer meno_…`; whoever runs this gateway makes keys."
_WRONG = "This key is not known here, or does not work any more. Ask whoever runs this gateway for another."
_NOT_ALLOWED = "This key was not made for `{scope}`. Ask whoever runs this gateway for one that was."
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="meno"'}


@dataclass(slots=True)
class _Known:
    """What was found out about a key; `hash` is the one that its secret fits, None if it fits none."""

    key: Key | None
    hash: str | None
    read_again_at: float


class Gate:
    """Lets requests in."""

    def __init__(
        self,
        store: KeyStore,
        database_threads: Threads,
        check_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._threads = store, database_threads
        self._hashing = Threads("hashing", 2)  # each takes 19 MiB and a core for a while
        self._seconds, self._clock = check_seconds, clock
        self._pepper = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[_Known]] = {}

    async def enter(self, text: str | None, scope: str) -> Key:
        """The key, if it may do that. Raises a ProblemError."""
        offered = None if text is None else parse(text)
        if text is None or offered is None:
            raise ProblemError(NO_KEY, _MISSING if text is None else _WRONG, headers=_CHALLENGE)
        mark = hmac.digest(self._pepper, text.encode(), "sha256")
        known = self._known.get(mark)
        if known is None or known.read_again_at <= self._clock():
            known = await self._ask_once(mark, offered)
        if known.key is None or not known.key.works_at(self._clock()):
            raise ProblemError(NO_KEY, _WRONG, headers=_CHALLENGE)
        if scope not in known.key.scopes:
            raise ProblemError(NOT_ALLOWED, _NOT_ALLOWED.format(scope=scope))
        return known.key

    def close(self) -> None:
        """Ends the threads."""
        self._hashing.close()

    async def _ask_once(self, mark: bytes, offered: Offered) -> _Known:
        """Requests that come together with the same key wait for one answer."""
        task = self._asking.get(mark)
        if task is None:
            task = asyncio.ensure_future(self._ask(mark, offered))
            self._asking[mark] = task
            task.add_done_callback(lambda _task: self._asking.pop(mark, None))
        try:
            return await asyncio.shield(task)
        except DatabaseError as problem:
            raise unavailable(f"{problem} Ask again in a moment.", 5) from None

    async def _ask(self, mark: bytes, offered: Offered) -> _Known:
        kept = await self._threads.do(lambda: self._store.find(offered.id))
        before = self._known.pop(mark, None)
        verified = before is not None and kept is not None and before.hash == kept.hash
        if not verified:
            wanted = None if kept is None else kept.hash
            verified = await self._hashing.do(lambda: fits(offered.secret, wanted))
        found = _found(kept if verified else None, self._clock() + self._seconds)
        self._known[mark] = found
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return found


def _found(kept: Kept | None, read_again_at: float) -> _Known:
    return _Known(kept.key if kept else None, kept.hash if kept else None, read_again_at)


def offered_in(headers: dict[bytes, bytes]) -> str | None:
    """The key of a request, from `Authorization: Bearer` or `X-API-Key`."""
    header = headers.get(b"authorization", b"").decode("latin-1")
    word, _, value = header.partition(" ")
    if word.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get(b"x-api-key", b"").decode("latin-1").strip() or None
