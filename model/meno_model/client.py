"""The server's side of the model: questions to its process, and answers as values.

Nothing heavy is imported here, and nothing slow happens on the loop: the model lives in its own process,
whose life is `process.py`'s business. Whatever goes wrong comes back as one sentence in `unavailable`, or as
an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meno_analyzers.findings import Finding
from meno_model.attribution.values import Attribution, Target, from_plain
from meno_model.origin.values import Judgement, judgement_from_plain
from meno_model.process import Unavailable, WorkerProcess
from meno_model.protocol import LONGEST_TEXT, finding_from_plain

TOO_LONG = "This file is too long for the model. Static hints go on."


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What the model says of a file; `unavailable` is one plain sentence when it cannot answer."""

    findings: tuple[Finding, ...]
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class AttributionAnswer:
    """Why the model thinks what it thinks of a unit, or one plain sentence why it cannot say."""

    attribution: Attribution | None
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class OriginAnswer:
    """Judgements, the whole file's first; `unavailable` is one plain sentence when there are none."""

    judgements: tuple[Judgement, ...]
    least_tokens: int = 0
    unavailable: str | None = None


class ModelClient(WorkerProcess):
    """The model's process and what can be asked of it."""

    async def predict(self, text: str) -> ModelAnswer:
        """Findings of a whole file. May be cancelled at any time."""
        if len(text) > LONGEST_TEXT:
            return ModelAnswer((), TOO_LONG)
        answer = await self._ask({"do": "predict", "text": text}, _findings)
        return ModelAnswer((), answer.sentence) if isinstance(answer, Unavailable) else ModelAnswer(answer)

    async def suspicion(self, text: str) -> Mapping[int, float]:
        """How much the model suspects each 1-based line of a failing program; empty when it cannot say."""
        if len(text) > LONGEST_TEXT:
            return {}
        answer = await self._ask({"do": "suspicion", "text": text}, _suspicion)
        return {} if isinstance(answer, Unavailable) else answer

    async def attribution(self, text: str, line: int, target: Target = Target.MISTAKE) -> AttributionAnswer:
        """Which words make the model suspect the unit at a 0-based line. May be cancelled at any time."""
        if len(text) > LONGEST_TEXT:
            return AttributionAnswer(None, TOO_LONG)
        question = {"do": "attribution", "text": text, "line": line, "target": target.value}
        answer = await self._ask(question, lambda reply: from_plain(reply["attribution"]))
        if isinstance(answer, Unavailable):
            return AttributionAnswer(None, answer.sentence)
        return AttributionAnswer(answer)

    async def ranked(self, text: str) -> Sequence[tuple[int, float]]:
        """The code lines (0-based) of a file with their share of all suspicion, the likeliest first; empty
        when the model cannot say."""
        if len(text) > LONGEST_TEXT:
            return ()
        answer = await self._ask({"do": "ranked", "text": text}, _ranked)
        return () if isinstance(answer, Unavailable) else answer

    async def origin(self, text: str) -> OriginAnswer:
        """Whether the style of a file and of its functions resembles LLM-written code. Asked for only."""
        if len(text) > LONGEST_TEXT:
            return OriginAnswer((), unavailable=TOO_LONG)
        answer = await self._ask({"do": "origin", "text": text}, _origin)
        return OriginAnswer((), unavailable=answer.sentence) if isinstance(answer, Unavailable) else answer

    async def info(self) -> dict[str, object]:
        """Provider, name, parameters, checksum, thresholds; or `{"unavailable": sentence}`."""
        answer = await self._ask({"do": "info"}, lambda reply: dict(reply["info"]))
        return {"unavailable": answer.sentence} if isinstance(answer, Unavailable) else answer


# What is made of a reply; each raises KeyError, TypeError or ValueError for one that does not fit.


def _findings(reply: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(finding_from_plain(item) for item in reply["findings"])


def _suspicion(reply: Mapping[str, Any]) -> dict[int, float]:
    return {int(line): float(score) for line, score in reply["suspicion"]}


def _ranked(reply: Mapping[str, Any]) -> tuple[tuple[int, float], ...]:
    return tuple((int(line), float(share)) for line, share in reply["ranked"])


def _origin(reply: Mapping[str, Any]) -> OriginAnswer:
    told = reply["origin"]
    return OriginAnswer(
        tuple(judgement_from_plain(item) for item in told["judgements"]),
        int(told["least_tokens"]),
        None if told["unreadable"] is None else str(told["unreadable"]),
    )
