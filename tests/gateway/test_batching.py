"""Questions that come together: one batch, no text asked twice, none spoilt by another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from meno_server.gateway.batching import Batcher
from meno_server.gateway.workers import ModelReply, TooSlowError, UnavailableError

DEADLINE = 30.0


class Model:
    """Answers a text with itself; waits for `go`; dies of the text "poison"."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.reached = asyncio.Event()

    async def ask(self, texts: Sequence[str]) -> Sequence[ModelReply]:
        self.batches.append(list(texts))
        self.reached.set()
        await self.go.wait()
        if "poison" in texts:
            raise UnavailableError("It died.")
        return [ModelReply([{"rule": text}]) for text in texts]


def rules(replies: Sequence[ModelReply]) -> list[str]:
    return [reply.findings[0]["rule"] for reply in replies]


async def test_what_comes_while_the_model_is_busy_is_answered_in_one_batch() -> None:
    model = Model()
    model.go.clear()
    batcher = Batcher(model.ask, most=4, wait_seconds=0)
    async with asyncio.timeout(DEADLINE):
        first = asyncio.create_task(batcher.answer("0"))
        await model.reached.wait()
        others = [asyncio.create_task(batcher.answer(str(number))) for number in range(1, 7)]
        await asyncio.sleep(0)
        model.go.set()
        assert rules(await asyncio.gather(first, *others)) == [str(number) for number in range(7)]
    assert model.batches == [["0"], ["1", "2", "3", "4"], ["5", "6"]]


async def test_equal_texts_are_asked_once() -> None:
    model = Model()
    batcher = Batcher(model.ask, most=8, wait_seconds=0.01)
    async with asyncio.timeout(DEADLINE):
        replies = await asyncio.gather(*(batcher.answer(text) for text in "aabba"))
    assert rules(replies) == list("aabba")
    assert model.batches == [["a", "b"]]


async def test_one_at_a_time_there_are_no_batches() -> None:
    model = Model()
    batcher = Batcher(model.ask, most=1, wait_seconds=0)
    async with asyncio.timeout(DEADLINE):
        await asyncio.gather(*(batcher.answer(text) for text in "abc"))
    assert model.batches == [["a"], ["b"], ["c"]]


async def test_one_text_cannot_spoil_the_answers_of_others() -> None:
    model = Model()
    batcher = Batcher(model.ask, most=8, wait_seconds=0.01)
    async with asyncio.timeout(DEADLINE):
        found = await asyncio.gather(
            *(batcher.answer(text) for text in ("a", "poison", "b")), return_exceptions=True
        )
    assert isinstance(found[0], ModelReply)
    assert isinstance(found[2], ModelReply)
    assert isinstance(found[1], UnavailableError)


async def test_who_gives_up_keeps_nobody_else_from_an_answer() -> None:
    model = Model()
    model.go.clear()
    batcher = Batcher(model.ask, most=8, wait_seconds=0)
    async with asyncio.timeout(DEADLINE):
        first = asyncio.create_task(batcher.answer("0"))
        await model.reached.wait()
        left, stays = (asyncio.create_task(batcher.answer(text)) for text in ("left", "stays"))
        await asyncio.sleep(0)
        left.cancel()
        first.cancel()
        model.go.set()
        assert rules([await stays]) == ["stays"]
    assert model.batches == [["0"], ["stays"]]


async def test_the_error_of_a_lone_text_is_its_own() -> None:
    async def slow(texts: Sequence[str]) -> Sequence[ModelReply]:
        raise TooSlowError("Too slow.", 3)

    batcher = Batcher(slow, most=8, wait_seconds=0)
    with pytest.raises(TooSlowError) as raised:
        await batcher.answer("a")
    assert raised.value.retry_after == 3


async def test_at_the_end_who_waits_is_told() -> None:
    model = Model()
    model.go.clear()
    batcher = Batcher(model.ask, most=1, wait_seconds=0)
    async with asyncio.timeout(DEADLINE):
        tasks = [asyncio.create_task(batcher.answer(text)) for text in "ab"]
        await model.reached.wait()
        await batcher.close()
        found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, UnavailableError) for one in found)


async def test_who_asks_again_at_once_is_answered_again() -> None:
    async def ask(texts: Sequence[str]) -> Sequence[ModelReply]:
        return [ModelReply() for _ in texts]

    batcher = Batcher(ask, most=4, wait_seconds=0.0)
    async with asyncio.timeout(10):
        for number in range(5):
            assert await batcher.answer(f"x = {number}\n") == ModelReply()


async def test_texts_can_be_asked_one_by_one_from_some_moment_on() -> None:
    model = Model()
    batcher = Batcher(model.ask, most=8, wait_seconds=0.01)
    await asyncio.gather(*(batcher.answer(f"x = {number}\n") for number in range(3)))

    batcher.one_by_one()
    await asyncio.gather(*(batcher.answer(f"y = {number}\n") for number in range(3)))

    assert [len(batch) for batch in model.batches] == [3, 1, 1, 1]
    await batcher.close()
