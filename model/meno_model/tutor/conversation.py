"""What one conversation about one function has shown: several harmless turns must not add up to the answer.

The budget counts the repair's new tokens; the turns themselves are kept too, so that the halves of a telling
are read together. In memory only.
"""

from __future__ import annotations

from meno_analyzers.hints import ConversationBudget, Level
from meno_analyzers.hints.leak import WRITTEN, check_leak
from meno_analyzers.hints.markdown import code_parts
from meno_analyzers.hints.telling import tellings
from meno_model.tutor.contract import Reply
from meno_model.tutor.values import Evidence

MOST_TURNS = 8


class Conversation:
    """The turns about one function whose repair is known."""

    def __init__(self, evidence: Evidence) -> None:
        self._original = evidence.function_source
        self._repaired = evidence.repaired or evidence.function_source
        self._budget = ConversationBudget(self._original, self._repaired, evidence.language)
        self._turns: list[str] = []

    def admit(self, reply: Reply, evidence: Evidence) -> tuple[str, ...]:
        """What the reply would tell together with the earlier turns; if nothing, it is one of them."""
        level = Level(min(evidence.level, Level.QUESTIONS))
        reasons = (*self._told_together(reply.prose), *self._halves(reply.prose, level))
        reasons = reasons or self._budget.admit(reply.prose, level).reasons
        if not reasons:
            self._turns = [*self._turns[1 - MOST_TURNS :], reply.prose]
        return reasons

    def _told_together(self, text: str) -> tuple[str, ...]:
        return tuple(tellings(text, self._original, self._repaired, self._turns)) if self._turns else ()

    def _halves(self, text: str, level: Level) -> tuple[str, ...]:
        """Code that was cut in two: the last piece of an earlier turn and the first ones of this one."""
        pieces = [code for turn in self._turns for code in code_parts(turn)][-3:]
        for before in pieces:
            for after in code_parts(text):
                for joined in (f"`{before}{after}`", f"`{before} {after}`"):
                    report = check_leak(joined, original=self._original, repaired=self._repaired, level=level)
                    if any(reason.startswith(WRITTEN) for reason in report.reasons) and (
                        joined.strip("`") not in self._original
                    ):
                        return ("With an earlier turn this writes a piece of the repaired code.",)
        return ()
