"""`meno demo`: the real server as a child, a small broken program typed into it key by key, and everything
that an editor would show, shown here as it arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel

from meno_server import __version__
from meno_server.terminal.programs import DEMO_EDITORS, DEMO_PROGRAM

_PATIENCE = 60.0
# The first question also loads the model; if it abstains, nothing arrives.
_MODEL_PATIENCE = 15.0
_COLOURS = {1: "red", 2: "yellow", 3: "cyan", 4: "blue"}


def demo(
    speed: Annotated[
        float, typer.Option(min=0.0, help="Keys a second; 0 types as fast as the server answers.")
    ] = 40.0,
) -> None:
    """Watch Meno work: a broken program is typed, saved, hovered and asked about."""
    try:
        asyncio.run(play(Console(highlight=False), speed))
        say_how_to_install(Console(highlight=False))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("Stopped.", err=True)
        raise typer.Exit(130) from None
    except TimeoutError:
        typer.echo("The server did not answer in time; `meno doctor` shows what is missing.", err=True)
        raise typer.Exit(1) from None


async def play(console: Console, speed: float) -> None:
    """Plays the demonstration to a console."""
    await _Demo(console, speed).run()


class _Demo:
    def __init__(self, console: Console, speed: float) -> None:
        self.console = console
        self.delay = 1 / speed if speed else 0.0
        self.client = LanguageClient("meno-demo", __version__)
        self.version = 0
        self.published: dict[str, Any] = {}
        self.arrived = asyncio.Event()
        self.shown: asyncio.Queue[Any] = asyncio.Queue()
        self.told: set[tuple[str, int]] = set()

    async def run(self) -> None:
        self._listen()
        with tempfile.TemporaryDirectory(prefix="meno-demo-") as folder:
            self.uri = Path(folder, "lesson.py").as_uri()
            await self.client.start_io(sys.executable, "-P", "-m", "meno_server", "lsp")
            try:
                await asyncio.wait_for(self._initialize(), _PATIENCE)
                await self._type()
                await self._save()
                await self._hover_and_ask()
            finally:
                await self.client.shutdown_async(None)
                self.client.exit(None)
                await self.client.stop()  # type: ignore[no-untyped-call]

    def _listen(self) -> None:
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published = {"version": params.version, "items": list(params.diagnostics)}
            self.arrived.set()

        def hint(params: Any) -> None:
            self.shown.put_nowait(params)

        def message(params: types.ShowMessageParams) -> None:
            self.console.print(f"   [dim]{escape(params.message)}[/dim]")

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        self.client.feature("meno/showHint")(hint)
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(message)

    async def _initialize(self) -> None:
        text = types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            code_action=types.CodeActionClientCapabilities(
                code_action_literal_support=types.ClientCodeActionLiteralOptions(
                    types.ClientCodeActionKindOptions([])
                ),
                data_support=True,
                resolve_support=types.ClientCodeActionResolveOptions(["edit", "command"]),
            ),
        )
        await self.client.initialize_async(
            types.InitializeParams(
                # The program is short and full of slips: one screen shows them all, and they are nobody's.
                initialization_options={"findingsPerScreen": 0, "history": {"enable": False}},
                capabilities=types.ClientCapabilities(
                    text_document=text, experimental={"meno": {"showHint": True}}
                ),
            )
        )
        self.client.initialized(types.InitializedParams())
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(self.uri, "python", 0, ""))
        )

    async def _type(self) -> None:
        """Types the program, one key a message, and tells of each finding when it first appears."""
        self._headline("Typing a program, one key at a time")
        lines = DEMO_PROGRAM.split("\n")
        for number, line in enumerate(lines):
            for column, key in enumerate(line):
                await self._key(number, column, key)
            if number + 1 < len(lines):
                self.console.print(f"[dim]{number + 1:>3}[/dim]  {escape(line)}")
                await self._key(number, len(line), "\n")
        await self._settle()

    async def _key(self, line: int, column: int, text: str) -> None:
        self.version += 1
        self.arrived.clear()
        place = types.Position(line, column)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                [types.TextDocumentContentChangePartial(range=types.Range(place, place), text=text)],
            )
        )
        await asyncio.wait_for(self._published_version(self.version), _PATIENCE)
        self._tell()
        await asyncio.sleep(self.delay)

    async def _published_version(self, version: int) -> None:
        while (self.published.get("version") or -1) < version:
            self.arrived.clear()
            await self.arrived.wait()

    async def _settle(self) -> None:
        """Waits for the typing pause, after which the last line's findings appear."""
        self.arrived.clear()
        try:
            await asyncio.wait_for(self.arrived.wait(), 1.5)
        except TimeoutError:
            return
        self._tell()

    def _tell(self) -> None:
        for item in self.published.get("items", ()):
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

    async def _save(self) -> None:
        self._headline("Saving it: the bug model reads each function in a process of its own")
        before = len(self.told)
        self.arrived.clear()
        self.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(self.uri))
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._model_finding(), _MODEL_PATIENCE)
        self._tell()
        if len(self.told) == before:
            self.console.print(
                "     [dim]The model is not sure enough of anything here, so it says nothing.[/dim]"
            )

    async def _model_finding(self) -> None:
        while not any("model" in (item.source or "") for item in self.published["items"]):
            self.arrived.clear()
            await self.arrived.wait()

    async def _hover_and_ask(self) -> None:
        items = sorted(self.published["items"], key=lambda item: int(item.severity or 1))
        if not items:
            return
        place = items[0].range.start
        document = types.TextDocumentIdentifier(self.uri)
        self._headline(f"Hovering over line {place.line + 1}")
        hover = await self.client.text_document_hover_async(types.HoverParams(document, place))
        if hover is not None and isinstance(hover.contents, types.MarkupContent):
            self.console.print(Panel(Markdown(hover.contents.value), border_style="dim"))
        actions = await self.client.text_document_code_action_async(
            types.CodeActionParams(document, items[0].range, types.CodeActionContext([]))
        )
        self._headline("The code actions there")
        for action in actions or ():
            self.console.print(f"     • {escape(action.title)}")
        lazy = [a for a in actions or () if isinstance(a, types.CodeAction) and a.data is not None]
        if not lazy:
            return
        self._headline(f"Choosing “{lazy[0].title}”, which is worked out only now")
        resolved = await self.client.code_action_resolve_async(lazy[0])
        if resolved.command is None:
            return
        await self.client.workspace_execute_command_async(
            types.ExecuteCommandParams(resolved.command.command, resolved.command.arguments)
        )
        shown = await asyncio.wait_for(self.shown.get(), _PATIENCE)
        self.console.print(Panel(Markdown(shown.markdown), title=shown.title, border_style="green"))

    def _headline(self, text: str) -> None:
        self.console.print(f"\n[bold]{escape(text)}[/bold]")


def say_how_to_install(console: Console) -> None:
    """The lines to paste into each editor, with the command of this environment filled in."""
    console.print("\n[bold]Now in your own editor[/bold]")
    executable = Path(sys.executable).with_name("meno")
    for name, lines in DEMO_EDITORS.items():
        console.print(f"\n[cyan]{name}[/cyan]")
        print(lines.replace("{meno}", str(executable)))
