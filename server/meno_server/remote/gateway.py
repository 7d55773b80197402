"""The connection to a gateway: one question, one answer, within a time, and one sentence when there is none.

What comes back is not trusted: it is read up to a size, and it has to be a JSON object. Redirects are not
followed, since a key belongs to its host. Guarded by tests/end_to_end/test_shared_model.py against a real
gateway.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from meno_server.remote.addresses import host_of

KEY = "MENO_GATEWAY_KEY"
MOST_BYTES = 4_000_000
_NO_KEY = "The gateway at {host} wants another key: set MENO_GATEWAY_KEY to the one that you were given."
_LIMITED = "The gateway at {host} has too much to do now."
_GONE = "The gateway at {host} cannot be reached now."
_SLOW = "The gateway at {host} took too long."
_ODD = "The gateway at {host} gave an answer that is none; is it a Meno gateway?"

FindKey = Callable[[str], Awaitable[str | None]]


class GatewayError(Exception):
    """There is no answer; the text is one plain sentence."""


class Gateway:
    """One gateway. `find_key` looks for the key of a host; the environment's comes first."""

    def __init__(self, address: str, find_key: FindKey) -> None:
        self.host = host_of(address)
        self._root = address.rstrip("/").removesuffix("/api/v1") + "/api/v1"
        self._find_key = find_key
        self._client: httpx.AsyncClient | None = None

    async def ask(self, name: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a POST. Raises GatewayError."""
        key = os.environ.get(KEY) or await self._find_key(self.host)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if self._client is None:
            self._client = httpx.AsyncClient(follow_redirects=False)
        request = self._client.build_request(
            "POST", f"{self._root}/{name}", json=body, headers=headers, timeout=httpx.Timeout(seconds)
        )
        try:
            response = await self._client.send(request, stream=True)
            try:
                return self._read(response.status_code, await _content(response))
            finally:
                await response.aclose()
        except httpx.TimeoutException:
            raise GatewayError(_SLOW.format(host=self.host)) from None
        except (httpx.HTTPError, OSError):
            raise GatewayError(_GONE.format(host=self.host)) from None

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
        """Ends the connection."""
        if self._client is not None:
            await self._client.aclose()


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
