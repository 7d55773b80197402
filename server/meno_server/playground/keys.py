"""The keys with which a tab may come in.

The address that the terminal shows holds a key that lasts as long as the playground runs. The address that is
handed to a browser does not: other people on the machine can read it in the list of processes, so its key
opens once, and the page is given the lasting one in exchange.
"""

from __future__ import annotations

import hmac
import secrets


class Keys:
    """The keys of one playground."""

    def __init__(self) -> None:
        self.lasting = secrets.token_urlsafe(32)
        self._once: set[str] = set()

    def once(self) -> str:
        """A key that opens a single time."""
        key = secrets.token_urlsafe(32)
        self._once.add(key)
        return key

    def opens(self, offered: str) -> bool:
        """Whether a key opens; every one is compared in constant time, and a single one is spent by it."""
        given = offered.encode("utf-8", "replace")  # a header may hold bytes that are no text
        fits = hmac.compare_digest(given, self.lasting.encode())
        spent = [key for key in self._once if hmac.compare_digest(given, key.encode())]
        self._once.difference_update(spent)
        return fits or bool(spent)
