"""`debug`: why a program fails, from what it printed and the code that was sent for this one request.

Nothing is run unless the request asks for it, the operator allows it, and the sandbox was seen to confine
what it runs. A verified diff is told only at level 5, which both have to want.
"""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from meno_server.gateway.exchange import exchange_of
from meno_server.gateway.idempotency import REPLAYED, Replay
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import (
    KEY_REUSED,
    NOTHING_THERE,
    SWITCHED_OFF,
    ProblemError,
)
from meno_server.gateway.routes.common import (
    JSON,
    OF_BODY,
    OF_KEY,
    OF_REPEATING,
    allowed,
    as_json,
    body_of,
    done,
    problems,
    rounded,
    sent,
)
from meno_server.gateway.schemas.answers import DebugAnswer
from meno_server.gateway.schemas.requests import DebugRequest
from meno_server.gateway.services import Services, services_of
from meno_server.gateway.workers import DebugTask

router = APIRouter(tags=["failures"])
_NOT_RUN = "This gateway runs no code. Send what Python printed as `traceback`, without `run`."


@router.post(
    "/debug",
    summary="Explain a failure",
    responses={
        200: {"model": DebugAnswer},
        **problems(*OF_KEY, *OF_BODY, *OF_REPEATING, SWITCHED_OFF, NOTHING_THERE, KEY_REUSED),
    },
    openapi_extra=body_of(DebugRequest),
)
async def debug(
    request: Request,
    key: Annotated[Key, allowed("debug")],
    idempotency_key: Annotated[
        str | None,
        Header(description="The same key with the same body gets the same answer, for a while."),
    ] = None,
) -> Response:
    """The root cause, the evidence, ordered steps, questions and a takeaway; what could not be done is in
    `limits`."""
    services, exchange = services_of(request), exchange_of(request.scope)
    asked = sent(request, DebugRequest)
    if idempotency_key is None:
        return Response(await _explained(services, asked), media_type=JSON)
    ticket = services.memory.begin(key.id, idempotency_key, exchange.body)
    if isinstance(ticket, Replay):
        exchange.headers[REPLAYED] = "true"
        return Response(ticket.answer, ticket.status, media_type=ticket.media_type)
    try:
        body = await _explained(services, asked)
    except ProblemError as problem:
        response = problem.response()
        ticket.settle(response.status_code, bytes(response.body), str(response.media_type))
        raise
    except BaseException:
        ticket.forget()
        raise
    ticket.settle(200, body, JSON)
    return Response(body, media_type=JSON)


async def _explained(services: Services, asked: DebugRequest) -> bytes:
    began = time.perf_counter()
    own = services.settings
    if asked.run and not own.run_code:
        raise ProblemError(SWITCHED_OFF, _NOT_RUN)
    task = DebugTask(
        report=asked.traceback,
        files=asked.texts,
        main=asked.main,
        tests=asked.tests,
        level=min(asked.level, own.max_hint_level),
        language=asked.language,
        run=asked.run,
        seconds=own.debug_seconds,
    )
    reply = await done(services.workers.debug(task))
    if reply.ended == "unusable":
        raise ProblemError(NOTHING_THERE, reply.sentence)
    spent = {"total": (time.perf_counter() - began) * 1000}
    services.metrics.stages({"debug": spent["total"]})
    return as_json(
        {
            "ended": reply.ended,
            "explanation": reply.explanation,
            "page": reply.page,
            "ran": reply.ran,
            "sentence": reply.sentence,
            "milliseconds": rounded(spent),
        }
    )
