"""For those who run it: whether it lives and can work, what it measures, who used it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from meno_server import __version__
from meno_server.gateway.database import DatabaseError
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import INVALID
from meno_server.gateway.routes.common import OF_KEY, allowed, answer, as_json, done, problems
from meno_server.gateway.schemas.answers import HealthAnswer, LiveAnswer, MetricsAnswer, UsageAnswer
from meno_server.gateway.services import Services, services_of

router = APIRouter(tags=["operating"])
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": HealthAnswer, "description": "It cannot work yet, or not any more."}
}
_TEXT = {"text/plain": {"schema": {"type": "string"}}}


@router.get("/health", summary="Whether it lives and can work", responses={200: {"model": HealthAnswer}})
async def health(request: Request) -> Response:
    """A summary for people. Needs no key, like the two below."""
    return answer(await _health(services_of(request)))


@router.get("/health/live", summary="Whether it lives", responses={200: {"model": LiveAnswer}})
async def live() -> Response:
    """Always yes, if there is an answer: for whoever would start it anew otherwise."""
    return answer({"live": True})


@router.get(
    "/health/ready", summary="Whether it can work", responses={200: {"model": HealthAnswer}, **_NOT_READY}
)
async def ready(request: Request) -> Response:
    """For a proxy: 503 while processes start, and while the database cannot be used."""
    told = await _health(services_of(request))
    if told["ready"]:
        return answer(told)
    return Response(as_json(told), 503, {"Retry-After": "2"}, "application/json")


async def _health(services: Services) -> dict[str, Any]:
    work = await services.workers.ready()
    try:
        database = await services.threads.do(services.database.works)
    except DatabaseError:
        database = False
    details = dict(work.details) | ({} if database else {"database": "The database cannot be used."})
    is_ready = work.ready and database
    return {
        "status": "ok" if not details else "starting" if work.starting and database else "degraded",
        "live": True,
        "ready": is_ready,
        "version": __version__,
        "parts": {
            "rules": work.static,
            "model": work.model,
            "origin": work.origin,
            "database": database,
            "tutor": True if work.tutor else None,
            "run": True if work.run else None,
        },
        "details": details,
    }


@router.get(
    "/metrics",
    summary="Rolling percentiles",
    responses={
        200: {
            "model": MetricsAnswer,
            "content": {CONTENT_TYPE_LATEST.partition(";")[0]: _TEXT["text/plain"]},
        },
        **problems(*OF_KEY),
    },
)
async def metrics(request: Request, _key: Annotated[Key, allowed("metrics")]) -> Response:
    """Latencies of the last five minutes by endpoint and stage. With `Accept: text/plain`, as Prometheus
    sends it, the text format of `metrics/prometheus`."""
    services = services_of(request)
    if _wants_text(request.headers.get("accept", "")):
        return _prometheus(services)
    return answer(services.metrics.as_plain())


@router.get(
    "/metrics/prometheus",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": _TEXT}, **problems(*OF_KEY)},
)
async def prometheus(request: Request, _key: Annotated[Key, allowed("metrics")]) -> Response:
    """Counters and histograms in the text format."""
    return _prometheus(services_of(request))


def _prometheus(services: Services) -> Response:
    return Response(services.metrics.as_prometheus(), media_type=CONTENT_TYPE_LATEST)


def _wants_text(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    text = [kind for kind in kinds if kind in ("text/plain", "application/openmetrics-text")]
    return bool(text) and "application/json" not in kinds


@router.get(
    "/usage",
    summary="Counts of requests",
    responses={200: {"model": UsageAnswer}, **problems(*OF_KEY, INVALID)},
)
async def usage(
    request: Request,
    _key: Annotated[Key, allowed("usage")],
    days: Annotated[int, Query(ge=1, le=366, description="How many days, today among them.")] = 30,
    key: Annotated[
        str | None, Query(pattern="^[a-z0-9]{12}$", description="The id of one key; without it, all.")
    ] = None,
) -> Response:
    """Requests by key, endpoint and day: numbers, which are all that is kept of any request."""
    rows = await done(services_of(request).usage.rows(days, key))
    return answer({"days": days, "rows": rows})
