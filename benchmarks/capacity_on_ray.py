"""What Ray adds: processor time of the application and of each replica for a request, memory, and starts.

`meno serve --cluster` is started as an operator would, asked over HTTP, and looked at in /proc, so this needs
Linux. Called by `capacity.py --measure`.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

AT_ONCE = 4
MENO = [sys.executable, "-m", "meno_server"]
KINDS = {
    "application": r"ray::ServeReplica:meno:Gateway",
    "proxy": r"ray::ProxyActor",
    "rules": r"ray::ServeReplica:meno-work:Rules",
    "model": r"ray::ServeReplica:meno-work:Model",
    "machine": r"gcs_server|raylet/raylet|ray/(dashboard|_private)|ray::(ServeContr|Dashboard|RuntimeEnv)",
}
PATIENCE = 180


def processes(pattern: str) -> list[Path]:
    """The folders in /proc of the processes whose command line has the pattern."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if re.search(pattern, command):
            found.append(folder)
    return found


def cpu_seconds(kind: str) -> float:
    """Processor time so far of all processes of a kind."""
    ticks = 0
    for folder in processes(KINDS[kind]):
        fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(kind: str) -> float:
    """Memory of all processes of a kind, shared pages counted once among those who share them."""
    found = [(folder / "smaps_rollup").read_text("utf-8") for folder in processes(KINDS[kind])]
    return sum(
        int(line.split()[1]) / 1024 for text in found for line in text.splitlines() if line.startswith("Pss:")
    )


async def load(address: str, key: str, texts: Sequence[str]) -> None:
    """Asks the rules for each text, `AT_ONCE` at a time. Raises when anything is not answered."""
    waiting = iter(texts)
    async with httpx.AsyncClient(
        base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE
    ) as client:

        async def one_client() -> None:
            for text in waiting:
                reply = await client.post("/api/v1/analyze", json={"code": text, "model": False})
                reply.raise_for_status()

        await asyncio.gather(*(one_client() for _ in range(AT_ONCE)))


def on_ray(texts: Sequence[str]) -> dict[str, Any]:
    """Seconds a request and megabytes by kind of process, and the seconds that a new replica takes."""
    with tempfile.TemporaryDirectory(prefix="meno-") as folder:
        one = "MENO_CLUSTER_{}_REPLICAS"
        environment = {
            **os.environ,
            **{one.format(name): "1" for name in ("INGRESS", "STATIC", "MODEL", "DEBUG")},
            "MENO_GATEWAY_DATA": folder,
            "MENO_GATEWAY_RATE_PER_MINUTE": "1000000",
            "MENO_GATEWAY_RATE_BURST": "1000000",
            "HOME": folder,
            "RAY_TMPDIR": folder,
        }
        made = subprocess.run(
            [*MENO, "keys", "create", "--name", "a", "--json"],
            env=environment,
            capture_output=True,
            check=True,
        )
        with socket.create_server(("127.0.0.1", 0)) as port:
            number = port.getsockname()[1]
        server = subprocess.Popen(
            [*MENO, "serve", "--cluster", "--port", str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            return _looked_at(server, f"http://127.0.0.1:{number}", json.loads(made.stdout)["key"], texts)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE)


def _looked_at(server: subprocess.Popen[str], address: str, key: str, texts: Sequence[str]) -> dict[str, Any]:
    assert server.stdout is not None
    for line in server.stdout:
        if "ends it." in line:
            break
    asyncio.run(load(address, key, texts[:20]))
    before = {kind: cpu_seconds(kind) for kind in KINDS}
    asyncio.run(load(address, key, texts[20:]))
    spent = {kind: (cpu_seconds(kind) - before[kind]) / len(texts[20:]) for kind in KINDS}
    found = {"seconds": spent, "megabytes": {kind: megabytes(kind) for kind in KINDS}}
    (victim,) = processes(KINDS["rules"])
    os.kill(int(victim.name), signal.SIGKILL)
    began = time.monotonic()
    while [one for one in processes(KINDS["rules"]) if one != victim] == []:
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(0.1)
    return {**found, "start": time.monotonic() - began}
