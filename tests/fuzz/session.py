"""One session of the fuzzer: moves as plain data, done to a real server and to the model alike.

A move is a list: its name and its arguments, all of them JSON, so that a session that failed is a file that
can be played again (`fixtures/`). `check` is what must hold whenever the server rests.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from end_to_end.lines import TcpLine, WebSocketLine, framed, message, read_framed
from fuzz.client import DEADLINE, Client
from fuzz.learning import LEARNING, LIMITS, History
from fuzz.model import OpenText, edited, whole
from fuzz.notebooks import OpenNotebook, WithNotebooks
from fuzz.reference import Reference

Move = list[Any]
# What learns would bring findings of its own, and files of the machine settings of its own.
AT_START: dict[str, Any] = {"model.enable": False, "history.enable": False, "origin.enabled": False}
_CLIENTS: dict[str, dict[str, Any]] = {
    "pushed": {
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True, "dataSupport": True, "versionSupport": True}
        }
    },
    "plain": {},
    "asked": {
        "workspace": {
            "configuration": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True},
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    },
    "pulls": {
        "textDocument": {"diagnostic": {"dynamicRegistration": False}},
        "workspace": {"diagnostics": {"refreshSupport": True}},
    },
}
KINDS = tuple(_CLIENTS)


class Session(WithNotebooks):
    """A client, its server, and the model of what both hold."""

    def __init__(self, channel: str, encoding: str, kind: str, learning: str = "") -> None:
        self.channel, self.encoding, self.kind, self.learning = channel, encoding, kind, learning
        self.moves: list[Move] = []
        self.texts: dict[str, OpenText] = {}  # by the address without escapes
        self.notebooks: dict[str, OpenNotebook] = {}
        self.gone: dict[str, None] = {}
        self.cells_made = self.notebooks_opened = 0
        self.edits = 0
        self.requests = 0
        self.checks = 0
        self._due: Counter[str] = Counter()
        self.refusals = 0
        self._configurations_due = 0
        self._own = 0
        self._folder = tempfile.mkdtemp(prefix="meno-fuzz-")
        homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), self._folder)
        self.client = Client(channel, {**os.environ, **homes})
        announced = {"general": {"positionEncodings": [encoding]}, **_CLIENTS[kind]}
        self.history = History(Path(self._folder))
        self.model_state = ""
        at_start = AT_START | LEARNING[learning]
        self.reference = Reference(announced, encoding, at_start)
        self._initialize(announced, at_start)

    def _initialize(self, announced: dict[str, Any], at_start: dict[str, Any]) -> None:
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": announced,
            "initializationOptions": at_start,
        }
        reply = self.client.ask("initialize", "initialize", self.client.line.with_key(params))
        self._due['"initialize"'] += 1
        assert reply["result"]["capabilities"]["positionEncoding"] == self.encoding
        self.client.send(method="initialized", params={})
        self._configurations_due += self.kind == "asked"
        command = {"command": "meno.effectiveSettings", "arguments": []}
        told = self.client.ask("settings", "workspace/executeCommand", command)["result"]
        self._due['"settings"'] += 1
        assert told["model.enable"]["origin"] != "default", "the settings at the start are lost"

    @property
    def is_stream(self) -> bool:
        return self.channel != "ws"

    # Moves

    def perform(self, move: Move) -> None:
        """Does one move to the server and to the model."""
        self.moves.append(move)
        getattr(self, f"_do_{move[0]}")(*move[1:])

    def _do_open(self, uri: str, version: int, text: str) -> None:
        document = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.client.send(method="textDocument/didOpen", params={"textDocument": document})
        self.texts[unquote(uri)] = OpenText(uri, version, whole(text))

    def _do_change(self, uri: str, version: int, changes: list[dict[str, Any]]) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
        self.client.send(method="textDocument/didChange", params=params)
        self.edits += len(changes)
        text = self.texts.get(unquote(uri))
        if text is not None:
            text.version, text.touched = version, True
            for change in changes:
                text.text = edited(text.text, change, self.encoding)

    def _do_close(self, uri: str) -> None:
        self.client.send(method="textDocument/didClose", params={"textDocument": {"uri": uri}})
        self.texts.pop(unquote(uri), None)

    def _do_notify(self, method: Any, params: Any) -> None:
        """A notification that leaves every text alone. Parameters that are neither object nor list are no
        message at all, and refused as such."""
        self.refusals += not isinstance(params, dict | list | None)
        self.client.send(method=method, params=params)
        self._touch_all()

    def _do_configure(self, settings: dict[str, Any], notification: str) -> None:
        """New settings; a client that is asked for them announces them in one of two ways."""
        if self.learning == "model":
            settings = {name: value for name, value in settings.items() if name not in LIMITS}
        self.client.settings = settings
        params: dict[str, Any] = {"settings": {"meno": settings}}
        if self.kind == "asked":
            self._configurations_due += 1
            if notification == "workspace/didChangeWatchedFiles":
                params = {"changes": []}
        else:
            notification = "workspace/didChangeConfiguration"
        self.client.send(method=notification, params=params)
        self._touch_all()

    def _touch_all(self) -> None:
        for one in (*self.texts.values(), *self.notebooks.values()):
            one.touched = True

    def _do_ask(self, id: int | str, method: Any, params: Any) -> None:
        self._due[json.dumps(id)] += 1
        self.requests += 1
        self.client.send(id=id, method=method, params=params)

    def _do_cancel(self, id: Any) -> None:
        self.client.send(method="$/cancelRequest", params={"id": id})

    def _do_reply(self, content: dict[str, Any]) -> None:
        """A reply to something that nobody asked."""
        self.client.send(**content)

    def _do_body(self, body: str, refusals: int) -> None:
        """A message that is none, in Latin-1; it is refused without an id so many times. In a stream, a
        length of nothing is between two messages."""
        self.refusals += refusals if body or not self.is_stream else 0
        self.client.line.send_body(body.encode("latin-1"))

    def _do_bytes(self, data: str, refusals: int) -> None:
        """What stands between two messages of a stream."""
        self.refusals += refusals
        self.client.line.send_bytes(data.encode("latin-1"))

    def _do_intrude(self) -> None:
        """A second editor with the right key, which has to be sent away."""
        line = self.client.line
        if isinstance(line, TcpLine):
            with socket.create_connection((line.host, line.port), timeout=DEADLINE) as other:
                hello = {"processId": None, "rootUri": None, "capabilities": {}}
                other.sendall(framed(message(id=1, method="initialize", params=line.with_key(hello))))
                with other.makefile("rb") as stream:
                    told = read_framed(stream)
            assert told is not None
            assert b"Another editor" in told
        elif isinstance(line, WebSocketLine):
            assert line.refused() == 409

    # What must hold

    def check(self) -> None:
        """Waits until the server rests, and compares."""
        self.perform(["check"])

    def _do_check(self) -> None:
        self.checks += 1
        client = self.client
        client.until(lambda: client.configurations >= self._configurations_due, "a question for the settings")
        for text in [text for text in self.texts.values() if text.touched]:
            self._compare(text)
            text.touched = False
        for notebook in [notebook for notebook in self.notebooks.values() if notebook.touched]:
            self._compare_notebook(notebook)
            notebook.touched = False
        for uri in self.gone:
            assert self._ask("meno/checksum", uri) is None, f"{uri} is still open in the server"
            assert client.shown.get(unquote(uri), (None, []))[1] == [], f"{uri} still shows something"
        self.gone.clear()
        due = self._due
        client.until(lambda: all(client.replies[id] >= due[id] for id in due), "a reply to each request")
        client.until(lambda: client.refusals >= self.refusals, "a refusal of each message that is none")
        assert client.replies == due, f"replies: {client.replies - due} too many"
        assert client.refusals == self.refusals, f"{client.refusals} refusals, {self.refusals} due"
        faults = [line for line in client.line.errors if " ERROR " in line or line.startswith("Traceback")]
        assert not faults, "".join([*faults[:5], "…\n", *client.line.errors[-40:]])

    def _compare(self, text: OpenText) -> None:
        self.client.send(method="textDocument/didSave", params={"textDocument": {"uri": text.uri}})
        self._compare_with(text, lambda: self.reference.findings(text.uri, text.text, self.client.settings))

    def _compare_notebook(self, notebook: OpenNotebook) -> None:
        """Compares cell by cell with the same cells in the same order, opened just now."""
        self._do_save_notebook(notebook.uri)
        fresh: list[list[dict[str, Any]]] = []

        def of_all() -> list[list[dict[str, Any]]]:
            if not fresh:
                fresh.extend(self.reference.findings_of_cells(notebook, self.client.settings))
            return fresh

        for number, cell in enumerate(notebook.cells):
            self._compare_with(cell, lambda number=number: of_all()[number])  # type: ignore[misc]

    def _compare_with(self, text: OpenText, wanted: Callable[[], list[dict[str, Any]]]) -> None:
        end = time.monotonic() + DEADLINE
        fresh, seen = None, []
        while True:
            told = self._ask("meno/checksum", text.uri)
            assert told is not None, f"{text.uri} is not open in the server"
            assert told["version"] == text.version, (
                f"{text.uri}: version {told['version']}, not {text.version}"
            )
            assert told["sha256"] == text.checksum, f"{text.uri}: another text, of {told['characters']}"
            if told["rests"]:
                fresh = fresh or wanted()
                seen = self._seen(text)
                if seen == fresh:
                    return
            self.client.listen(0.05)
            assert time.monotonic() < end, (
                f"{text.uri}: rests {told['rests']}, {_differences(text, fresh, seen)}"
            )

    def _seen(self, text: OpenText) -> list[dict[str, Any]]:
        if self.reference.pulls:
            found: list[dict[str, Any]] = self._ask("textDocument/diagnostic", text.uri)["items"]
        else:
            found = self.client.shown.get(unquote(text.uri), (None, []))[1]
        return [one for one in found if not str(one.get("code", "")).startswith("model")]

    def _ask(self, method: str, uri: str) -> Any:
        self._own += 1
        id = f"own {self._own}"
        reply = self.client.ask(id, method, {"textDocument": {"uri": uri}})
        key = json.dumps(id)
        assert self.client.replies.pop(key) == 1
        del self.client.last_reply[key]
        assert "error" not in reply, reply
        return reply["result"]

    # The end

    def end(self) -> None:
        """Checks a last time and ends the server as an editor should; it has to go in order."""
        try:
            self.check()
            if self.learning == "model":
                self._wait_for_the_model()
            self.client.ask("bye", "shutdown", None)
            self.client.send(method="exit")
            status = self.client.close()
            assert status == 0, f"exit status {status}: {''.join(self.client.line.errors[-20:])}"
            self.history.check(kept=self.learning == "history")
        finally:
            self.abandon()

    def _wait_for_the_model(self) -> None:
        """Lets the model come to its first answer; it may be missing on this machine."""
        end = time.monotonic() + DEADLINE
        command = {"command": "meno.debugInformation", "arguments": []}
        for number in count():
            reply = self.client.ask(f"state {number}", "workspace/executeCommand", command)
            self.model_state = reply["result"]["modelState"]
            if self.model_state != "loading" or time.monotonic() > end:
                return
            self.client.listen(0.2)

    def abandon(self) -> None:
        """Ends the server in any case."""
        process = self.client.line.process
        if process.poll() is None:
            process.kill()
        if not self.client.ended or process.returncode is None:
            self.client.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def as_fixture(self, what: str) -> dict[str, Any]:
        """Everything that it takes to play this session again."""
        return {
            "what": what,
            "channel": self.channel,
            "encoding": self.encoding,
            "kind": self.kind,
            "learning": self.learning,
            "moves": self.moves,
        }


def play(fixture: dict[str, Any], channel: str | None = None) -> None:
    """Plays a session again, with the checks that it had."""
    session = Session(
        channel or fixture["channel"], fixture["encoding"], fixture["kind"], fixture.get("learning", "")
    )
    try:
        for move in fixture["moves"]:
            session.perform(move)
        session.end()
    finally:
        session.abandon()


def _differences(text: OpenText, fresh: list[dict[str, Any]] | None, seen: list[dict[str, Any]]) -> str:
    fresh = fresh or []
    more = [item for item in seen if item not in fresh][:3]
    less = [item for item in fresh if item not in seen][:3]
    return f"seen only: {more}, fresh only: {less}, text: {text.text!r}"


def load(path: Path) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return fixture
