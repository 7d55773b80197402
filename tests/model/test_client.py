"""The client and real worker processes: crashes, damage, cancellation, idleness, shutdown."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from meno_analyzers.findings import Source
from meno_model import process as process_module
from meno_model.client import TOO_LONG, ModelClient
from meno_model.process import CRASHED, DISABLED, STOPPED, TOO_SLOW
from meno_model.protocol import LONGEST_TEXT
from meno_model.providers import NAMES

CODE = (
    "def total(marks):\n    result = 0\n    for mark in marks:\n        result += mark\n    return result\n"
)
DEADLINE = 30.0
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

Make = Callable[..., ModelClient]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Make clients with short pauses; all of them are stopped at the end."""
    made: list[ModelClient] = []

    def build(script: str | None = None, **options: object) -> ModelClient:
        if script is not None:
            options["command"] = [sys.executable, "-c", textwrap.dedent(script)]
        client = ModelClient(**options)  # type: ignore[arg-type]  # options are passed through
        client.pauses = (0.01, 0.02)
        made.append(client)
        return client

    yield build
    for client in made:
        await client.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  # the client's state is plain data, not an event
            await asyncio.sleep(0.01)


ANSWERING = """
    import sys, json
    print("a stray line that is no message", flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("text") == "crash": sys.exit(3)
        if message.get("text") == "hang": import time; time.sleep(60)
        print(json.dumps({"id": message["id"], "findings": []}), flush=True)
"""


async def test_a_real_worker_answers_and_the_state_is_told(
    make: Make, recalibrated: Callable[[float | None], Path]
) -> None:
    states: list[str] = []
    client = make(model_path=recalibrated(0.0))
    client.on_state_changed = states.append
    assert client.state == "not started"
    assert client.process_id is None
    answer = await client.predict(CODE)
    assert answer.unavailable is None
    assert [finding.source for finding in answer.findings] == [Source.MODEL]
    await client.stop()
    assert states == ["loading", "ready", "stopped"]


async def test_info_names_provider_checksum_and_thresholds(make: Make) -> None:
    information = await make().info()
    assert information["provider"] in NAMES[1:]
    assert len(str(information["model_sha256"])) == 64
    assert {"name", "parameters", "thresholds"} <= set(information)


async def test_broken_and_huge_sources_are_answered(make: Make) -> None:
    client = make()
    assert (await client.predict("def f(:\n")).findings == ()
    huge = "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(2000))
    answer = await client.predict(huge + "x = '\udcff'")
    assert answer.unavailable is None
    assert (await client.predict("x" * (LONGEST_TEXT + 1))).unavailable == TOO_LONG


async def test_lines_are_scored_and_without_a_model_none_is(make: Make, copied_weights: Path) -> None:
    scores = await make().suspicion(CODE)
    assert set(scores) <= {1, 2, 3, 4, 5}
    assert 0 < sum(scores.values()) <= 1
    assert await make().suspicion("def f(:\n") == {}
    assert await make().suspicion("x" * (LONGEST_TEXT + 1)) == {}
    (copied_weights / "model.int8.onnx").write_bytes(b"")
    assert await make(model_path=copied_weights).suspicion(CODE) == {}


@needs_signals
async def test_a_killed_worker_is_replaced_at_the_next_question(make: Make) -> None:
    client = make()
    assert (await client.predict(CODE)).unavailable is None
    first = client.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert (await client.predict(CODE)).unavailable is None
    assert client.process_id not in (None, first)
    assert client.state == "ready"


async def test_three_crashes_in_a_row_disable_it_with_one_sentence(make: Make) -> None:
    lines: list[str] = []
    client = make("import sys; sys.exit(9)", log=lines.append)
    sentences = [(await client.predict(CODE)).unavailable for _ in range(5)]
    assert sentences == [CRASHED, CRASHED, DISABLED, DISABLED, DISABLED]
    assert client.state == "disabled"
    assert lines.count(DISABLED) == 1


async def test_an_answer_between_crashes_begins_the_count_anew(make: Make) -> None:
    client = make(ANSWERING)
    for _ in range(4):
        assert (await client.predict("crash")).unavailable == CRASHED
        assert (await client.predict("fine")).unavailable is None


async def test_restarts_wait_longer_each_time(make: Make) -> None:
    client = make("import sys; sys.exit(9)")
    client.pauses = (0.05, 0.2)
    loop = asyncio.get_running_loop()
    times = []
    for _ in range(3):
        await client.predict(CODE)
        times.append(loop.time())
    assert times[1] - times[0] >= 0.05
    assert times[2] - times[1] >= 0.2


async def test_a_command_that_does_not_exist_is_a_crash(make: Make) -> None:
    client = make(command=["/does/not/exist"])
    assert (await client.predict(CODE)).unavailable == CRASHED
    assert (await client.info()) == {"unavailable": CRASHED}


async def test_a_damaged_model_is_one_sentence_and_no_crash(make: Make, copied_weights: Path) -> None:
    graph = copied_weights / "model.int8.onnx"
    graph.write_bytes(graph.read_bytes()[:-7])
    client = make(model_path=copied_weights)
    for _ in range(4):
        sentence = (await client.predict(CODE)).unavailable
        assert sentence is not None
        assert "checksum differs" in sentence
        assert "Error" not in sentence
    assert client.state != "disabled"


async def test_a_worker_that_hangs_is_ended_after_the_deadline(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "FIRST_REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(process_module, "_STOP_SECONDS", 0.1)
    client = make(ANSWERING)
    client.request_seconds = 0.3
    assert (await client.predict("hang")).unavailable == TOO_SLOW
    assert client.process_id is None


async def test_a_cancelled_question_does_no_harm(make: Make) -> None:
    client = make()
    assert (await client.predict(CODE)).unavailable is None
    worker = client.process_id
    tasks = [asyncio.create_task(client.predict(CODE.replace("total", f"f{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[:-1]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, asyncio.CancelledError) for result in results) == 19
    assert (await client.predict(CODE)).unavailable is None
    assert client.process_id == worker


async def test_a_question_cancelled_while_the_worker_starts_leaves_no_orphan(make: Make) -> None:
    client = make(ANSWERING)
    task = asyncio.create_task(client.predict(CODE))
    await until(lambda: client.state == "loading")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await client.predict(CODE)).unavailable is None
    process = client.process_id
    await client.stop()
    assert process is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_late_answers_of_cancelled_questions_are_dropped(make: Make) -> None:
    client = make(
        """
        import sys, json
        for line in sys.stdin:
            message = json.loads(line)
            found = [] if message["text"] == "second" else "wrong"
            print(json.dumps({"id": message["id"], "findings": found}), flush=True)
        """
    )
    first = asyncio.create_task(client.predict("first"))
    await until(lambda: client.process_id is not None)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert (await client.predict("second")).findings == ()


async def test_an_idle_worker_is_stopped_and_started_again(make: Make) -> None:
    client = make(ANSWERING, idle_seconds=0.05)
    assert (await client.predict(CODE)).unavailable is None
    await until(lambda: client.state == "stopped")
    assert client.process_id is None
    assert (await client.predict(CODE)).unavailable is None


async def test_after_stop_it_stays_stopped(make: Make) -> None:
    client = make(ANSWERING)
    await client.predict(CODE)
    await client.stop()
    await client.stop()
    assert client.state == "stopped"
    assert (await client.predict(CODE)).unavailable == STOPPED


async def test_stopping_during_a_pause_or_a_start_leaves_no_process(make: Make) -> None:
    client = make("import sys; sys.exit(9)")
    client.pauses = (0.2,)
    await client.predict(CODE)
    waiting = asyncio.create_task(client.predict(CODE))
    await asyncio.sleep(0)
    await client.stop()
    assert (await waiting).unavailable == STOPPED
    other = make(ANSWERING)
    starting = asyncio.create_task(other.predict(CODE))
    await until(lambda: other.state == "loading")
    await other.stop()
    assert (await starting).unavailable in (None, STOPPED)
    assert other.process_id is None


async def test_stopping_while_a_question_is_open_answers_it(make: Make) -> None:
    client = make(ANSWERING)
    await client.predict(CODE)
    asking = asyncio.create_task(client.predict("hang"))
    await asyncio.sleep(0.05)
    await client.stop()
    assert (await asyncio.wait_for(asking, DEADLINE)).unavailable == STOPPED


async def test_nonsense_from_the_worker_is_a_sentence(make: Make) -> None:
    client = make(
        """
        import sys, json
        for line in sys.stdin:
            print(json.dumps({"id": json.loads(line)["id"], "findings": [{"rule": 1}]}), flush=True)
        """
    )
    assert (await client.predict(CODE)).unavailable == CRASHED
    assert client.process_id is None, "who answers so is not asked again"


async def test_a_worker_that_floods_both_channels_is_ended(make: Make) -> None:
    lines: list[str] = []
    client = make(
        """
        import sys
        for line in sys.stdin:
            while True:
                print("nonsense " * 100)
                print("nonsense " * 100, file=sys.stderr)
        """,
        log=lines.append,
    )
    assert (await client.predict(CODE)).unavailable == CRASHED
    assert client.process_id is None
    assert len(lines) <= process_module.MOST_LOGGED_LINES


async def test_after_a_rest_one_question_may_try_again(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process_module, "REST_SECONDS", 0.0)
    ill = tmp_path / "ill"
    ill.touch()
    client = make(
        f"import pathlib, sys; pathlib.Path({str(ill)!r}).exists() and sys.exit(9)\n"
        + textwrap.dedent(ANSWERING)
    )
    sentences = [(await client.predict(CODE)).unavailable for _ in range(5)]
    assert sentences == [CRASHED, CRASHED, DISABLED, DISABLED, DISABLED]
    ill.unlink()
    assert (await client.predict(CODE)).unavailable is None
    assert client.state == "ready"


def test_without_memory_the_worker_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from meno_model.worker import Worker, serve

    class StarvedError(Exception):
        """As ONNX Runtime says it."""

    def fail() -> None:
        raise StarvedError("Failed to allocate memory for requested buffer of size 1572864")

    worker = Worker(None)
    monkeypatch.setattr(worker, "predictor", fail)
    source, replies = io.BytesIO(b'{"id": 1, "do": "predict"}\n{"id": 2, "do": "predict"}\n'), io.BytesIO()
    serve(worker, source, replies)
    (reply,) = (json.loads(line) for line in replies.getvalue().splitlines())
    assert reply["id"] == 1
    assert "ran out of memory" in reply["unavailable"]
    assert worker.is_starved


def test_a_worker_that_cannot_read_any_more_ends() -> None:
    from meno_model.worker import Worker, serve

    class Unreadable(io.BytesIO):
        def __next__(self) -> bytes:
            raise MemoryError

    serve(Worker(None), Unreadable(), io.BytesIO())


def test_the_worker_keeps_stray_prints_off_the_channel_and_ends_with_its_input() -> None:
    script = (
        "import meno_model.worker as w, json\n"
        "class Loud(w.Worker):\n"
        "    def answer(self, message, is_cancelled):\n"
        "        print('stray'); return {'id': message['id'], 'findings': []}\n"
        "w.Worker = Loud\n"
        "raise SystemExit(w.main([]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b'{"id": 1}\nno message\n{"id": 2}\n',
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.splitlines() == [b'{"id":1,"findings":[]}', b'{"id":2,"findings":[]}']
    assert b"stray" in done.stderr


def test_an_unexpected_failure_in_the_worker_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from meno_model.worker import Worker

    worker = Worker(None)
    monkeypatch.setattr(worker, "predictor", lambda: 1 / 0)
    reply = worker.answer({"id": 4, "do": "predict", "text": ""})
    assert reply["id"] == 4
    assert "could not read this file" in reply["unavailable"]
    assert "unavailable" in worker.answer({"id": 5, "do": "dance"})


def test_importing_the_client_is_cheap() -> None:
    script = (
        "import sys, meno_model.client\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'torch', 'transformers', 'rich'}\n"
        "raise SystemExit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_running_model_never_imports_the_training_extra() -> None:
    script = (
        "import sys, io\n"
        "from meno_model.worker import Worker\n"
        "Worker(None).answer({'id': 1, 'do': 'predict', 'text': 'x = 1\\nprint(x)'})\n"
        "Worker(None).answer({'id': 2, 'do': 'info'})\n"
        "assert 'onnxruntime' in sys.modules\n"
        "heavy = {'torch', 'transformers', 'onnx', 'onnxscript', 'sympy'}\n"
        "raise SystemExit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
