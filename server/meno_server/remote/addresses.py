"""Which addresses a gateway may have. Light: the settings read it."""

from __future__ import annotations

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NEEDED = "an address such as https://meno.example.org is needed, without a name or a key in it"


def gateway_address(address: str) -> str:
    """The address as settings may have it; `ValueError` says what is wrong with it."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError for one that is no number
    except ValueError:
        raise ValueError(_NEEDED) from None
    named = parts.username or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or named or not address.isprintable():
        raise ValueError(_NEEDED)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("code may only be sent encrypted: use https")
    return address


def host_of(address: str) -> str:
    """The host with its port, to which a key belongs."""
    return urlsplit(address).netloc


def is_encrypted(address: str) -> bool:
    """Whether nobody on the way can read what is sent there; what is not stays on this machine."""
    return urlsplit(address).scheme == "https"
