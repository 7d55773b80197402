"""Which addresses a gateway may have. Light: the settings read it."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

KEY = "MENO_KEY"
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


def key_variables(host: str, all_hosts: Collection[str]) -> list[str]:
    """The environment variables that may hold a host's key; the plain one only where no other host is named,
    since a key belongs to one."""
    own = f"{KEY}_{re.sub('[^A-Z0-9]+', '_', host.upper())}"
    return [own, KEY] if set(all_hosts) <= {host} else [own]


def is_encrypted(address: str) -> bool:
    """Whether nobody on the way can read what is sent there; what is not stays on this machine."""
    return urlsplit(address).scheme == "https"
