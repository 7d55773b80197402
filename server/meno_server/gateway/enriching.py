"""One turn of the tutor for a client that keeps the conversation itself.

The tutor of the operator's settings is asked; whatever keeps it from answering, the curated question of the
catalogue is there with the outcome's name beside it, and the route decides which of the two the client gets.
The same code serves one machine and a cluster; the rules' part is done by somebody else beforehand.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from meno_analyzers.hints import Level
from meno_analyzers.hints.conversing import asks_for_the_answer
from meno_server.gateway.findings import from_plain
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.workers import EnrichReply, EnrichTask

if TYPE_CHECKING:
    from meno_model.tutor import Dialogue, Evidence, Said, Turn, Tutor

Plain = dict[str, Any]
CURATED = "curated"
NOTHING_THERE = "nothing-there"


class Enricher:
    """Keeps the tutor, and makes turns of what is known of a finding."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._tutor: Tutor | None = None

    @property
    def has_tutor(self) -> bool:
        return self._settings.tutor_provider != "none"

    async def turn(self, task: EnrichTask, known: Plain) -> EnrichReply:
        """The turn; `known` is the answer of `working.evidence`."""
        if known.get("finding") is None:
            return EnrichReply(NOTHING_THERE)
        from meno_model.tutor import Answered, Turn

        evidence = _evidence(known, task.language)
        turns = tuple(Turn(_speaker(who), text) for who, text in task.turns)
        words = turns[-1].text if turns and turns[-1].speaker == "learner" else ""
        times = dict(known.get("milliseconds", {}))
        if not (task.tutor and self.has_tutor) or asks_for_the_answer(words, task.language):
            said = await self._curated(evidence, turns, words)
            return _reply(CURATED, said, None, known, times)
        began = time.perf_counter()
        outcome = await self._own_tutor().outcome(replace(evidence, turns=turns))
        times["tutor"] = (time.perf_counter() - began) * 1000
        if isinstance(outcome, Answered):
            text = outcome.reply.markdown()
            return EnrichReply(
                outcome.name, text, "model", finding=known["view"], milliseconds=times, last=False
            )
        said = await self._curated(evidence, turns, words)
        reply = _reply(outcome.name, said, outcome.sentence, known, times)
        return replace(reply, retry_after=getattr(outcome, "retry_after_seconds", None))

    async def close(self) -> None:
        """Closes the tutor's connections."""
        if self._tutor is not None:
            await self._tutor.close()

    async def _curated(self, evidence: Evidence, turns: tuple[Turn, ...], words: str) -> Said:
        from meno_model.tutor import Dialogue

        highest = Level(min(self._settings.max_hint_level, Level.EXAMPLE))
        earlier = turns[:-1] if words else turns
        dialogue: Dialogue = Dialogue.resumed(evidence, earlier, highest=highest)
        return await (dialogue.answer(words, None) if turns else dialogue.begin(None))

    def _own_tutor(self) -> Tutor:
        if self._tutor is None:
            from meno_model.tutor import Tutor, TutorSettings

            own = self._settings
            self._tutor = Tutor(
                TutorSettings(
                    provider=own.tutor_provider,
                    base_url=own.tutor_base_url,
                    model=own.tutor_model,
                    deadline_seconds=own.tutor_deadline,
                    daily_tokens=own.tutor_daily_tokens or None,
                    budget_file=own.folder / "tutor-budget.json",
                )
            )
        return self._tutor


def _evidence(known: Plain, language: str) -> Evidence:
    from meno_model.tutor import Evidence

    return Evidence(
        finding=from_plain(known["finding"]),
        level=Level.QUESTIONS,
        function_source=str(known["function_source"]),
        first_line=int(known["first_line"]),
        repaired=known.get("repaired"),
        language=language,
    )


def _speaker(word: str) -> Literal["tutor", "learner"]:
    return "learner" if word == "learner" else "tutor"


def _reply(
    outcome: str, said: Said, notice: str | None, known: Plain, times: dict[str, float]
) -> EnrichReply:
    return EnrichReply(outcome, said.text, "curated", notice, said.last, None, known["view"], times)
