"""Throughput and latency of a gateway: `analyze` and `predict` at 1, 8 and 64 clients, batching off and on.

    python benchmarks/gateway.py [--seconds 8] [--clients 1,8,64] [--workers 0] [--rounds 1] [--every 0]
                                 [--requests NAME ...] [--batching off,on] [--format table|json]

Starts `meno serve` on this machine twice, with and without batching, and asks it from another process, so the
load and the gateway share the processor's cores: the figures are those of the two together. Each client asks
again as soon as it is answered, or with `--every N` once in N seconds, as people do, at times that are spread
evenly; one that is answered later than that asks again at once. Kinds of requests:

    analyze, rules   L1 and L3 of a snippet of 30 lines that nobody has sent before, without the model
    analyze, new     L1 to L3 with the model, on a snippet of which every unit is new: the worst case
    analyze, edited  the same snippets again with one function changed: what an editor sends while one works
    analyze, same    the same snippets again and again
    predict          the origin model, on new snippets

Every figure is from one run; `--rounds` repeats the whole to show the noise. Seed figure for orientation: one
`analyze` took 287 ms on a hosted GPU.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from tables import Row, print_rows

SNIPPET = """def total_{n}(marks, least=2):
    result = {n}
    for place in range(len(marks)):
        if marks[place] > least:
            result += marks[place]
    return result


class Account{n}:
    def __init__(self, owner, balance={n}):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount_{n}):
        if amount_{n} <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount_{n}
        return self.balance


def average_{n}(values):
    if values == None:
        return {n}
    return sum(values) / len(values)


def first_{m}(items_{m}):
    return items_{m}[{m}]


print(average_{n}([1, 2, {n}]), total_{n}([1, 2]), first_{m}([{m}]))
"""
READY_SECONDS = 180
DEADLINE = 120.0
Body = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each figure")
    parser.add_argument("--clients", default="1,8,64")
    parser.add_argument(
        "--workers", type=int, default=0, help="processes for the rules; 0: one for each core"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--every", type=float, default=0.0, help="seconds from one question of a client to its next"
    )
    parser.add_argument("--requests", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--batching", default="off,on")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.load is not None:
        print(json.dumps(asyncio.run(_load(json.loads(chosen.load)))))
        return
    clients = [int(number) for number in chosen.clients.split(",")]
    rows: list[Row] = []
    for round_ in range(1, chosen.rounds + 1):
        for batching in chosen.batching.split(","):
            rows += _measured(batching, clients, chosen, round_)
    print_rows(rows, chosen.format)
    if chosen.format == "table":
        print(f"\n{os.cpu_count()} cores for gateway and load together; times in ms.")


def _measured(batching: str, clients: list[int], chosen: argparse.Namespace, round_: int) -> list[Row]:
    """The rows of one gateway."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "MENO_GATEWAY_DATA": str(Path(folder, "gateway")),
            "MENO_GATEWAY_RATE_PER_MINUTE": "10000000",
            "MENO_GATEWAY_RATE_BURST": "10000000",
            "MENO_GATEWAY_ANALYZE_SECONDS": "60",
            "MENO_GATEWAY_MODEL_SECONDS": "60",
        }
        key = _key(environment)
        command = [sys.executable, "-P", "-m", "meno_server", "serve", "--port", "0"]
        command += ["--batching", batching, "--workers", str(chosen.workers)]
        gateway = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert gateway.stdout is not None
            address = gateway.stdout.readline().split()[2].removesuffix("/api/v1")
            _wait(address)
            first = itertools.count(1)
            for kind, count in itertools.product(chosen.requests, clients):
                told = {"address": address, "key": key, "kind": kind, "clients": count, "mark": next(first)}
                row = _row({**told, "seconds": chosen.seconds, "every": chosen.every})
                rows.append({"round": round_, "batching": batching, **row})
        finally:
            gateway.terminate()
            gateway.wait(60)
    return rows


def _key(environment: dict[str, str]) -> str:
    command = [sys.executable, "-P", "-m", "meno_server", "keys", "create", "--name", "load", "--json"]
    scopes = ["--scope", "analyze", "--scope", "predict"]
    made = subprocess.run([*command, *scopes], env=environment, capture_output=True, text=True, check=True)
    return str(json.loads(made.stdout)["key"])


def _wait(address: str) -> None:
    for _ in range(READY_SECONDS * 5):
        if httpx.get(f"{address}/health/ready", timeout=30).status_code == 200:
            return
        time.sleep(0.2)
    raise SystemExit("The gateway did not get ready.")


def _row(told: dict[str, Any]) -> Row:
    """One figure, by a load in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--load", json.dumps(told)],
        capture_output=True,
        text=True,
        check=True,
        timeout=told["seconds"] + DEADLINE,
    )
    row: Row = json.loads(done.stdout)
    return row


def _rules(mark: int) -> Iterator[Body]:
    return ({"code": _snippet(mark, n, n), "model": False} for n in itertools.count())


def _new(mark: int) -> Iterator[Body]:
    return ({"code": _snippet(mark, n, n)} for n in itertools.count())


def _edited(mark: int) -> Iterator[Body]:
    return ({"code": _snippet(mark, n % 8, n)} for n in itertools.count())


def _same(mark: int) -> Iterator[Body]:
    return ({"code": _snippet(mark, n % 8, n % 8)} for n in itertools.count())


def _predict(mark: int) -> Iterator[Body]:
    return ({"code": _snippet(mark, n, n)} for n in itertools.count())


KINDS: dict[str, tuple[str, Callable[[int], Iterator[Body]]]] = {
    "analyze, rules": ("analyze", _rules),
    "analyze, new": ("analyze", _new),
    "analyze, edited": ("analyze", _edited),
    "analyze, same": ("analyze", _same),
    "predict": ("predict", _predict),
}


def _snippet(mark: int, n: int, m: int) -> str:
    return SNIPPET.format(n=mark * 1_000_000 + n, m=mark * 1_000_000 + m)


class _Client:
    """One kept connection that posts JSON: a library would cost as much of the processor as the gateway."""

    def __init__(self, told: dict[str, Any], path: str) -> None:
        host, _, port = told["address"].removeprefix("http://").rpartition(":")
        self._host, self._port = host, int(port)
        self._head = (
            f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {told['key']}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**22)

    async def post(self, body: Body) -> tuple[int, bytes]:
        data = json.dumps(body).encode()
        self._writer.write(f"{self._head}{len(data)}\r\n\r\n".encode() + data)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split(b" ", 2)[1]), await self._reader.readexactly(length)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def _load(told: dict[str, Any]) -> Row:
    """Asks for `seconds` with so many clients, each as often as it is told."""
    path, make = KINDS[told["kind"]]
    bodies = make(told["mark"])
    times: list[float] = []
    answers: list[bytes] = []
    failed = 0
    clients = [_Client(told, path) for _ in range(told["clients"])]
    await asyncio.gather(*(client.open() for client in clients))
    warm = await asyncio.gather(*(client.post(next(bodies)) for client in clients))
    assert all(status == 200 for status, _ in warm), warm[0]
    for _ in range(16 if told["kind"].endswith("same") else 0):
        await clients[0].post(next(bodies))
    began = time.perf_counter()
    end = began + told["seconds"]

    async def ask(number: int, client: _Client) -> None:
        nonlocal failed
        due = began + told["every"] * number / len(clients)
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if (at := time.perf_counter()) >= end:
                return
            due += told["every"]
            status, answer = await client.post(next(bodies))
            if status == 200:
                times.append((time.perf_counter() - at) * 1000)
                answers.append(answer)
            else:
                failed += 1

    await asyncio.gather(*(ask(number, client) for number, client in enumerate(clients)))
    spent = time.perf_counter() - began
    await asyncio.gather(*(client.close() for client in clients))
    inside = sorted(json.loads(answer)["milliseconds"]["total"] for answer in answers)
    times.sort()
    return {
        "request": told["kind"],
        "clients": told["clients"],
        "requests": len(times),
        "failed": failed,
        "per second": round(len(times) / spent, 1),
        **{f"p{percent}": round(_percentile(times, percent), 1) for percent in (50, 95, 99)},
        "in the gateway p50": round(_percentile(inside, 50), 1),
    }


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0.0


if __name__ == "__main__":
    main()
