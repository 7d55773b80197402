"""A dialogue: the learner answers, and the next turn follows, from a language model or from the catalogue.

Who asks to be told gets the next question; after two such requests, an example on another task, and the
change itself never comes from here. Whether a mistake is gone is not decided here either: analysis and tests
decide it, and whoever keeps the dialogue ends it with `solved`. State is in memory only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from meno_analyzers.hints import Level, QuestionKind, Rotation, ladder_for
from meno_analyzers.hints.conversing import after_answer, asks_for_the_answer, between_turns
from meno_model.tutor.outcomes import Answered
from meno_model.tutor.tutor import Tutor
from meno_model.tutor.values import Evidence, Turn

REQUESTS_BEFORE_AN_EXAMPLE = 2
LONGEST_ANSWER = 2000

Origin = Literal["model", "curated"]


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of Meno's: Markdown, who wrote it, why it is not the model's, and whether it is the last."""

    text: str
    origin: Origin
    notice: str | None = None
    last: bool = False


class Dialogue:
    """One conversation about one finding. Its methods belong to the event loop's thread, one at a time.

    `rotation` is the learner's, over all their dialogues. `highest` is the last rung that the settings allow,
    and `change_at_hand` says that the editor offers the change itself.
    """

    def __init__(
        self,
        evidence: Evidence,
        rotation: Rotation,
        *,
        highest: Level = Level.EXAMPLE,
        change_at_hand: bool = False,
    ) -> None:
        self.renew(evidence)
        self.turns: list[Turn] = []
        self.ended = False
        self._rotation = rotation
        self._highest, self._change_at_hand = highest, change_at_hand
        self._said: list[str] = []
        self._last_kind: QuestionKind | None = None
        self._requests = 0
        self._example_shown = False

    @classmethod
    def resumed(
        cls, evidence: Evidence, turns: Sequence[Turn], *, highest: Level = Level.EXAMPLE
    ) -> Dialogue:
        """A dialogue that somebody else has kept: its turns so far, the learner's last words not among them.

        What was asked is known by its text, so that no question of the catalogue comes twice.
        """
        dialogue = cls(evidence, Rotation(), highest=highest)
        dialogue.turns = list(turns)
        ladder = dialogue._ladder
        spoken = "\n".join(turn.text for turn in turns if turn.speaker == "tutor")
        for question in ladder.chain:
            if question.text in spoken:
                dialogue._rotation.asked(question.kind)
                dialogue._said.append(question.text)
        dialogue._said += [text for text in ladder.questions if text in spoken]
        dialogue._requests = sum(
            asks_for_the_answer(turn.text, evidence.language) for turn in turns if turn.speaker == "learner"
        )
        dialogue._example_shown = ladder.example in spoken
        return dialogue

    def renew(self, evidence: Evidence) -> None:
        """Goes on about the code as it is now."""
        self.evidence = evidence
        self._ladder = ladder_for(evidence.finding, evidence.language)

    async def begin(self, tutor: Tutor | None) -> Said:
        """The first question; from the curated chain if there is no tutor or it has no answer to show."""
        said = await self._from_tutor(tutor)
        return self._kept(said if isinstance(said, Said) else self._curated(self._ladder.notice, notice=said))

    async def answer(self, text: str, tutor: Tutor | None) -> Said:
        """What follows the learner's words; without words, another question.

        Cancelling takes the learner's turn back, so that it can be given again.
        """
        language = self.evidence.language
        words = " ".join(text.split())[:LONGEST_ANSWER]
        if words:
            self.turns.append(Turn("learner", words))
        if asks_for_the_answer(words, language):
            return self._kept(self._untold())
        try:
            said = await self._from_tutor(tutor)
        except asyncio.CancelledError:
            if words:
                self.turns.pop()
            raise
        lead = after_answer(self._last_kind, language) if words else ""
        return self._kept(said if isinstance(said, Said) else self._curated(lead, notice=said))

    def solved(self) -> Said:
        """The last turn, when the analysis no longer finds what the dialogue is about."""
        return self._kept(Said(between_turns("gone", self.evidence.language), "curated", last=True))

    def outdated(self) -> Said:
        """The last turn, when the line has changed and nobody has looked at it since."""
        return self._kept(Said(between_turns("changed", self.evidence.language), "curated", last=True))

    async def _from_tutor(self, tutor: Tutor | None) -> Said | str | None:
        """The model's turn, or the sentence that says why there is none."""
        if tutor is None:
            return None
        outcome = await tutor.outcome(replace(self.evidence, turns=tuple(self.turns)))
        if not isinstance(outcome, Answered):
            return outcome.sentence
        self._last_kind = None
        return Said(outcome.reply.markdown(), "model")

    def _untold(self) -> Said:
        """The answer to "just tell me"."""
        language = self.evidence.language
        self._requests += 1
        if (
            self._requests >= REQUESTS_BEFORE_AN_EXAMPLE
            and not self._example_shown
            and self._highest >= Level.EXAMPLE
        ):
            self._example_shown = True
            parts = [between_turns("example", language), self._ladder.example]
            if self._change_at_hand:
                parts.append(between_turns("change", language))
            return Said("\n\n".join(parts), "curated")
        return self._curated(between_turns("untold", language))

    def _curated(self, lead: str = "", notice: str | None = None) -> Said:
        """The next question of the chain, or of the ladder when the chain is through."""
        question = self._rotation.next(self._ladder.chain, self._said)
        if question is None:
            text = next((text for text in self._ladder.questions if text not in self._said), None)
            if text is None:
                exhausted = between_turns("exhausted", self.evidence.language)
                return Said(exhausted, "curated", notice, last=True)
            self._last_kind = None
        else:
            text, self._last_kind = question.text, question.kind
        self._said.append(text)
        return Said("\n\n".join(part for part in (lead, f"**{text}**") if part), "curated", notice)

    def _kept(self, said: Said) -> Said:
        self.turns.append(Turn("tutor", said.text))
        self.ended = said.last
        return said
