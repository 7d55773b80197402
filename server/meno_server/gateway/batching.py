"""Questions for the model that come together are answered together.

The first text of a batch waits a moment for others; while the model is busy, those that come gather, which
is when batches grow. Equal texts are asked once. Where a batch takes its process down, each of its texts is
asked alone, so that one text cannot spoil the answers of others. Guarded by tests/gateway/test_batching.py.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from meno_server.gateway.workers import ModelReply, UnavailableError, WorkersError

Ask = Callable[[Sequence[str]], Awaitable[Sequence[ModelReply]]]
Seen = Callable[[int], None]
MOST_WAITING = 512
_CROWDED = "Too many questions wait for the model already; ask again in a moment."
_Waiting = tuple[str, asyncio.Future[ModelReply]]


class Batcher:
    """Gathers texts and asks `ask` for at most `most` at a time, in `lanes` batches side by side."""

    def __init__(
        self, ask: Ask, *, most: int, wait_seconds: float, lanes: int = 1, seen: Seen = lambda _size: None
    ) -> None:
        self._ask, self._most, self._wait, self._lanes = ask, most, wait_seconds, lanes
        self._seen = seen
        self._waiting: deque[_Waiting] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, text: str) -> ModelReply:
        """The answer for one text. May be cancelled; raises what `ask` raises."""
        if len(self._waiting) >= MOST_WAITING:
            raise UnavailableError(_CROWDED)
        future: asyncio.Future[ModelReply] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if len(self._tasks) < self._lanes:
            self._tasks.add(asyncio.create_task(self._serve()))
        return await future

    def one_by_one(self) -> None:
        """From now on each text is asked alone, and none waits for others."""
        self._most, self._wait = 1, 0.0

    async def close(self) -> None:
        """Ends the batches under way; whoever waits gets an UnavailableError."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._waiting:
            _fail(self._waiting.popleft()[1], UnavailableError("The gateway is being ended.", 10))

    async def _serve(self) -> None:
        try:
            await self._serve_all()
        finally:
            # At once: whoever was answered may ask again before a callback of this task would run, and would
            # wait for a lane that has ended.
            self._tasks.discard(cast(asyncio.Task[None], asyncio.current_task()))

    async def _serve_all(self) -> None:
        while self._waiting:
            if self._wait and len(self._waiting) < self._most:
                await asyncio.sleep(self._wait)
            batch: dict[str, list[asyncio.Future[ModelReply]]] = {}
            while self._waiting and len(batch) < self._most:
                text, future = self._waiting.popleft()
                if not future.done():  # nobody waits for one that was cancelled
                    batch.setdefault(text, []).append(future)
            if batch:
                self._seen(sum(len(futures) for futures in batch.values()))
                await self._settle(batch)

    async def _settle(self, batch: dict[str, list[asyncio.Future[ModelReply]]]) -> None:
        futures = [future for some in batch.values() for future in some]
        try:
            replies = await self._ask(list(batch))
        except WorkersError as problem:
            if len(batch) > 1:
                for text, some in batch.items():
                    await self._settle({text: some})
                return
            for future in futures:
                _fail(future, problem)
        except BaseException:
            for future in futures:
                _fail(future, UnavailableError("The model gave no answer; ask again in a moment.", 2))
            raise
        else:
            for some, reply in zip(batch.values(), replies, strict=True):
                for future in some:
                    if not future.done():
                        future.set_result(reply)


def _fail(future: asyncio.Future[ModelReply], problem: WorkersError) -> None:
    if not future.done():
        # Each waiter raises its own: a traceback grows with every raise of the same one.
        future.set_exception(type(problem)(problem.sentence, problem.retry_after))
