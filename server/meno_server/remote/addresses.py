"""Which addresses a gateway may have. Light: the settings read it."""

from __future__ import annotations

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def gateway_address(address: str) -> str:
    """The address as settings may have it; `ValueError` says what is wrong with it."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError(
            "an address such as https://meno.example.org is needed, without a name or a key in it"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("code may only be sent encrypted: use https")
    return address


def host_of(address: str) -> str:
    """The host with its port, to which a key belongs."""
    return urlsplit(address).netloc
