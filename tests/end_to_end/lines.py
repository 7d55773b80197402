"""The three ways to a real server: standard input and output, TCP, WebSocket. Bytes in, bodies out.

Each starts `meno lsp` as a person would, reads the address and the key from what it prints, and keeps the
rest of what it prints in `errors`.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

DEADLINE = 20.0
COMMAND = [sys.executable, "-P", "-m", "meno_server", "lsp"]
CHANNELS = ("stdio", "tcp", "ws")
_LISTENS = re.compile(r"Meno listens for one editor on (\S+):(\d+)\. The key is (\S+)")


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def read_framed(stream: BinaryIO) -> bytes | None:
    """The body of the next message of a server; None at the end."""
    length = None
    while (header := stream.readline()).strip():
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return None if length is None else stream.read(length)


class Line:
    """A server process and one channel to it; this one is standard input and output."""

    key: str | None = None

    def __init__(self, command: list[str] | None = None, env: dict[str, str] | None = None) -> None:
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        self.hears = threading.Event()  # cleared by who wants to play somebody that reads no errors
        self.hears.set()
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read_errors, daemon=True)
        self._reader.start()

    def with_key(self, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters of `initialize` as this channel wants them."""
        return params

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send_body(self, body: bytes) -> None:
        self.send_bytes(framed(body))

    def receive(self) -> bytes | None:
        """The next message's body; None once the server has gone."""
        assert self.process.stdout is not None
        return read_framed(self.process.stdout)  # type: ignore[arg-type]

    def hang_up(self) -> None:
        """Goes without a word."""
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def close(self, join: Callable[[], None] = lambda: None) -> int:
        """Hangs up and waits for the server's end; `join` waits for who still reads."""
        self.hang_up()
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            join()
            self._reader.join(DEADLINE)
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                assert pipe is not None
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        return status

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.hears.wait()
            self.errors.append(line.decode("utf-8", "replace"))
            self._listening.set()
        self._listening.set()

    def _address(self, own_key: str | None) -> tuple[str, int, str]:
        """Host, port and key, once they are printed."""
        assert self._listening.wait(DEADLINE), "nothing was printed"
        for line in list(self.errors):
            if found := _LISTENS.match(line):
                return found[1], int(found[2]), own_key or found[3]
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"the server did not listen: {self.errors}")


class TcpLine(Line):
    """TCP on a free port. `initialize` carries the key."""

    def __init__(self, command: list[str] | None = None, env: dict[str, str] | None = None) -> None:
        super().__init__([*(command or COMMAND), "--tcp", "0"], env)
        self.host, self.port, self.key = self._address((env or {}).get("MENO_LSP_KEY"))
        self._socket = socket.create_connection((self.host, self.port), timeout=DEADLINE)
        self._socket.settimeout(None)
        self._stream = self._socket.makefile("rb")

    def with_key(self, params: dict[str, Any]) -> dict[str, Any]:
        options = dict(params.get("initializationOptions") or {})
        options["meno"] = {**options.get("meno", {}), "key": self.key}
        return {**params, "initializationOptions": options}

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes | None:
        try:
            return read_framed(self._stream)
        except (OSError, ValueError):
            return None

    def close(self, join: Callable[[], None] = lambda: None) -> int:
        try:
            return super().close(join)
        finally:
            self._stream.close()

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        super().hang_up()


class WebSocketLine(Line):
    """A WebSocket on a free port, with the key in the handshake."""

    def __init__(self, command: list[str] | None = None, env: dict[str, str] | None = None) -> None:
        super().__init__([*(command or COMMAND), "--ws", "0"], env)
        self.host, self.port, self.key = self._address((env or {}).get("MENO_LSP_KEY"))
        self._stack = contextlib.ExitStack()
        self._socket: ClientConnection = self._stack.enter_context(
            connect(
                f"ws://{self.host}:{self.port}",
                additional_headers={"Authorization": f"Bearer {self.key}"},
                proxy=None,
                max_size=None,
                compression=None,
            )
        )

    def send_bytes(self, data: bytes) -> None:
        raise NotImplementedError("a WebSocket has messages only")

    def send_body(self, body: bytes) -> None:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            self._socket.send(body)
        else:
            self._socket.send(text)

    def receive(self) -> bytes | None:
        try:
            received = self._socket.recv()
        except ConnectionClosed:
            return None
        assert isinstance(received, str), "a page could not read this"
        return received.encode()

    def refused(self) -> int:
        """The status with which another editor with the same key is refused."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        try:
            with connect(f"ws://{self.host}:{self.port}", additional_headers=bearer, proxy=None):
                return 0
        except InvalidStatus as refusal:
            return refusal.response.status_code

    def hang_up(self) -> None:
        self._stack.close()
        super().hang_up()


LINES: dict[str, type[Line]] = {"stdio": Line, "tcp": TcpLine, "ws": WebSocketLine}


def message(**content: Any) -> bytes:
    """A JSON-RPC message's body."""
    return json.dumps({"jsonrpc": "2.0", **content}).encode()
