"""Asking in a terminal whether code may be sent, with all of it in view."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import typer

from meno_server.consent import Consent, Consents

_LETTERS = {"y": Consent.YES, "n": Consent.NOT_NOW, "never": Consent.NEVER}


def may_send(servers: tuple[str, ...], path: Path, preview: Callable[[], str], *, yes: bool) -> bool:
    """Whether code of the file may go to the servers: said before, said now, or said by an option."""
    if yes or not servers:
        return True
    folder, consents = folder_of(path), Consents()
    consent = consents.answer(folder, servers)
    if consent is not Consent.UNASKED:
        return consent is Consent.YES
    if not sys.stdin.isatty():
        typer.echo(
            "Nothing was sent, because nobody has said yes for this folder: ask once in a terminal, or add "
            "--yes.",
            err=True,
        )
        return False
    typer.echo(f"This is exactly what Meno would send to {', then '.join(servers)}:\n", err=True)
    typer.echo(preview(), err=True)
    question = f"\nMay it, from {folder}? [y = yes, from now on / n = not now / never]"
    said: str = typer.prompt(question, default="n", err=True)
    consent = _LETTERS.get(said.strip().lower(), Consent.NOT_NOW)
    consents.remember(folder, servers, consent)
    return consent is Consent.YES


def folder_of(path: Path) -> Path:
    """The folder that a yes is for: the one that is worked in, or that of a file outside of it."""
    whole, here = path.resolve(), Path.cwd().resolve()
    return here if whole.is_relative_to(here) else whole.parent
