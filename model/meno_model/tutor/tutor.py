"""The tutor itself: ask, judge, ask once more, or fall back to the curated question.

One deadline covers everything, the first import included. Cancelling the task closes the request. Whatever
happens, the learner gets a question: the outcome decides only whose. Where a repair is known, all the turns
about one function share a budget, so that several harmless ones cannot add up to the answer; it lives in
memory only.
"""

from __future__ import annotations

import asyncio
import json

from meno_analyzers.hints import ConversationBudget, Level, ladder_for
from meno_model.tutor.client import Client
from meno_model.tutor.contract import Reply, parse_reply
from meno_model.tutor.guard import violations
from meno_model.tutor.outcomes import Answered, Malformed, Outcome, TimedOut
from meno_model.tutor.prompting import first_messages, second_messages
from meno_model.tutor.values import Evidence, TutorReply, TutorSettings

FIRST_TEMPERATURE, SECOND_TEMPERATURE = 0.4, 0.0
MOST_BUDGETS = 32


class Tutor:
    """A tutor for the settings of one learner. Its methods belong to the event loop's thread."""

    def __init__(self, settings: TutorSettings) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._budgets: dict[tuple[str, str], ConversationBudget] = {}

    async def ask(self, evidence: Evidence) -> TutorReply:
        """One more question about the finding. Raises nothing but `asyncio.CancelledError`."""
        outcome = await self.outcome(evidence)
        if isinstance(outcome, Answered):
            return TutorReply(outcome.reply.markdown(), "model", outcome.name)
        return TutorReply(curated_question(evidence), "curated", outcome.name, outcome.sentence)

    async def outcome(self, evidence: Evidence) -> Outcome:
        """How asking ends, before the fallback."""
        if problem := self._client.problem():
            return problem
        deadline = self._settings.deadline_seconds
        try:
            async with asyncio.timeout(deadline):
                return await self._converse(evidence)
        except TimeoutError:
            return TimedOut(deadline)

    def preview(self, evidence: Evidence) -> str:
        """Exactly what `ask` would send: the address and the body, but for the key in the header.

        A second try repeats it with the first answer and the rules that it broke, nothing else.
        """
        if problem := self._client.problem():
            return problem.sentence
        url = (self._settings.url or "").rstrip("/")
        body = self._client.body(first_messages(evidence), FIRST_TEMPERATURE)
        return f"POST {_without_credentials(url)}/chat/completions\n\n" + json.dumps(
            body, ensure_ascii=False, indent=2
        )

    async def close(self) -> None:
        """Closes the connection to the provider, if one is open."""
        await self._client.close()

    def _budget(self, evidence: Evidence) -> ConversationBudget | None:
        """What the conversation about this function has left, if its repair is known."""
        if evidence.repaired is None:
            return None
        about = (evidence.function_source, evidence.repaired)
        budget = self._budgets.pop(about, None) or ConversationBudget(*about, evidence.language)
        self._budgets[about] = budget
        if len(self._budgets) > MOST_BUDGETS:
            del self._budgets[next(iter(self._budgets))]
        return budget

    async def _converse(self, evidence: Evidence) -> Outcome:
        budget = self._budget(evidence)
        messages = first_messages(evidence)
        answer = await self._client.complete(messages, FIRST_TEMPERATURE)
        if not isinstance(answer, str):
            return answer
        judged = judge(answer, evidence, budget)
        if isinstance(judged, Reply):
            return Answered(judged)
        messages = second_messages(messages, answer, judged)
        answer = await self._client.complete(messages, SECOND_TEMPERATURE)
        if not isinstance(answer, str):
            return answer
        judged = judge(answer, evidence, budget)
        return Answered(judged) if isinstance(judged, Reply) else Malformed(judged)


def judge(answer: str, evidence: Evidence, budget: ConversationBudget | None) -> Reply | tuple[str, ...]:
    """The reply, charged to the budget, if it may be shown; otherwise the rules that it breaks."""
    reply = parse_reply(answer)
    if not isinstance(reply, Reply):
        return reply
    if broken := violations(reply, evidence):
        return broken
    if budget is None:
        return reply
    return budget.admit(reply.prose, Level(min(evidence.level, Level.QUESTIONS))).reasons or reply


def curated_question(evidence: Evidence) -> str:
    """The catalogue's text for the level, at most its questions: the fallback never climbs by itself."""
    level = min(max(evidence.level, Level.ORIENT), Level.QUESTIONS)
    return ladder_for(evidence.finding, evidence.language).text(Level(level))


def _without_credentials(url: str) -> str:
    """The address without a user name and password, should somebody have put them there."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
