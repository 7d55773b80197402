"""A client that counts rather than keeps: how often each id was answered, and what each file last showed.

It stands on the same lines to a real server as `end_to_end.wire`, which keeps every message and so is no
client for a million edits.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from websockets.exceptions import ConnectionClosed

from end_to_end.lines import LINES, message

DEADLINE = 60.0


class Client:
    """One server process and what it has said."""

    def __init__(self, channel: str, env: dict[str, str]) -> None:
        self.line = LINES[channel](None, env)
        self.replies: Counter[str] = Counter()  # by the id as JSON
        self.last_reply: dict[str, dict[str, Any]] = {}
        self.refusals = 0
        self.shown: dict[str, tuple[int | None, list[dict[str, Any]]]] = {}
        self.settings: dict[str, Any] = {}
        self.configurations = 0  # how often the server was told its settings
        self.ended = False
        self._wanted: set[str] = set()
        self._arrived = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, **content: Any) -> None:
        self.line.send_body(message(**content))

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Waits until something is true of what has arrived."""
        end = time.monotonic() + DEADLINE
        with self._arrived:
            while not holds():
                left = end - time.monotonic()
                if self.ended or left <= 0 or not self._arrived.wait(left):
                    why = "the server ended" if self.ended else "nothing arrived in time"
                    raise AssertionError(f"{what}: {why}; stderr: {''.join(self.line.errors[-30:])}")

    def listen(self, seconds: float) -> None:
        """Waits for whatever arrives next, not for long."""
        with self._arrived:
            self._arrived.wait(seconds)

    def ask(self, id: int | str, method: str, params: Any) -> dict[str, Any]:
        """The reply to a request whose id is used once."""
        key = json.dumps(id)
        self._wanted = {key}
        self.send(id=id, method=method, params=params)
        self.until(lambda: self.replies[key] > 0, f"a reply to {method}")
        return self.last_reply[key]

    def close(self) -> int:
        return self.line.close(lambda: self._reader.join(DEADLINE))

    def _read(self) -> None:
        try:
            while (body := self.line.receive()) is not None:
                self._take(json.loads(body))
        finally:
            with self._arrived:
                self.ended = True
                self._arrived.notify_all()

    def _take(self, arrived: dict[str, Any]) -> None:
        method = arrived.get("method")
        if method is not None and "id" in arrived:
            self._answer(arrived)
            return
        with self._arrived:
            if method == "textDocument/publishDiagnostics":
                params = arrived["params"]
                self.shown[unquote(params["uri"])] = (params.get("version"), params["diagnostics"])
            elif method is None and arrived.get("id") is None:
                self.refusals += 1
            elif method is None:
                key = json.dumps(arrived["id"])
                self.replies[key] += 1
                if key in self._wanted:
                    self.last_reply[key] = arrived
            self._arrived.notify_all()

    def _answer(self, request: dict[str, Any]) -> None:
        """Settings are answered for; whatever else the server asks, the answer is of no use to it."""
        content: dict[str, Any] = {"result": {"surprise": [1]}}
        if request["method"] == "workspace/configuration":
            content = {"result": [self.settings]}
        with contextlib.suppress(OSError, ValueError, ConnectionClosed):
            self.send(id=request["id"], **content)
        with self._arrived:
            self.configurations += request["method"] == "workspace/configuration"
            self._arrived.notify_all()
