"""The HTTP application: addresses, errors, and the frame around all of it.

It does no work itself: `workers` do, on this machine or on others. The addresses are there twice, below
`/api/v1` and short.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from meno_server.gateway.exchange import Exchange, Frame
from meno_server.gateway.metrics import Metrics
from meno_server.gateway.openapi import DESCRIPTION, TITLE, document_of
from meno_server.gateway.problems import (
    INVALID,
    NOT_FOUND,
    WRONG_METHOD,
    ProblemError,
    pointer,
)
from meno_server.gateway.routes import analysis, failures, operating, pages, team, tutor
from meno_server.gateway.services import Services
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.usage_values import UNMEASURED
from meno_server.gateway.workers import Workers

PREFIX = "/api/v1"
ROUTERS: Sequence[APIRouter] = (
    analysis.router,
    tutor.router,
    failures.router,
    team.router,
    operating.router,
)
"""The addresses of every gateway."""
_OTHER = "elsewhere"
_NOT_FOUND = "Look at /docs for what there is."
_WRONG_METHOD = "Look at /docs for the methods of this address."


def create_app(
    settings: GatewaySettings,
    workers: Workers,
    *,
    log: Callable[..., None],
    metrics: Metrics | None = None,
    more: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application for these workers. `more` are addresses of others, which see `app.state.services`.

    Raises DatabaseError for a database's address that is not understood.
    """
    services = Services.of(settings, workers, metrics or Metrics(), log)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await services.start()
        try:
            yield
        finally:
            await services.close()

    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        lifespan=life,
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    for router in (*ROUTERS, *more):
        app.include_router(router, prefix=PREFIX)
        app.include_router(router, include_in_schema=False)
    app.include_router(pages.router, prefix=PREFIX)
    app.include_router(pages.router)
    app.openapi = document_of(app)  # type: ignore[method-assign]  # FastAPI's documented way
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_middleware(
        Frame,
        most_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        done=_counting(services),
        log=log,
    )
    return app


def _counting(services: Services) -> Callable[[Exchange, Scope], None]:
    """What is done when an answer is out: counted, measured and logged, in numbers."""

    def done(exchange: Exchange, scope: Scope) -> None:
        route = getattr(scope.get("route"), "path", _OTHER)
        spent, taken, sent = exchange.milliseconds, len(exchange.body), exchange.sent
        if exchange.endpoint == UNMEASURED:
            taken = sent = 0
        endpoint = exchange.endpoint or route.removeprefix(PREFIX).strip("/").partition("/")[0] or _OTHER
        services.metrics.request(endpoint, exchange.status, spent)
        if exchange.key_id is not None and exchange.endpoint is not None:
            services.usage.count(exchange.key_id, exchange.endpoint, exchange.status, spent, taken + sent)
        services.log(
            "request",
            request=exchange.id,
            method=scope["method"] if scope["method"].isalpha() else "?",
            route=route,
            status=exchange.status,
            milliseconds=round(spent, 1),
            key=exchange.key_id,
            bytes_in=taken,
            bytes_out=sent,
        )

    return done


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, ProblemError)
    return problem.response()


async def _invalid(_request: Request, problem: Exception) -> Response:
    """Parameters of the address that do not fit; bodies are checked by the routes."""
    assert isinstance(problem, RequestValidationError)
    errors = [{"at": pointer(tuple(one["loc"])), "says": str(one["msg"])} for one in problem.errors()]
    told = f"This does not fit at {errors[0]['at']}: {errors[0]['says']}."
    return ProblemError(INVALID, told, errors=errors).response()


async def _of_framework(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    if problem.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return ProblemError(WRONG_METHOD, _WRONG_METHOD, headers=problem.headers).response()
    if problem.status_code == HTTPStatus.NOT_FOUND:
        return ProblemError(NOT_FOUND, _NOT_FOUND).response()
    return ProblemError(INVALID, "This request cannot be read.").response()
