"""A real cluster under real load, told as one JSON object: what `test_cluster.py` runs and then reads.

`meno serve --cluster` is started as an operator would, with two replicas of the rules. Clients ask over HTTP
while one replica is killed with SIGKILL, then the bug model, then SIGTERM comes while requests are under way.
It runs in a process and network namespace of its own where the system allows that, so that nothing listens
on this machine and nothing stays; the loopback device of a new network namespace is down until it is raised
here.
"""

from __future__ import annotations

import asyncio
import collections
import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 150
REQUESTS = 160
AT_ONCE = 12
_RAISE, _UP = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP and IFF_RUNNING
MENO = [sys.executable, "-m", "meno_server"]
READY = "ends it."


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, _RAISE, struct.pack("16sh", b"lo", _UP))


def processes(pattern: str) -> set[int]:
    """Processes whose command line has the pattern, in our namespace."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if re.search(pattern, command) and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


def seen(pattern: str, enough: Callable[[set[int]], bool]) -> set[int]:
    """The processes as soon as they are as wanted, or those of the last look."""
    deadline = time.monotonic() + PATIENCE
    while not enough(found := processes(pattern)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


RAY = r"ray::|raylet|gcs_server|meno_server"
RULES = r"ray::ServeReplica:meno-work:Rules"


def program(line: int, lines: int) -> str:
    """A program whose one finding is on a line that the text alone decides."""
    rows = [f"value_{number} = {number}" for number in range(lines)]
    rows[line - 1] = f"def gather_{line}(item, into=[]):\n    into.append(item)\n    return into\n"
    return "\n".join(rows) + "\n"


async def ask(client: httpx.AsyncClient, line: int, lines: int, model: bool = False) -> dict[str, Any]:
    body = {"code": program(line, lines), "model": model}
    try:
        reply = await client.post("/api/v1/analyze", json=body)
    except httpx.HTTPError as problem:
        return {"status": type(problem).__name__, "right": False}
    if reply.status_code != httpx.codes.OK:
        return {"status": reply.status_code, "right": False, "says": reply.text[:200]}
    told = reply.json()
    right = [(one["rule"], one["line"]) for one in told["findings"] if one["source"] == "static"]
    return {"status": 200, "right": right == [("ME410", line)], "model": told["model"]["status"]}


def summed(replies: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "statuses": dict(collections.Counter(str(reply["status"]) for reply in replies)),
        "right": sum(reply["right"] for reply in replies),
        "models": dict(collections.Counter(reply.get("model") for reply in replies)),
        "problems": [reply["says"] for reply in replies if "says" in reply][:3],
    }


async def killed_under_load(client: httpx.AsyncClient) -> dict[str, Any]:
    """Keeps `AT_ONCE` requests under way, and kills a replica when a quarter is answered."""
    answered: list[dict[str, Any]] = []
    numbers = iter(range(1, REQUESTS + 1))
    before = processes(RULES)
    victim: list[int] = []

    async def one_client() -> None:
        for number in numbers:
            answered.append(await ask(client, number, 300))
            if len(answered) >= REQUESTS // 4 and not victim:
                victim.append(min(before))
                os.kill(victim[0], signal.SIGKILL)

    await asyncio.gather(*(one_client() for _ in range(AT_ONCE)))
    now = await asyncio.to_thread(seen, RULES, lambda found: len(found) >= len(before))
    return {**summed(answered), "before": len(before), "after": len(now), "replaced": victim[0] not in now}


async def drained(client: httpx.AsyncClient, server: subprocess.Popen[str]) -> dict[str, Any]:
    """Ends the gateway while every request is under way."""
    under_way = [asyncio.create_task(ask(client, number, 3000)) for number in range(1, AT_ONCE + 1)]
    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    left = sum(not task.done() for task in under_way)
    server.send_signal(signal.SIGTERM)
    replies = await asyncio.gather(*under_way)
    status = await asyncio.to_thread(server.wait, PATIENCE)
    rest = await asyncio.to_thread(seen, RAY, lambda found: not found)
    return {**summed(list(replies)), "under way": left, "exit": status, "processes left": len(rest)}


def started(port: int) -> tuple[subprocess.Popen[str], str]:
    """The gateway when it says that it runs, and what it has said."""
    server = subprocess.Popen(
        [*MENO, "serve", "--cluster", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    said = ""
    for line in server.stdout:
        said += line
        if READY in line:
            break
    return server, said


def new_key() -> str:
    command = [*MENO, "keys", "create", "--name", "a-course", "--json"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    key: str = json.loads(made.stdout)["key"]
    return key


async def run() -> dict[str, Any]:
    key = await asyncio.to_thread(new_key)
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    began = time.monotonic()
    server, said = await asyncio.to_thread(started, port)
    told: dict[str, Any] = {"said": said, "seconds": {"start": time.monotonic() - began}}
    if READY not in said:
        return told
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE, limits=limits
    ) as client:
        told["ready"] = (await client.get("/api/v1/health/ready")).json()
        for name, part in (
            ("killed", lambda: killed_under_load(client)),
            ("model", lambda: with_the_model(client)),
            ("drained", lambda: drained(client, server)),
        ):
            began = time.monotonic()
            told[name] = await part()
            told["seconds"][name] = time.monotonic() - began
    assert server.stdout is not None
    told["said"] += server.stdout.read()
    return told


async def with_the_model(client: httpx.AsyncClient) -> dict[str, Any]:
    asked = [ask(client, number, 20, model=True) for number in range(1, AT_ONCE + 1)]
    return summed(list(await asyncio.gather(*asked)))


def main() -> None:
    if sys.argv[1:] == ["--own-network"]:
        raise_loopback()
    print(json.dumps(asyncio.run(run())))


if __name__ == "__main__":
    main()
