"""The command line's commands, one module each, put together here."""

from __future__ import annotations

from typing import Annotated

import typer

from meno_model.cli import model_app
from meno_server import __version__
from meno_server.terminal.ask import ask
from meno_server.terminal.check import check
from meno_server.terminal.demo import demo
from meno_server.terminal.doctor import doctor
from meno_server.terminal.explain import explain
from meno_server.terminal.gateway import serve_gateway
from meno_server.terminal.history import history_app
from meno_server.terminal.keys import keys_app
from meno_server.terminal.origin import origin_app
from meno_server.terminal.playground import playground
from meno_server.terminal.serve import lsp
from meno_server.terminal.tutor import tutor_app

app = typer.Typer(
    name="meno",
    help="A language server for Python that hints and does not tell.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command()(lsp)
app.command()(check)
app.command()(explain)
app.command()(ask)
app.command()(demo)
app.command()(playground)
app.command("serve")(serve_gateway)
app.command()(doctor)
app.add_typer(tutor_app, name="tutor")
app.add_typer(origin_app, name="origin")
app.add_typer(history_app, name="history")
app.add_typer(model_app, name="model")
app.add_typer(keys_app, name="keys")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"meno {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before any command."""
    del version


__all__ = ["app"]
