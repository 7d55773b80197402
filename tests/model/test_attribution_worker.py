"""Attributions through real worker processes: answers, cancelling, time-outs, and what failures become."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from meno_model.attribution.gradients import ABSENT, DAMAGED
from meno_model.attribution.steps import CancelledError
from meno_model.attribution.values import Target
from meno_model.client import TOO_LONG, ModelClient
from meno_model.process import CRASHED, TOO_SLOW
from meno_model.protocol import LONGEST_TEXT, encode
from meno_model.weights import ATTRIBUTION_GRAPH
from meno_model.worker import Worker, serve

CODE = (
    "def total(marks):\n    result = 0\n    for mark in marks:\n        result += mark\n    return result\n"
)
Make = Callable[..., ModelClient]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[ModelClient] = []

    def build(script: str | None = None, **options: Any) -> ModelClient:
        if script is not None:
            options["command"] = [sys.executable, "-c", textwrap.dedent(script)]
        client = ModelClient(**options)
        client.pauses = (0.01, 0.02)
        made.append(client)
        return client

    yield build
    for client in made:
        await client.stop()


async def test_a_real_worker_explains_and_still_predicts(make: Make) -> None:
    client = make()
    answer = await client.attribution(CODE, 3)
    assert answer.unavailable is None
    assert answer.attribution is not None
    assert (answer.attribution.unit, answer.attribution.target) == ("total", Target.MISTAKE)
    assert [item.text for item in answer.attribution.influences][:3] == ["def", "total", "("]
    other = await client.attribution(CODE, 3, Target.CATEGORY)
    assert other.attribution is not None
    assert other.attribution.target is Target.CATEGORY
    assert (await client.predict(CODE)).unavailable is None


async def test_what_cannot_be_explained_is_one_sentence(make: Make, copied_weights: Path) -> None:
    client = make(model_path=copied_weights)
    assert "mend the syntax" in str((await client.attribution("def f(:\n", 0)).unavailable)
    assert "nothing on this line" in str((await client.attribution(CODE, 99)).unavailable)
    assert (await client.attribution("x" * (LONGEST_TEXT + 1), 0)).unavailable == TOO_LONG
    (copied_weights / ATTRIBUTION_GRAPH).unlink()
    absent = await make(model_path=copied_weights).attribution(CODE, 3)
    assert absent.unavailable == DAMAGED
    assert ABSENT != DAMAGED


async def test_a_cancelled_question_is_given_up_by_the_worker(make: Make, tmp_path: Path) -> None:
    heard, asked = tmp_path / "heard", asyncio.Event()
    script = f"""
        import sys, json
        for line in sys.stdin:
            message = json.loads(line)
            if message["do"] == "cancel":
                open({str(heard)!r}, "w").write(str(message["cancels"]))
            elif message["do"] == "predict":
                print(json.dumps({{"id": message["id"], "findings": []}}), flush=True)
            else:
                print("asked", file=sys.stderr, flush=True)
    """
    client = make(script, log=lambda _text: asked.set())
    assert (await client.predict(CODE)).unavailable is None
    question = asyncio.create_task(client.attribution(CODE, 3))
    async with asyncio.timeout(30):
        await asked.wait()
        question.cancel()
        with pytest.raises(asyncio.CancelledError):
            await question
        assert (await client.predict(CODE)).unavailable is None
    assert heard.read_text() == "2"


async def test_a_worker_that_takes_too_long_is_replaced(make: Make) -> None:
    client = make("""
        import sys, json, time
        for line in sys.stdin:
            message = json.loads(line)
            if message["do"] == "attribution": time.sleep(60)
            print(json.dumps({"id": message["id"], "findings": []}), flush=True)
    """)
    assert (await client.predict(CODE)).unavailable is None
    client.request_seconds = 0.2
    assert (await client.attribution(CODE, 3)).unavailable == TOO_SLOW
    client.request_seconds = 10
    assert (await client.predict(CODE)).unavailable is None


@pytest.mark.parametrize("answer", ["{}", "null", "[1]", '{"lines": [1]}', '{"lines": 1, "unit": 2}'])
async def test_an_answer_that_is_none_is_no_exception(make: Make, answer: str) -> None:
    client = make(f"""
        import sys, json
        for line in sys.stdin:
            given = json.loads({answer!r})
            print(json.dumps({{"id": json.loads(line)["id"], "attribution": given}}), flush=True)
    """)
    assert (await client.attribution(CODE, 3)).unavailable == CRASHED


class Gate(io.RawIOBase):
    """A pipe whose lines come when the test gives them."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.arrived = threading.Condition()

    def give(self, *messages: dict[str, Any] | None) -> None:
        with self.arrived:
            self.lines += [b"" if message is None else encode(message) for message in messages]
            self.arrived.notify_all()

    def __next__(self) -> bytes:
        with self.arrived:
            assert self.arrived.wait_for(lambda: bool(self.lines), 30)
            line = self.lines.pop(0)
            self.arrived.notify_all()
        if not line:
            raise StopIteration
        return line


def replies_to(source: Gate) -> list[dict[str, Any]]:
    replies = io.BytesIO()
    serve(Worker(None), source, replies)  # type: ignore[arg-type]  # it is iterated only
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_a_question_cancelled_before_its_turn_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    source = Gate()

    def answer(self: Worker, message: dict[str, Any], is_cancelled: Callable[[], bool]) -> dict[str, Any]:
        begun.append(message["id"])
        if message["id"] == 1:
            source.give(
                {"id": 2, "do": "info"}, {"id": 3, "do": "info"}, {"do": "cancel", "cancels": 2}, None
            )
            with source.arrived:
                assert source.arrived.wait_for(lambda: not source.lines, 30)
        return {"id": message["id"]}

    monkeypatch.setattr(Worker, "answer", answer)
    source.give({"id": 1, "do": "info"})
    assert [reply["id"] for reply in replies_to(source)] == [1, 3]
    assert begun == [1, 3]


def test_a_question_cancelled_on_its_way_ends_and_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    from meno_model.attribution import explaining

    source = Gate()

    def integrate(*_: object, is_cancelled: Callable[[], bool], **__: object) -> None:
        source.give({"do": "cancel", "cancels": 1}, {"id": 2, "do": "info"}, None)
        waiting = threading.Event()
        for _ in range(3000):
            if is_cancelled():
                raise CancelledError
            waiting.wait(0.01)
        raise AssertionError("the worker was not told")

    monkeypatch.setattr(explaining, "integrate", integrate)
    source.give({"id": 1, "do": "attribution", "text": CODE, "line": 0})
    assert [reply["id"] for reply in replies_to(source)] == [2]
