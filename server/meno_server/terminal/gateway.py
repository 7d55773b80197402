"""`meno serve`: the gateway on a port of this machine, behind a proxy that speaks TLS for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from meno_server.gateway.settings import GatewaySettings

DEFAULT_PORT = 7670
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGE = "docs/gateway.md"
_NEEDED = ("fastapi", "uvicorn", "argon2", "prometheus_client")
_NOT_INSTALLED = 'The gateway needs packages that are not installed: pip install "meno-lsp[gateway]"'
_OPEN_HOST = (
    "Meno's gateway speaks plain HTTP, and {host} is not this machine alone: keys and code could be read on "
    "the way. Let a proxy speak TLS (docs/gateway.md has one for Caddy and one for nginx), and say "
    "--behind-proxy if only the proxy reaches this port."
)
_NO_DATABASE = "The gateway's database cannot be used yet, so whoever has a key gets 503 until it can."
_NO_CLUSTER = 'A cluster needs packages that are not installed: pip install "meno-lsp[cluster]"'


def serve_gateway(
    host: Annotated[str, typer.Option(help="Where to listen; only this machine by default.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")
    ] = DEFAULT_PORT,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy speaks TLS, and only it reaches this port.")
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="postgresql://…; without it, a SQLite file in --data."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The gateway's own folder.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, max=256, help="Processes for the rules; 0: one for each core.")
    ] = None,
    model: Annotated[
        bool | None, typer.Option("--model/--no-model", help="Serve the bug model.", show_default=False)
    ] = None,
    batching: Annotated[
        str | None, typer.Option(help="auto, on or off: whether the model answers many texts at once.")
    ] = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Let a Ray cluster do the work; see docs/guides/cluster.md.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(
            help="With --cluster: the one to join, `auto` or host:port; without it one is begun here."
        ),
    ] = None,
) -> None:
    """Serve Meno's analysis to a class or a team, over HTTP, with keys."""
    if address is not None and not cluster:
        _end("--address goes with --cluster: without it there is no cluster to join.")
    if host not in LOOPBACK and not behind_proxy:
        _end(_OPEN_HOST.format(host=host))
    flags = {"database": database, "data": data, "workers": workers, "model": model, "batching": batching}
    settings = open_gateway_settings(flags)
    _tell_of_the_database(settings)
    if cluster:
        if find_spec("ray") is None:
            _end(_NO_CLUSTER)
        from meno_server.gateway.cluster import serve as serve_cluster

        serve_cluster(settings, host, port, address)
        return
    from meno_server.gateway.serving import PortError, serve_here

    try:
        serve_here(settings, host, port, _opened)
    except PortError as problem:
        _end(str(problem))
    typer.echo("Ended.")


def open_gateway_settings(flags: Mapping[str, Any]) -> GatewaySettings:
    """The settings that hold; ends the command with one sentence where they cannot, or the extra is not
    installed."""
    if any(find_spec(name) is None for name in _NEEDED):
        _end(_NOT_INSTALLED)
    from meno_server.gateway.settings import SettingsError, from_environment

    try:
        return from_environment(flags=flags)
    except SettingsError as problem:
        _end(str(problem))


def _tell_of_the_database(settings: GatewaySettings) -> None:
    """Says so where it cannot be used yet. The gateway is served all the same: it may come later."""
    from meno_server.gateway.database import WHERE_TO_LOOK, Database, DatabaseError

    try:
        database = Database(settings.database, settings.folder)
    except DatabaseError as problem:
        _end(str(problem))
    if not database.works():
        typer.echo(f"{_NO_DATABASE} {WHERE_TO_LOOK}", err=True)
    database.close()


def _opened(address: str) -> None:
    typer.echo(f"Meno's gateway: {address}/api/v1 (the addresses: {address}/docs)")
    typer.echo("A key: meno keys create --name my-course --scope analyze")
    typer.echo(f"More: {PAGE}. Ctrl+C ends it.")


def _end(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
