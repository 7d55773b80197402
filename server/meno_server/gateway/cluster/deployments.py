"""The replicas of a cluster, and how they are bound together.

A replica of the rules or of failures has workers of its own on its machine (`local.py`), child processes that
are ended when they take too long: a text that the rules cannot cope with costs the child and not the replica.
A replica of the model holds the network itself and answers those who come together in one batch. What goes
wrong crosses as a value (`crossing.py`).

There is exactly one replica of the tutor: its budget of tokens for a day is counted in memory, and two
replicas would spend it twice. It waits for others most of the time, so one carries hundreds of questions.

`build` is the import path of `deploy/serve.yaml` and takes `ClusterSettings`. What the gateway itself is to
do, and the database's address, come from `MENO_GATEWAY_…` of the machine that it is applied on.
"""

from __future__ import annotations

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ray import serve
from ray.serve import Application

from meno_model.providers import PROCESSOR
from meno_server.gateway.cluster.crossing import Refused, packed
from meno_server.gateway.cluster.settings import ClusterSettings, bounds
from meno_server.gateway.cluster.workers import ClusterWorkers
from meno_server.gateway.local import LocalWorkers
from meno_server.gateway.settings import GatewaySettings, from_environment
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
)

AT_ONCE = 100
"""Requests that one replica of the application or of the tutor has at a time; both only wait."""
IN_HAND = 2
"""Texts that a replica of the rules has at a time: while one is worked on, the next is there already."""
TUTOR_CPUS = 0.1
START_SECONDS = 120
"""Time for a replica's first process to be warm."""
_NO_MODEL = {"model": False, "origin": False}
_UNHEALTHY = "This replica has lost its workers."


class _OwnWorkers:
    """A replica with local workers; Ray asks `check_health` and replaces it when it raises."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._workers = LocalWorkers(settings)
        self._started = asyncio.Lock()
        self._is_ready = False

    async def _ready(self) -> LocalWorkers:
        async with self._started:
            if not self._is_ready:
                await self._workers.start()
                async with asyncio.timeout(START_SECONDS):
                    # There is no event to wait for; whoever asks for readiness looks, too.
                    while not (await self._workers.ready()).static:  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                self._is_ready = True
        return self._workers

    async def check_health(self) -> None:
        """Ray asks before the first request, so that a replica is ready when it is said to be."""
        workers = await self._ready()
        if not (await workers.ready()).static:
            raise RuntimeError(_UNHEALTHY)

    async def __del__(self) -> None:
        await self._workers.close()


class Rules(_OwnWorkers):
    """L1 and L3."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings.model_copy(update={"workers": 1, **_NO_MODEL}))

    async def static(self, task: StaticTask) -> StaticReply | Refused:
        return await packed((await self._ready()).static(task))

    async def rules(self, asked: tuple[Plain, float]) -> Plain | Refused:
        """The answer to a message of `working.py` within so many seconds."""
        return await packed((await self._ready())._ask_rules(*asked))


class Failures(_OwnWorkers):
    """Why a program fails, with the limits of `debug` and nobody else's texts beside it."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings.model_copy(update={"workers": 1, "runs": 1, **_NO_MODEL}))

    async def debug(self, task: DebugTask) -> DebugReply | Refused:
        return await packed((await self._ready()).debug(task))

    async def readiness(self) -> Readiness:
        return await (await self._ready()).ready()


class _Elsewhere(LocalWorkers):
    """Local workers without processes: the rules and the model are asked of their replicas."""

    def __init__(self, settings: GatewaySettings, others: ClusterWorkers) -> None:
        super().__init__(settings.model_copy(update=_NO_MODEL))
        self._others = others

    async def _ask_rules(self, message: Plain, seconds: float | None = None) -> Plain:
        return await self._others.rules(message, seconds)

    async def model(self, text: str) -> ModelReply:
        return await self._others.model(text)


class Tutor:
    """L4."""

    def __init__(self, settings: GatewaySettings, cluster: ClusterSettings, **replicas: Any) -> None:
        self._workers = _Elsewhere(settings, ClusterWorkers(replicas, settings, cluster))

    async def enrich(self, task: EnrichTask) -> EnrichReply | Refused:
        return await packed(self._workers.enrich(task))

    async def __del__(self) -> None:
        await self._workers.close()


class Model:
    """L2, and whose style a text resembles. One thread: onnxruntime has its own for each question."""

    def __init__(self, settings: GatewaySettings) -> None:
        from meno_model.worker import Worker

        self._worker = Worker(settings.model_path, settings.model_provider)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._information: dict[str, str] | None = None
        self._settings = settings
        self._batch_of(1 if settings.batching == "off" else settings.batch_size)

    async def check_health(self) -> None:
        if self._information is None:
            known = (await self._ask({"do": "info"})).get("info") or {}
            checksum = str(known.get("model_sha256", ""))
            self._information = {"name": str(known.get("name", "")), "checksum": checksum}
            if self._settings.batching == "auto" and known.get("provider") == PROCESSOR:
                self._batch_of(1)

    def _batch_of(self, size: int) -> None:
        batch: Any = self._batch  # Ray's decorator adds these two, which its types do not know
        batch.set_max_batch_size(size)
        batch.set_batch_wait_timeout_s(self._settings.batch_milliseconds / 1000 if size > 1 else 0.0)

    async def model(self, text: str) -> ModelReply:
        reply: ModelReply = await self._batch(text)
        return reply

    async def origin(self, text: str) -> OriginReply | Refused:
        reply = await self._ask({"do": "origin", "text": text})
        if "unavailable" in reply:
            return Refused(False, reply["unavailable"], 60)
        return OriginReply(**reply["origin"])

    @serve.batch(max_batch_size=16, batch_wait_timeout_s=0.002)
    async def _batch(self, texts: list[str]) -> list[ModelReply]:
        reply = await self._ask({"do": "predict_many", "texts": texts})
        information = self._information or {}
        if "many" not in reply:
            return [ModelReply(model=information, unavailable=reply["unavailable"])] * len(texts)
        return [ModelReply(findings, information) for findings in reply["many"]]

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._worker.answer, message)


@serve.ingress()
class Gateway:
    """The same application as without a cluster, one or several times."""

    def __init__(self, settings: GatewaySettings, cluster: ClusterSettings, **replicas: Any) -> None:
        self._settings, self._cluster, self._replicas = settings, cluster, replicas

    def __serve_build_asgi_app__(self) -> Any:
        from meno_server.gateway.application import create_app
        from meno_server.gateway.logs import json_log

        workers = ClusterWorkers(self._replicas, self._settings, self._cluster)
        return create_app(shared_out(self._settings, self._cluster), workers, log=json_log())


def shared_out(settings: GatewaySettings, cluster: ClusterSettings) -> GatewaySettings:
    """The settings of one replica of the application: each counts by itself, so each has its part of a limit.

    Requests are spread evenly, and all replicas together never let through more than the operator said.
    """
    most = bounds(cluster.ingress_replicas)[1]
    rate, burst = settings.rate_per_minute / most, settings.rate_burst / most
    return settings.model_copy(
        update={"rate_per_minute": max(1, int(rate)), "rate_burst": max(1, math.ceil(burst))}
    )


def work(gateway: GatewaySettings, cluster: ClusterSettings) -> tuple[Application, dict[str, Any]]:
    """Those who do the work, as an application without a door, and each of them by its name for handles."""
    rules = _deployed(Rules, cluster.static_replicas, cluster.static_cpus, IN_HAND, gateway, cluster)
    failures = _deployed(Failures, cluster.debug_replicas, cluster.debug_cpus, 1, gateway, cluster)
    bound = {"rules": rules.bind(gateway), "failures": failures.bind(gateway)}
    if gateway.model or gateway.origin:
        at_once = 2 * gateway.batch_size  # the next batch gathers while one is judged
        model = _deployed(Model, cluster.model_replicas, cluster.model_cpus, at_once, gateway, cluster)
        needs = {"num_cpus": cluster.model_cpus, "num_gpus": cluster.model_gpus}
        bound["model"] = model.options(ray_actor_options=needs).bind(gateway)
    # An application is what one deployment can reach, so the tutor is given all of the others.
    tutor = _deployed(Tutor, "1", TUTOR_CPUS, AT_ONCE, gateway, cluster).bind(gateway, cluster, **bound)
    return tutor, {**bound, "tutor": tutor}


def door(gateway: GatewaySettings, cluster: ClusterSettings, replicas: dict[str, Any]) -> Application:
    """The HTTP application in front of `replicas`, which are handles or bound deployments."""
    deployed = _deployed(Gateway, cluster.ingress_replicas, cluster.ingress_cpus, AT_ONCE, gateway, cluster)
    bound: Application = deployed.bind(gateway, cluster, **replicas)
    return bound


def build(arguments: ClusterSettings) -> Application:
    """Everything as one application, for `serve deploy` and KubeRay."""
    gateway = from_environment()
    return door(gateway, arguments, work(gateway, arguments)[1])


def _deployed(
    kind: type, replicas: str, cpus: float, at_once: int, gateway: GatewaySettings, cluster: ClusterSettings
) -> Any:
    """A class with the options of its kind; Ray's decorator is not typed."""
    least, most = bounds(replicas)
    scaling: dict[str, Any] = {"num_replicas": least}
    if most > least:
        scaling = {
            "autoscaling_config": {
                "min_replicas": least,
                "max_replicas": most,
                # A replica that always has something to do and seldom two things is well used.
                "target_ongoing_requests": max(1.0, 0.7 * at_once),
                "upscale_delay_s": cluster.upscale_seconds,
                "downscale_delay_s": cluster.downscale_seconds,
            }
        }
    return serve.deployment(
        kind,
        name=kind.__name__,
        ray_actor_options={"num_cpus": cpus},
        max_ongoing_requests=at_once,
        max_queued_requests=cluster.queue,
        backpressure_config={"status_code": 503, "retry_after_s": 1},
        graceful_shutdown_wait_loop_s=0.5,
        graceful_shutdown_timeout_s=float(max(1, gateway.drain_seconds)),
        health_check_period_s=5.0,
        health_check_timeout_s=30.0,
        **scaling,
    )
