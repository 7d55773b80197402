"""What is kept of a secret: an Argon2id hash with a salt of its own.

The parameters are OWASP's smallest for Argon2id (19 MiB, two passes): a secret of 256 random bits cannot be
guessed anyway, and a request should not wait long. Guarded by tests/gateway/test_keys.py.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


def hashed(secret: str) -> str:
    """The hash of a secret, with its salt and parameters."""
    return _HASHER.hash(secret)


def fits(secret: str, kept: str | None) -> bool:
    """Whether a secret is the one of a hash. Without a hash the same work is done, and the answer is no."""
    try:
        right = _HASHER.verify(kept or _nobody(), secret)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


@cache
def _nobody() -> str:
    """A hash that takes as long to check as any other."""
    return _HASHER.hash("nobody's secret")
