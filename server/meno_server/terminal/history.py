"""`meno history`: all that is kept about your patterns, to read, to take along, to pause, to delete."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from meno_server.history.events import Kept
from meno_server.history.keeping import history_folder, is_paused, pause
from meno_server.terminal.ask import own_settings

if TYPE_CHECKING:
    from meno_server.history.overview import State
    from meno_server.history.store import Store

history_app = typer.Typer(
    name="history",
    help="Your patterns over time, as Meno keeps them on this machine: never code, never names.",
    no_args_is_help=True,
)
OFF = "The history is switched off by the setting history.enable, so it is not read."
_NOT_DELETED = "Not everything could be deleted. Close the editors that use Meno, then try again."
_NOT_GIVEN = "Nothing is given: the settings team.share and team.endpoint are not both set."
_ASK = "Delete everything that Meno kept about your patterns? It cannot be brought back."


@history_app.command()
def show() -> None:
    """Show everything that is kept, in words."""
    from meno_server.history.listing import page

    settings, folder = own_settings(), history_folder()
    if not settings.history_enable:
        typer.echo(page(Kept(), "off", folder))
        return
    state: State = "paused" if is_paused(folder) else "on"
    typer.echo(page(kept(), state, folder, settings.language, settings.history_database))


@history_app.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file of yours.")
    ] = None,
) -> None:
    """Print everything that is kept as one JSON object."""
    from meno_server.history.listing import export as as_json

    if not own_settings().history_enable:
        end(OFF)
    text = json.dumps(as_json(kept()), indent=2)
    if output is None:
        typer.echo(text)
        return
    try:
        output.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        end(f"{output} cannot be written ({error.strerror or error}). Choose another file.")
    typer.echo(f"Written to {output}.")


@history_app.command()
def given() -> None:
    """Print what is given to your class of this week, if you have switched `team.share` on. Gives nothing."""
    from meno_server.history.giving import gift

    settings = own_settings()
    if not settings.history_enable:
        end(OFF)
    typer.echo(json.dumps(gift(kept(), datetime.now(UTC).date()), indent=2))
    if not (settings.team_share and settings.team_endpoint):
        typer.echo(_NOT_GIVEN, err=True)


@history_app.command("pause")
def pause_it() -> None:
    """Add nothing to the history until it is resumed, in any editor."""
    _pause(True, "Your history is paused: nothing is added until you run `meno history resume`.")


@history_app.command()
def resume() -> None:
    """Go on adding to the history."""
    _pause(False, "Your history goes on.")


@history_app.command()
def delete(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything that is kept."""
    if not yes and not typer.confirm(_ASK):
        end("Nothing was deleted.")
    store = _store()
    if not store.forget():
        end(store.told[-1] if store.told else _NOT_DELETED)
    typer.echo("Everything that Meno kept about your patterns is deleted.")


def kept() -> Kept:
    """Everything that is kept; ends the command with a sentence if that cannot be read."""
    store = _store()
    kept = store.read()
    for sentence in store.told:
        typer.echo(sentence, err=True)
    if kept is None:
        raise typer.Exit(1)
    return kept


def _store() -> Store:
    from meno_server.history.opening import open_store

    return open_store(history_folder(), own_settings().history_database)


def _pause(paused: bool, sentence: str) -> None:
    folder = history_folder()
    if not pause(folder, paused):
        end(f"That could not be remembered: the folder {folder} cannot be written to.")
    typer.echo(sentence)


def end(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
