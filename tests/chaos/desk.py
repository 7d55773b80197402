"""Somebody at a desk: an editor with a real server, a workspace, a home of their own, and a file they type
into.

The editor has a place for Meno's state and shows messages as well, so that what is told and when it is well
again can both be seen. Commands here are what a learner does: save, ask, mend a mistake, look at their
patterns. Each waits for what comes of it, with a deadline.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chaos.typist import PACE, Typist
from end_to_end.wire import COMMAND, DEADLINE, FULL_CLIENT, Wire

CLIENT: dict[str, Any] = {**FULL_CLIENT, "experimental": {"meno": {"showHint": True, "status": True}}}
WARNING = 2
_MISSPELT = "total_price = 10\nprint(total_prise)\n"
_MENDED = (1, 6), (1, 17), "total_price"


def server_after(preparation: str) -> list[str]:
    """The command of a server that runs some Python first, to find other surroundings or to lose its
    patience."""
    code = f"import sys; sys.argv[1:] = ['lsp']; {preparation}; from meno_server.cli import main; main()"
    return [sys.executable, "-P", "-c", code]


class Desk:
    """One editor with one server; `place` is the folder in which everything of it lies."""

    def __init__(
        self,
        place: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        command: Sequence[str] = COMMAND,
        env: Mapping[str, str | None] | None = None,
        client: Mapping[str, Any] = CLIENT,
        **options: Any,
    ) -> None:
        self.workspace, self.data = place / "work", place / "data"
        self.workspace.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(exist_ok=True)
        surroundings = {"XDG_DATA_HOME": str(self.data), "NO_PROXY": "127.0.0.1", **(env or {})}
        self.wire = Wire(
            list(command),
            {name: value for name, value in {**os.environ, **surroundings}.items() if value is not None},
        )
        self.wire.answers["workspace/configuration"] = [
            {"notifications": "on", "findingsPerScreen": 50, **(settings or {})}
        ]
        self.wire.start(dict(client), rootUri=self.workspace.as_uri(), **options)
        self._documents: dict[str, int] = {}
        until(lambda: self.do("meno.effectiveSettings")["notifications"]["origin"] == "editor", "settings")
        self.typist = Typist(self.wire, (self.workspace / "typed.py").as_uri(), PACE)

    @property
    def pid(self) -> int:
        return self.wire.process.pid

    # What a learner does

    def do(self, command: str, *arguments: Any) -> Any:
        return self.wire.request(
            "workspace/executeCommand", {"command": command, "arguments": list(arguments)}
        )

    def ask(self, command: str, *arguments: Any) -> int:
        return self.wire.ask("workspace/executeCommand", {"command": command, "arguments": list(arguments)})

    def open(self, name: str, text: str) -> str:
        """Opens a text, or another one in its place; returns its address."""
        uri = (self.workspace / name).as_uri()
        if uri in self._documents:
            self.wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self._documents[uri] = self._documents.get(uri, 0) + 1
        self.wire.open(text, uri, self._documents[uri])
        return uri

    def save(self, uri: str) -> None:
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def slip_and_mend(self, name: str) -> None:
        """Makes a mistake, has it seen, and mends it: something for the history."""
        uri = (self.workspace / name).as_uri()
        self.wire.open("", uri, 1)
        self.save(uri)
        watched = self._watched()
        self.wire.change(2, (0, 0), (0, 0), _MISSPELT, uri)
        self.save(uri)
        until(lambda: self._watched() > watched, "the mistake is seen")
        self.wire.change(3, *_MENDED, uri)
        self.save(uri)
        until(lambda: self._watched() <= watched, "the mistake is gone")
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _watched(self) -> int:
        return int(self.do("meno.debugInformation")["watched"])

    def slips_kept(self) -> int:
        """How many mistakes of today are in the history, as the overview says; writes what waits."""
        return int(self.do("meno.patterns")["today"]["slips"])

    def model_finds(self, uri: str) -> bool:
        """Whether the model has found something in the file as it is now."""
        version = self._documents[uri]
        return any(
            str(one["code"]).startswith("model")
            for message in list(self.wire.received)
            if message.get("method") == "textDocument/publishDiagnostics"
            and message["params"]["uri"] == uri
            and message["params"]["version"] == version
            for one in message["params"]["diagnostics"]
        )

    # What is told

    def messages(self, since: int = 0) -> list[str]:
        """What popped up unasked: warnings."""
        return [
            str(message["params"]["message"])
            for message in list(self.wire.received)[since:]
            if message.get("method") == "window/showMessage" and message["params"]["type"] <= WARNING
        ]

    def states(self) -> list[tuple[str, str]]:
        """Meno's states, one after another, each with its sentence."""
        return [
            (message["params"]["state"], message["params"]["detail"])
            for message in list(self.wire.received)
            if message.get("method") == "meno/status"
        ]

    def heard(self, words: str) -> bool:
        """Whether some message to the learner holds the words."""
        return any(
            words in str(message["params"])
            for message in list(self.wire.received)
            if message.get("method")
            in {"window/showMessage", "meno/showHint", "meno/status", "meno/dialogue"}
        )

    def hints(self) -> list[str]:
        """What was shown in the editor's place for hints."""
        return [
            str(message["params"]["markdown"])
            for message in list(self.wire.received)
            if message.get("method") == "meno/showHint"
        ]

    def until_heard(self, words: str) -> None:
        until(lambda: self.heard(words), f"{words!r} is told; told were {self.messages()}, {self.states()}")

    def until_well(self) -> None:
        """Returns when Meno says of itself that it is no longer degraded."""
        until(lambda: bool(self.states()) and self.states()[-1][0] != "degraded", "well again")

    # Processes

    def worker(self, instead_of: int | None = None) -> int:
        """The process of the model, once there is one."""
        found: list[int] = []

        def look() -> bool:
            found[:] = [pid for pid in children(self.pid, "meno_model.worker") if pid != instead_of]
            return bool(found)

        until(look, "a worker process")
        return found[0]

    def leave(self) -> int:
        """Closes the editor as one should; returns the server's status."""
        self.wire.reads.set()
        self.wire.hears.set()
        return self.wire.stop()


def until(done: Callable[[], bool], what: str, patience: float = 2 * DEADLINE) -> None:
    """Returns when it is done; asks again and again, at a pace that costs little."""
    end = time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.02)


def children(pid: int, words: str = "") -> list[int]:
    """The processes whose parent that is, with these words in their command lines. Source: proc(5)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        if parent == pid and words in line:
            found.append(int(folder.name))
    return found


def is_gone(pid: int) -> bool:
    """Whether there is no such process, or only what is left of it until somebody asks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def signal_all(pid: int, number: signal.Signals) -> None:
    """Sends a signal to a process and all below it."""
    for child in children(pid):
        signal_all(child, number)
    os.kill(pid, number)


def is_one_plain_sentence(message: str) -> bool:
    """Short, ended, without anything that only a programmer of Meno would read."""
    odd = re.search(r"Traceback|Errno|Error:|Exception|object at 0x|\n", message)
    return odd is None and message.startswith("Meno: ") and message.endswith(".") and len(message) < 320


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE)
