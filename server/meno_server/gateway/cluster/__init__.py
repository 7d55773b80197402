"""The gateway on Ray Serve: the same application, its work done by replicas that may be on many machines.

    settings.py      what an operator may choose for a cluster, from `MENO_CLUSTER_…`
    deployments.py   the replicas, and how they are bound together; `build` is for `serve` files
    crossing.py      how an error crosses from a replica
    workers.py       `Workers` by asking replicas, another one where one has died
    starting.py      what `meno serve --cluster` does

Without the `[cluster]` extra only `settings.py` and `starting.py` can be imported, and the latter says in one
sentence how to get it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from meno_server.gateway.settings import GatewaySettings


def serve(settings: GatewaySettings, host: str, port: int, address: str | None = None) -> None:
    """`meno serve --cluster`, with the cluster's settings from the environment."""
    from meno_server.gateway.cluster.settings import cluster_from_environment
    from meno_server.gateway.cluster.starting import ClusterError, serve_cluster
    from meno_server.gateway.settings import SettingsError

    try:
        cluster = cluster_from_environment()
        if address is not None:
            cluster = cluster.model_copy(update={"address": address})
        serve_cluster(settings, cluster, host, port, say=typer.echo)
    except (ClusterError, SettingsError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
