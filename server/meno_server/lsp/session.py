"""The server's state: open files, settings and the client's abilities; what learns is in `Learned`.

Only the event loop's thread comes here. Handlers change files through the session, and the session decides
when the client hears of it: at once after a key, again when the rest of the file has been looked at, and
again when the typing pause is over.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_analyzers.findings import Finding
from meno_analyzers.source import Document, Encoding
from meno_server.lsp.capabilities import Client
from meno_server.lsp.convert import fingerprint, payload
from meno_server.lsp.episodes import Episodes
from meno_server.lsp.learned import Learned
from meno_server.lsp.neighbours import Neighbours
from meno_server.lsp.notebooks import CellText, Notebook
from meno_server.lsp.open_file import OpenFile
from meno_server.lsp.pauses import Pauses
from meno_server.lsp.runs import Runs
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_server.layers import Resolved
    from meno_server.lsp.server import MenoServer
    from meno_server.settings import Settings

log = logging.getLogger("meno.session")

# A key is answered within this, a file that is opened within the second; what takes longer goes on in
# slices of the third.
FIRST_SLICE = 0.003
OPENING_SLICE = 0.02
SLICE = 0.001
TURNS_TO_READ = 4


class Session(Learned):
    """One client's session."""

    def __init__(self, server: MenoServer) -> None:
        super().__init__(server)
        self.client = Client()
        self.encoding = Encoding.UTF16
        self.files: dict[str, OpenFile] = {}  # cells of notebooks among them
        self.notebooks: dict[str, Notebook] = {}
        self.root: Path | None = None
        self.initialization_options: dict[str, Any] = {}
        self._from_editor: dict[str, Any] = {}
        self._resolved: Resolved | None = None
        self._epoch = 0
        self._finishing: dict[str, asyncio.Task[None]] = {}
        self._pauses = Pauses(self._pause_is_over)
        self._closing: asyncio.Task[None] | None = None
        self._neighbours = Neighbours()
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._begin_learned(self)
        self.runs = Runs(self)
        self.episodes = Episodes(self)
        self.latest_file: OpenFile | None = None  # the one that was opened or typed in last

    # Settings

    @property
    def resolved(self) -> Resolved:
        """The settings that hold, with origins; read on first use, since starting must be quick."""
        if self._resolved is None:
            self.configure()
        assert self._resolved is not None
        return self._resolved

    @property
    def settings(self) -> Settings:
        return self.resolved.settings

    def configure(self, from_editor: dict[str, Any] | None = None) -> None:
        """Takes new settings from the editor, or else what it told last, and makes everything follow them."""
        from meno_server.layers import Layer, file_layers, resolve

        self._from_editor = from_editor = self._from_editor if from_editor is None else from_editor
        layers, problems = file_layers(self.root)
        if self.initialization_options:
            layers.append(Layer("editor, at start", self.initialization_options))
        if from_editor:
            layers.append(Layer("editor", from_editor))
        before = self._resolved
        self._resolved = resolve(layers)
        problems = [*problems, *self._resolved.problems]
        for problem in problems:
            self.tell_once(problem)
        self.status.trouble("settings", problems[0] if problems else None)
        logging.getLogger("meno").setLevel(self.settings.log_level.upper())
        if before is not None and before.settings != self.settings:
            self._follow_settings()

    @property
    def notifies(self) -> bool:
        wanted = self.settings.notifications if self._resolved is not None else "auto"
        return wanted == "on" or (wanted == "auto" and not self.client.shows_status)

    def _follow_settings(self) -> None:
        self.forget_learned()
        self.episodes.forget()
        for file in self.files.values():
            file.forget_rendered()
            file.analysis.retarget(self.settings.target)
            if file.analysis.pending:
                self._finish_later(file)
            if not self.settings.model_enable:
                file.model_findings = []
        self.publish_all()
        self.run(self.refresh_lenses())

    # Files

    def file(self, uri: str) -> OpenFile | None:
        return self.files.get(key_of(uri))

    def opened(self, uri: str, text: str, version: int) -> None:
        self.closed(uri)  # who opens a file twice means the second; what the first began must not go on
        target = self.settings.target
        if uri.endswith(".ipynb"):
            cells = [CellText(uri, text, version, whole=True)]
            file: OpenFile = Notebook(uri, self.next_epoch(), target, cells).cells[0]
        else:
            file = OpenFile(Document(uri, text, version), self.next_epoch(), target)
        self.files[key_of(uri)] = file
        self.arrived(file)

    def next_epoch(self) -> int:
        """Counts the openings."""
        self._epoch += 1
        return self._epoch

    def arrived(self, file: OpenFile) -> None:
        """Looks at a file that has come, or, by one of its cells, at a notebook with other cells."""
        self.latest_file = file
        self.guiding.welcome(file)
        self._after_change(file, OPENING_SLICE)
        gc.freeze()
        self.look_around(file)
        self.episodes.opened(file)

    def changed(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> None:
        file = self.file(uri)
        if file is None:
            log.warning("A change for a file that is not open was ignored.")
            return
        started = time.perf_counter()
        self.latest_file = file
        pause = self.settings.typing_pause > 0
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = change.range.start, change.range.end
                splice = file.document.splice(
                    (start.line, start.character), (end.line, end.character), change.text, self.encoding
                )
                file.edited(splice, pause)
            else:
                file.document.replace_all(change.text)
                file.replaced()
        file.document.version = version
        self._after_change(file, max(0.0, FIRST_SLICE - (time.perf_counter() - started)))
        self.note("change", time.perf_counter() - started)

    def closed(self, uri: str) -> None:
        file = self.files.pop(key_of(uri), None)
        if file is None:
            return
        if file is self.latest_file:
            self.latest_file = next(iter(self.files.values()), None)
        self.episodes.closed(file)
        self.runs.stop(uri)
        self.dialogues.closed(uri)
        for tasks in (self._finishing, self._looking, self._model_tasks):
            task = tasks.pop(key_of(uri), None)
            if task is not None:
                task.cancel()
        self._pauses.forget(uri)
        if not self.client.pulls_diagnostics:
            self.server.protocol.notify_ready(
                "textDocument/publishDiagnostics", payload(uri, file.document.version, "[]")
            )

    def _after_change(self, file: OpenFile, budget: float) -> None:
        """Looks at what the change concerns most and publishes; the rest follows in slices."""
        done = file.analysis.work(budget)
        self.publish(file)
        if self.client.pulls_diagnostics and self._concerns_others(file):
            self.refresh(file)
        if not done:
            self._finish_later(file)
        self._pauses.wait(file, self.settings.typing_pause / 1000)
        self.collect_later()

    def _concerns_others(self, file: OpenFile) -> bool:
        """Whether other cells show something new: a client asks again for the edited one only."""
        others = [one for one in file.together if one is not file]
        return any(one.last_sent not in (None, self.diagnostics(one)) for one in others)

    def _finish_later(self, file: OpenFile) -> None:
        key = key_of(file.document.uri)
        if (running := self._finishing.get(key)) is None or running.done():
            self._finishing[key] = self.run(self._finish(file))

    async def _finish(self, file: OpenFile) -> None:
        while not file.analysis.work(SLICE):
            # Let a key that came meanwhile go first: it takes the loop some turns to read it.
            for _ in range(TURNS_TO_READ):
                await asyncio.sleep(0)
        self.refresh(file)

    def _pause_is_over(self, file: OpenFile) -> None:
        if file.analysis.catch_up():
            self._finish_later(file)
        self.refresh(file)
        self.look_around(file)
        self.episodes.look(file)

    def is_quiet(self) -> None:
        """Writes to the history what waits, while nobody types."""
        if self.episodes.recorder.has_something:
            self.run(self.guiding.write())
        if self.giving.wanted:
            self.run(self.giving.give())

    def look_around(self, file: OpenFile) -> None:
        """Reads, beside everything else, what the file imports from its workspace."""
        key = key_of(file.document.uri)
        running = self._looking.get(key)
        if file.analysis.imports and (running is None or running.done()):
            self._looking[key] = self.run(self._look_around(file))

    async def _look_around(self, file: OpenFile) -> None:
        others = await self._neighbours.of(file, self.root)
        if self.files.get(key_of(file.document.uri)) is file:
            file.analysis.know_others(others)
            if file.analysis.pending:
                self._finish_later(file)

    # What the client sees

    def publish(self, changed: OpenFile | Notebook) -> None:
        """Sends the file's diagnostics if the client is one that is told."""
        if self.closing or self.client.pulls_diagnostics:
            return
        for file in changed.together:
            items = self.diagnostics(file)
            body = payload(file.document.uri, file.document.version, items)
            if body != file.last_sent:
                file.last_sent = body
                self.server.protocol.notify_ready("textDocument/publishDiagnostics", body)

    def refresh(self, file: OpenFile | Notebook) -> None:
        """Lets the client see what has changed without an edit: told, or asked to ask again."""
        if self.closing:
            return
        if not self.client.pulls_diagnostics:
            self.publish(file)
            return
        items = [self.diagnostics(one) for one in file.together]
        if any(now != one.last_sent for now, one in zip(items, file.together, strict=True)):
            for now, one in zip(items, file.together, strict=True):
                one.last_sent = now
            self.server.workspace_diagnostic_refresh(None)

    async def refresh_lenses(self) -> None:
        """Lets the client ask for its code lenses again, if it can be told to."""
        if self.client.refreshes_lenses and not self.closing:
            await self.server.workspace_code_lens_refresh_async(None)

    def publish_all(self) -> None:
        for file in self.files.values():
            self.refresh(file)

    def diagnostics(self, file: OpenFile) -> str:
        """The JSON list of the file's diagnostics as of now."""
        settings = self.settings
        return file.diagnostics(settings, self.client, self.encoding) if settings.enable else "[]"

    def findings_at(self, file: OpenFile, line: int, column: int) -> list[Finding]:
        """The findings under a cursor, worst first."""
        if not self.settings.enable:
            return []
        found = [f for f in file.findings(self.settings) if f.span.contains(line, column)]
        return sorted(found, key=self.guiding.current.order)

    def find(self, file: OpenFile, mark: str) -> Finding | None:
        """The finding with that fingerprint, if it still stands."""
        return next((f for f in file.findings(self.settings) if self.fingerprint(file, f) == mark), None)

    def fingerprint(self, file: OpenFile, finding: Finding) -> str:
        lines, line = file.document.lines, finding.span.start_line
        return fingerprint(finding, lines[line] if line < len(lines) else "")

    def saved(self, uri: str) -> None:
        """What waits for a save: the other files' tests, and the model."""
        file = self.file(uri)
        if file is None:
            return
        self._pauses.end(file)
        if not self.settings.enable:
            return
        self.episodes.saved(file)
        for other in self.files.values():
            other.tests_beside = None
            self.look_around(other)
        if self.settings.model_enable:
            self.ask_model(file)

    def saved_notebook(self, notebook: Notebook) -> None:
        """What waits for a save, for all cells at once."""
        for cell in notebook.cells:
            self._pauses.end(cell)
        if self.settings.enable:
            for cell in notebook.cells:
                self.episodes.saved(cell)
            if self.settings.model_enable and notebook.cells:
                self.ask_model(notebook)

    def stands(self, file: OpenFile | Notebook, edits: int) -> bool:
        """Whether a file is open and was not edited since it had so many edits."""
        key = key_of(file.document.uri)
        return file in (self.files.get(key), self.notebooks.get(key)) and file.edits == edits

    def close_soon(self) -> asyncio.Task[None]:
        """Stops everything, once; nothing is published after this."""
        self.closing = True
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        return self._closing

    async def _close(self) -> None:
        self._pauses.close()
        await self.episodes.close(self.files.values())
        await self.runs.close()
        await self.close_learned()
        self.stop_tasks()
