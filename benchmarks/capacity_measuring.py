"""What one replica can do on this machine, measured through the gateway's own workers.

Each kind of work is asked of a single process, one text after the other and never the same text twice, so
that no memory of answers helps; the model is asked in batches of several sizes. `under_load` is another
measurement, with arrivals at random times, against which the simulation is checked. Snippets come from sets
like those in benchmarks/README.md, or are made by `made_up` when no set is given.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import platform
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from queueing import percentile

from meno_server.gateway.local import LocalWorkers
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.workers import DebugTask, EnrichTask, StaticTask

BATCHES = (1, 2, 4, 8)
LINES = (20, 40)
"""Snippets of so many lines are taken: thirty, more or less."""
_FAILING = '''
def total_{n}(values):
    """
    >>> total_{n}([1, 2, 3])
    {answer}
    >>> total_{n}([])
    {start}
    """
    result = {start}
    for place in range(1, len(values)):
        result += values[place] * {n}
    return result
'''


def made_up(count: int) -> Iterator[str]:
    """Distinct programs of thirty lines: four functions with other names and numbers, one with a slip."""
    for number in range(count):
        parts = [
            f"def part_{number}_{k}(values, limit={k}):\n    found = []\n"
            f"    for place in range(len(values)):\n"
            f"        if values[place] > limit + {number}:\n            found.append(values[place])\n"
            f"    return found\n"
            for k in range(4)
        ]
        yield "\n\n".join(parts) + f"\n\nprint(part_{number}_0([1, {number}, 3])[0] + part_{number}_1)\n"


def snippets(paths: Sequence[Path], count: int) -> list[str]:
    """Distinct programs of about thirty lines, drawn from all sets with the same seed each time."""
    if not paths:
        return list(made_up(count))
    found: dict[str, None] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                text = record.get("buggy") or record.get("code") or record.get("fixed") or ""
                if LINES[0] <= text.count("\n") + 1 <= LINES[1]:
                    found[text] = None
    drawn = list(found)
    random.Random(3).shuffle(drawn)
    return drawn[:count]


def settings(**changed: Any) -> GatewaySettings:
    """One process of each kind, and no limits that a measurement would meet."""
    return GatewaySettings(
        workers=1, run_code=True, rate_per_minute=10**6, analyze_seconds=60, model_seconds=120, **changed
    )


async def one_by_one(ask: Callable[[str], Awaitable[Any]], texts: Sequence[str]) -> list[float]:
    """Seconds of each, the first of them left out."""
    times = []
    for text in texts:
        began = time.perf_counter()
        await ask(text)
        times.append(time.perf_counter() - began)
    return times[1:]


async def measured(texts: Sequence[str]) -> dict[str, Any]:
    """Seconds of service by kind of work, memory by kind of process, and how long a start takes."""
    figures: dict[str, Any] = {"machine": machine(), "snippets": len(texts)}
    figures["lines"] = percentile([text.count("\n") + 1 for text in texts], 0.5)
    workers = LocalWorkers(settings(origin=False))
    began = time.perf_counter()
    await workers.start()
    await workers.static(StaticTask("x = 1\n"))
    figures["start"] = {"rules": time.perf_counter() - began}
    await workers.model("def first(items):\n    return items[0]\n")
    figures["start"]["model"] = time.perf_counter() - began
    try:
        figures["rules"] = await one_by_one(lambda text: workers.static(StaticTask(text)), texts)
        figures["model"] = {str(size): await _batches(workers, texts, size) for size in BATCHES}
        asked = [
            (text, found.findings) for text in texts if (found := await workers.static(StaticTask(text)))
        ]
        lines = {text: findings[0]["line"] for text, findings in asked if findings}
        figures["enrich"] = await one_by_one(
            lambda text: workers.enrich(EnrichTask(text, lines[text], tutor=False)), list(lines)[:60]
        )
        figures["debug"] = await _failing_programs(workers, 12)
        figures["megabytes"] = _memory()
    finally:
        await workers.close()
    figures["machine"]["load after"] = os.getloadavg()[0]
    return figures


async def _batches(workers: LocalWorkers, texts: Sequence[str], size: int) -> list[float]:
    """Seconds of one batch of each `size` texts that the model has not seen: a comment makes them new."""
    times = []
    for first in range(0, min(len(texts), 24 * size) - size + 1, size):
        group = [_renamed(text, size) for text in texts[first : first + size]]
        began = time.perf_counter()
        await asyncio.gather(*(workers.model(text) for text in group))
        times.append(time.perf_counter() - began)
    return times[1:]


def _renamed(text: str, mark: int) -> str:
    """The same program for a reader, another one for the memory of answers, which goes by a unit's text."""
    return "".join(
        line.replace("):", f", unused_{mark}=None):", 1) if line.lstrip().startswith("def ") else line
        for line in text.splitlines(keepends=True)
    )


async def _failing_programs(workers: LocalWorkers, count: int) -> list[float]:
    """Seconds to run a failing program's examples, to find a change that mends it, and to explain it."""
    times = []
    for number in range(2, count + 2):
        text = _FAILING.format(n=number, answer=6 * number, start=0)
        began = time.perf_counter()
        await workers.debug(DebugTask(files={"program.py": text}, main="program.py", run=True, seconds=20))
        times.append(time.perf_counter() - began)
    return times


async def alone_with(texts: Sequence[str], what: str) -> list[float]:
    """Seconds of each text while nothing else is asked."""
    workers = LocalWorkers(settings(origin=False, model=what == "model"))
    await workers.start()
    try:
        ask = (lambda text: workers.static(StaticTask(text))) if what == "rules" else workers.model
        await ask("def first(items):\n    return items[0]\n")
        return await one_by_one(ask, texts)
    finally:
        await workers.close()


async def under_load(texts: Sequence[str], rate: float, what: str) -> list[float]:
    """Seconds from asking to the answer, texts arriving at random at a `rate` a second."""
    workers = LocalWorkers(settings(origin=False, model=what == "model"))
    await workers.start()
    ask = (lambda text: workers.static(StaticTask(text))) if what == "rules" else workers.model
    await ask("def first(items):\n    return items[0]\n")
    chance, times = random.Random(7), list[float]()

    async def timed(text: str) -> None:
        began = time.perf_counter()
        await ask(text)
        times.append(time.perf_counter() - began)

    try:
        async with asyncio.TaskGroup() as group:
            due = time.perf_counter()
            for text in texts:
                due += chance.expovariate(rate)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(timed(text))
    finally:
        await workers.close()
    return times


def machine() -> dict[str, Any]:
    """Enough to compare with another one; the load says how quiet it was."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "load before": os.getloadavg()[0],
    }


def _memory() -> dict[str, float]:
    """Megabytes of our child processes by what they run, without what they share; empty off Linux."""
    found: dict[str, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            parent = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
            rollup = (folder / "smaps_rollup").read_text("utf-8")
        except (OSError, ValueError):
            continue
        kind = "rules" if "gateway.working" in command else "model" if "meno_model.worker" in command else ""
        if kind and parent == os.getpid():
            pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            found[kind] = round(pss / 1024, 1)
    return found
