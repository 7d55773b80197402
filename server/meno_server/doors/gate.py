"""Who may come in by HTTP.

Every page that a browser shows can send requests to this machine, so a request has to name us as its host
(a name that was rebound to this address does not), and a conversation has to hold a key and to come from a
page that is allowed. A browser always says where a WebSocket comes from; where editors may come in too,
saying nothing is right as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from meno_server.doors.keys import Keys

PROTOCOL = "meno.lsp"
KEY_PREFIX = "meno.key."
NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is said to whom is not let in, one sentence each with the next step."""

    foreign_host: str
    foreign_page: str
    no_key: str


class Gate:
    """Judges requests to one port. `pages` are the origins that may begin a conversation; `editors` says that
    what comes from no page may, too."""

    def __init__(
        self,
        keys: Keys,
        port: int,
        refusals: Refusals,
        *,
        names: Iterable[str] = NAMES,
        pages: Iterable[str] | None = None,
        editors: bool = False,
    ) -> None:
        self._keys = keys
        self._refusals = refusals
        self._editors = editors
        self.hosts = frozenset(f"{name}:{port}" for name in names)
        own = (f"http://{host}" for host in self.hosts)
        self._pages = frozenset(page.lower() for page in (own if pages is None else pages))

    def of_page(self, headers: Mapping[str, str]) -> tuple[HTTPStatus, str] | None:
        """Why a request is refused, or None."""
        if one(headers, "Host").lower() not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, self._refusals.foreign_host
        return None

    def of_conversation(self, headers: Mapping[str, str]) -> tuple[HTTPStatus, str] | None:
        """Why a WebSocket is refused, or None. A key that opens once is spent by this."""
        refused = self.of_page(headers)
        if refused is not None:
            return refused
        if not self._comes_from_here(headers):
            return HTTPStatus.FORBIDDEN, self._refusals.foreign_page
        if not self._keys.opens(key_in(headers)):
            return HTTPStatus.FORBIDDEN, self._refusals.no_key
        return None

    def _comes_from_here(self, headers: Mapping[str, str]) -> bool:
        if self._editors and "Origin" not in headers:
            return True
        return one(headers, "Origin").lower() in self._pages


def one(headers: Mapping[str, str], name: str) -> str:
    """The value of a header; empty if it is missing or stands there more than once."""
    try:
        return headers.get(name) or ""
    except LookupError:
        return ""


def key_in(headers: Mapping[str, str]) -> str:
    """The key that a request brings, in one of two places that reach no log: among the offered protocols,
    which is where a page can put one, or as a bearer's token, which is where programs put them."""
    for name in one(headers, "Sec-WebSocket-Protocol").split(","):
        if name.strip().startswith(KEY_PREFIX):
            return name.strip().removeprefix(KEY_PREFIX)
    scheme, _, token = one(headers, "Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
