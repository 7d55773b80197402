"""A language client down at the wire, for tests that send what no client library would.

It keeps every message that arrives, in order, and waits for one with a deadline; it never sleeps. Requests of
the server are answered from `answers`, by method: a value, or a function from the parameters to one; or not
here, but by whom `later` tells of them. `arrivals` has the moment at which each message came, and `worked`
how long the server had worked by then; while `reads` or `hears` is not set, nothing is read from the server's
standard output or standard error.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed

from end_to_end.lines import COMMAND, DEADLINE, LINES

__all__ = ["COMMAND", "DEADLINE", "FULL_CLIENT", "Wire"]

FULL_CLIENT: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True},
    },
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "versionSupport": True,
        },
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
        },
    },
}


class Wire:
    """One server process and the conversation with it."""

    def __init__(
        self, command: list[str] | None = None, env: dict[str, str] | None = None, channel: str = "stdio"
    ) -> None:
        self.line = LINES[channel](command, env)
        self.process = self.line.process
        self.errors = self.line.errors
        self.received: list[dict[str, Any]] = []
        self.arrivals: list[float] = []
        self.worked: list[float] = []
        self.reads, self.hears = threading.Event(), self.line.hears
        self.reads.set()
        self.answers: dict[str, Any] = {
            "workspace/configuration": [{}],
            "window/showDocument": {"success": True},
        }
        self.later: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._arrived = threading.Condition()
        self._id = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # Sending

    def send_bytes(self, data: bytes) -> None:
        self.line.send_bytes(data)

    def send_body(self, body: bytes) -> None:
        self.line.send_body(body)

    def send(self, message: dict[str, Any]) -> None:
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params if params is not None else {}})

    def ask(self, method: str, params: Any = None) -> int:
        """Sends a request and returns its id."""
        self._id += 1
        self.send({"id": self._id, "method": method, "params": params})
        return self._id

    def request(self, method: str, params: Any = None) -> Any:
        """The result of a request; an error reply fails the test."""
        reply = self.reply(self.ask(method, params))
        assert "error" not in reply, reply
        return reply["result"]

    # Waiting

    def wait(self, wanted: Callable[[dict[str, Any]], bool], since: int = 0) -> dict[str, Any]:
        """The first message from number `since` on that is wanted, waiting for it if need be."""
        end = time.monotonic() + DEADLINE
        with self._arrived:
            while True:
                for message in self.received[since:]:
                    if wanted(message):
                        return message
                left = end - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    raise AssertionError(
                        f"nothing wanted arrived; last: {self.received[-3:]}; stderr: {self.errors[-20:]}"
                    )

    def reply(self, id: int) -> dict[str, Any]:
        return self.wait(lambda message: message.get("id") == id and "method" not in message)

    def diagnostics(
        self,
        version: int,
        wanted: Callable[[list[dict[str, Any]]], bool] = lambda _: True,
        since: int = 0,
        uri: str | None = None,
    ) -> list[dict[str, Any]]:
        """The diagnostics published for that version, of one file where several are open, from the first
        publication that is wanted."""
        message = self.wait(
            lambda m: (
                m.get("method") == "textDocument/publishDiagnostics"
                and m["params"]["version"] == version
                and uri in (None, m["params"]["uri"])
                and wanted(m["params"]["diagnostics"])
            ),
            since,
        )
        found: list[dict[str, Any]] = message["params"]["diagnostics"]
        return found

    def count(self) -> int:
        with self._arrived:
            return len(self.received)

    def forget(self) -> None:
        """Drops what has arrived; nobody may be waiting for any of it. For sessions of hours."""
        with self._arrived:
            self.received.clear()
            self.arrivals.clear()
            self.worked.clear()

    def work(self) -> float:
        """Seconds of a processor that the server has used by now, in all its threads; on Linux, and 0 where
        it is gone.

        Other programs have no part in it, unlike in the time that passes; a host that stops a virtual
        machine may have. Source: clock_getcpuclockid(3), whose number the kernel makes in this way.
        """
        try:
            return time.clock_gettime((~self.process.pid << 3) | 2)
        except (OSError, AttributeError):
            return 0.0

    # The life of a session

    def start(self, capabilities: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": FULL_CLIENT if capabilities is None else capabilities,
            **options,
        }
        result: dict[str, Any] = self.request("initialize", self.line.with_key(params))
        self.notify("initialized")
        return result

    def open(self, text: str, uri: str = "file:///lesson.py", version: int = 1) -> None:
        self.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": "python", "version": version, "text": text}},
        )

    def change(
        self,
        version: int,
        start: tuple[int, int],
        end: tuple[int, int],
        text: str,
        uri: str = "file:///lesson.py",
    ) -> None:
        span = {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        }
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": span, "text": text}],
            },
        )

    def stop(self) -> int:
        """Shuts the server down as a client should; returns its exit status."""
        if self.process.poll() is None:
            with contextlib.suppress(OSError, AssertionError, ConnectionClosed):
                self.reply(self.ask("shutdown"))
                self.notify("exit")
            try:
                self.process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        return self.close()

    def close(self) -> int:
        return self.line.close(lambda: self._reader.join(DEADLINE))

    # Receiving, on a thread of its own

    def _read(self) -> None:
        while (body := self.line.receive()) is not None:
            self.reads.wait()
            message = json.loads(body)
            if "id" in message and message.get("method") in self.later:
                self.later[message["method"]](message)
            elif "method" in message and "id" in message:
                answer = self.answers.get(message["method"])
                answer = answer(message["params"]) if callable(answer) else answer
                with contextlib.suppress(OSError, ValueError, ConnectionClosed):
                    self.send({"id": message["id"], "result": answer})
            moment, worked = time.monotonic(), self.work()
            with self._arrived:
                self.arrivals.append(moment)
                self.worked.append(worked)
                self.received.append(message)
                self._arrived.notify_all()
