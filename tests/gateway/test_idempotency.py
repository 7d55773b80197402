"""The same Idempotency-Key: the same answer, a conflict, or another request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gateway.running import StandIn
from meno_server.gateway.idempotency import Memory, Replay, Ticket
from meno_server.gateway.problems import ProblemError
from meno_server.gateway.workers import UnavailableError

Make = Callable[..., Any]
BODY = {"traceback": "KeyError: 'ada'"}
HEADERS = {"Idempotency-Key": "b5ad2e5e-6a6c-4ab1-a7f5-1f3c0a0e2f5c"}
DEADLINE = 30.0


async def test_the_same_request_has_the_same_answer_and_is_done_once(in_process: Make) -> None:
    gateway = await in_process()
    first = await gateway.client.post("/debug", json=BODY, headers=HEADERS)
    again = await gateway.client.post("/debug", json=BODY, headers=HEADERS)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(gateway.workers.asked) == 1


async def test_the_key_with_another_body_is_refused(in_process: Make) -> None:
    gateway = await in_process()
    await gateway.client.post("/debug", json=BODY, headers=HEADERS)
    other = await gateway.client.post("/debug", json={"traceback": "other"}, headers=HEADERS)

    assert other.status_code == 422
    assert other.json()["type"] == "urn:meno:problem:idempotency-key-reused"


async def test_while_it_is_being_answered_the_same_request_is_a_conflict(in_process: Make) -> None:
    workers = StandIn(go=asyncio.Event())
    gateway = await in_process(workers)
    async with asyncio.timeout(DEADLINE):
        first = asyncio.create_task(gateway.client.post("/debug", json=BODY, headers=HEADERS))
        await workers.reached.wait()
        second = await gateway.client.post("/debug", json=BODY, headers=HEADERS)
        assert second.status_code == 409
        assert workers.go is not None
        workers.go.set()
        assert (await first).status_code == 200


async def test_a_failure_of_ours_is_not_remembered(in_process: Make) -> None:
    workers = StandIn(problem=UnavailableError("Not now."))
    gateway = await in_process(workers)
    assert (await gateway.client.post("/debug", json=BODY, headers=HEADERS)).status_code == 503
    workers.problem = None
    answer = await gateway.client.post("/debug", json=BODY, headers=HEADERS)

    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", "a" * 256, "tab\there"])
async def test_a_key_that_is_none_is_refused(in_process: Make, key: str) -> None:
    gateway = await in_process()
    answer = await gateway.client.post("/debug", json=BODY, headers={"Idempotency-Key": key})

    assert answer.status_code == 422


def test_keys_of_two_clients_are_two_keys() -> None:
    memory = Memory(60, 10)
    one = memory.begin("one", "same", b"body")
    assert isinstance(one, Ticket)
    one.settle(200, b"answer", "application/json")

    assert isinstance(memory.begin("two", "same", b"other"), Ticket)
    assert memory.begin("one", "same", b"body") == Replay(200, b"answer", "application/json")


def test_answers_are_forgotten_after_their_time_and_beyond_their_number() -> None:
    now = [0.0]
    memory = Memory(60, 3, clock=lambda: now[0])
    for name in "abcd":
        ticket = memory.begin("key", name, b"body")
        assert isinstance(ticket, Ticket)
        ticket.settle(200, b"answer", "application/json")
    assert isinstance(memory.begin("key", "d", b"body"), Replay)
    assert isinstance(memory.begin("key", "a", b"body"), Ticket), "the oldest had to go"
    now[0] = 61
    assert isinstance(memory.begin("key", "d", b"body"), Ticket)


def test_nothing_of_a_body_is_in_the_memory() -> None:
    memory = Memory(60, 10)
    memory.begin("key", "name", b"grandmothers_recipe")

    assert b"grandmothers_recipe" not in repr(memory._entries).encode()
    with pytest.raises(ProblemError):
        memory.begin("key", "name", b"another")
