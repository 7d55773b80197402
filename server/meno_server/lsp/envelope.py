"""What every message must be before anybody looks at what it says: JSON, an object, and of JSON-RPC's form.

pygls reads messages as deep as they go, so that a message within a message would be taken for one, and it
is silent about most of what it cannot take. Here each fault has a sentence, and one rule decides whether a
reply is due: whatever has a method and an id that can be answered is a request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from lsprotocol import types

PARSE_ERROR = types.ErrorCodes.ParseError.value
INVALID_REQUEST = types.ErrorCodes.InvalidRequest.value
_FIELDS = ("jsonrpc", "id", "method", "params", "result", "error")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message is refused, and the id to answer to: None if it has none that can be answered."""

    id: int | str | None
    code: int
    sentence: str


def read(body: bytes | str) -> dict[str, Any] | Fault:
    """The message in a body, with nothing in it that JSON-RPC does not know."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        message = json.loads(text, parse_constant=_refuse)
    except ValueError:  # not UTF-8, not JSON, or a number of thousands of digits
        return Fault(None, PARSE_ERROR, "This is not JSON.")
    except RecursionError:
        return Fault(None, PARSE_ERROR, "This is nested deeper than any message is.")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return Fault(None, INVALID_REQUEST, "This is not a JSON-RPC 2.0 message.")
    kept = {name: message[name] for name in _FIELDS if name in message}
    return _fault(kept) or kept


def _fault(message: dict[str, Any]) -> Fault | None:
    id, method = message.get("id"), message.get("method")
    answerable = id if is_id(id) else None
    is_reply = "method" not in message and ("result" in message or "error" in message)
    if "id" in message and answerable is None and not (is_reply and id is None):
        return Fault(None, INVALID_REQUEST, "An id is a whole number or a text.")
    if is_reply and "id" in message:
        return None
    if "method" not in message:
        return Fault(answerable, INVALID_REQUEST, "This is neither a request nor a reply.")
    if not isinstance(method, str):
        return Fault(answerable, INVALID_REQUEST, "A method is named by a text.")
    if not isinstance(message.get("params"), dict | list | None):
        return Fault(answerable, INVALID_REQUEST, "Parameters are an object or a list.")
    if "id" in message and _is_notification(method):
        return Fault(answerable, INVALID_REQUEST, f"{method} is a notification: it has no id and no reply.")
    return None


def is_id(value: Any) -> bool:
    """Whether a request may be called by this: what is neither a number nor a text cannot be answered to."""
    return isinstance(value, int | str) and not isinstance(value, bool)


@lru_cache(maxsize=256)
def _is_notification(method: str) -> bool:
    kind = types.METHOD_TO_TYPES.get(method, (None,))[0]
    return kind is not None and "id" not in kind.__annotations__


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
