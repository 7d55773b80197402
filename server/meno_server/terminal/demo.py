"""`meno demo`: the real server as a child, broken programs typed into it, saved, asked about and run, and
what an editor would show, shown here as it arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel

from meno_server.terminal.programs import (
    DEMO_COMMANDS,
    DEMO_EDITORS,
    DEMO_MENDED,
    DEMO_PROGRAM,
    DEMO_SEARCH,
    DEMO_STYLE,
)

if TYPE_CHECKING:
    from lsprotocol import types

# The first question also loads the model; if it abstains, nothing arrives.
_MODEL_PATIENCE = 15.0
_COLOURS = {1: "red", 2: "yellow", 3: "cyan", 4: "blue"}
_LONGEST_PAGE = 24  # lines of a page that are shown here


def demo(
    speed: Annotated[
        float, typer.Option(min=0.0, help="Keys a second; 0 types as fast as the server answers.")
    ] = 40.0,
) -> None:
    """Watch Meno work: programs are typed, saved, hovered, asked about, run and mended."""
    console = Console(highlight=False)
    try:
        asyncio.run(play(console, speed))
        say_what_else(console)
        say_how_to_install(console)
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("Stopped.", err=True)
        raise typer.Exit(130) from None
    except TimeoutError:
        typer.echo("The server did not answer in time; `meno doctor` shows what is missing.", err=True)
        raise typer.Exit(1) from None


async def play(console: Console, speed: float, *, all_scenes: bool = True) -> None:
    """Plays the demonstration to a console; the first scenes are what fits a picture."""
    with tempfile.TemporaryDirectory(prefix="meno-demo-", ignore_cleanup_errors=True) as folder:
        show = _Show(console, 1 / speed if speed else 0.0, Path(folder))
        await show.editor.start()
        try:
            await show.typing()
            await show.saving()
            await show.hints()
            await show.question()
            if all_scenes:
                await show.reasons()
                await show.running()
                await show.mending()
                await show.style()
        finally:
            await show.editor.stop()


class _Show:
    def __init__(self, console: Console, delay: float, folder: Path) -> None:
        # The protocol's types take half a second to import, which no other command should wait for.
        from meno_server.terminal.demo_editor import DemoEditor

        self.console, self.delay = console, delay
        self.editor = DemoEditor(folder, self._say)
        self.told: set[tuple[str, int]] = set()

    async def typing(self) -> None:
        """Types a program, one key a message, and tells of each finding when it first appears."""
        self._headline("Typing a program, one key at a time")
        self.editor.open("lesson.py", "")
        lines = DEMO_PROGRAM.split("\n")
        for number, line in enumerate(lines):
            for column, key in enumerate(line):
                await self._key(number, column, key)
            if number + 1 < len(lines):
                self.console.print(f"[dim]{number + 1:>3}[/dim]  {escape(line)}")
                await self._key(number, len(line), "\n")
        await self.editor.pause(1.5)  # the last line's findings wait until the typing rests
        self._tell()

    async def saving(self) -> None:
        self._headline("Saving it: the bug model reads each function in a process of its own")
        before = len(self.told)
        self.editor.save()
        with contextlib.suppress(TimeoutError):
            await self.editor.until(lambda: bool(self._of_model()), _MODEL_PATIENCE)
        self._tell()
        if len(self.told) == before:
            self._say("The model is not sure enough of anything here, so it says nothing.")

    async def hints(self) -> None:
        """Looks at a finding, and climbs one rung of its ladder."""
        finding = self._worst()
        if finding is None:
            return
        self._headline(f"Pointing at line {finding.range.start.line + 1}, and asking for the next hint")
        for action in await self.editor.actions(finding.range):
            if action.title.startswith("Next hint"):
                await self.editor.choose(action)
                await self.editor.document()
                break
        told = await self.editor.hover(finding.range.start)
        if told is not None:
            self.console.print(Panel(Markdown(told), border_style="dim"))

    async def question(self) -> None:
        finding = self._worst()
        if finding is None:
            return
        actions = await self.editor.actions(finding.range)
        self._headline("The code actions there")
        for action in actions:
            self.console.print(f"     • {escape(action.title)}")
        lazy = [action for action in actions if action.data is not None]
        if lazy:
            self._headline(f"Choosing “{lazy[0].title}”, which is worked out only now")
            await self.editor.choose(lazy[0])
            await self._page("green")

    async def reasons(self) -> None:
        """Why the model thinks so, if it has said anything."""
        for finding in self._of_model():
            for action in await self.editor.actions(finding.range):
                if "why does the model" in action.title.lower():
                    self._headline(f"Asking why the model thinks so of line {finding.range.start.line + 1}")
                    await self.editor.choose(action)
                    await self._page("blue")
                    return

    async def running(self) -> None:
        """Runs a program with its tests, on a copy, and tells what is known by that."""
        self._headline("Another program, and its tests are run, because you asked")
        self._program(DEMO_SEARCH)
        self.editor.open("search.py", DEMO_SEARCH)
        await self._run()
        self._headline("Asking why it fails: a change that makes the tests pass is known, and not told")
        await self.editor.run("meno.explainFailure")
        await self._page("yellow")

    async def mending(self) -> None:
        self._headline("Mending it by hand, and running the tests again")
        lines = DEMO_SEARCH.split("\n")
        number, line = next((n, one) for n, one in enumerate(lines) if DEMO_MENDED[0] in one)
        new = line.replace(*DEMO_MENDED)
        await self.editor.change((number, 0), (number, len(line)), new)
        self.console.print(f"[dim]{number + 1:>3}[/dim]  {escape(new)}")
        await self._run()

    async def style(self) -> None:
        self._headline("Whose style is it? A second model says so, with its doubts")
        self.editor.open("style.py", DEMO_STYLE)
        await self.editor.run("meno.whereFrom")
        await self._page("magenta")

    async def _run(self) -> None:
        """Runs the tests until the server has said how it went."""
        await self.editor.run("meno.runTests")
        await self.editor.sentence()
        await self.editor.pause(0.2)
        self._tell()

    # What is printed

    async def _key(self, line: int, column: int, text: str) -> None:
        await self.editor.change((line, column), (line, column), text)
        self._tell()
        await asyncio.sleep(self.delay)

    def _worst(self) -> types.Diagnostic | None:
        return min(self.editor.findings, key=lambda item: int(item.severity or 1), default=None)

    def _of_model(self) -> list[types.Diagnostic]:
        return [item for item in self.editor.findings if "model" in (item.source or "")]

    def _tell(self) -> None:
        for item in self.editor.findings:
            mark = (str(item.code), item.range.start.line)
            if mark in self.told:
                continue
            self.told.add(mark)
            colour = _COLOURS[int(item.severity or 1)]
            place = f"line {item.range.start.line + 1}"
            self.console.print(
                f"     [{colour}]▲ {place}, {item.code}:[/{colour}] {escape(str(item.message))} "
                f"[dim]({escape(item.source or '')})[/dim]"
            )

    async def _page(self, colour: str) -> None:
        """The next text beside the code, cut where it would fill the screen."""
        shown = await self.editor.document()
        lines = str(shown.markdown).split("\n")
        cut = len(lines) > _LONGEST_PAGE
        text = "\n".join([*lines[:_LONGEST_PAGE], *(["", "…"] if cut else [])])
        self.console.print(Panel(Markdown(text), title=escape(shown.title), border_style=colour))

    def _program(self, text: str) -> None:
        for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
            self.console.print(f"[dim]{number:>3}[/dim]  {escape(line)}")

    def _say(self, text: str) -> None:
        self.console.print(f"     [dim]{escape(text)}[/dim]")

    def _headline(self, text: str) -> None:
        self.console.print(f"\n[bold]{escape(text)}[/bold]")


def say_what_else(console: Console) -> None:
    """What there is besides the editor."""
    console.print("\n[bold]And in a terminal[/bold]")
    for command, words in DEMO_COMMANDS.items():
        console.print(f"     [cyan]{escape(command):<22}[/cyan] {escape(words)}")


def say_how_to_install(console: Console) -> None:
    """The lines to paste into each editor, with the command of this environment filled in."""
    console.print("\n[bold]Now in your own editor[/bold]")
    executable = Path(sys.executable).with_name("meno")
    for name, lines in DEMO_EDITORS.items():
        console.print(f"\n[cyan]{name}[/cyan]")
        print(lines.replace("{meno}", str(executable)))
