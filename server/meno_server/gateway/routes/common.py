"""What the routes have in common: who asks, what was sent, how an answer is made, what is documented."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from meno_server.gateway.database import DatabaseError
from meno_server.gateway.exchange import exchange_of
from meno_server.gateway.keys.checking import offered_in
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import (
    BAD_UPSTREAM,
    IN_PROGRESS,
    INVALID,
    KINDS,
    NO_KEY,
    NOT_ALLOWED,
    NOTHING_THERE,
    TOO_LARGE,
    TOO_LATE,
    TOO_MANY,
    TOO_SLOW,
    UNAVAILABLE,
    WRONG_TYPE,
    Kind,
    ProblemError,
    invalid,
    unavailable,
)
from meno_server.gateway.schemas.answers import Problem
from meno_server.gateway.services import services_of
from meno_server.gateway.workers import BrokenError, TooSlowError, WorkersError

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")
JSON = "application/json"
OF_KEY = (NO_KEY, NOT_ALLOWED, TOO_MANY, UNAVAILABLE)
OF_BODY = (TOO_LATE, TOO_LARGE, WRONG_TYPE, INVALID, TOO_SLOW)
OF_TUTOR = (BAD_UPSTREAM, NOTHING_THERE)
OF_REPEATING = (IN_PROGRESS,)
_WRONG_TYPE = "Send the body as JSON, with the header `Content-Type: application/json`."


def allowed(scope: str, endpoint: str | None = None) -> Any:
    """A dependency: the key that asks, which has to allow the scope, and whose limit is not reached."""

    async def enter(request: Request) -> Key:
        services, exchange = services_of(request), exchange_of(request.scope)
        key = await services.gate.enter(offered_in(dict(request.scope["headers"])), scope)
        exchange.key_id, exchange.endpoint = key.id, endpoint or scope
        exchange.headers |= services.limit.take(key.id)
        return key

    return Depends(enter)


def sent(request: Request, form: type[Model]) -> Model:
    """The body, as its form. Raises a ProblemError."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON and not kind.endswith("+json"):
        raise ProblemError(WRONG_TYPE, _WRONG_TYPE)
    try:
        return form.model_validate_json(exchange_of(request.scope).body)
    except ValidationError as error:
        raise invalid(error) from None


async def done(work: Awaitable[T]) -> T:
    """The result of work of others; what keeps them from it becomes a problem."""
    try:
        return await work
    except TooSlowError as problem:
        raise ProblemError(TOO_SLOW, problem.sentence) from None
    except BrokenError:
        raise  # a 500 with a number, as for whatever breaks in here
    except WorkersError as problem:
        raise unavailable(problem.sentence, problem.retry_after) from None
    except DatabaseError as problem:
        raise unavailable(str(problem), 5) from None


def answer(told: Any) -> Response:
    """A JSON answer."""
    return Response(as_json(told), media_type=JSON)


def as_json(told: Any) -> bytes:
    """JSON as bytes; what is no text in any encoding is replaced."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def rounded(milliseconds: dict[str, float]) -> dict[str, float]:
    """Times as they are told."""
    return {name: round(spent, 3) for name, spent in milliseconds.items()}


def body_of(form: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of a body; `openapi.py` adds the schema itself."""
    schema = {"$ref": f"#/components/schemas/{form.__name__}"}
    return {
        "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
        "x-meno-form": form.__name__,
    }


def problems(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """What the document says of problems, one entry for each status."""
    statuses: dict[int | str, dict[str, Any]] = {}
    for kind in (known for known in KINDS if known in kinds):
        told = statuses.setdefault(kind.status, {"model": Problem, "description": kind.title})
        if kind.title not in told["description"]:
            told["description"] += f"; {kind.title[0].lower()}{kind.title[1:]}"
    return statuses


Route = Callable[..., Awaitable[Response]]
