"""`meno check`: the editor's engine over files, for the terminal, for scripts and for code scanning."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Annotated

import typer

from meno_analyzers.engine import analyse
from meno_analyzers.facts.newer import Version
from meno_analyzers.findings import Finding, Severity
from meno_server.adjusting import adjusted
from meno_server.layers import Resolved, file_layers, resolve
from meno_server.terminal import reports
from meno_server.terminal.files import UnreadableError, decode_python, python_files, read_python

INTERRUPTED = 130
# Starting helpers costs more than it saves below so many files.
_FILES_WORTH_HELPERS = 40
_FILES_OF_A_PIECE = 8
# Windows can wait for no more at a time; the standard library refuses a larger number there.
_MOST_HELPERS = 61


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's findings, or why it could not be read."""

    path: str
    findings: tuple[Finding, ...] = ()
    unreadable: str | None = None


def check(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders; `-` reads standard input.")],
    format: Annotated[Format, typer.Option("--format", help="How to print findings.")] = Format.TEXT,
    severity: Annotated[
        Severity, typer.Option(help="The least severity that is printed and counts.")
    ] = Severity.HINT,
    jobs: Annotated[int, typer.Option(min=0, help="Processes to use; 0 means one for each core.")] = 0,
) -> None:
    """Look for mistakes in files.

    Exits with 0 if nothing was found, 1 if something was, 2 if something could not be read, and 130 if it
    was interrupted.
    """
    layers, problems = file_layers(Path.cwd())
    resolved = resolve(layers)
    for problem in [*problems, *resolved.problems]:
        typer.echo(problem, err=True)
    try:
        results = list(_check_all(paths, jobs, resolved.settings.target))
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if not results:
        typer.echo(f"There are no Python files in {', '.join(map(str, paths))}.", err=True)
    found: list[tuple[str, Finding]] = []
    unreadable = False
    for result in results:
        if result.unreadable is not None:
            typer.echo(f"{result.path} was not checked: {result.unreadable}.", err=True)
            unreadable = True
        found += [(result.path, finding) for finding in _wanted(result, resolved, severity)]
    typer.echo(reports.REPORTS[format.value](found), nl=False)
    raise typer.Exit(2 if unreadable else 1 if found else 0)


def _wanted(result: Checked, resolved: Resolved, least: Severity) -> Iterator[Finding]:
    for finding in result.findings:
        kept = adjusted(finding, resolved.settings)
        if kept is not None and kept.severity.rank <= least.rank:
            yield kept


def _check_one(path: Path, target: Version | None) -> Checked:
    try:
        return Checked(str(path), tuple(analyse(read_python(path), target)))
    except UnreadableError as error:
        return Checked(str(path), unreadable=str(error))


def _check_standard_input(target: Version | None) -> Checked:
    try:
        return Checked("-", tuple(analyse(decode_python(sys.stdin.buffer.read()), target)))
    except UnreadableError as error:
        return Checked("-", unreadable=str(error))


def _check_all(paths: list[Path], jobs: int, target: Version | None) -> Iterator[Checked]:
    if Path("-") in paths:
        yield _check_standard_input(target)
    files = list(python_files(path for path in paths if path != Path("-")))
    if not files:
        return
    with reports.progress(len(files)) as advance:
        if jobs == 1 or len(files) < _FILES_WORTH_HELPERS:
            for path in files:
                yield _check_one(path, target)
                advance()
            return
        # Spawned, not forked: the same on every platform, and no locks are inherited.
        pieces = -(-len(files) // _FILES_OF_A_PIECE)  # more helpers than these would be started for nothing
        helpers = min(jobs or os.cpu_count() or 1, pieces, _MOST_HELPERS)
        with ProcessPoolExecutor(helpers, mp_context=get_context("spawn")) as pool:
            work = partial(_check_one, target=target)
            with _deaf_to_interruptions():
                answers = pool.map(work, files, chunksize=_FILES_OF_A_PIECE)
            try:
                for result in answers:
                    yield result
                    advance()
            except KeyboardInterrupt:
                for helper in active_children():  # what they have begun nobody waits for
                    helper.terminate()
                raise


@contextmanager
def _deaf_to_interruptions() -> Iterator[None]:
    """Processes that are started meanwhile do not hear Ctrl+C, which a terminal sends to all of them: each
    would end in a traceback of its own. What comes for this process meanwhile is heard afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
