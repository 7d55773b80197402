"""`meno report`: your patterns over time as one page for a browser, made of what lies on this machine."""

from __future__ import annotations

import webbrowser
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from meno_server.history.keeping import history_folder, is_paused
from meno_server.terminal.ask import own_settings
from meno_server.terminal.history import OFF, end, kept

if TYPE_CHECKING:
    from meno_server.history.overview import State

DEFAULT = Path("meno-report.html")


def report(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the page.")
    ] = DEFAULT,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser afterwards.")] = False,
) -> None:
    """Write one page with your patterns over time, what you have mastered, and what to remember.

    The page holds no code and no names of yours, loads nothing, and runs no script.
    """
    from meno_server.history.overview import overview
    from meno_server.history.report import report as page

    settings, today = own_settings(), date.today().toordinal()
    if not settings.history_enable:
        end(OFF)
    state: State = "paused" if is_paused(history_folder()) else "on"
    told = overview(kept(), state, today, settings.language)
    text = page(told, today, in_database=settings.history_database is not None)
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        end(f"{output} cannot be written ({error.strerror or error}). Choose another file.")
    typer.echo(f"Written to {output}.")
    if open_it and not webbrowser.open(output.resolve().as_uri()):
        end("No browser could be opened. Open the file yourself.")
