"""`meno lsp`: the language server on a channel."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Annotated

import typer


def lsp(
    stdio: Annotated[bool, typer.Option("--stdio", help="Standard input and output (the default).")] = False,
    tcp: Annotated[
        int | None,
        typer.Option(
            "--tcp", metavar="PORT", min=0, max=65535, help="A TCP port on --host; 0 takes any free one."
        ),
    ] = None,
    ws: Annotated[
        int | None,
        typer.Option(
            "--ws", metavar="PORT", min=0, max=65535, help="A WebSocket port on --host; 0 as above."
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen: an address of this machine.")] = "127.0.0.1",
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="With --ws: a page that may connect, such as http://localhost:3000, if it has the key. "
            "Without this no page of a browser may. May be given several times.",
        ),
    ] = None,
) -> None:
    """Run the language server for an editor.

    On a port, the first editor that shows the key is served, and the server ends with it. The key is
    printed at the start; MENO_LSP_KEY in the environment may hold one of your own.
    """
    from meno_server.doors.keys import BadKeyError
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
    if host != "127.0.0.1" and tcp is None and ws is None:
        typer.echo("--host goes with --tcp or --ws: standard input has no address.", err=True)
        raise typer.Exit(2)
    if (wrong := _wrong_page(origin or (), ws is not None)) is not None:
        typer.echo(wrong, err=True)
        raise typer.Exit(2)
    try:
        if tcp is not None:
            start.serve_tcp(host, tcp)
        elif ws is not None:
            start.serve_websocket(host, ws, origin or ())
        else:
            start.serve_stdio()
    except BadKeyError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(_not_opened(tcp if tcp is not None else ws, error), err=True)
        raise typer.Exit(2) from None


def _not_opened(port: int | None, error: OSError) -> str:
    if port is None:
        return (
            f"The conversation with the editor broke off ({error.strerror or error}). Start the server anew."
        )
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Choose another one, or 0 for any that is free."
    return f"Port {port} cannot be opened ({error.strerror or error}). Choose another one."


def _wrong_page(pages: Sequence[str], is_websocket: bool) -> str | None:
    """What is wrong with the pages that are to come in, in one sentence; None if nothing is."""
    if pages and not is_websocket:
        return "--origin goes with --ws: pages of a browser cannot come in any other way."
    for page in pages:
        scheme, _, host = page.partition("://")
        if scheme.lower() not in {"http", "https"} or not host or set(host) & set("/?#@* "):
            return f"{page} is not an origin. Give it as a browser does, such as http://localhost:3000."
    return None
