"""`meno serve --cluster`: begins or joins a Ray cluster, deploys the gateway, and drains it at the end.

A cluster that is begun here is for this machine: its own channels listen on the loopback address unless the
gateway is to be reached from elsewhere, Ray tells nobody that it is used, and everything ends with this
process. A cluster that is joined (`--address`) goes on when the gateway has been taken off it. At
SIGTERM or Ctrl-C nothing new is taken, what is under way is finished within `drain_seconds`, and then the
replicas end.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from meno_server.gateway.cluster.settings import ClusterSettings, bounds

if TYPE_CHECKING:
    from meno_server.gateway.settings import GatewaySettings

DOOR, WORK = "meno", "meno-work"
"""Two applications, so that the one can be drained while the other still works."""
START_SECONDS = 300
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WITHOUT_EXTRA = 'A cluster needs Ray: pip install "meno-lsp[cluster]", or leave --cluster out.'
WITHOUT_DATABASE = (
    "The machines of a cluster share no folder, so keys and counts want PostgreSQL: say"
    " --database postgresql://…"
)
_ENDING = 20.0
"""Seconds that replicas may take to end, above those for their requests."""
_STORE = 128 * 2**20
"""Bytes of shared memory for objects; texts and findings are small and hardly use it."""
_PARTS = {
    "Gateway": "the application",
    "Rules": "rules and hints",
    "Model": "the bug model",
    "Failures": "failures",
    "Tutor": "the tutor",
}


class ClusterError(Exception):
    """A cluster that cannot be had; the text is one sentence for the operator."""


def serve_cluster(
    gateway: GatewaySettings,
    cluster: ClusterSettings,
    host: str,
    port: int,
    say: Callable[[str], None],
) -> None:
    """Serves until it is told to end. Raises ClusterError."""
    if importlib.util.find_spec("ray") is None:
        raise ClusterError(WITHOUT_EXTRA)
    if cluster.address and not gateway.database:
        raise ClusterError(WITHOUT_DATABASE)
    _prepare_environment(host, cluster.address)
    import ray

    _connect(ray, cluster, gateway, say)
    port = port or _free_port(host)
    try:
        _deploy(gateway, cluster, host, port)
        _tell(host, port, say)
        asyncio.run(_told_to_end())
        say("Ending: what is under way is finished, nothing new is taken.")
    finally:
        _end(ray, gateway.drain_seconds)
    say("Ended.")


def _prepare_environment(host: str, address: str | None) -> None:
    """What Ray reads when it is imported; what the operator has set already stays."""
    wanted = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_SERVE_LOG_TO_STDERR": "0"}
    if not address and host in LOOPBACK:
        # Ray's word for a cluster that other machines cannot join: it takes the loopback address for its own.
        wanted |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def _connect(
    ray: Any, cluster: ClusterSettings, gateway: GatewaySettings, say: Callable[[str], None]
) -> None:
    address = cluster.address
    quiet = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address:
            ray.init(address, **quiet)
            return
        cores, wanted = float(os.cpu_count() or 1), least_cpus(cluster, gateway)
        if wanted > cores:
            say(f"The least replicas want {wanted:g} cores, and this machine has {cores:g}: they share them.")
        ray.init(
            num_cpus=max(int(-(-wanted // 1)), int(cores)),
            include_dashboard=False,
            object_store_memory=_STORE,
            **quiet,
        )
    except (ConnectionError, OSError, RuntimeError, ValueError) as problem:
        if address:
            raise ClusterError(
                f"There is no Ray cluster at {address} that lets us in; `ray status` says what it needs,"
                " and without --address one is begun here."
            ) from problem
        raise ClusterError(
            f"A Ray cluster could not be begun here ({type(problem).__name__}); its logs are in /tmp/ray."
        ) from problem


def _free_port(host: str) -> int:
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        found: int = one.getsockname()[1]
    return found


def least_cpus(cluster: ClusterSettings, gateway: GatewaySettings) -> float:
    """The cores that the least number of replicas sets aside, the tutor's among them."""
    kinds = [
        (cluster.ingress_replicas, cluster.ingress_cpus),
        (cluster.static_replicas, cluster.static_cpus),
        (cluster.debug_replicas, cluster.debug_cpus),
    ]
    if gateway.model or gateway.origin:
        kinds.append((cluster.model_replicas, cluster.model_cpus))
    return sum(bounds(replicas)[0] * cpus for replicas, cpus in kinds) + 0.1


def _deploy(gateway: GatewaySettings, cluster: ClusterSettings, host: str, port: int) -> None:
    from ray import serve
    from ray.serve.api import RunTarget

    from meno_server.gateway.cluster.deployments import door, work

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    # A door for HTTP on every machine that has a replica; the longest work decides when it gives up.
    longest = 2 * gateway.debug_seconds + gateway.drain_seconds
    serve.start(http_options={"host": host, "port": port, "request_timeout_s": longest})
    try:
        workers, named = work(gateway, cluster)
        serve.run_many([RunTarget(workers, WORK, None)], wait_for_applications_running=False)
        # A deployment has the name of its class, which is the handle's with a capital.
        replicas = {name: serve.get_deployment_handle(name.capitalize(), WORK) for name in named}
        serve.run(door(gateway, cluster, replicas), name=DOOR, route_prefix="/")
        _wait_for_work()
    except RuntimeError as problem:
        raise ClusterError(
            "The gateway could not be deployed: a replica did not become healthy. `meno doctor` says what a"
            " machine lacks, and `serve status` what Ray knows."
        ) from problem


def _wait_for_work() -> None:
    """Until those who do the work are there. Raises RuntimeError when that takes too long or fails."""
    from ray import serve

    deadline = time.monotonic() + START_SECONDS
    while (known := serve.status().applications[WORK].status) != "RUNNING":
        if known in ("DEPLOY_FAILED", "UNHEALTHY") or time.monotonic() > deadline:
            raise RuntimeError(known)
        time.sleep(0.2)


def _tell(host: str, port: int, say: Callable[[str], None]) -> None:
    from ray import serve

    say(f"Meno's gateway runs on Ray Serve at http://{f'[{host}]' if ':' in host else host}:{port}")
    applications = serve.status().applications
    parts = applications[DOOR].deployments | applications[WORK].deployments
    for name, words in _PARTS.items():
        if name in parts:
            count = sum(parts[name].replica_states.values())
            say(f"  {words}: {count} replica{'' if count == 1 else 's'}")
    say("Ctrl-C or SIGTERM ends it.")
    sys.stdout.flush()


async def _told_to_end() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C ends the loop itself
            loop.add_signal_handler(number, ended.set)
    await ended.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)


def _end(ray: Any, drain_seconds: float) -> None:
    """Takes the door away, which waits for its requests, and then those who work on them."""
    from ray import serve

    if not ray.is_initialized():
        return
    for name in (DOOR, WORK):
        if name in serve.status().applications:
            serve.delete(name, _blocking=False)
            deadline = time.monotonic() + drain_seconds + _ENDING
            while name in serve.status().applications and time.monotonic() < deadline:
                time.sleep(0.1)
    ray.shutdown()
