"""Pools of real processes: killed, hanging, given up, and those that never start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from meno_server.gateway import children
from meno_server.gateway.children import Pool
from meno_server.gateway.workers import TooSlowError, UnavailableError

DEADLINE = 60.0
ANSWERING = """
    import json, os, sys, time
    print("a stray line that is no message", flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if message["do"] == "die":
            os._exit(1)
        if message["do"] == "hang":
            time.sleep(1000)
        if message["do"] == "wait":
            time.sleep(0.2)
        print(json.dumps({"id": message["id"], "pid": os.getpid()}), flush=True)
"""
Make = Callable[..., Pool]


@pytest.fixture
async def make(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Makes pools of a script; all of them are closed at the end, and leave no process."""
    monkeypatch.setattr(children, "PAUSES", (0.0, 0.01, 0.02))
    made: list[tuple[Pool, list[str]]] = []

    def build(size: int = 1, script: str = ANSWERING, **options: Any) -> Pool:
        logged: list[str] = []
        command = [sys.executable, "-c", textwrap.dedent(script)]
        pool = Pool(
            "test",
            command,
            size,
            warm={"do": "warm"},
            log=lambda event, **_values: logged.append(event),
            **options,
        )
        made.append((pool, logged))
        pool.start()
        return pool

    yield build
    for pool, _ in made:
        ids = [child.process_id for child in pool._alive]
        await pool.close()
        for number in ids:
            assert number is not None
            with pytest.raises(ProcessLookupError):
                os.kill(number, 0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  # the pool's state is plain data, not an event
            await asyncio.sleep(0.01)


async def test_questions_are_answered_by_whichever_is_free(make: Make) -> None:
    pool = make(2)
    await until(lambda: len(pool._alive) == 2)
    replies = await asyncio.gather(*(pool.ask({"do": "wait"}, 30) for _ in range(6)))

    assert len({reply["pid"] for reply in replies}) == 2


async def test_a_process_that_was_killed_is_replaced_and_the_question_answered(make: Make) -> None:
    pool = make(1)
    before = (await pool.ask({"do": "x"}, 30))["pid"]
    os.kill(before, signal.SIGKILL)

    assert (await pool.ask({"do": "x"}, 30))["pid"] != before


async def test_a_question_that_kills_is_tried_twice_and_no_more(make: Make) -> None:
    pool = make(1)
    with pytest.raises(UnavailableError, match="twice"):
        await pool.ask({"do": "die"}, 30)

    assert (await pool.ask({"do": "x"}, 30))["pid"]


async def test_a_question_that_takes_too_long_ends_its_process(make: Make) -> None:
    pool = make(1)
    before = (await pool.ask({"do": "x"}, 30))["pid"]
    with pytest.raises(TooSlowError):
        await pool.ask({"do": "hang"}, 0.2)

    assert (await pool.ask({"do": "x"}, 30))["pid"] != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


async def test_a_question_that_is_given_up_frees_its_process(make: Make) -> None:
    pool = make(1)
    before = (await pool.ask({"do": "x"}, 30))["pid"]
    short = asyncio.create_task(pool.ask({"do": "wait"}, 30))
    await until(pool._idle.empty)
    short.cancel()

    assert (await pool.ask({"do": "x"}, 30))["pid"] == before, "a short one is waited for"


async def test_a_long_one_that_is_given_up_is_ended(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "SETTLE_SECONDS", 0.1)
    pool = make(1)
    before = (await pool.ask({"do": "x"}, 30))["pid"]
    long = asyncio.create_task(pool.ask({"do": "hang"}, 900))
    await until(pool._idle.empty)
    long.cancel()

    assert (await pool.ask({"do": "x"}, 30))["pid"] != before


async def test_too_many_that_wait_are_sent_away(make: Make) -> None:
    pool = make(1, most_waiting=1)
    await pool.ask({"do": "x"}, 30)
    busy = asyncio.create_task(pool.ask({"do": "wait"}, 30))
    await until(pool._idle.empty)
    waiting = asyncio.create_task(pool.ask({"do": "x"}, 30))
    await until(lambda: pool._waiting == 1)
    with pytest.raises(UnavailableError, match="Too many"):
        await pool.ask({"do": "x"}, 30)
    await asyncio.gather(busy, waiting)


async def test_a_program_that_never_starts_is_told_and_not_waited_for(make: Make) -> None:
    pool = make(1, "raise SystemExit(1)")
    await until(lambda: not pool.starting)

    assert not pool.ready
    with pytest.raises(UnavailableError):
        await pool.ask({"do": "x"}, 0.2)
    await pool.close()
    with pytest.raises(UnavailableError, match="being ended"):
        await pool.ask({"do": "x"}, 5)
