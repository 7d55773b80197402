"""`meno lsp`: the language server on a channel."""

from __future__ import annotations

from typing import Annotated

import typer


def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Standard input and output (the default).")] = False,
    tcp: Annotated[int | None, typer.Option("--tcp", metavar="PORT", help="A TCP port on --host.")] = None,
    ws: Annotated[
        int | None, typer.Option("--ws", metavar="PORT", help="A WebSocket port on --host.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen; only this machine by default.")] = "127.0.0.1",
) -> None:
    """Run the language server for an editor."""
    from meno_server.lsp import start

    if sum((stdio, tcp is not None, ws is not None)) > 1:
        typer.echo("Choose one of --stdio, --tcp and --ws.", err=True)
        raise typer.Exit(2)
    if host not in start.LOOPBACK:
        typer.echo(
            f"Meno listens on this machine only, and {host} is another address: anybody who reaches the port "
            "could read your code. Use an SSH tunnel to 127.0.0.1 instead.",
            err=True,
        )
        raise typer.Exit(2)
    try:
        if tcp is not None:
            start.serve_tcp(host, tcp)
        elif ws is not None:
            start.serve_websocket(host, ws)
        else:
            start.serve_stdio()
    except OSError as error:
        typer.echo(f"The port cannot be opened ({error.strerror or error}). Choose another one.", err=True)
        raise typer.Exit(2) from None
