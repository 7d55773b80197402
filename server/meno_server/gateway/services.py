"""All that the routes need, made once for an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from meno_server.gateway.database import Database
from meno_server.gateway.idempotency import Memory
from meno_server.gateway.keys.checking import Gate
from meno_server.gateway.keys.store import KeyStore
from meno_server.gateway.limits import RateLimit
from meno_server.gateway.metrics import Metrics
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.threads import Threads
from meno_server.gateway.usage import Usage
from meno_server.gateway.workers import Workers


@dataclass(frozen=True, slots=True)
class Services:
    """What one gateway is made of."""

    settings: GatewaySettings
    workers: Workers
    database: Database
    threads: Threads
    gate: Gate
    limit: RateLimit
    memory: Memory
    metrics: Metrics
    usage: Usage
    log: Callable[..., None]

    @classmethod
    def of(
        cls, settings: GatewaySettings, workers: Workers, metrics: Metrics, log: Callable[..., None]
    ) -> Services:
        """Everything for these settings. Raises DatabaseError for an address that is not understood."""
        database = Database(settings.database, settings.folder)
        threads = Threads("database", 4)
        return cls(
            settings,
            workers,
            database,
            threads,
            Gate(KeyStore(database), threads, settings.key_check_seconds),
            RateLimit(settings.rate_per_minute, settings.rate_burst),
            Memory(settings.idempotency_seconds, settings.idempotency_entries),
            metrics,
            Usage(database, threads),
            log,
        )

    async def start(self) -> None:
        """Begins to work. A database that is down keeps nothing from starting."""
        await self.workers.start()
        self.usage.start()

    async def close(self) -> None:
        """Ends everything, what was counted kept."""
        await self.workers.close()
        await self.usage.close()
        self.gate.close()
        self.threads.close()
        self.database.close()


def services_of(request: Request) -> Services:
    """The services of the application that a request came to."""
    found: Services = request.app.state.services
    return found
