"""`analyze` (L1–L3), `model` (L2 for a language server), `predict` (whose style), `categories`."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from meno_model.origin.values import Judgement, judgement_from_plain
from meno_model.origin.wording import LIMITS, sentence
from meno_server.gateway.keys.values import Key
from meno_server.gateway.problems import UNREADABLE, ProblemError, unavailable
from meno_server.gateway.routes.common import (
    JSON,
    OF_BODY,
    OF_KEY,
    allowed,
    answer,
    as_json,
    body_of,
    done,
    problems,
    rounded,
    sent,
)
from meno_server.gateway.schemas.answers import AnalyzeAnswer, CategoriesAnswer, ModelAnswer, PredictAnswer
from meno_server.gateway.schemas.requests import AnalyzeRequest, ModelRequest, PredictRequest
from meno_server.gateway.services import Services, services_of
from meno_server.gateway.workers import ModelReply, OriginReply, StaticTask, WorkersError

Plain = dict[str, Any]
router = APIRouter(tags=["analysis"])


@router.post(
    "/analyze",
    summary="Analyse a text",
    responses={200: {"model": AnalyzeAnswer}, **problems(*OF_KEY, *OF_BODY)},
    openapi_extra=body_of(AnalyzeRequest),
)
async def analyze(request: Request, _key: Annotated[Key, allowed("analyze")]) -> Response:
    """Findings of the rules (L1) and of the bug model (L2), each with its hints (L3) up to the level that is
    asked for and allowed. Where the model cannot answer, the rules still do."""
    began = time.perf_counter()
    services, asked = services_of(request), sent(request, AnalyzeRequest)
    highest = min(asked.max_hint_level, services.settings.max_hint_level)
    task = StaticTask(asked.code, asked.language, highest, asked.target, asked.profile)
    if not asked.model:
        static = await done(services.workers.static(task))
        findings, state, times = list(static.findings), {"status": "not asked"}, dict(static.milliseconds)
    else:
        answered = asyncio.ensure_future(_of_model(services, asked.code))
        try:
            static = await done(services.workers.static(task))
            reply, spent = await answered
        finally:
            answered.cancel()
        times = {**static.milliseconds, "model": spent}
        told = await _with_hints(services, reply, asked.language, highest, times)
        findings = sorted([*static.findings, *told], key=lambda one: (one["line"], one["column"]))
        state = _state(reply)
    times["total"] = (time.perf_counter() - began) * 1000
    services.metrics.stages(times)
    return answer({"findings": findings, "model": state, "milliseconds": rounded(times)})


async def _of_model(services: Services, code: str) -> tuple[ModelReply, float]:
    """What the model says, and how long it took; that it cannot answer keeps nobody from an answer."""
    began = time.perf_counter()
    try:
        reply = await services.workers.model(code)
    except WorkersError as problem:
        reply = ModelReply(unavailable=problem.sentence)
    return reply, (time.perf_counter() - began) * 1000


async def _with_hints(
    services: Services, reply: ModelReply, language: str, highest: int, times: dict[str, float]
) -> list[Plain]:
    if not reply.findings:
        return []
    began = time.perf_counter()
    told = await done(services.workers.hints(reply.findings, language, highest))
    times["hints"] = times.get("hints", 0.0) + (time.perf_counter() - began) * 1000
    return list(told)


def _state(reply: ModelReply) -> Plain:
    if reply.unavailable is not None:
        return {"status": "unavailable", "detail": reply.unavailable}
    return {"status": "answered", **reply.model}


@router.post(
    "/model",
    summary="Ask the bug model",
    responses={200: {"model": ModelAnswer}, **problems(*OF_KEY, *OF_BODY)},
    openapi_extra=body_of(ModelRequest),
)
async def model(request: Request, _key: Annotated[Key, allowed("model")]) -> Response:
    """What a language server needs for L2 from a shared machine: findings of a file, to be worded there."""
    services, asked = services_of(request), sent(request, ModelRequest)
    reply = await done(services.workers.model(asked.text))
    if reply.unavailable is not None:
        raise unavailable(reply.unavailable, 30)
    return answer({"findings": list(reply.findings), "model": dict(reply.model)})


@router.post(
    "/predict",
    summary="Ask whose style a text resembles",
    responses={200: {"model": PredictAnswer}, **problems(*OF_KEY, *OF_BODY)},
    openapi_extra=body_of(PredictRequest),
)
async def predict(request: Request, _key: Annotated[Key, allowed("predict")]) -> Response:
    """Whether a text and its functions resemble code of people or of language models, and which tokens say
    so. It is about style and proves nothing about anybody; `limits` is to be shown with it."""
    began = time.perf_counter()
    services, asked = services_of(request), sent(request, PredictRequest)
    reply = await done(services.workers.origin(asked.code))
    if reply.unreadable is not None or not reply.judgements:
        raise ProblemError(UNREADABLE, reply.unreadable or "There is nothing to be judged in this text.")
    passages = [_passage(one, reply, asked.top_tokens) for one in reply.judgements]
    spent = {"total": (time.perf_counter() - began) * 1000}
    services.metrics.stages({"origin": spent["total"]})
    told = {
        "origin": passages[0]["verdict"],
        "likelihood": passages[0]["likelihood"],
        "passages": passages,
        "limits": list(LIMITS),
        "milliseconds": rounded(spent),
    }
    return answer(told)


def _passage(plain: Plain, reply: OriginReply, most: int) -> Plain:
    judgement: Judgement = judgement_from_plain(plain)
    return {
        "name": judgement.name,
        "first_line": judgement.first_line + 1,
        "last_line": judgement.last_line + 1,
        "tokens": judgement.tokens,
        "verdict": judgement.verdict.value,
        "likelihood": judgement.likelihood,
        "sentence": sentence(judgement, reply.least_tokens),
        "top_tokens": [
            {"token": one.text, "line": one.line + 1, "column": one.column + 1, "amount": one.amount}
            for one in judgement.strongest(most)
        ],
    }


@router.get("/categories", summary="The taxonomy", responses={200: {"model": CategoriesAnswer}})
async def categories() -> Response:
    """The kinds of mistakes that Meno knows, and the rules that find each. Needs no key."""
    return Response(_categories(), media_type=JSON)


@cache
def _categories() -> bytes:
    from meno_analyzers.findings import Category
    from meno_analyzers.rules import RULES

    told = [
        {
            "category": category.value,
            "rules": [
                {
                    "id": rule.id,
                    "name": rule.name,
                    "severity": rule.severity.value,
                    "confidence": rule.confidence,
                }
                for rule in sorted(RULES.values(), key=lambda rule: rule.id)
                if rule.category is category
            ],
        }
        for category in Category
        if category is not Category.CLEAN
    ]
    return as_json({"categories": told})
