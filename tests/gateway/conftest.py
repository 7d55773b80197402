"""What the gateway's tests share: a running one, one with stand-ins for its workers, and both databases."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.running import Running, StandIn
from meno_server.gateway.application import create_app
from meno_server.gateway.keys.store import KeyStore
from meno_server.gateway.keys.values import SCOPES, shown
from meno_server.gateway.settings import PREFIX, GatewaySettings

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(autouse=True, scope="session")
def _own_environment() -> Iterator[None]:
    """No setting of whoever runs the tests holds in them."""
    kept = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith(PREFIX)}
    yield
    os.environ.update(kept)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str | None:
    """The address of an empty database of each kind; None for the SQLite file in the gateway's folder."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgresql")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts gateways on free ports, and ends them."""
    running: list[Running] = []

    def begin(*arguments: str, **environment: str) -> Running:
        running.append(Running(tmp_path / "gateway", *arguments, **environment))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One whole gateway with the shipped model, for the tests of a module."""
    options = {"MENO_GATEWAY_RATE_BURST": "10000", "MENO_GATEWAY_RATE_PER_MINUTE": "100000"}
    running = Running(tmp_path_factory.mktemp("gateway"), "--workers", "1", **options)
    yield running.until_ready()
    assert running.stop() == 0


@dataclass
class InProcess:
    """An application without processes, somebody with a key for everything, and what was logged."""

    app: FastAPI
    workers: StandIn
    client: httpx.AsyncClient
    key: str
    logged: list[dict[str, Any]] = field(default_factory=list)

    @property
    def store(self) -> KeyStore:
        return KeyStore(self.app.state.services.database)


@pytest.fixture
async def in_process(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Makes applications with a stand-in for the workers."""
    async with AsyncExitStack() as stack:

        async def make(workers: StandIn | None = None, **settings: Any) -> InProcess:
            own = GatewaySettings(**{"data": tmp_path / "gateway", **settings})
            logged: list[dict[str, Any]] = []
            chosen = workers or StandIn()
            app = create_app(
                own, chosen, log=lambda event, **values: logged.append({"event": event, **values})
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            made = KeyStore(app.state.services.database).create("test", SCOPES, int(time.time()))
            client = await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                    base_url="http://gateway/api/v1",
                    headers={"Authorization": f"Bearer {shown(made)}"},
                )
            )
            return InProcess(app, chosen, client, shown(made), logged)

        yield make
