"""`meno playground`: a page with an editor, to try Meno without any editor of one's own."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

DEFAULT_PORT = 7667


def playground(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes any free one.")
    ] = DEFAULT_PORT,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in your browser.")] = True,
) -> None:
    """Try Meno in your browser, on this machine only."""
    from meno_server.playground.pages import NotBuiltError, Pages
    from meno_server.playground.serving import Playground, PortError

    def opened(lasting: str, once: str) -> None:
        typer.echo(f"Meno's playground: {lasting}")
        typer.echo("Only this machine reaches it, and only with this address. Ctrl+C ends it.")
        if browser:
            from meno_server.playground.browser import open_in_browser

            open_in_browser(once)

    try:
        asyncio.run(Playground(Pages(), _say).run(port, opened))
    except (NotBuiltError, PortError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        pass  # where signals are not ours to handle
    typer.echo("Ended.")


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)
