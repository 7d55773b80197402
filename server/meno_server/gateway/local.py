"""`Workers` on one machine: a pool of warm processes for the rules, the model's process behind a batcher,
a process for the origin model, and one process for each analysis that may run code.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from meno_analyzers.failures.naming import is_test_file
from meno_model.protocol import LONGEST_TEXT
from meno_model.providers import PROCESSOR
from meno_server.gateway.batching import Batcher
from meno_server.gateway.children import Log, Pool
from meno_server.gateway.enriching import Enricher
from meno_server.gateway.settings import GatewaySettings
from meno_server.gateway.workers import (
    BrokenError,
    DebugReply,
    DebugTask,
    EnrichReply,
    EnrichTask,
    ModelReply,
    OriginReply,
    Readiness,
    StaticReply,
    StaticTask,
    TooSlowError,
    UnavailableError,
)

Plain = dict[str, Any]
WALLS = frozenset({"users", "processes", "network", "files"})
"""Without all of these the sandbox does not count as confined, and nothing is run."""
_WARM_MODEL = {"do": "predict", "text": "def first(items):\n    return items[0]\n"}
_WARM_ORIGIN = {"do": "origin", "text": "x = 1\n"}
_MODEL_SECONDS_TO_START = 120.0
_MOST_THREADS = 4  # of the model, unless the operator says otherwise
_NO_MODEL = "The model is switched off on this gateway."
_NO_ORIGIN = "Asking where code is from is switched off on this gateway."
_NO_REPORT = (
    "This text holds no traceback and no test report. Send all that Python printed, from `Traceback` to the "
    "last line."
)
_RUN_PATIENCE = 10.0
"""Seconds beyond an analysis' own time that its process may take."""


class LocalWorkers:
    """The work of one gateway, done by child processes."""

    def __init__(
        self,
        settings: GatewaySettings,
        log: Log = lambda _event, **_values: None,
        seen_batch: Callable[[int], None] = lambda _size: None,
    ) -> None:
        self._settings = settings
        working = [sys.executable, "-P", "-m", "meno_server.gateway.working"]
        self._rules = Pool(
            "rules", working, settings.workers or os.cpu_count() or 1, warm={"do": "warm"}, log=log
        )
        self._model = self._pool_of_model(log) if settings.model else None
        asking = [sys.executable, "-P", "-m", "meno_model.worker"]
        self._origin = Pool("origin", asking, 1, warm=_WARM_ORIGIN, log=log) if settings.origin else None
        lone = settings.batching == "off"
        self._batcher = Batcher(
            self._ask_model,
            most=1 if lone else settings.batch_size,
            wait_seconds=0.0 if lone else settings.batch_milliseconds / 1000,
            lanes=settings.model_processes,
            seen=seen_batch,
        )
        self._about_model: dict[str, str] = {}
        self._enricher = Enricher(settings)
        self._runs = asyncio.Semaphore(settings.runs)
        self._walls: frozenset[str] | None = None

    def _pool_of_model(self, log: Log) -> Pool:
        own = self._settings
        command = [sys.executable, "-P", "-m", "meno_model.worker", "--provider", own.model_provider]
        threads = own.model_threads or min(os.cpu_count() or 1, _MOST_THREADS)
        command += ["--threads", str(threads)]
        command += ["--model", str(own.model_path)] if own.model_path is not None else []
        return Pool(
            "model",
            command,
            own.model_processes,
            warm=_WARM_MODEL,
            log=log,
            start_seconds=_MODEL_SECONDS_TO_START,
        )

    async def start(self) -> None:
        for pool in (self._rules, self._model, self._origin):
            if pool is not None:
                pool.start()

    async def close(self) -> None:
        await self._batcher.close()
        pools = [pool for pool in (self._rules, self._model, self._origin) if pool is not None]
        await asyncio.gather(*(pool.close() for pool in pools))
        await self._enricher.close()

    async def static(self, task: StaticTask) -> StaticReply:
        reply = await self._ask_rules(
            {
                "do": "static",
                "text": task.text,
                "language": task.language,
                "highest": task.highest,
                "target": task.target,
                "profile": task.profile,
            }
        )
        return StaticReply(reply["findings"], reply["milliseconds"])

    async def model(self, text: str) -> ModelReply:
        if self._model is None:
            return ModelReply(unavailable=_NO_MODEL)
        if len(text) > LONGEST_TEXT:
            return ModelReply(unavailable="This text is too long for the model.")
        return await self._batcher.answer(text)

    async def hints(self, findings: Sequence[Plain], language: str, highest: int) -> Sequence[Plain]:
        """The views of the model's findings."""
        asked = {"do": "hints", "findings": list(findings), "language": language, "highest": highest}
        found: Sequence[Plain] = (await self._ask_rules(asked))["findings"]
        return found

    async def origin(self, text: str) -> OriginReply:
        if self._origin is None:
            raise UnavailableError(_NO_ORIGIN, retry_after=3600)
        reply = await self._origin.ask({"do": "origin", "text": text}, self._settings.model_seconds)
        if "unavailable" in reply:
            raise UnavailableError(str(reply["unavailable"]), retry_after=30)
        told = reply["origin"]
        return OriginReply(told["judgements"], told["least_tokens"], told["unreadable"])

    async def debug(self, task: DebugTask) -> DebugReply:
        if task.run:
            return await self._run(task)
        asked = {
            "do": "report",
            "report": task.report or "",
            "files": dict(task.files),
            "main": task.main,
            "level": task.level,
            "language": task.language,
        }
        reply = await self._ask_rules(asked, self._settings.debug_seconds)
        if reply["explanation"] is None:
            return DebugReply("unusable", sentence=_NO_REPORT)
        return DebugReply("explained", reply["explanation"], reply["page"])

    async def enrich(self, task: EnrichTask) -> EnrichReply:
        asked: Plain = {
            "do": "evidence",
            "text": task.text,
            "line": task.line,
            "rule": task.rule,
            "language": task.language,
            "target": task.target,
            "profile": task.profile,
        }
        of_model = task.rule is not None and task.rule.startswith("model/")
        known: Plain = {} if of_model else await self._ask_rules(asked)
        if known.get("finding") is None and (task.rule is None or of_model):
            given = await self._of_model(task)
            known = {} if given is None else await self._ask_rules({**asked, "finding": given})
        return await self._enricher.turn(task, known)

    async def _of_model(self, task: EnrichTask) -> Plain | None:
        """The model's finding at the line, the likeliest if there are several."""
        if self._model is None:
            return None
        reply = await self.model(task.text)
        here = [
            one
            for one in reply.findings
            if one["span"][0] <= task.line - 1 <= one["span"][2] and task.rule in (None, one["rule"])
        ]
        return max(here, key=lambda one: float(one["confidence"]), default=None)

    async def ready(self) -> Readiness:
        pools = [pool for pool in (self._rules, self._model, self._origin) if pool is not None]
        details = {
            pool.name: pool.problem or ("It is being started." if pool.starting else "It does not start.")
            for pool in pools
            if not pool.ready or pool.problem is not None
        }
        return Readiness(
            static=self._rules.ready,
            model=_works(self._model),
            origin=_works(self._origin),
            run=self._settings.run_code and self._walls is not None and self._walls >= WALLS,
            tutor=self._enricher.has_tutor,
            starting=any(pool.starting for pool in pools),
            details=details,
        )

    async def _ask_rules(self, message: Plain, seconds: float | None = None) -> Plain:
        reply = await self._rules.ask(message, seconds or self._settings.analyze_seconds)
        if "problem" in reply:
            raise BrokenError(str(reply["problem"]))
        return reply

    async def _ask_model(self, texts: Sequence[str]) -> Sequence[ModelReply]:
        assert self._model is not None
        if not self._about_model:
            told = (await self._model.ask({"do": "info"}, self._settings.model_seconds)).get("info", {})
            self._about_model = {
                "name": str(told.get("name", "")),
                "checksum": str(told.get("model_sha256", "")),
            }
            if self._settings.batching == "auto" and told.get("provider") == PROCESSOR:
                self._batcher.one_by_one()
        asked = {"do": "predict_many", "texts": list(texts)}
        reply = await self._model.ask(asked, self._settings.model_seconds)
        if "unavailable" in reply:
            return [ModelReply(unavailable=str(reply["unavailable"]))] * len(texts)
        return [ModelReply(findings, self._about_model) for findings in reply["many"]]

    # Running code

    async def _run(self, task: DebugTask) -> DebugReply:
        """Runs the cases in a process of their own; the texts reach the sandbox's folder in memory only."""
        from meno_server.failures.analysis import Analysis
        from meno_server.failures.messages import Request

        if not await self._is_confined():
            raise UnavailableError(
                "Code cannot be run here: this machine does not let the sandbox confine it. Send the "
                "traceback without `run`.",
                retry_after=3600,
            )
        request = Request(
            file=task.main or _program_of(task),
            sent=dict(task.files),
            tests=task.tests,
            interpreter=sys.executable,
            seconds=task.seconds,
            level=task.level,
            language=task.language,
        )
        analysis = Analysis(request, lambda _text: None, lambda _progress: None, lambda _answer: None)
        async with self._runs:
            try:
                async with asyncio.timeout(task.seconds + _RUN_PATIENCE):
                    answer = await analysis.answer()
            except TimeoutError:
                raise TooSlowError("The runs took longer than they may. Send a smaller program.") from None
        if answer.ended == "passes":
            return DebugReply("passes", ran=True, sentence=answer.sentence)
        if answer.explanation is None:
            return DebugReply("unusable", sentence=answer.problem or "Nothing came of this.")
        return DebugReply("explained", json.loads(answer.explanation), answer.page, ran=True)

    async def _is_confined(self) -> bool:
        if self._walls is None:
            reply = await self._ask_rules({"do": "walls"}, self._settings.debug_seconds)
            self._walls = frozenset(reply.get("walls", ()))
        return self._settings.run_code and self._walls >= WALLS


def _program_of(task: DebugTask) -> str:
    """The first file that is no test."""
    return next((name for name in task.files if not is_test_file(Path(name))), next(iter(task.files)))


def _works(pool: Pool | None) -> bool | None:
    return None if pool is None else pool.ready and pool.problem is None
