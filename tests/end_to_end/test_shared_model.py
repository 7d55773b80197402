"""The model of a gateway in the place of the one here: a real gateway, a real server, gateways that lie."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_reasons import LESSON, URI, talkative
from end_to_end.wire import DEADLINE, FULL_CLIENT, Wire
from gateway.running import Running, new_key
from meno_server.lsp.sending import NEVER, NOT_NOW, YES
from meno_server.settings import Settings

__all__ = ["talkative"]  # a fixture

FINDING = {
    "rule": "model/OffByOneError",
    "name": "possible-off-by-one-error",
    "category": "OffByOneError",
    "severity": "hint",
    "confidence": 0.9,
    "span": [5, 0, 5, 4],
    "values": {},
}


class Learner:
    """Somebody whose editor names a gateway, and what they are asked."""

    def __init__(self, home: Path, endpoint: str, key: str = "", model: Path | None = None) -> None:
        environment = {"XDG_DATA_HOME": str(home), "MENO_KEY": key}
        self.wire = Wire(env={**os.environ, **environment})
        own = {"endpoint": endpoint, **({"path": str(model)} if model else {})}
        self.wire.answers["workspace/configuration"] = [{"model": own}]
        self.asked: list[str] = []
        self.says(YES)
        self.wire.start(FULL_CLIENT)
        end = time.monotonic() + DEADLINE
        while self.do("meno.effectiveSettings")["model.endpoint"]["origin"] != "editor":
            assert time.monotonic() < end

    def says(self, choice: str | None) -> None:
        def choose(params: dict[str, Any]) -> dict[str, str] | None:
            self.asked.append(params["message"])
            return {"title": choice} if choice else None

        self.wire.answers["window/showMessageRequest"] = choose

    def says_when(self, ready: threading.Event) -> list[int]:
        """Says yes no sooner than that; returns the questions, as they come."""
        asked: list[int] = []

        def answer(identifier: int) -> None:
            if ready.wait(4 * DEADLINE):
                self.wire.send({"id": identifier, "result": {"title": YES}})

        def later(message: dict[str, Any]) -> None:
            asked.append(message["id"])
            threading.Thread(target=answer, args=(message["id"],), daemon=True).start()

        self.wire.later["window/showMessageRequest"] = later
        return asked

    def do(self, command: str) -> Any:
        return self.wire.request("workspace/executeCommand", {"command": command, "arguments": []})

    def save(self, text: str = LESSON) -> int:
        """Opens a text and saves it; returns how many messages there were before."""
        self.wire.open(text)
        since = self.wire.count()
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        return since

    def model_findings(self, since: int) -> list[dict[str, Any]]:
        return self.wire.diagnostics(1, by_the_model, since)

    def until_asked_here(self) -> None:
        """Waits until the model of this machine has answered."""
        end = time.monotonic() + 2 * DEADLINE
        while self.do("meno.debugInformation")["modelState"] != "ready":
            assert time.monotonic() < end

    @property
    def model_state(self) -> str:
        return str(self.do("meno.debugInformation")["modelState"])

    def said(self) -> list[str]:
        return [
            message["params"]["message"]
            for message in self.wire.received
            if message.get("method") == "window/showMessage"
        ]


def by_the_model(found: list[dict[str, Any]]) -> bool:
    return any("model" in str(one.get("source", "")) or str(one["code"]).startswith("model") for one in found)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, talkative: Path) -> Iterator[Running]:
    running = Running(
        tmp_path_factory.mktemp("gateway"), "--workers", "1", MENO_GATEWAY_MODEL_PATH=str(talkative)
    )
    yield running.until_ready()
    assert running.stop() == 0


@pytest.fixture
def learners(tmp_path: Path) -> Iterator[Callable[..., Learner]]:
    began: list[Learner] = []

    def begin(*arguments: Any, **options: Any) -> Learner:
        began.append(Learner(tmp_path / "data", *arguments, **options))
        return began[-1]

    yield begin
    for learner in began:
        learner.wire.stop()
        assert [line for line in learner.wire.errors if "WARNING meno.session" not in line] == []


class Liar:
    """Something at an address that is no good gateway; it counts who comes."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def lying() -> Iterator[Callable[..., Liar]]:
    began: list[Liar] = []

    def begin(answer: Callable[[BaseHTTPRequestHandler], None]) -> Liar:
        began.append(Liar(answer))
        return began[-1]

    yield begin
    for one in began:
        one.server.shutdown()
        one.server.server_close()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer that comes a byte at a time, each in good time."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with contextlib.suppress(OSError):  # nobody listens any more
        for _ in range(60):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)


def told(status: int, body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_after_a_yes_the_gateways_model_answers_and_the_one_here_is_never_started(
    learners: Callable[..., Learner], gateway: Running
) -> None:
    learner = learners(gateway.address, new_key(gateway.data, "model"))
    found = learner.model_findings(learner.save())

    assert found
    assert learner.model_state == "not started"
    (question,) = learner.asked
    assert gateway.address.removeprefix("http://") in question
    learner.model_findings(learner.save())
    assert len(learner.asked) == 1, "who has said yes is not asked again"


@pytest.mark.parametrize("said", [NEVER, NOT_NOW, None])
def test_without_a_yes_nothing_is_sent_and_the_model_here_answers(
    learners: Callable[..., Learner], lying: Callable[..., Liar], said: str | None
) -> None:
    nobody = lying(told(200, b"{}"))
    learner = learners(nobody.address)
    learner.says(said)
    learner.save()
    learner.until_asked_here()

    assert nobody.asked == 0


def test_while_the_question_waits_the_model_here_answers_and_nobody_is_asked_twice(
    learners: Callable[..., Learner], lying: Callable[..., Liar], talkative: Path, tmp_path: Path
) -> None:
    nobody = lying(told(200, b'{"findings": []}'))
    learner = learners(nobody.address, model=talkative)
    answered = threading.Event()
    questions = learner.says_when(answered)

    assert learner.model_findings(learner.save())
    assert learner.model_findings(learner.save())
    assert (len(questions), nobody.asked) == (1, 0)
    answered.set()
    end = time.monotonic() + DEADLINE
    while not (tmp_path / "data/meno/gateway-consent.json").exists():
        assert time.monotonic() < end
    learner.save()
    while not nobody.asked:
        assert time.monotonic() < end
    assert len(questions) == 1, "the late yes was heard"


def test_a_file_with_something_private_in_it_is_never_sent(
    learners: Callable[..., Learner], lying: Callable[..., Liar]
) -> None:
    nobody = lying(told(200, b'{"findings": []}'))
    learner = learners(nobody.address)
    learner.save('password = "hunter2-and-more"\nprint(open("/home/ada/marks.csv"))\n')
    learner.until_asked_here()

    assert (nobody.asked, learner.asked) == (0, [])


BAD = {
    "no JSON": told(200, b"<html>"),
    "a list": told(200, b"[]"),
    "no findings": told(200, b'{"findings": 3}'),
    "a place outside": told(200, json.dumps({"findings": [{**FINDING, "span": [900, 0, 900, 4]}]}).encode()),
    "a rule of its own": told(200, json.dumps({"findings": [{**FINDING, "rule": "evil"}]}).encode()),
    "a long word": told(200, json.dumps({"findings": [{**FINDING, "values": {"near": "x" * 900}}]}).encode()),
    "words of its own": told(
        200, json.dumps({"findings": [{**FINDING, "name": "[fine](command:evil)"}]}).encode()
    ),
    "a ready-made phrase": told(
        200, json.dumps({"findings": [{**FINDING, "values": {"names": "[fine](command:evil)"}}]}).encode()
    ),
    "a column outside": told(200, json.dumps({"findings": [{**FINDING, "span": [5, 0, 5, 900]}]}).encode()),
    "a number without end": told(
        200, b'{"findings": [' + json.dumps(FINDING).encode().replace(b"0.9", b"NaN") + b"]}"
    ),
    "alarm": told(200, json.dumps({"findings": [{**FINDING, "severity": "error"}]}).encode()),
    "an error": told(500, b"{}"),
    "another address": told(307, b"{}"),
    "a wrong key": told(401, b"{}"),
    "much": told(200, b'{"findings": [' + b" " * 5_000_000 + b"]}"),
    "silence": lambda _: time.sleep(6),
    "a drip": drip,
}


@pytest.mark.parametrize("lie", list(BAD))
def test_where_a_gateway_is_no_good_the_model_here_answers_and_one_sentence_says_so(
    learners: Callable[..., Learner], lying: Callable[..., Liar], talkative: Path, lie: str
) -> None:
    liar = lying(BAD[lie])
    learner = learners(liar.address, model=talkative)

    assert learner.model_findings(learner.save())
    assert liar.asked == 1
    (sentence,) = learner.said()
    assert "The model on this machine answers instead." in sentence
    assert "Traceback" not in sentence


def test_a_gateway_that_goes_is_left_alone_for_a_while(
    learners: Callable[..., Learner], lying: Callable[..., Liar], talkative: Path
) -> None:
    liar = lying(told(500, b"{}"))
    learner = learners(liar.address, model=talkative)
    for _ in range(5):
        learner.model_findings(learner.save())

    assert liar.asked == 3, "after three failures nobody asks again for half a minute"
    assert len(learner.said()) == 1


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://meno.example.org", True),
        ("https://meno.example.org/api/v1", True),
        ("http://127.0.0.1:8000", True),
        ("http://meno.example.org", False),
        ("https://name:key@meno.example.org", False),
        ("ftp://meno.example.org", False),
        ("meno.example.org", False),
        ("https://meno.example.org:many", False),
        ("https://meno.example.org/#here", False),
    ],
)
def test_only_an_encrypted_address_or_one_of_this_machine_is_taken(address: str, is_one: bool) -> None:
    if is_one:
        assert Settings(model_endpoint=address).model_endpoint == address
    else:
        with pytest.raises(ValueError, match="https"):
            Settings(model_endpoint=address)
