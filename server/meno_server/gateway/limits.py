"""How often a key may ask: a bucket of tokens for each, in the memory of this process.

The headers are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` and `RateLimit`, and
`Retry-After` where a request is refused.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from meno_server.gateway.problems import TOO_MANY, ProblemError

_MOST_BUCKETS = 10_000
_DETAIL = "This key may ask {rate} times a minute, {burst} of them at once. Ask again in {seconds} s."


class RateLimit:
    """The buckets."""

    def __init__(self, rate_per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._per_minute, self._burst = rate_per_minute / 60, rate_per_minute, burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str) -> dict[str, str]:
        """Takes a token; returns the headers for the answer. Raises a 429 ProblemError if there is none."""
        now = self._clock()
        left, at = self._buckets.pop(key_id, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._rate)
        taken = left >= 1
        left -= 1 if taken else 0
        self._buckets[key_id] = left, now  # the one that asked last is the last
        if len(self._buckets) > _MOST_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        window = max(1, math.ceil(self._burst / self._rate))
        wait = 0 if left >= 1 else max(1, math.ceil((1 - left) / self._rate))
        headers = {
            "RateLimit-Policy": f'"key";q={self._burst};w={window}',
            "RateLimit": f'"key";r={int(left)};t={wait}',
        }
        if taken:
            return headers
        detail = _DETAIL.format(rate=self._per_minute, burst=self._burst, seconds=wait)
        raise ProblemError(TOO_MANY, detail, headers={**headers, "Retry-After": str(wait)})
