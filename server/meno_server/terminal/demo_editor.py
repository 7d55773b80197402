"""The editor of `meno demo`: a real language client with a child server, and nothing of its own to show."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

from meno_server import __version__

PATIENCE = 60.0


def _converter() -> Any:
    """pygls' own takes an action that carries a command for a command; an action is told by its kind."""
    converter = default_converter()  # type: ignore[no-untyped-call]

    def action(value: Any, _: Any) -> types.Command | types.CodeAction:
        kind = types.Command if isinstance(value.get("command"), str) else types.CodeAction
        made: types.Command | types.CodeAction = converter.structure(value, kind)
        return made

    converter.register_structure_hook(types.Command | types.CodeAction, action)
    return converter


class DemoEditor:
    """One file at a time, in a folder that may be run; `told` hears what the server says to a person."""

    def __init__(self, folder: Path, told: Callable[[str], None]) -> None:
        self.folder, self._told = folder.resolve(), told
        self.findings: list[types.Diagnostic] = []
        self.shown: asyncio.Queue[Any] = asyncio.Queue()
        self._client = LanguageClient("meno-demo", __version__, converter_factory=_converter)
        self._said = asyncio.Event()
        self._version = self._published = 0
        self._arrived = asyncio.Event()
        self._uri = ""

    async def start(self) -> None:
        """Starts the server and tells it what this editor can do."""
        self._listen()
        await self._client.start_io(sys.executable, "-P", "-m", "meno_server", "lsp")
        await asyncio.wait_for(self._initialize(), PATIENCE)

    async def stop(self) -> None:
        # Ctrl+C in a terminal reaches the server, too: then it has gone, and the client says so by an error.
        with suppress(RuntimeError, OSError):
            await asyncio.wait_for(self._client.shutdown_async(None), PATIENCE)
            self._client.exit(None)
        with suppress(RuntimeError, OSError):
            await self._client.stop()  # type: ignore[no-untyped-call]

    def open(self, name: str, text: str) -> None:
        """Opens a file in place of the one before."""
        if self._uri:
            self._client.text_document_did_close(types.DidCloseTextDocumentParams(self._document))
        path = self.folder / name
        path.write_text(text, "utf-8")
        self._uri, self._version, self._published, self.findings = path.as_uri(), 0, -1, []
        self._client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(self._uri, "python", 0, text))
        )

    async def change(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Makes one edit and waits for what is found then."""
        self._version += 1
        place = types.Range(types.Position(*start), types.Position(*end))
        self._client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self._version, uri=self._uri),
                [types.TextDocumentContentChangePartial(range=place, text=text)],
            )
        )
        await self.until(lambda: self._published >= self._version)

    def save(self) -> None:
        self._client.text_document_did_save(types.DidSaveTextDocumentParams(self._document))

    async def until(self, wanted: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Returns when what is published is as it should be; `TimeoutError` if it never is."""
        async with asyncio.timeout(seconds):
            while not wanted():
                self._arrived.clear()
                await self._arrived.wait()

    async def pause(self, seconds: float) -> None:
        """Waits for what comes when the typing rests, if anything does."""
        self._arrived.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), seconds)

    async def hover(self, place: types.Position) -> str | None:
        """What is said about a place, as Markdown."""
        hover = await self._client.text_document_hover_async(types.HoverParams(self._document, place))
        return hover.contents.value if hover and isinstance(hover.contents, types.MarkupContent) else None

    async def actions(self, place: types.Range) -> list[types.CodeAction]:
        """What can be done there."""
        asked = types.CodeActionParams(self._document, place, types.CodeActionContext([]))
        found = await self._client.text_document_code_action_async(asked)
        return [action for action in found or () if isinstance(action, types.CodeAction)]

    async def choose(self, action: types.CodeAction) -> None:
        """Does what an action says, working it out first where it was left for later."""
        if action.command is None and action.edit is None:
            action = await self._client.code_action_resolve_async(action)
        if action.command is not None:
            await self.run(action.command.command, action.command.arguments)

    async def run(self, command: str, arguments: Any = None) -> Any:
        """Runs a command of the server, by default with the open file; returns its result."""
        params = types.ExecuteCommandParams(command, [self._uri] if arguments is None else arguments)
        return await asyncio.wait_for(self._client.workspace_execute_command_async(params), PATIENCE)

    async def sentence(self) -> None:
        """Returns when the server has said something to a person since the last time."""
        await asyncio.wait_for(self._said.wait(), PATIENCE)
        self._said.clear()

    async def document(self) -> Any:
        """The next text that the server shows beside the code."""
        return await asyncio.wait_for(self.shown.get(), PATIENCE)

    @property
    def _document(self) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self._uri)

    def _listen(self) -> None:
        def published(params: types.PublishDiagnosticsParams) -> None:
            if params.uri == self._uri:
                self._published, self.findings = params.version or 0, list(params.diagnostics)
                self._arrived.set()

        def shown(params: Any) -> None:
            self.shown.put_nowait(params)

        def message(params: types.ShowMessageParams) -> None:
            self._told(params.message)
            self._said.set()

        def quiet(params: types.LogMessageParams) -> None:
            """What an editor keeps in its log."""

        self._client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        self._client.feature("meno/showHint")(shown)
        self._client.feature(types.WINDOW_SHOW_MESSAGE)(message)
        self._client.feature(types.WINDOW_LOG_MESSAGE)(quiet)

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
        await self._client.initialize_async(
            types.InitializeParams(
                # The programs are short and full of slips: one screen shows them all, and they are nobody's.
                initialization_options={
                    "findingsPerScreen": 0,
                    "history": {"enable": False},
                    "run": {"trustedFolders": [str(self.folder)]},
                },
                capabilities=types.ClientCapabilities(
                    text_document=text, experimental={"meno": {"showHint": True}}
                ),
            )
        )
        self._client.initialized(types.InitializedParams())
