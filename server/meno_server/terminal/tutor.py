"""`meno tutor`: who is asked, whether they answer, what today has used, and what was said about sending."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from meno_server.consent import Consent, Consents
from meno_server.settings import Settings
from meno_server.terminal.ask import Asked, own_settings
from meno_server.terminal.consenting import folder_of
from meno_server.terminal.files import UnreadableError
from meno_server.tutoring import tutor_settings

tutor_app = typer.Typer(
    name="tutor", help="The language model that asks questions, if you chose one.", no_args_is_help=True
)
_NOBODY = (
    "Nobody is asked: the questions are Meno's own, and nothing is sent. The setting meno.tutor.provider "
    "chooses a tutor."
)
_STATES = {
    "well": "answers",
    "ill": "does not answer; is it running, and are its address and key right?",
    "resting": "failed several times and is left alone for half a minute",
}


@tutor_app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show who is asked, whether they answer, and what today has used. Sends no code.

    Exits with 0 if nobody is to be asked or somebody answers, and with 1 otherwise.
    """
    settings = own_settings()
    facts = asyncio.run(_facts(settings))
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
    else:
        _print(facts)
    states = [server["state"] for server in facts["servers"]]
    raise typer.Exit(1 if states and "well" not in states else 0)


@tutor_app.command()
def preview(
    place: Annotated[str, typer.Argument(metavar="FILE:LINE", help="The file, and the line in question.")],
) -> None:
    """Show exactly what would be sent about a line. Sends nothing."""
    from meno_model.tutor import Tutor

    settings = own_settings()
    try:
        file = Asked.read(place, settings)
    except UnreadableError as error:
        typer.echo(f"{place} cannot be asked about: {error}.", err=True)
        raise typer.Exit(2) from None
    if file.finding is None:
        typer.echo(file.nothing_there(), err=True)
        raise typer.Exit(1)
    tutor = Tutor(tutor_settings(settings))
    typer.echo(tutor.preview(file.evidence()) if tutor.servers else _NOBODY)


@tutor_app.command()
def forget(
    folder: Annotated[Path | None, typer.Argument(help="The folder; without one, this folder.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="For all folders.")] = False,
) -> None:
    """Take back what you said about sending code. Meno will ask again before it sends anything."""
    consents = Consents()
    names = list(consents.all()) if everything else [str((folder or Path.cwd()).resolve())]
    for name in names:
        consents.forget(name)
    typer.echo("Forgotten: " + (", ".join(names) if names else "nothing had been said") + ".")


async def _facts(settings: Settings) -> dict[str, Any]:
    from meno_model.tutor import Tutor
    from meno_model.tutor.budget import DailyBudget

    chosen = tutor_settings(settings)
    tutor = Tutor(chosen)
    try:
        health = await tutor.health()
    finally:
        await tutor.close()
    spent = DailyBudget(chosen.daily_tokens, chosen.daily_cost, chosen.budget_file).spent()
    folder = folder_of(Path.cwd())
    consent = Consents().answer(folder, tutor.servers)
    models = [endpoint.model for endpoint in chosen.endpoints]
    return {
        "servers": [
            {"host": host, "model": model, "state": state}
            for (host, state), model in zip(health, models, strict=True)
        ],
        "today": {
            "questions": spent.questions,
            "tokens": spent.tokens,
            "dailyTokens": chosen.daily_tokens,
            "cost": round(spent.cost, 6),
            "dailyCost": chosen.daily_cost,
        },
        "folder": str(folder),
        "consent": str(consent),
    }


def _print(facts: dict[str, Any]) -> None:
    if not facts["servers"]:
        typer.echo(_NOBODY)
        return
    for number, server in enumerate(facts["servers"]):
        order = "First" if number == 0 else "Then"
        typer.echo(f"{order} {server['model']} at {server['host']}: {_STATES[server['state']]}")
    today = facts["today"]
    tokens = f"{today['tokens']:,}" + (f" of {today['dailyTokens']:,}" if today["dailyTokens"] else "")
    cost = f", {today['cost']:g}" + (f" of {today['dailyCost']:g}" if today["dailyCost"] else "") + " in cost"
    typer.echo(f"Today: {today['questions']} requests, {tokens} tokens{cost if today['dailyCost'] else ''}")
    said = {
        Consent.YES: "you said yes",
        Consent.NEVER: "you said never; nothing is sent",
        Consent.NOT_NOW: "not now",
        Consent.UNASKED: "you have not been asked yet; nothing is sent before",
    }
    typer.echo(f"Sending code from {facts['folder']}: {said[Consent(facts['consent'])]}")
