"""`meno explain --tutor`: the explanation with a model's sentences around the facts that were measured."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer
from rich.console import Console

from meno_analyzers.failures.explanation import Explanation
from meno_server.settings import Settings
from meno_server.terminal.consenting import may_send
from meno_server.tutoring import tutor_settings


def reworded(
    told: Explanation, source: str, repaired: str | None, path: Path, settings: Settings, *, yes: bool
) -> Explanation:
    """The explanation in the tutor's words, or as it was with a sentence on standard error that says why."""
    if settings.tutor_provider == "none":
        typer.echo("Choose a tutor first (meno.tutor.provider); this is Meno's own explanation.", err=True)
        return told
    return asyncio.run(_reworded(told, source, repaired, path, settings, yes=yes))


async def _reworded(
    told: Explanation, source: str, repaired: str | None, path: Path, settings: Settings, *, yes: bool
) -> Explanation:
    from meno_model.tutor import Answered, FailureEvidence, Tutor

    tutor = Tutor(tutor_settings(settings))
    evidence = FailureEvidence(told, source, repaired, settings.language)
    try:
        if not may_send(tutor.servers, path, lambda: tutor.preview(evidence), yes=yes):
            return told
        with Console(stderr=True).status("Meno is looking for other words"):
            outcome = await tutor.reworded(evidence)
    finally:
        await tutor.close()
    if isinstance(outcome, Answered):
        return outcome.reply
    typer.echo(outcome.instead("explanation"), err=True)
    return told
