"""`Workers` by asking replicas. A request whose replica dies is begun again on another one.

All work is a pure function of its task, so beginning twice is harmless; `attempts` bounds it, since a text
that brings its replica down would bring down the next one, too. What Ray says is one of three things here:

    the replica has died, or cannot be reached      begun again, after a moment if nobody else is there
    too many wait already, or nobody was deployed   UnavailableError, 503 with Retry-After
    no answer in time                               TooSlowError; the replica is told to give it up

A caller that goes away cancels what the replica does. Guarded by `tests/gateway/test_cluster.py`, which kills
replicas under load and counts the answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ray import serve
from ray.exceptions import (
    NodeDiedError,
    ObjectLostError,
    RayActorError,
    TaskCancelledError,
    WorkerCrashedError,
)
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError, RequestCancelledError

from meno_server.gateway.cluster.crossing import opened
from meno_server.gateway.cluster.settings import ClusterSettings
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.workers import (
    DebugReply,
    DebugTask,
    EnrichReply,
    EnrichTask,
    ModelReply,
    OriginReply,
    Plain,
    Readiness,
    StaticReply,
    StaticTask,
    TooSlowError,
    UnavailableError,
)

DIED = (RayActorError, WorkerCrashedError, NodeDiedError, ObjectLostError)
_GRACE = 5.0
"""Seconds that an answer may take to cross and to wait, above what the work itself may take."""
_PAUSES = (0.0, 0.05, 0.25, 1.0)
_FRESH = 1.0
_BUSY = "The gateway has more to do than it can; try again in a moment."
_GONE = "Those who do this work are being replaced; try again in a moment."
_SLOW = "This took longer than it may; a shorter text may work."


class ClusterWorkers:
    """Handles of the deployments by name: `rules`, `failures`, `tutor`, and `model` unless it is off."""

    def __init__(
        self, replicas: Mapping[str, Any], gateway: GatewaySettings, cluster: ClusterSettings
    ) -> None:
        self._replicas = replicas
        self._gateway, self._cluster = gateway, cluster
        self._known: tuple[float, Readiness] | None = None
        self._may_run: bool | None = None

    async def start(self) -> None:
        """Nothing to do: Ray starts the replicas, and a question waits for the first of them."""

    async def close(self) -> None:
        """Nothing to do: the replicas are Ray's, and other replicas of the application ask them too."""

    async def static(self, task: StaticTask) -> StaticReply:
        reply: StaticReply = await self.ask("rules", "static", task, self._gateway.analyze_seconds)
        return reply

    async def hints(self, findings: Sequence[Plain], language: str, highest: int) -> Sequence[Plain]:
        asked = {"do": "hints", "findings": list(findings), "language": language, "highest": highest}
        found: Sequence[Plain] = (await self.rules(asked))["findings"]
        return found

    async def rules(self, message: Plain, seconds: float | None = None) -> Plain:
        """What a process of the rules (`working.py`) answers to a message."""
        allowed = seconds or self._gateway.analyze_seconds
        reply: Plain = await self.ask("rules", "rules", (message, allowed), allowed)
        return reply

    async def model(self, text: str) -> ModelReply:
        if not self._gateway.model:
            return ModelReply(unavailable="The bug model is switched off on this gateway.")
        reply: ModelReply = await self.ask("model", "model", text, self._gateway.model_seconds)
        return reply

    async def origin(self, text: str) -> OriginReply:
        if not self._gateway.origin:
            raise UnavailableError("This gateway does not say whose style a text resembles.", 60)
        reply: OriginReply = await self.ask("model", "origin", text, self._gateway.model_seconds)
        return reply

    async def debug(self, task: DebugTask) -> DebugReply:
        seconds = self._gateway.debug_seconds
        reply: DebugReply = await self.ask("failures", "debug", task, 2 * seconds)
        return reply

    async def enrich(self, task: EnrichTask) -> EnrichReply:
        seconds = self._gateway.analyze_seconds + self._gateway.tutor_deadline
        reply: EnrichReply = await self.ask("tutor", "enrich", task, seconds)
        return reply

    async def ready(self) -> Readiness:
        """By what Ray's controller knows, so that a gateway that is merely busy does not count as broken."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > _FRESH:
            self._known = (now, await self._look())
        return self._known[1]

    async def _look(self) -> Readiness:
        try:
            async with asyncio.timeout(2):
                running = await asyncio.to_thread(_running, self._replicas["rules"].app_name)
        except Exception:  # Ray raises many kinds when its controller is away
            return Readiness(static=False, details={"cluster": "The cluster does not say how it is."})
        if self._may_run is None and self._gateway.run_code and "Failures" in running:
            self._may_run = await self._asked_whether_code_may_run()
        model = "Model" in running
        return Readiness(
            static="Rules" in running,
            model=model if self._gateway.model else None,
            origin=model if self._gateway.origin else None,
            run=bool(self._may_run),
            tutor=self._gateway.tutor_provider != "none" and "Tutor" in running,
        )

    async def _asked_whether_code_may_run(self) -> bool | None:
        """What a replica found when it tried its sandbox; None while it has no time to say."""
        try:
            async with asyncio.timeout(2):
                found: Readiness = await self._replicas["failures"].readiness.remote()
                return found.run
        except Exception:
            return None

    async def ask(self, who: str, method: str, task: Any, seconds: float) -> Any:
        """The reply, of another replica where one has died."""
        try:
            async with asyncio.timeout(seconds + _GRACE):
                for attempt in range(self._cluster.attempts):
                    await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                    try:
                        return opened(await self._once(who, method, task))
                    except DIED:
                        continue
        except TimeoutError:
            raise TooSlowError(_SLOW) from None
        except BackPressureError:
            raise UnavailableError(_BUSY, 2) from None
        except (DeploymentUnavailableError, RequestCancelledError, TaskCancelledError):
            raise UnavailableError(_GONE, 5) from None
        raise UnavailableError(_GONE, 5)

    async def _once(self, who: str, method: str, task: Any) -> Any:
        response = getattr(self._replicas[who], method).remote(task)
        try:
            return await response
        except asyncio.CancelledError:
            response.cancel()
            raise


def _running(application: str) -> frozenset[str]:
    """The names of the deployments of an application that have a running replica."""
    status = serve.status().applications.get(application)
    if status is None:
        return frozenset()
    states = {deployment: known.replica_states for deployment, known in status.deployments.items()}
    return frozenset(
        name for name, known in states.items() if any(known[state] for state in known if state == "RUNNING")
    )
