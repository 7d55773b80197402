"""A real gateway as a child process, and stand-ins for its workers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from meno_server.gateway.workers import (
    DebugReply,
    DebugTask,
    EnrichReply,
    EnrichTask,
    ModelReply,
    OriginReply,
    Readiness,
    StaticReply,
    StaticTask,
)

PATIENCE = 90
LONGEST = 1500
PROGRAM = (
    "def total(marks):\n    result = 0\n    for mark in marks:\n        result =+ mark\n    return result\n"
)
LINE = 4
REPORT = (
    'Traceback (most recent call last):\n  File "/home/somebody/hw3.py", line 2, in <module>\n'
    "    print(ages['ada'])\n          ~~~~^^^^^^^\nKeyError: 'ada'\n"
)
FAILING = "ages = {}\nprint(ages['ada'])\n"


def meno(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command of the command line, on the gateway's folder `data`."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", *arguments],
        env={**os.environ, "MENO_GATEWAY_DATA": str(data), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def new_key(data: Path, *scopes: str, **environment: str) -> str:
    """A key of the command line."""
    options = [part for scope in scopes for part in ("--scope", scope)]
    made = meno(data, "keys", "create", "--name", "test", *options, "--json", **environment)
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["key"])


class Running:
    """A `meno serve` that was started as an operator starts it."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.data, self.environment = data, environment
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "meno_server", "serve", "--port", "0", *arguments],
            env={**os.environ, "MENO_GATEWAY_DATA": str(data), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        # Whatever hangs ends one day, and nothing waits for a line that never comes. A module's tests share
        # one gateway, and take long where the machine is slow.
        self._watch = threading.Timer(LONGEST, self.process.kill)
        self._watch.daemon = True
        self._watch.start()
        self._log: list[str] = []
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        threading.Thread(target=self._read, daemon=True).start()
        assert "http://127.0.0.1:" in first, first + "".join(self._log)
        self.address = first.split()[2].removesuffix("/api/v1")
        self.port = int(self.address.rpartition(":")[2])

    def _read(self) -> None:
        assert self.process.stderr is not None
        self._log.extend(self.process.stderr)

    @property
    def log(self) -> str:
        """What it has written to standard error."""
        return "".join(self._log)

    def until_ready(self) -> Running:
        """Waits until it can work."""
        with httpx.Client(base_url=self.address, timeout=PATIENCE) as client:
            for _ in range(PATIENCE * 10):
                if client.get("/health/ready").status_code == 200:
                    return self
                self.process.poll()
                threading.Event().wait(0.1)
        raise AssertionError(f"the gateway did not get ready: {self.log}")

    def client(self, *scopes: str) -> httpx.Client:
        """Somebody with a key."""
        key = new_key(self.data, *scopes, **self.environment)
        return httpx.Client(
            base_url=f"{self.address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE
        )

    def children(self) -> list[int]:
        """The processes that it started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in listed.read_text().split()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it as a system does; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self._watch.cancel()
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()


@dataclass
class StandIn:
    """Workers that answer at once with next to nothing, or wait for `go`, or raise `problem`."""

    go: asyncio.Event | None = None
    problem: Exception | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Any] = field(default_factory=list)
    model_reply: ModelReply = field(default_factory=ModelReply)

    async def _work(self, what: Any) -> None:
        self.asked.append(what)
        self.reached.set()
        try:
            if self.go is not None:
                await self.go.wait()
        except asyncio.CancelledError:
            self.given_up.set()
            raise
        if self.problem is not None:
            raise self.problem

    async def start(self) -> None:
        return

    async def static(self, task: StaticTask) -> StaticReply:
        await self._work(task)
        return StaticReply([], {"static": 1.0, "hints": 0.5})

    async def model(self, text: str) -> ModelReply:
        await self._work(text)
        return self.model_reply

    async def hints(
        self, findings: Sequence[dict[str, Any]], language: str, highest: int
    ) -> Sequence[dict[str, Any]]:
        await self._work(findings)
        return []

    async def origin(self, text: str) -> OriginReply:
        await self._work(text)
        return OriginReply(unreadable="This cannot be read.")

    async def debug(self, task: DebugTask) -> DebugReply:
        await self._work(task)
        return DebugReply("passes", sentence=f"Answer {len(self.asked)}.")

    async def enrich(self, task: EnrichTask) -> EnrichReply:
        await self._work(task)
        return EnrichReply("nothing-there")

    async def ready(self) -> Readiness:
        return Readiness(static=True)

    async def close(self) -> None:
        return
