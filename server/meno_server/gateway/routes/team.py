"""The team view: what a learner's editor gives of a week, and what an instructor is told of weeks that are
over.

Nothing here can be asked of one learner, of a day, or of a part of the class: there is no parameter for it.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from meno_server.gateway.exchange import exchange_of
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import INVALID, NO_KEY, WEEK_IS_OVER, ProblemError
from meno_server.gateway.routes.common import (
    OF_BODY,
    OF_KEY,
    allowed,
    answer,
    body_of,
    done,
    problems,
    sent,
)
from meno_server.gateway.schemas.requests import ContributionRequest
from meno_server.gateway.schemas.team import ContributionAnswer, InsightsAnswer
from meno_server.gateway.services import Services, services_of
from meno_server.gateway.team.insights import insights
from meno_server.gateway.team.privacy import Mechanism
from meno_server.gateway.team.store import DAYS, Stumble, TeamStore, WeekIsOverError, monday, told_from

router = APIRouter(tags=["team"])
_TOO_LATE = "That week has been told; what is learned now belongs to the week of {week}."
_OTHER_WEEK = (
    "Only the running week can be given to, and the last one until it is told. This is the week of {week}."
)
_ASK = {"WWW-Authenticate": 'Basic realm="Meno: any name, and your key as the password", charset="UTF-8"'}
Weeks = Annotated[int, Query(ge=1, le=52, description="At most so many weeks, the latest first.")]


@router.post(
    "/contributions",
    summary="Give of the running week",
    responses={200: {"model": ContributionAnswer}, **problems(*OF_KEY, *OF_BODY, WEEK_IS_OVER)},
    openapi_extra=body_of(ContributionRequest),
)
async def give(request: Request, key: Annotated[Key, allowed("contribute", "team")]) -> Response:
    """Which patterns somebody stumbled over this week, and how that ended: words of Meno's own lists. Given
    again it takes the place of what was given. When the week is told, once, all of it is deleted."""
    wanted, services, now = sent(request, ContributionRequest), services_of(request), _now(request)
    week, running = wanted.week.toordinal(), monday(now)
    if week not in (running, running - DAYS):
        told = _OTHER_WEEK.format(week=date.fromordinal(running))
        raise ProblemError(INVALID, told, errors=[{"at": "/week", "says": "this is another week"}])
    stumbles = [Stumble(one.pattern, one.ending) for one in wanted.stumbles]

    def work() -> int:
        store = _store(services)
        store.tell(now)
        return store.give(key.id, week, stumbles, now)

    try:
        counted = await done(services.threads.do(work))
    except WeekIsOverError:
        told = _TOO_LATE.format(week=date.fromordinal(running))
        raise ProblemError(WEEK_IS_OVER, told) from None
    end = datetime.fromtimestamp(told_from(week), UTC)
    return answer({"week": wanted.week.isoformat(), "counted": counted, "told_from": end.isoformat()})


@router.get(
    "/insights",
    summary="What the class stumbles over",
    responses={200: {"model": InsightsAnswer}, **problems(*OF_KEY, INVALID)},
)
async def told(
    request: Request, _key: Annotated[Key, allowed("insight", "team")], weeks: Weeks = 8
) -> Response:
    """Noisy counts of learners by pattern and week. They are drawn once, so asking again tells nothing
    new."""
    return answer(await _insights(request, weeks))


@router.get(
    "/insights/page",
    summary="The same as a page",
    response_class=HTMLResponse,
    responses={200: {"content": {"text/html": {}}}, **problems(*OF_KEY, INVALID)},
)
async def page(request: Request, weeks: Weeks = 8) -> Response:
    """For a browser: it asks for a name, which may be any, and for the key as the password."""
    services = services_of(request)
    try:
        key = await services.gate.enter(_key_of_browser(request), "insight")
    except ProblemError as problem:
        if problem.kind is NO_KEY:
            raise ProblemError(NO_KEY, problem.detail, headers=_ASK) from None
        raise
    exchange = exchange_of(request.scope)
    exchange.key_id, exchange.endpoint = key.id, "team"
    exchange.headers |= services.limit.take(key.id)
    from meno_server.gateway.team.page import page as html

    today = datetime.fromtimestamp(_now(request), UTC).date()
    document, policy = html(await _insights(request, weeks), today)
    headers = {
        "Content-Security-Policy": f"{policy}; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(document, headers=headers)


async def _insights(request: Request, weeks: int) -> dict[str, Any]:
    services, now = services_of(request), _now(request)
    store = _store(services)

    def work() -> dict[str, Any]:
        store.tell(now)
        return insights(store.weeks(weeks, now), store.mechanism)

    return await done(services.threads.do(work))


def _store(services: Services) -> TeamStore:
    return TeamStore(services.database, Mechanism(services.settings.team_patterns))


def _now(request: Request) -> float:
    clock: Callable[[], float] = getattr(request.app.state, "clock", time.time)
    return clock()


def _key_of_browser(request: Request) -> str | None:
    """The password of a browser's sign-in, or the key of any other client."""
    word, _, value = request.headers.get("authorization", "").partition(" ")
    if word.lower() == "bearer":
        return value.strip() or None
    try:
        _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password.strip() or None
