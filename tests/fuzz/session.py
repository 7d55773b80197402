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
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from end_to_end.lines import TcpLine, WebSocketLine, framed, message, read_framed
from fuzz.client import DEADLINE, Client
from fuzz.model import OpenText, edited, whole
from fuzz.reference import Reference

Move = list[Any]
# What learns would bring findings of its own, and files of the machine settings of its own.
AT_START = {"model.enable": False, "history.enable": False, "origin.enabled": False}
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


class Session:
    """A client, its server, and the model of what both hold."""

    def __init__(self, channel: str, encoding: str, kind: str) -> None:
        self.channel, self.encoding, self.kind = channel, encoding, kind
        self.moves: list[Move] = []
        self.texts: dict[str, OpenText] = {}  # by the address without escapes
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
        self.reference = Reference(announced, encoding, AT_START)
        self._initialize(announced)

    def _initialize(self, announced: dict[str, Any]) -> None:
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": announced,
            "initializationOptions": AT_START,
        }
        reply = self.client.ask("initialize", "initialize", self.client.line.with_key(params))
        self._due['"initialize"'] += 1
        assert reply["result"]["capabilities"]["positionEncoding"] == self.encoding
        self.client.send(method="initialized", params={})
        self._configurations_due += self.kind == "asked"

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
        for text in self.texts.values():
            text.touched = True

    def _do_configure(self, settings: dict[str, Any], notification: str) -> None:
        """New settings; a client that is asked for them announces them in one of two ways."""
        self.client.settings = settings
        params: dict[str, Any] = {"settings": {"meno": settings}}
        if self.kind == "asked":
            self._configurations_due += 1
            if notification == "workspace/didChangeWatchedFiles":
                params = {"changes": []}
        else:
            notification = "workspace/didChangeConfiguration"
        self.client.send(method=notification, params=params)
        for text in self.texts.values():
            text.touched = True

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
        due = self._due
        client.until(lambda: all(client.replies[id] >= due[id] for id in due), "a reply to each request")
        client.until(lambda: client.refusals >= self.refusals, "a refusal of each message that is none")
        assert client.replies == due, f"replies: {client.replies - due} too many"
        assert client.refusals == self.refusals, f"{client.refusals} refusals, {self.refusals} due"
        tracebacks = [line for line in client.line.errors if line.startswith("Traceback")]
        assert not tracebacks, "".join(client.line.errors[-40:])

    def _compare(self, text: OpenText) -> None:
        self.client.send(method="textDocument/didSave", params={"textDocument": {"uri": text.uri}})
        end = time.monotonic() + DEADLINE
        fresh, seen = None, []
        while True:
            told = self._ask("meno/checksum", text)
            assert told is not None, f"{text.uri} is not open in the server"
            assert told["version"] == text.version, (
                f"{text.uri}: version {told['version']}, not {text.version}"
            )
            assert told["sha256"] == text.checksum, f"{text.uri}: another text, of {told['characters']}"
            if told["rests"]:
                fresh = fresh or self.reference.findings(text.uri, text.text, self.client.settings)
                seen = self._seen(text)
                if seen == fresh:
                    return
            self.client.listen(0.05)
            assert time.monotonic() < end, (
                f"{text.uri}: rests {told['rests']}, {_differences(text, fresh, seen)}"
            )

    def _seen(self, text: OpenText) -> list[dict[str, Any]]:
        if self.reference.pulls:
            found: list[dict[str, Any]] = self._ask("textDocument/diagnostic", text)["items"]
            return found
        return self.client.shown.get(unquote(text.uri), (None, []))[1]

    def _ask(self, method: str, text: OpenText) -> Any:
        self._own += 1
        id = f"own {self._own}"
        reply = self.client.ask(id, method, {"textDocument": {"uri": text.uri}})
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
            self.client.ask("bye", "shutdown", None)
            self.client.send(method="exit")
            status = self.client.close()
            assert status == 0, f"exit status {status}: {''.join(self.client.line.errors[-20:])}"
        finally:
            self.abandon()

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
            "moves": self.moves,
        }


def play(fixture: dict[str, Any], channel: str | None = None) -> None:
    """Plays a session again, with the checks that it had."""
    session = Session(channel or fixture["channel"], fixture["encoding"], fixture["kind"])
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
