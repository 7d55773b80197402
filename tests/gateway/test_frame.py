"""The frame around every request: sizes, times, clients that leave, and what breaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from gateway.running import PROGRAM, Running, StandIn
from meno_server.gateway.problems import KINDS, MEDIA_TYPE
from meno_server.gateway.workers import ModelReply, TooSlowError, UnavailableError

Make = Callable[..., Any]
DEADLINE = 30.0
SECRET = "grandmothers_recipe_for_plum_jam"


def as_problem(answer: Any) -> dict[str, Any]:
    """The problem, which has to be one."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    told: dict[str, Any] = answer.json()
    assert set(told) <= {"type", "title", "status", "detail", "errors"}
    assert told["status"] == answer.status_code
    assert (told["type"], told["title"]) in {(f"urn:meno:problem:{kind.name}", kind.title) for kind in KINDS}
    return told


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/analyze", {}, 405),
        ("DELETE", "/health", {}, 405),
        ("POST", "/analyze", {"content": b"x = 1", "headers": {"content-type": "text/x-python"}}, 415),
        ("POST", "/analyze", {"content": b"{"}, 422),
        ("POST", "/analyze", {"content": b""}, 422),
        ("POST", "/analyze", {"content": b"\xff\xfe"}, 422),
        ("POST", "/analyze", {"json": {"code": "x", "kode": "y"}}, 422),
        ("POST", "/analyze", {"json": {"code": 5}}, 422),
        ("POST", "/analyze", {"content": b'{"code": "\\ud800"}'}, 422),
        ("POST", "/debug", {"json": {"code": "x"}}, 422),
        ("POST", "/debug", {"json": {"traceback": "x", "files": {"../x.py": ""}}}, 422),
        ("GET", "/usage?days=0", {}, 422),
        ("GET", "/usage?days=many", {}, 422),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    in_process: Make, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    gateway = await in_process()
    answer = await gateway.client.request(method, path, **options)

    assert answer.status_code == status
    assert as_problem(answer)["detail"].endswith(".")


async def test_a_problem_names_the_field_and_quotes_nothing(in_process: Make) -> None:
    gateway = await in_process()
    answer = await gateway.client.post("/analyze", json={"code": [SECRET], "max_hint_level": 9})

    told = as_problem(answer)
    assert {error["at"] for error in told["errors"]} == {"/code", "/max_hint_level"}
    assert SECRET not in answer.text


async def test_a_body_that_says_it_is_too_large_is_refused_unread(in_process: Make) -> None:
    gateway = await in_process(max_body_bytes=2000)
    read: list[int] = []

    async def parts() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"x" * 3000

    answer = await gateway.client.post("/analyze", content=parts(), headers={"content-length": "3000"})

    assert answer.status_code == 413
    assert "2000 bytes" in as_problem(answer)["detail"]
    assert gateway.workers.asked == []


async def test_a_body_in_chunks_is_refused_when_it_grows_too_large(in_process: Make) -> None:
    gateway = await in_process(max_body_bytes=2000)
    read: list[int] = []

    async def parts() -> AsyncIterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x" * 500

    answer = await gateway.client.post("/analyze", content=parts())

    assert answer.status_code == 413
    assert len(read) < 10


def test_a_server_refuses_what_is_too_large_and_lives_on(gateway: Running) -> None:
    with gateway.client("analyze") as client:
        whole = client.post("/analyze", json={"code": "#" * 400_000})
        assert whole.status_code == 413

        def parts() -> Any:
            for _ in range(200):
                yield b" " * 4096

        # The server hangs up while we still send; whether we see that or its answer first is chance.
        with contextlib.suppress(httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
            assert client.post("/analyze", content=parts()).status_code == 413
        assert client.post("/analyze", json={"code": PROGRAM, "model": False}).status_code == 200


async def test_a_body_that_does_not_come_is_waited_for_only_so_long(in_process: Make) -> None:
    gateway = await in_process(body_seconds=0.05)
    never = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    async with asyncio.timeout(DEADLINE):
        answer = await gateway.client.post("/analyze", content=parts())
    assert answer.status_code == 408
    as_problem(answer)


async def test_a_client_that_leaves_frees_whoever_works_for_it(in_process: Make) -> None:
    workers = StandIn(go=asyncio.Event())
    gateway = await in_process(workers)
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    body = json.dumps({"code": PROGRAM, "model": False}).encode()
    messages.put_nowait({"type": "http.request", "body": body, "more_body": False})
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {gateway.key}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/analyze",
        "raw_path": b"/api/v1/analyze",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    async with asyncio.timeout(DEADLINE):
        request = asyncio.create_task(gateway.app(scope, messages.get, send))
        await workers.reached.wait()
        messages.put_nowait({"type": "http.disconnect"})
        await workers.given_up.wait()
        await request
    assert sent == []
    assert [one["status"] for one in gateway.logged if one["event"] == "request"] == [499]


async def test_more_requests_than_there_is_room_for_are_sent_away(
    in_process: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meno_server.gateway.exchange.Frame.__init__.__kwdefaults__", {"most_at_once": 1})
    workers = StandIn(go=asyncio.Event())
    gateway = await in_process(workers)
    async with asyncio.timeout(DEADLINE):
        first = asyncio.create_task(gateway.client.post("/predict", json={"code": PROGRAM}))
        await workers.reached.wait()
        second = await gateway.client.get("/health/live")
        assert second.status_code == 503
        assert as_problem(second)["detail"].startswith("Too many requests")
        assert workers.go is not None
        workers.go.set()
        assert (await first).status_code == 422


def test_a_server_notices_that_a_client_has_left(gateway: Running) -> None:
    with gateway.client("analyze") as client:
        head = "".join(
            f"{line}\r\n"
            for line in (
                "POST /api/v1/analyze HTTP/1.1",
                "Host: x",
                f"Authorization: {client.headers['authorization']}",
                "Content-Type: application/json",
                "Content-Length: 100",
            )
        )
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=DEADLINE) as caller:
            caller.sendall(f"{head}\r\nhalf a body".encode())
        assert client.post("/analyze", json={"code": PROGRAM, "model": False}).status_code == 200
    assert "broken" not in gateway.log


async def test_what_breaks_is_a_problem_with_a_number_and_no_traceback(in_process: Make) -> None:
    gateway = await in_process(StandIn(problem=RuntimeError(SECRET)))
    answer = await gateway.client.post("/analyze", json={"code": SECRET, "model": False})

    assert answer.status_code == 500
    told = as_problem(answer)
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in told["detail"]
    broken = [one for one in gateway.logged if one["event"] == "broken"]
    assert [(one["kind"], one["request"]) for one in broken] == [
        ("RuntimeError", answer.headers["x-request-id"])
    ]
    assert SECRET not in json.dumps(gateway.logged)


@pytest.mark.parametrize(
    ("problem", "status"), [(UnavailableError("Not now.", 7), 503), (TooSlowError("Too slow."), 504)]
)
async def test_work_that_is_not_done_says_why_and_when_to_come_again(
    in_process: Make, problem: Exception, status: int
) -> None:
    gateway = await in_process(StandIn(problem=problem))
    answer = await gateway.client.post("/predict", json={"code": PROGRAM})

    assert answer.status_code == status
    assert as_problem(answer)["detail"] == str(problem)
    assert answer.headers.get("retry-after") == ("7" if status == 503 else None)


async def test_without_the_model_there_are_still_the_rules_findings(in_process: Make) -> None:
    workers = StandIn(model_reply=ModelReply(unavailable="The model is being started."))
    gateway = await in_process(workers)
    answer = await gateway.client.post("/analyze", json={"code": PROGRAM})

    assert answer.status_code == 200
    assert answer.json()["model"] == {"status": "unavailable", "detail": "The model is being started."}
    assert (await gateway.client.post("/model", json={"text": PROGRAM})).status_code == 503


async def test_a_key_that_asks_too_often_is_told_when_to_come_again(in_process: Make) -> None:
    gateway = await in_process(rate_per_minute=1, rate_burst=3)
    answers = [await gateway.client.get("/usage") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"] for answer in answers[:2]] == ['"key";r=2;t=0', '"key";r=1;t=0']
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    as_problem(answers[-1])
    assert (await gateway.client.get("/health")).status_code == 200


async def test_one_line_is_logged_for_a_request_and_no_code_in_it(in_process: Make) -> None:
    gateway = await in_process()
    await gateway.client.post("/analyze?x=" + SECRET, json={"code": SECRET})
    await gateway.client.get("/" + SECRET)

    lines = [one for one in gateway.logged if one["event"] == "request"]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("POST", "/analyze", 200),
        ("GET", "elsewhere", 404),
    ]
    assert lines[0]["bytes_in"] > len(SECRET)
    assert SECRET not in json.dumps(gateway.logged)
