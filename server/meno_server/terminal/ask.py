"""`meno ask FILE:LINE`: a Socratic dialogue in the terminal, about the finding at a line.

The file is read again for each turn, so that editing beside it counts: when the finding is gone, the dialogue
ends. Questions go to standard output; what is said about the tool itself, to standard error.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from meno_analyzers.engine import Analysis
from meno_analyzers.findings import Category, Finding
from meno_analyzers.hints import Level, Rotation, as_plain_text, notice_for
from meno_analyzers.source import Document
from meno_server.adjusting import adjusted
from meno_server.evidence import evidence_of
from meno_server.layers import file_layers, resolve
from meno_server.settings import Settings
from meno_server.terminal.consenting import may_send
from meno_server.terminal.files import UnreadableError, read_python
from meno_server.terminal.naming import read_place
from meno_server.tutoring import tutor_settings

if TYPE_CHECKING:
    from meno_model.tutor import Dialogue, Evidence, Said, Tutor

ASKED, NOTHING_THERE, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
_NEAREST = 3
_LEAVING = frozenset({"q", "quit", "exit", "bye"})
_HELP = "(An empty line brings another question; q ends it.)"


def ask(
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE:LINE", help="The file, and the line in question; without a line, the first finding."
        ),
    ],
    once: Annotated[bool, typer.Option("--once", help="Print one question and end.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Meno's own questions only; send nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Send without asking, this once; `meno tutor preview` shows what.")
    ] = False,
) -> None:
    """Be asked about a mistake until you see it yourself.

    Without a tutor in your settings the questions are Meno's own, and nothing is sent anywhere.

    Exits with 0 after a dialogue, 1 if nothing was found at the line, 2 if the file could not be read, and
    130 if it was interrupted.
    """
    settings = own_settings()
    try:
        file = Asked.read(place, settings)
        if file.finding is None:
            typer.echo(file.nothing_there(), err=True)
            raise typer.Exit(NOTHING_THERE)
        if settings.max_hint_level < Level.QUESTIONS:
            typer.echo(notice_for(file.finding, settings.language))
            typer.echo("Your settings end the ladder before questions (meno.maxHintLevel).", err=True)
            raise typer.Exit(ASKED)
        asyncio.run(_converse(file, settings, once=once, offline=offline, yes=yes))
    except UnreadableError as error:
        typer.echo(f"{place} cannot be asked about: {error}.", err=True)
        raise typer.Exit(UNUSABLE) from None
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def own_settings() -> Settings:
    """The settings of the user and of the folder; what is wrong with them goes to standard error."""
    layers, problems = file_layers(Path.cwd())
    resolved = resolve(layers)
    for problem in [*problems, *resolved.problems]:
        typer.echo(problem, err=True)
    return resolved.settings


@dataclass(slots=True)
class Asked:
    """A file at a moment, and the finding that is asked about."""

    path: Path
    line: int | None  # 1-based, as the learner counts
    settings: Settings
    document: Document
    analysis: Analysis
    findings: list[Finding]
    finding: Finding | None = None

    @classmethod
    def read(cls, place: str, settings: Settings) -> Asked:
        """The file at `FILE:LINE` or `FILE`; `UnreadableError` if there is none."""
        path, line = read_place(place)
        return cls._at(path, line, settings)

    @classmethod
    def _at(cls, path: Path, line: int | None, settings: Settings) -> Asked:
        document = Document(path.resolve().as_uri(), read_python(path))
        analysis = Analysis(document, target=settings.target)
        kept = (adjusted(finding, settings) for finding in analysis.findings())
        findings = [finding for finding in kept if finding is not None]
        asked = cls(path, line, settings, document, analysis, findings)
        here = [f for f in findings if line is None or f.span.touches_lines(line - 1, line - 1)]
        asked.finding = min(here, key=lambda finding: finding.order, default=None)
        return asked

    def again(self) -> Asked:
        """The same finding in the file as it is now: one of its rule, the nearest to where it was."""
        now = Asked._at(self.path, self.line, self.settings)
        assert self.finding is not None
        before = self.finding
        same = [finding for finding in now.findings if finding.rule == before.rule]
        now.finding = min(
            same, key=lambda finding: abs(finding.span.start_line - before.span.start_line), default=None
        )
        return now

    def evidence(self) -> Evidence:
        assert self.finding is not None
        return evidence_of(self.document, self.analysis, self.finding, self.settings.language)

    def nothing_there(self) -> str:
        """What to say when there is no finding, with the way to one."""
        if not self.findings:
            return f"Meno has no question about {self.path.name}; its rules see nothing there."
        line = self.line or 1
        nearest = sorted(self.findings, key=lambda finding: abs(finding.span.start_line + 1 - line))[
            :_NEAREST
        ]
        *others, last = (str(number) for number in sorted({f.span.start_line + 1 for f in nearest}))
        places = f"lines {', '.join(others)} and {last}" if others else f"line {last}"
        return f"Meno has no question about line {line} of {self.path.name}. It has one about {places}."


async def _converse(file: Asked, settings: Settings, *, once: bool, offline: bool, yes: bool) -> None:
    from meno_model.tutor import Dialogue, Tutor
    from meno_model.tutor.keys import off_loop  # a thread that waits for a line must not hold up the end

    console = Console(highlight=False)
    dialogue = Dialogue(file.evidence(), Rotation(), highest=Level(settings.max_hint_level))
    tutor: Tutor | None = None
    if not offline and settings.tutor_provider != "none":
        chosen = Tutor(tutor_settings(settings))
        allowed = may_send(chosen.servers, file.path, lambda: chosen.preview(file.evidence()), yes=yes)
        tutor = chosen if allowed else None
    try:
        _show(console, await _thinking(dialogue.begin(tutor)))
        if once:
            return
        if sys.stdin.isatty():
            typer.echo(_HELP, err=True)
        while not dialogue.ended and (words := await off_loop(_answer)) is not None:
            _show(console, await _next_turn(file, dialogue, tutor, words))
    finally:
        if tutor is not None:
            await tutor.close()


async def _next_turn(file: Asked, dialogue: Dialogue, tutor: Tutor | None, words: str) -> Said:
    try:
        now = file.again()
    except UnreadableError as error:
        typer.echo(f"{file.path} cannot be read any more: {error}.", err=True)
        raise typer.Exit(UNUSABLE) from None
    if now.finding is not None:
        file.finding = now.finding
        dialogue.renew(now.evidence())
    elif not any(finding.category is Category.SYNTAX_ERROR for finding in now.findings):
        return dialogue.solved()
    # Of code that Python cannot read at the moment nothing is known, so the finding stands.
    return await _thinking(dialogue.answer(words, tutor))


async def _thinking(turn: Awaitable[Said]) -> Said:
    """Waits for a turn under a sign that something goes on, where a person watches."""
    with Console(stderr=True).status("Meno is thinking of a question"):
        return await turn


def _answer() -> str | None:
    """One line from the learner; None when they want no more."""
    if sys.stdin.isatty():
        sys.stderr.write("> ")
        sys.stderr.flush()
    line = sys.stdin.readline()
    words = line.strip()
    return None if not line or words.lower() in _LEAVING else words


def _show(console: Console, said: Said) -> None:
    if console.is_terminal:
        console.print(Markdown(said.text))
        console.print()
    else:
        typer.echo(as_plain_text(said.text) + "\n")
    if said.notice is not None:
        typer.echo(said.notice, err=True)
