"""`enrich`: one turn of the Socratic tutor (L4) about a finding."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from meno_server.gateway.enriching import CURATED, NOTHING_THERE
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import BAD_UPSTREAM, ProblemError, unavailable
from meno_server.gateway.problems import NOTHING_THERE as NO_FINDING
from meno_server.gateway.routes.common import (
    OF_BODY,
    OF_KEY,
    OF_TUTOR,
    allowed,
    answer,
    body_of,
    done,
    problems,
    rounded,
    sent,
)
from meno_server.gateway.schemas.answers import EnrichAnswer
from meno_server.gateway.schemas.requests import EnrichRequest
from meno_server.gateway.services import services_of
from meno_server.gateway.workers import EnrichReply, EnrichTask

router = APIRouter(tags=["tutor"])
_ANSWERED = "answered"
_UNUSABLE = frozenset({"malformed"})
_NO_FINDING = "Meno has no question about line {line} of this code. `analyze` says where it has some."
_RETRY_SECONDS = {"unreachable": 10, "timed-out": 5, "refused": 30, "over-budget": 3600, "not-set-up": 3600}


@router.post(
    "/enrich",
    summary="Ask the tutor",
    responses={200: {"model": EnrichAnswer}, **problems(*OF_KEY, *OF_BODY, *OF_TUTOR)},
    openapi_extra=body_of(EnrichRequest),
)
async def enrich(request: Request, _key: Annotated[Key, allowed("enrich")]) -> Response:
    """The next question about the finding at a line: from the tutor that the operator chose, checked so that
    it tells no repair, or from Meno's own catalogue (`source`). The conversation is kept by the client."""
    began = time.perf_counter()
    services, asked = services_of(request), sent(request, EnrichRequest)
    task = EnrichTask(
        asked.code,
        asked.line,
        asked.rule,
        asked.language,
        [(turn.speaker, turn.text) for turn in asked.turns],
        asked.tutor,
        asked.target,
        asked.profile,
    )
    reply = await done(services.workers.enrich(task))
    if reply.outcome == NOTHING_THERE:
        raise ProblemError(NO_FINDING, _NO_FINDING.format(line=asked.line))
    if not asked.fallback and asked.tutor:
        _refuse_fallback(reply, has_tutor=services.settings.tutor_provider != "none")
    times = {**reply.milliseconds, "total": (time.perf_counter() - began) * 1000}
    services.metrics.stages({name: spent for name, spent in times.items() if name == "tutor"})
    return answer(
        {
            "text": reply.text,
            "source": reply.source,
            "outcome": reply.outcome,
            "notice": reply.notice,
            "last": reply.last,
            "finding": reply.finding,
            "milliseconds": rounded(times),
        }
    )


def _refuse_fallback(reply: EnrichReply, *, has_tutor: bool) -> None:
    """Ends with a problem where the tutor was wanted and did not answer. Who asks to be told the answer gets
    the curated refusal in any case, which is no failure of the tutor."""
    if reply.outcome == _ANSWERED or (reply.outcome == CURATED and has_tutor):
        return
    detail = (reply.notice or "This gateway has no tutor").partition(", so this is")[0].rstrip(".") + "."
    if reply.outcome in _UNUSABLE:
        raise ProblemError(BAD_UPSTREAM, detail)
    wait = reply.retry_after or _RETRY_SECONDS.get(reply.outcome, 3600)
    raise unavailable(f"{detail} Leave `fallback` out to get a curated question.", wait)
