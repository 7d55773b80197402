"""The form of a key, and what it may be good for.

A key reads `meno_<id>_<secret>`: the id is public and finds the row, the secret has 256 bits. Nothing here
shows a secret in its text form.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

PREFIX = "meno"
SCOPES = ("analyze", "enrich", "debug", "predict", "model", "contribute", "insight", "usage", "metrics")
"""What a key may allow. `contribute` and `insight` belong to the team view."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_KEY = re.compile(r"meno_([a-z0-9]{12})_([A-Za-z0-9-]{43})", re.ASCII)
_LABEL = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offered:
    """A key as somebody sent it."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; times are seconds since 1970."""

    id: str
    label: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    def works_at(self, now: float) -> bool:
        """Whether it is neither revoked nor expired."""
        return not any(end is not None and end <= now for end in (self.expires_at, self.revoked_at))


def new_key() -> Offered:
    """A fresh key."""
    name = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return Offered(name, secrets.token_urlsafe(32).replace("_", "-"))


def shown(key: Offered) -> str:
    """The key as its owner gets it, once."""
    return f"{PREFIX}_{key.id}_{key.secret}"


def parse(text: str) -> Offered | None:
    """The parts of a key; None for what has not its form."""
    match = _KEY.fullmatch(text)
    return None if match is None else Offered(match[1], match[2])


def is_label(text: str) -> bool:
    """Whether a name for a key is one: lower-case letters, digits and dashes, at most 40."""
    return _LABEL.fullmatch(text) is not None
