"""The tutor itself: ask, judge, ask once more, go to the next server, or fall back to the curated question.

One deadline covers everything, the first import included. Cancelling the task closes the request. Whatever
happens, the learner gets a question: the outcome decides only whose. Where a repair is known, all the turns
about one function are one conversation, so that several harmless ones cannot add up to the answer; it lives
in memory only, as do the answers that were shown.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping

from meno_analyzers.hints import Level, ladder_for
from meno_model.tutor.answers import Completion, estimated_tokens
from meno_model.tutor.breaker import Breaker
from meno_model.tutor.budget import DailyBudget
from meno_model.tutor.client import MOST_TOKENS, Client
from meno_model.tutor.contract import Reply, parse_reply
from meno_model.tutor.conversation import Conversation
from meno_model.tutor.guard import violations
from meno_model.tutor.keys import Keys, off_loop
from meno_model.tutor.outcomes import (
    Answered,
    Failure,
    Malformed,
    NotSetUp,
    Outcome,
    OverBudget,
    Refused,
    TimedOut,
    Unreachable,
)
from meno_model.tutor.privacy import private
from meno_model.tutor.prompting import Message, first_messages, second_messages
from meno_model.tutor.values import Evidence, TutorReply, TutorSettings

FIRST_TEMPERATURE, SECOND_TEMPERATURE = 0.4, 0.0
MOST_CONVERSATIONS = 32
MOST_ANSWERS = 64
# The share of the time that is left which a server may use while there are others behind it.
SHARE = 0.6

Fingerprint = tuple[object, ...]


class Tutor:
    """A tutor for the settings of one learner. Its methods belong to the event loop's thread."""

    def __init__(self, settings: TutorSettings, keys: Keys | None = None) -> None:
        self._settings = settings
        self._counts: Counter[str] = Counter()
        keys = keys or Keys()
        self._clients = [Client(endpoint, settings, keys, self._counts) for endpoint in settings.endpoints]
        self._breakers = [Breaker() for _ in self._clients]
        self._budget = DailyBudget(settings.daily_tokens, settings.daily_cost, settings.budget_file)
        self._reserved = 0
        self._judging = asyncio.Lock()
        self._conversations: dict[tuple[str, str], Conversation] = {}
        self._answers: dict[Fingerprint, Reply] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each outcome was met, by name, with `requests`, `retries` and `cached` beside them."""
        return dict(self._counts)

    @property
    def servers(self) -> tuple[str, ...]:
        """The hosts that may be asked, in order."""
        hosts = (client.endpoint.host for client in self._clients if client.problem() is None)
        return tuple(dict.fromkeys(hosts))

    async def ask(self, evidence: Evidence, *, fresh: bool = False) -> TutorReply:
        """One more question about the finding. Raises nothing but `asyncio.CancelledError`.

        The same finding at the same level has the same answer until the code changes, unless a `fresh` one
        is wanted.
        """
        outcome = await self.outcome(evidence, fresh=fresh)
        if isinstance(outcome, Answered):
            return TutorReply(outcome.reply.markdown(), "model", outcome.name)
        return TutorReply(curated_question(evidence), "curated", outcome.name, outcome.sentence)

    async def outcome(self, evidence: Evidence, *, fresh: bool = False) -> Outcome:
        """How asking ends, before the fallback."""
        known = None if fresh else self._answers.get(fingerprint(evidence))
        if known is not None:
            self._counts["cached"] += 1
            return Answered(known)
        outcome = await self._within_the_deadline(private(evidence, self._settings.masks))
        self._counts[outcome.name] += 1
        if isinstance(outcome, Answered):
            self._answers[fingerprint(evidence)] = outcome.reply
            if len(self._answers) > MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
        return outcome

    def preview(self, evidence: Evidence) -> str:
        """Exactly what `ask` would send first: the address and the body, but for the key in the header.

        A second try repeats it with the first answer and the rules that it broke, nothing else; the next
        server gets the same with its own model's name.
        """
        if not self._clients:
            return NotSetUp().sentence
        client = self._clients[0]
        if problem := client.problem():
            return problem.sentence
        url = (client.endpoint.url or "").rstrip("/")
        sent = private(evidence, self._settings.masks)
        body = client.body(first_messages(sent), FIRST_TEMPERATURE)
        return f"POST {_without_credentials(url)}/chat/completions\n\n" + json.dumps(
            body, ensure_ascii=False, indent=2
        )

    async def health(self) -> list[tuple[str, str]]:
        """Each server's host, and `well`, `ill`, or `resting` while its breaker is open."""
        found = []
        for client, breaker in zip(self._clients, self._breakers, strict=True):
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
        for client in self._clients:
            await client.close()

    async def _within_the_deadline(self, evidence: Evidence) -> Outcome:
        if not self._clients:
            return NotSetUp()
        deadline = self._settings.deadline_seconds
        try:
            async with asyncio.timeout(deadline):
                return await self._first_answer(evidence, asyncio.get_running_loop().time() + deadline)
        except TimeoutError:
            return TimedOut(deadline)

    async def _first_answer(self, evidence: Evidence, deadline: float) -> Outcome:
        """The first server's answer that may be shown, or how the last one that was asked failed."""
        failure: Failure = Unreachable()
        left = list(zip(self._clients, self._breakers, strict=True))
        while left:
            client, breaker = left.pop(0)
            if not breaker.admits():
                continue
            outcome = await self._answer_of(client, breaker, evidence, deadline, last=not left)
            if isinstance(outcome, Answered | OverBudget):
                return outcome
            # What is merely not set up says less than what went wrong.
            failure = failure if isinstance(outcome, NotSetUp) and self._counts["requests"] else outcome
        return failure

    async def _answer_of(
        self, client: Client, breaker: Breaker, evidence: Evidence, deadline: float, *, last: bool
    ) -> Outcome:
        """How one server does, within its share of the time; its breaker learns of it."""
        now = asyncio.get_running_loop().time()
        until = deadline if last else now + (deadline - now) * SHARE
        try:
            async with asyncio.timeout_at(None if last else until):
                outcome = await self._converse(client, evidence, until)
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

    async def _converse(self, client: Client, evidence: Evidence, deadline: float) -> Outcome:
        conversation = self._conversation(evidence)
        messages = first_messages(evidence)
        judged: tuple[str, ...] = ()
        for temperature in (FIRST_TEMPERATURE, SECOND_TEMPERATURE):
            answer = await self._paid(client, messages, temperature, deadline)
            if not isinstance(answer, Completion):
                return answer
            verdict = await self._judged(answer.text, evidence, conversation)
            if isinstance(verdict, Reply):
                return Answered(verdict)
            judged, messages = verdict, second_messages(messages, answer.text, verdict)
        return Malformed(judged)

    async def _judged(
        self, answer: str, evidence: Evidence, conversation: Conversation | None
    ) -> Reply | tuple[str, ...]:
        """`judge` beside the loop, which it would hold up for some milliseconds; one turn at a time."""
        async with self._judging:
            return await off_loop(lambda: judge(answer, evidence, conversation))

    async def _paid(
        self, client: Client, messages: list[Message], temperature: float, deadline: float
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
            answer = await client.complete(messages, temperature, deadline)
        finally:
            self._reserved -= most
        if isinstance(answer, Completion):
            tokens = answer.input_tokens + answer.output_tokens
            cost = _cost(
                answer.input_tokens, answer.output_tokens, endpoint.input_price, endpoint.output_price
            )
            await asyncio.shield(off_loop(lambda: self._budget.charge(tokens, cost)))
        return answer

    def _conversation(self, evidence: Evidence) -> Conversation | None:
        """The conversation about this function, if its repair is known."""
        if evidence.repaired is None:
            return None
        about = (evidence.function_source, evidence.repaired)
        conversation = self._conversations.pop(about, None) or Conversation(evidence)
        self._conversations[about] = conversation
        if len(self._conversations) > MOST_CONVERSATIONS:
            del self._conversations[next(iter(self._conversations))]
        return conversation


def judge(answer: str, evidence: Evidence, conversation: Conversation | None) -> Reply | tuple[str, ...]:
    """The reply, as a turn of the conversation, if it may be shown; otherwise the rules that it breaks."""
    reply = parse_reply(answer)
    if not isinstance(reply, Reply):
        return reply
    if broken := violations(reply, evidence):
        return broken
    if conversation is None:
        return reply
    return conversation.admit(reply, evidence) or reply


def fingerprint(evidence: Evidence) -> Fingerprint:
    """What an answer belongs to: the finding in its function, the level, the language, earlier turns."""
    finding, row = evidence.finding, evidence.finding.span.start_line + 1 - evidence.first_line
    return (
        finding.rule,
        row,
        evidence.function_source,
        evidence.first_line,
        evidence.level,
        evidence.language,
        evidence.turns,
    )


def curated_question(evidence: Evidence) -> str:
    """The catalogue's text for the level, at most its questions: the fallback never climbs by itself."""
    level = min(max(evidence.level, Level.ORIENT), Level.QUESTIONS)
    return ladder_for(evidence.finding, evidence.language).text(Level(level))


def _cost(input_tokens: int, output_tokens: int, input_price: float, output_price: float) -> float:
    return (input_tokens * input_price + output_tokens * output_price) / 1_000_000


def _without_credentials(url: str) -> str:
    """The address without a user name and password, should somebody have put them there."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
