"""The tutor itself: ask, judge, or fall back to the curated question.

Whatever happens, the learner gets a question: the outcome decides only whose. Where a repair is known, all
the turns about one function are one conversation, so that several harmless ones cannot add up to the answer;
it lives in memory only, as do the answers that were shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from meno_analyzers.failures.explanation import Explanation
from meno_analyzers.hints import Level, ladder_for
from meno_model.tutor.contract import Reply, parse_reply, response_schema
from meno_model.tutor.conversation import Conversation
from meno_model.tutor.guard import violations
from meno_model.tutor.keys import Keys
from meno_model.tutor.outcomes import Answered, Failure, NotSetUp, Outcome
from meno_model.tutor.privacy import private
from meno_model.tutor.prompting import first_messages
from meno_model.tutor.route import FIRST_TEMPERATURE, Route, Task
from meno_model.tutor.values import Evidence, TutorReply, TutorSettings
from meno_model.tutor.wording import FailureEvidence, wording_task

MOST_CONVERSATIONS = 32
MOST_ANSWERS = 64

Fingerprint = tuple[object, ...]


class Tutor:
    """A tutor for the settings of one learner. Its methods belong to the event loop's thread."""

    def __init__(self, settings: TutorSettings, keys: Keys | None = None) -> None:
        self._settings = settings
        self._counts: Counter[str] = Counter()
        self._route = Route(settings, keys or Keys(), self._counts)
        self._conversations: dict[tuple[str, str], Conversation] = {}
        self._answers: dict[Fingerprint, Reply] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each outcome was met, by name, with `requests`, `retries` and `cached` beside them."""
        return dict(self._counts)

    @property
    def servers(self) -> tuple[str, ...]:
        """The hosts that may be asked, in order."""
        hosts = (client.endpoint.host for client in self._route.clients if client.problem() is None)
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
        outcome = await self._route.ask(lambda: self._turn(evidence))
        self._counts[outcome.name] += 1
        if isinstance(outcome, Answered):
            self._answers[fingerprint(evidence)] = outcome.reply
            if len(self._answers) > MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
        return outcome

    def preview(self, evidence: Evidence | FailureEvidence) -> str:
        """Exactly what would be sent first: the address and the body, but for the key in the header.

        A second try repeats it with the first answer and the rules that it broke, nothing else; the next
        server gets the same with its own model's name.
        """
        if not self._route.clients:
            return NotSetUp().sentence
        client = self._route.clients[0]
        if problem := client.problem():
            return problem.sentence
        url = (client.endpoint.url or "").rstrip("/")
        task: Task[Any]
        if isinstance(evidence, Evidence):
            task = self._turn(evidence)
        else:
            task = wording_task(evidence, self._settings.masks)
        body = client.body(task.messages, task.form, FIRST_TEMPERATURE)
        return f"POST {_without_credentials(url)}/chat/completions\n\n" + json.dumps(
            body, ensure_ascii=False, indent=2
        )

    async def health(self) -> list[tuple[str, str]]:
        """Each server's host, and `well`, `ill`, or `resting` while its breaker is open."""
        return await self._route.health()

    async def reworded(self, evidence: FailureEvidence) -> Answered[Explanation] | Failure:
        """The explanation of a failure in a model's words; its facts, lines and change stay Meno's own."""
        outcome = await self._route.ask(lambda: wording_task(evidence, self._settings.masks))
        self._counts[outcome.name] += 1
        return outcome

    async def close(self) -> None:
        """Closes the connections that are open."""
        await self._route.close()

    def _turn(self, evidence: Evidence) -> Task[Reply]:
        """The task of one turn; made beside the loop, so nothing that is shared is touched here."""
        sent = private(evidence, self._settings.masks)
        # Judging is done one at a time, so that the conversation is looked up then and not now.
        return Task(
            first_messages(sent),
            response_schema(),
            lambda answer: judge(answer, sent, self._conversation(sent)),
        )

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


def _without_credentials(url: str) -> str:
    """The address without a user name and password, should somebody have put them there."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
