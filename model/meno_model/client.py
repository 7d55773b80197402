"""The server's side of the model: questions to its process, and answers as values.

Nothing heavy is imported here, and nothing slow happens on the loop: the model lives in its own process,
whose life is `process.py`'s business. Whatever goes wrong comes back as one sentence in `unavailable`, or as
an empty answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from meno_analyzers.findings import Finding
from meno_model.attribution.values import Attribution, Target, from_plain
from meno_model.origin.values import Judgement, judgement_from_plain
from meno_model.process import CRASHED, WorkerProcess
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
        reply = await self._ask({"do": "predict", "text": text})
        if "unavailable" in reply:
            return ModelAnswer((), str(reply["unavailable"]))
        try:
            return ModelAnswer(tuple(finding_from_plain(item) for item in reply["findings"]))
        except (KeyError, TypeError, ValueError):
            return ModelAnswer((), CRASHED)

    async def suspicion(self, text: str) -> Mapping[int, float]:
        """How much the model suspects each 1-based line of a failing program; empty when it cannot say."""
        if len(text) > LONGEST_TEXT:
            return {}
        reply = await self._ask({"do": "suspicion", "text": text})
        try:
            return {int(line): float(score) for line, score in reply.get("suspicion", ())}
        except (TypeError, ValueError):
            return {}

    async def attribution(self, text: str, line: int, target: Target = Target.MISTAKE) -> AttributionAnswer:
        """Which words make the model suspect the unit at a 0-based line. May be cancelled at any time."""
        if len(text) > LONGEST_TEXT:
            return AttributionAnswer(None, TOO_LONG)
        reply = await self._ask({"do": "attribution", "text": text, "line": line, "target": target.value})
        if "unavailable" in reply:
            return AttributionAnswer(None, str(reply["unavailable"]))
        try:
            return AttributionAnswer(from_plain(reply["attribution"]))
        except (KeyError, TypeError, ValueError):
            return AttributionAnswer(None, CRASHED)

    async def ranked(self, text: str) -> Sequence[tuple[int, float]]:
        """The code lines (0-based) of a file with their share of all suspicion, the likeliest first; empty
        when the model cannot say."""
        if len(text) > LONGEST_TEXT:
            return ()
        reply = await self._ask({"do": "ranked", "text": text})
        try:
            return tuple((int(line), float(share)) for line, share in reply.get("ranked", ()))
        except (TypeError, ValueError):
            return ()

    async def origin(self, text: str) -> OriginAnswer:
        """Whether the style of a file and of its functions resembles LLM-written code. Asked for only."""
        if len(text) > LONGEST_TEXT:
            return OriginAnswer((), unavailable=TOO_LONG)
        reply = await self._ask({"do": "origin", "text": text})
        if "unavailable" in reply:
            return OriginAnswer((), unavailable=str(reply["unavailable"]))
        try:
            told = reply["origin"]
            unreadable = told["unreadable"]
            return OriginAnswer(
                tuple(judgement_from_plain(item) for item in told["judgements"]),
                int(told["least_tokens"]),
                None if unreadable is None else str(unreadable),
            )
        except (KeyError, TypeError, ValueError):
            return OriginAnswer((), unavailable=CRASHED)

    async def info(self) -> dict[str, object]:
        """Provider, name, parameters, checksum, thresholds; or `{"unavailable": sentence}`."""
        reply = await self._ask({"do": "info"})
        information = reply.get("info")
        if isinstance(information, dict):
            return information
        return {"unavailable": str(reply.get("unavailable", CRASHED))}
