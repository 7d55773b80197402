"""Errors as RFC 9457 says them: `application/problem+json`, with one sentence that names the next step.

Whatever the gateway refuses or cannot do is a `Problem` of this list, also what the framework finds (no such
address, another method, a body that does not fit). A detail quotes nothing that was sent but the names of
fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:meno:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its name in `type`, its status, its title."""

    name: str
    status: int
    title: str


NO_KEY = Kind("no-key", 401, "A key is needed")
NOT_ALLOWED = Kind("not-allowed", 403, "This key does not allow that")
SWITCHED_OFF = Kind("switched-off", 403, "This gateway does not do that")
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address")
WRONG_METHOD = Kind("wrong-method", 405, "This address takes another method")
TOO_LATE = Kind("body-too-late", 408, "The body did not arrive in time")
IN_PROGRESS = Kind("in-progress", 409, "The same request is being answered")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
WRONG_TYPE = Kind("wrong-type", 415, "The body has to be JSON")
INVALID = Kind("invalid", 422, "The body does not fit")
NOTHING_THERE = Kind("nothing-there", 422, "There is nothing to ask about")
UNREADABLE = Kind("unreadable", 422, "This cannot be read")
KEY_REUSED = Kind("idempotency-key-reused", 422, "The Idempotency-Key belongs to another request")
TOO_MANY = Kind("too-many-requests", 429, "Too many requests")
BROKEN = Kind("broken", 500, "Something is wrong with the gateway")
BAD_UPSTREAM = Kind("bad-upstream", 502, "The tutor's answer was not usable")
UNAVAILABLE = Kind("unavailable", 503, "This cannot be done now")
TOO_SLOW = Kind("too-slow", 504, "This took longer than it may")

KINDS = (
    NO_KEY,
    NOT_ALLOWED,
    SWITCHED_OFF,
    NOT_FOUND,
    WRONG_METHOD,
    TOO_LATE,
    IN_PROGRESS,
    TOO_LARGE,
    WRONG_TYPE,
    INVALID,
    NOTHING_THERE,
    UNREADABLE,
    KEY_REUSED,
    TOO_MANY,
    BROKEN,
    BAD_UPSTREAM,
    UNAVAILABLE,
    TOO_SLOW,
)
_LONGEST_NAME = 60
_MOST_ERRORS = 20


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(kind.name)
        self.kind, self.detail = kind, detail
        self.headers = dict(headers or {})
        self.errors = [dict(error) for error in errors]

    def as_plain(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": TYPE + self.kind.name,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = self.errors
        return told

    def response(self) -> Response:
        body = json.dumps(self.as_plain(), ensure_ascii=False).encode("utf-8", "replace")
        return Response(body, self.kind.status, self.headers, MEDIA_TYPE)


def unavailable(detail: str, retry_after: int) -> ProblemError:
    """503, with when to come again."""
    return ProblemError(UNAVAILABLE, detail, headers={"Retry-After": str(max(1, retry_after))})


def invalid(error: ValidationError) -> ProblemError:
    """422, with a sentence for each field that does not fit, and nothing of what was in it."""
    errors = [
        {"at": pointer(one["loc"]), "says": one["msg"]}
        for one in error.errors(include_input=False, include_url=False, include_context=False)[:_MOST_ERRORS]
    ]
    first = errors[0]
    where = f" at {first['at']}" if first["at"] else ""
    return ProblemError(INVALID, f"The body does not fit{where}: {first['says']}.", errors=errors)


def pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901), its steps shortened."""
    steps = (str(step).replace("~", "~0").replace("/", "~1")[:_LONGEST_NAME] for step in location)
    return "".join(f"/{step}" for step in steps)
