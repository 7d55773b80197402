"""The connection to a gateway: one question, one answer, within a time, and one sentence when there is none.

What comes back is not trusted: it is read up to a size, and it has to be a JSON object. Redirects are not
followed, since a key belongs to its host, and what stays on this machine unencrypted passes no proxy. Guarded
by tests/end_to_end/test_shared_model.py against a real gateway.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from meno_model.http_libraries import load_for_asyncio
from meno_server.remote.addresses import host_of, is_encrypted

MOST_BYTES = 4_000_000
_NO_KEY = "The gateway at {host} wants another key: set MENO_KEY to the one that you were given."
_LIMITED = "The gateway at {host} has too much to do now."
_GONE = "The gateway at {host} cannot be reached now."
_SLOW = "The gateway at {host} took too long."
_ODD = "The gateway at {host} gave an answer that is none; is it a Meno gateway?"

FindKey = Callable[[str], Awaitable[str | None]]


class GatewayError(Exception):
    """There is no answer; the text is one plain sentence."""


class Gateway:
    """One gateway. `find_key` looks for the key of a host."""

    def __init__(self, address: str, find_key: FindKey) -> None:
        self.host = host_of(address)
        self._root = address.rstrip("/").removesuffix("/api/v1") + "/api/v1"
        self._find_key = find_key
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def ask(self, name: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a POST, which has so many seconds in all. Raises GatewayError."""
        key = await self._find_key(self.host)
        client = None if self._closed else await self._open()
        if client is None or self._closed:
            raise GatewayError(_GONE.format(host=self.host))
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        try:
            async with asyncio.timeout(seconds):
                return await self._send(client, name, body, headers)
        except (TimeoutError, httpx.TimeoutException):
            raise GatewayError(_SLOW.format(host=self.host)) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            # ValueError: a key that fits into no header
            raise GatewayError(_GONE.format(host=self.host)) from None

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_make_client, is_encrypted(self._root))
            return self._client

    async def _send(
        self, client: httpx.AsyncClient, name: str, body: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        content = json.dumps(body).encode("ascii")  # a text may hold half of a character; an escape may, too
        request = client.build_request("POST", f"{self._root}/{name}", content=content, headers=headers)
        response = await client.send(request, stream=True)
        try:
            return self._read(response.status_code, await _content(response))
        finally:
            await response.aclose()

    def _read(self, status: int, content: bytes | None) -> dict[str, Any]:
        told = {401: _NO_KEY, 403: _NO_KEY, 429: _LIMITED, 503: _LIMITED}.get(status)
        if told is None and status == httpx.codes.OK and content is not None:
            try:
                answer = json.loads(content)
            except (ValueError, RecursionError):
                answer = None
            if isinstance(answer, dict):
                return answer
        raise GatewayError((told or _ODD).format(host=self.host))

    async def close(self) -> None:
        """Ends the connection, for good."""
        self._closed = True
        async with self._opening:
            if self._client is not None:
                await self._client.aclose()


def _make_client(trusts_environment: bool) -> httpx.AsyncClient:
    load_for_asyncio()
    return httpx.AsyncClient(follow_redirects=False, trust_env=trusts_environment, timeout=None)


async def _content(response: httpx.Response) -> bytes | None:
    """The body; None if it is larger than any answer."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
