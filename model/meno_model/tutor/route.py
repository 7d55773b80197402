"""The way from a task to an answer: one server after the other, within one deadline and the day's budget.

A task says what is sent, in which form the answer has to come, and judges it. A server gets one second try
with the rules that its answer broke. Cancelling closes the request.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from meno_model.tutor.answers import Completion, estimated_tokens
from meno_model.tutor.breaker import Breaker
from meno_model.tutor.budget import DailyBudget
from meno_model.tutor.client import MOST_TOKENS, Client
from meno_model.tutor.keys import Keys, off_loop
from meno_model.tutor.outcomes import (
    Answered,
    Failure,
    Malformed,
    NotSetUp,
    OverBudget,
    Refused,
    TimedOut,
    Unreachable,
)
from meno_model.tutor.prompting import Message, second_messages
from meno_model.tutor.values import TutorSettings

FIRST_TEMPERATURE, SECOND_TEMPERATURE = 0.4, 0.0
# The share of the time that is left which a server may use while there are others behind it.
SHARE = 0.6

Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Task(Generic[Wanted]):
    """What a model is to write.

    `form` is a JSON schema as strict structured output takes it. `judge` gives what may be shown, or as a
    tuple of sentences the rules that the text breaks; it is called beside the loop.
    """

    messages: list[Message]
    form: dict[str, Any]
    judge: Callable[[str], Wanted | tuple[str, ...]]


class Route:
    """The servers of one learner's settings, in order. Its methods belong to the event loop's thread."""

    def __init__(self, settings: TutorSettings, keys: Keys, counts: Counter[str]) -> None:
        self._settings, self._counts = settings, counts
        self.clients = [Client(endpoint, settings, keys, counts) for endpoint in settings.endpoints]
        self._breakers = [Breaker() for _ in self.clients]
        self._budget = DailyBudget(settings.daily_tokens, settings.daily_cost, settings.budget_file)
        self._reserved = 0
        self._judging = asyncio.Lock()

    async def ask(self, prepare: Callable[[], Task[Wanted]]) -> Answered[Wanted] | Failure:
        """How the task ends. `prepare` makes it, beside the loop and within the deadline."""
        if not self.clients:
            return NotSetUp()
        seconds = self._settings.deadline_seconds
        try:
            async with asyncio.timeout(seconds):
                deadline = asyncio.get_running_loop().time() + seconds
                return await self._first_answer(await off_loop(prepare), deadline)
        except TimeoutError:
            return TimedOut(seconds)

    async def health(self) -> list[tuple[str, str]]:
        """Each server's host, and `well`, `ill`, or `resting` while its breaker is open."""
        found = []
        for client, breaker in zip(self.clients, self._breakers, strict=True):
            state = "resting"
            if breaker.admits():
                try:
                    well = await client.healthy()
                except asyncio.CancelledError:
                    breaker.released()
                    raise
                (breaker.succeeded if well else breaker.failed)()
                state = "well" if well else "ill"
            found.append((client.endpoint.host, state))
        return found

    async def close(self) -> None:
        """Closes the connections that are open."""
        for client in self.clients:
            await client.close()

    async def _first_answer(self, task: Task[Wanted], deadline: float) -> Answered[Wanted] | Failure:
        """The first server's answer that may be shown, or how the last one that was asked failed."""
        failure: Failure = Unreachable()
        left = list(zip(self.clients, self._breakers, strict=True))
        while left:
            client, breaker = left.pop(0)
            if not breaker.admits():
                continue
            outcome = await self._answer_of(client, breaker, task, deadline, last=not left)
            if isinstance(outcome, Answered | OverBudget):
                return outcome
            # What is merely not set up says less than what went wrong.
            failure = failure if isinstance(outcome, NotSetUp) and self._counts["requests"] else outcome
        return failure

    async def _answer_of(
        self, client: Client, breaker: Breaker, task: Task[Wanted], deadline: float, *, last: bool
    ) -> Answered[Wanted] | Failure:
        """How one server does, within its share of the time; its breaker learns of it."""
        now = asyncio.get_running_loop().time()
        until = deadline if last else now + (deadline - now) * SHARE
        try:
            async with asyncio.timeout_at(None if last else until):
                outcome = await self._converse(client, task, until)
        except TimeoutError:
            breaker.failed()
            return TimedOut(round(until - now, 1))
        except asyncio.CancelledError:
            # The deadline, if it has passed; else the learner, which says nothing about the server.
            passed = asyncio.get_running_loop().time() >= deadline
            (breaker.failed if passed else breaker.released)()
            raise
        if isinstance(outcome, Unreachable) or (isinstance(outcome, Refused) and outcome.status is not None):
            breaker.failed()
        elif isinstance(outcome, OverBudget | NotSetUp):
            breaker.released()
        else:
            breaker.succeeded()
        return outcome

    async def _converse(
        self, client: Client, task: Task[Wanted], deadline: float
    ) -> Answered[Wanted] | Failure:
        messages = task.messages
        broken: tuple[str, ...] = ()
        for temperature in (FIRST_TEMPERATURE, SECOND_TEMPERATURE):
            answer = await self._paid(client, messages, task.form, temperature, deadline)
            if not isinstance(answer, Completion):
                return answer
            verdict = await self._judged(task, answer.text)
            if not isinstance(verdict, tuple):
                return Answered(verdict)
            broken, messages = verdict, second_messages(messages, answer.text, verdict)
        return Malformed(broken)

    async def _judged(self, task: Task[Wanted], text: str) -> Wanted | tuple[str, ...]:
        """The verdict, made beside the loop, which it would hold up for some milliseconds; one at a time."""
        async with self._judging:
            return await off_loop(lambda: task.judge(text))

    async def _paid(
        self,
        client: Client,
        messages: list[Message],
        form: dict[str, Any],
        temperature: float,
        deadline: float,
    ) -> Completion | Failure:
        """One completion, if the day's budget has room for the most that it may take."""
        endpoint = client.endpoint
        asking = estimated_tokens(json.dumps(messages, ensure_ascii=False))
        most = asking + MOST_TOKENS
        if self._budget.limited:
            worst = _cost(asking, MOST_TOKENS, endpoint.input_price, endpoint.output_price)
            reserved = self._reserved + most
            if limit := await off_loop(lambda: self._budget.exhausted(reserved, worst)):
                return OverBudget(limit)
        self._reserved += most
        try:
            answer = await client.complete(messages, form, temperature, deadline)
        finally:
            self._reserved -= most
        if isinstance(answer, Completion):
            tokens = answer.input_tokens + answer.output_tokens
            cost = _cost(
                answer.input_tokens, answer.output_tokens, endpoint.input_price, endpoint.output_price
            )
            await asyncio.shield(off_loop(lambda: self._budget.charge(tokens, cost)))
        return answer


def _cost(input_tokens: int, output_tokens: int, input_price: float, output_price: float) -> float:
    return (input_tokens * input_price + output_tokens * output_price) / 1_000_000
