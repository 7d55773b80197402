"""The tutor's turns: from a real server on the loopback address, and what happens when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from gateway.running import LINE, PROGRAM, Running
from meno_server.gateway.schemas.answers import EnrichAnswer
from tutor.scripted_server import SEARCH, ScriptedServer, breaks_off, fails, says, sends

QUESTION = {
    "level": 3,
    "finding_id": "ME211",
    "observation": "Each turn of the loop gives `result` a new value.",
    "question": "What is in `result` after the second turn of the loop, and where did the first mark go?",
    "why_it_matters": "A name holds one value at a time.",
    "try_next": "Put `print(result)` at the end of the loop and run `total([3, 4])`.",
    "confidence": 0.8,
    "cites_lines": [4],
}
BODY = {"code": PROGRAM, "line": LINE}
KEY = {"MENO_TUTOR_API_KEY": "sk-meno-test-0123456789"}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Somebody at a gateway whose tutor is the scripted server."""
    gateway = Running(
        tmp_path_factory.mktemp("gateway"),
        "--workers",
        "1",
        "--no-model",
        MENO_GATEWAY_TUTOR_PROVIDER="compatible",
        MENO_GATEWAY_TUTOR_BASE_URL=server.url,
        NO_PROXY="127.0.0.1",
        **KEY,
    ).until_ready()
    with gateway.client("enrich") as somebody:
        yield somebody
    assert gateway.stop() == 0


def test_a_good_answer_is_the_tutors_question(server: ScriptedServer, client: httpx.Client) -> None:
    server.script = [says(json.dumps(QUESTION))]
    told = EnrichAnswer.model_validate(client.post("/enrich", json=BODY).json())

    assert (told.source, told.outcome, told.notice) == ("model", "answered", None)
    assert "where did the first mark go" in told.text
    assert told.finding.rule == "ME211"
    assert "tutor" in told.milliseconds
    sent = json.dumps(server.bodies[-1])
    assert "result =+ mark" in sent


def test_the_conversation_is_sent_along_and_not_kept(server: ScriptedServer, client: httpx.Client) -> None:
    server.script = [says(json.dumps(QUESTION))]
    turns = [
        {"speaker": "tutor", "text": "What is in `result` at first?"},
        {"speaker": "learner", "text": "A zebra-striped zero."},
    ]
    told = client.post("/enrich", json={**BODY, "turns": turns}).json()

    assert told["source"] == "model"
    assert "zebra-striped" in json.dumps(server.bodies[-1])
    again = client.post("/enrich", json={**BODY, "code": PROGRAM.replace("marks", "notes")}).json()
    assert again["source"] == "model"
    assert "zebra-striped" not in json.dumps(server.bodies[-1])


@pytest.mark.parametrize(
    ("step", "outcome", "status", "code"),
    [
        (sends("no json at all"), "unreachable", 503, "a"),
        (says("Put `result += mark` on line 4."), "malformed", 502, "b"),
        (says(json.dumps({**QUESTION, "confidence": "much"})), "malformed", 502, "c"),
        (fails(500), "unreachable", 503, "d"),
        (breaks_off, "unreachable", 503, "e"),
    ],
)
def test_what_keeps_the_tutor_from_answering_is_curated_or_a_problem(
    server: ScriptedServer, client: httpx.Client, step: object, outcome: str, status: int, code: str
) -> None:
    server.script = [step]  # type: ignore[list-item]  # the scripted steps
    body = {**BODY, "code": PROGRAM.replace("marks", f"marks_{code}")}
    curated = client.post("/enrich", json=body)
    assert curated.status_code == 200, curated.text
    told = EnrichAnswer.model_validate(curated.json())
    assert told.source == "curated"
    assert told.outcome in {outcome, "malformed"}
    assert told.notice is not None
    assert "Meno's own question" in told.notice
    assert "?" in told.text

    refused = client.post("/enrich", json={**body, "fallback": False})
    if told.outcome == outcome:
        assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in refused.headers) is (refused.status_code == 503)
    assert KEY["MENO_TUTOR_API_KEY"] not in refused.text


def test_who_asks_to_be_told_is_not_told_and_nothing_is_sent(
    server: ScriptedServer, client: httpx.Client
) -> None:
    server.script = [says(json.dumps(QUESTION))]
    before = len(server.bodies)
    turns = [{"speaker": "tutor", "text": "?"}, {"speaker": "learner", "text": "just tell me the answer"}]
    answer = client.post("/enrich", json={**BODY, "turns": turns, "fallback": False})

    assert answer.status_code == 200, answer.text
    assert answer.json()["source"] == "curated"
    assert "+=" not in answer.json()["text"]
    assert len(server.bodies) == before


def test_without_a_tutor_the_questions_are_curated_and_none_comes_twice(gateway: Running) -> None:
    with gateway.client("enrich") as client:
        turns: list[dict[str, str]] = []
        asked: list[str] = []
        for _ in range(3):
            told = client.post("/enrich", json={**BODY, "turns": turns}).json()
            assert (told["source"], told["outcome"]) == ("curated", "curated")
            asked.append(told["text"].rpartition("**")[0].rpartition("**")[2])
            turns += [
                {"speaker": "tutor", "text": told["text"]},
                {"speaker": "learner", "text": "I do not know."},
            ]
        assert len(set(asked)) == 3
        refused = client.post("/enrich", json={**BODY, "fallback": False})
        assert refused.status_code == 503
        assert "has no tutor" in refused.json()["detail"]


def test_a_finding_of_the_model_can_be_asked_about(gateway: Running) -> None:
    with gateway.client("enrich") as client:
        code = "def same_word(first, second):\n    return first.lower == second.lower\n"
        found = client.post("/enrich", json={"code": code, "line": 2, "rule": "model/MissingCall"})
        assert found.status_code == 200, found.text
        assert found.json()["finding"]["source"] == "model"


def test_where_nothing_is_found_there_is_nothing_to_ask(client: httpx.Client) -> None:
    answer = client.post("/enrich", json={"code": SEARCH, "line": 1})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:meno:problem:nothing-there"
    other = client.post("/enrich", json={**BODY, "rule": "ME301"})
    assert other.status_code == 422
