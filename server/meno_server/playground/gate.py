"""Who may come in.

Every page that a browser shows can send requests to this machine, so a request has to name us as its host
(a name that was rebound to this address does not), and a conversation has to come from our own page and hold
a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from meno_server.playground.keys import Keys

PROTOCOL = "meno.lsp"
KEY_PREFIX = "meno.key."
_NAMES = ("127.0.0.1", "localhost")
FOREIGN_HOST = (
    "This is Meno's playground. It answers on 127.0.0.1 only; open the address that the terminal shows."
)
FOREIGN_PAGE = "Only the playground's own page may speak to Meno."
NO_KEY = "The key is missing or of another start of Meno. Open the address that the terminal shows."


class Gate:
    """Judges requests; the port is known once it is open."""

    def __init__(self, keys: Keys, port: int) -> None:
        self._keys = keys
        self.hosts = frozenset(f"{name}:{port}" for name in _NAMES)
        self._origins = frozenset(f"http://{host}" for host in self.hosts)

    def of_page(self, headers: Mapping[str, str]) -> tuple[HTTPStatus, str] | None:
        """Why a request is refused, or None."""
        if one(headers, "Host").lower() not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, FOREIGN_HOST
        return None

    def of_conversation(self, headers: Mapping[str, str]) -> tuple[HTTPStatus, str] | None:
        """Why a WebSocket is refused, or None. A key that opens once is spent by this."""
        refused = self.of_page(headers)
        if refused is not None:
            return refused
        # A browser always says where a WebSocket comes from; whatever does not is no page of ours.
        if one(headers, "Origin").lower() not in self._origins:
            return HTTPStatus.FORBIDDEN, FOREIGN_PAGE
        if not self._keys.opens(key_in(one(headers, "Sec-WebSocket-Protocol"))):
            return HTTPStatus.FORBIDDEN, NO_KEY
        return None


def one(headers: Mapping[str, str], name: str) -> str:
    """The value of a header; empty if it is missing or stands there more than once."""
    try:
        return headers.get(name) or ""
    except LookupError:
        return ""


def key_in(offered: str) -> str:
    """The key among the offered protocols: the only place where a page can put one, and it reaches no log."""
    for name in offered.split(","):
        if name.strip().startswith(KEY_PREFIX):
            return name.strip().removeprefix(KEY_PREFIX)
    return ""
