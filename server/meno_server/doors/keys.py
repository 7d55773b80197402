"""The keys with which somebody may come in.

The key that is shown in the terminal lasts as long as the program runs. One that is handed to a browser does
not: other people on the machine can read it in the list of processes, so it opens once, and the page is given
the lasting one in exchange. A key of one's own comes from the environment, never from the command line, for
the same reason.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets

KEY_VARIABLE = "MENO_LSP_KEY"
# It has to fit into a header as one word, and guessing it must take longer than anybody has.
_FORM = re.compile(r"[A-Za-z0-9_.~-]{16,200}")
BAD_KEY = (
    f"The key in {KEY_VARIABLE} is not one that Meno takes. Use 16 to 200 letters, digits, '-', '_', '.' "
    "or '~'; python -c \"import secrets; print(secrets.token_urlsafe(32))\" makes a good one."
)


class BadKeyError(Exception):
    """The environment's key cannot be used; the message says what can."""


def key_of_environment() -> str | None:
    """The key that the environment names, taken out of it: programs that are started later do not see it."""
    key = os.environ.pop(KEY_VARIABLE, None)
    if key is not None and not _FORM.fullmatch(key):
        raise BadKeyError(BAD_KEY)
    return key


class Keys:
    """The keys of one program that listens."""

    def __init__(self, lasting: str | None = None) -> None:
        self.lasting = lasting or secrets.token_urlsafe(32)
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
