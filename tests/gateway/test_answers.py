"""What a whole gateway answers, with its real processes and the shipped model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from gateway.running import FAILING, LINE, PROGRAM, REPORT, Running
from meno_analyzers.engine import analyse
from meno_analyzers.findings import Category
from meno_analyzers.rules import RULES
from meno_model.client import ModelAnswer, ModelClient
from meno_model.protocol import finding_to_plain
from meno_server.gateway.keys.values import SCOPES
from meno_server.gateway.schemas import answers
from meno_server.gateway.usage_values import ENDPOINTS

RETURNS_EARLY = (
    "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n"
    "        return result\n\n\nprint(total([3, 4]))\n"
)
SUSPECT = (
    "def same_word(first, second):\n    return first.lower == second.lower\n\n\nprint(same_word('A', 'a'))\n"
)
TESTS = "from program import total\n\n\ndef test_total():\n    assert total([1, 2, 3]) == 6\n"


@pytest.fixture(scope="module")
def client(gateway: Running) -> Iterator[httpx.Client]:
    with gateway.client(*SCOPES) as somebody:
        yield somebody


def test_analyze_tells_what_the_rules_and_the_model_find_with_their_hints(client: httpx.Client) -> None:
    answer = client.post("/analyze", json={"code": PROGRAM + SUSPECT})
    assert answer.status_code == 200, answer.text
    told = answers.AnalyzeAnswer.model_validate(answer.json())

    by_rules = [finding for finding in told.findings if finding.source == "static"]
    wanted = [finding for finding in analyse(PROGRAM + SUSPECT) if finding.rule == "ME211"]
    assert [(one.rule, one.line) for one in by_rules if one.rule == "ME211"] == [("ME211", LINE)]
    assert len(wanted) == 1
    assert any(finding.source == "model" for finding in told.findings)
    assert told.model.status == "answered"
    assert told.model.checksum
    assert set(told.milliseconds) == {"static", "model", "hints", "total"}
    assert all(finding.hints.questions and finding.hints.example for finding in told.findings)


def test_analyze_without_the_model_does_not_ask_it(client: httpx.Client) -> None:
    told = client.post("/analyze", json={"code": SUSPECT, "model": False}).json()

    assert told["model"] == {"status": "not asked"}
    assert set(told["milliseconds"]) == {"static", "hints", "total"}
    assert not any(finding["source"] == "model" for finding in told["findings"])


def test_the_hints_end_at_the_level_that_is_asked_for(client: httpx.Client) -> None:
    for level, rungs in enumerate(
        [set(), {"orient"}, {"orient", "concept"}, {"orient", "concept", "questions"}]
    ):
        told = client.post("/analyze", json={"code": PROGRAM, "model": False, "max_hint_level": level}).json()
        assert set(told["findings"][0]["hints"]) == rungs


def test_hints_come_in_another_language(client: httpx.Client) -> None:
    told = client.post("/analyze", json={"code": RETURNS_EARLY, "language": "de", "model": False}).json()
    english = client.post("/analyze", json={"code": RETURNS_EARLY, "model": False}).json()

    assert told["findings"][0]["rule"] == english["findings"][0]["rule"]
    assert told["findings"][0]["message"] != english["findings"][0]["message"]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "\x00",
        "\ufeffx = 1\n",
        "def broken(:\n",
        "(" * 5000,
        "x = '\u2028'\r\n",
        "😀 = 1\n",
        "if 1:\n" * 300,
    ],
)
def test_any_text_has_an_answer(client: httpx.Client, code: str) -> None:
    answer = client.post("/analyze", json={"code": code})

    assert answer.status_code == 200, answer.text
    answers.AnalyzeAnswer.model_validate(answer.json())


def test_the_short_names_are_the_same_addresses(gateway: Running, client: httpx.Client) -> None:
    body = {"code": PROGRAM, "model": False}
    long = client.post("/analyze", json=body).json()
    short = client.post(f"{gateway.address}/analyze", json=body).json()

    assert short["findings"] == long["findings"]
    for name in (
        "health",
        "health/live",
        "health/ready",
        "categories",
        "metrics",
        "usage",
        "docs",
        "openapi.json",
    ):
        assert client.get(f"{gateway.address}/{name}").status_code == 200
        assert client.get(f"/{name}").status_code == 200


async def asked_alone(text: str) -> tuple[ModelAnswer, dict[str, object]]:
    """What a model of one's own says, and which one it is."""
    own = ModelClient()
    try:
        return await own.predict(text), await own.info()
    finally:
        await own.stop()


def test_model_answers_what_the_model_client_would(client: httpx.Client) -> None:
    # New to the model, which remembers what it said of a unit beside others.
    text = SUSPECT.replace("same_word", "equal_words")
    told = client.post("/model", json={"text": text}).json()
    wanted, information = asyncio.run(asked_alone(text))

    assert told["findings"] == [finding_to_plain(finding) for finding in wanted.findings] != []
    assert told["model"] == {"name": information["name"], "checksum": information["model_sha256"]}
    answers.ModelAnswer.model_validate(told)


def test_predict_tells_a_style_with_its_tokens_and_its_limits(client: httpx.Client) -> None:
    answer = client.post("/predict", json={"code": RETURNS_EARLY * 3, "top_tokens": 3})
    told = answers.PredictAnswer.model_validate(answer.json())

    assert told.passages[0].name is None
    assert told.passages[0].verdict == told.origin
    assert 0 < len(told.passages[0].top_tokens) <= 3
    assert told.limits


def test_what_python_cannot_read_has_no_style(client: httpx.Client) -> None:
    answer = client.post("/predict", json={"code": "def broken(:\n"})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:meno:problem:unreadable"


def test_debug_explains_a_traceback_with_the_code_that_was_sent(client: httpx.Client) -> None:
    answer = client.post("/debug", json={"traceback": REPORT, "code": FAILING})
    assert answer.status_code == 200, answer.text
    told = answers.DebugAnswer.model_validate_json(answer.text)

    assert told.explanation is not None
    assert (told.explanation.category, told.explanation.finding_id) == ("KeyError", "ME505")
    assert told.explanation.root_cause.line_start == 2
    assert [step.order for step in told.explanation.steps] == list(range(1, len(told.explanation.steps) + 1))
    assert told.explanation.takeaway
    assert not told.ran
    assert told.page


def test_debug_does_not_believe_code_that_is_not_what_failed(client: httpx.Client) -> None:
    told = client.post("/debug", json={"traceback": REPORT, "code": "x = 1\ny = 2\n"}).json()

    assert told["explanation"]["finding_id"] is None
    assert "truncated_context" in told["explanation"]["limits"]


def test_debug_finds_the_program_among_several_files(client: httpx.Client) -> None:
    report = (
        'Traceback (most recent call last):\n  File "/home/x/work/main.py", line 2, in <module>\n'
        '    print(first([]))\n  File "/home/x/work/tools/lists.py", line 2, in first\n    return items[0]\n'
        "IndexError: list index out of range\n"
    )
    files = {
        "main.py": "from tools.lists import first\nprint(first([]))\n",
        "tools/lists.py": "def first(items):\n    return items[0]\n",
    }
    told = client.post("/debug", json={"traceback": report, "files": files}).json()["explanation"]
    assert told["file_alias"] == "tools/lists.py"
    told = client.post("/debug", json={"traceback": report, "files": files, "main": "main.py"}).json()
    assert told["explanation"]["file_alias"] == "main.py"


def test_debug_says_that_there_is_no_failure_in_a_text_without_one(client: httpx.Client) -> None:
    answer = client.post("/debug", json={"traceback": "all is well"})

    assert answer.status_code == 422
    assert "no traceback" in answer.json()["detail"]


def test_code_is_not_run_unless_the_operator_allows_it(client: httpx.Client) -> None:
    answer = client.post("/debug", json={"run": True, "code": FAILING})

    assert answer.status_code == 403
    assert "runs no code" in answer.json()["detail"]


@pytest.mark.parametrize(("highest", "shown"), [("5", True), ("4", False)])
def test_code_is_run_and_a_verified_diff_told_only_if_both_want_it(
    serve: Callable[..., Running], highest: str, shown: bool
) -> None:
    gateway = serve(
        "--workers", "1", "--no-model", MENO_GATEWAY_RUN_CODE="true", MENO_GATEWAY_MAX_HINT_LEVEL=highest
    ).until_ready()
    with gateway.client("debug") as client:
        body = {
            "run": True,
            "files": {"program.py": RETURNS_EARLY, "test_program.py": TESTS},
            "main": "program.py",
            "tests": "test_program.py",
        }
        answer = client.post("/debug", json=body)
        if answer.status_code == 503:
            pytest.skip("this machine does not let the sandbox confine code: user namespaces are needed")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert (told["ended"], told["ran"]) == ("explained", True)
        assert told["explanation"]["test_impact"]["verified"] is True
        assert told["explanation"]["diff"] is None
        best = client.post("/debug", json={**body, "level": 5}).json()
        assert (best["explanation"]["diff"] is not None) is shown
        repaired = {**body["files"], "program.py": RETURNS_EARLY.replace("        return", "    return")}
        passes = client.post("/debug", json={**body, "files": repaired}).json()
        assert (passes["ended"], passes["explanation"]) == ("passes", None)
        broken = client.post("/debug", json={"run": True, "code": "name = input()\nprint(name)\n"})
        assert broken.status_code == 422


def test_categories_are_the_taxonomy(client: httpx.Client) -> None:
    told = answers.CategoriesAnswer.model_validate(client.get("/categories").json())

    assert [one.category for one in told.categories] == [
        str(one) for one in Category if one is not Category.CLEAN
    ]
    assert sorted(rule.id for one in told.categories for rule in one.rules) == sorted(RULES)


def test_health_tells_life_and_readiness_apart(client: httpx.Client) -> None:
    told = answers.HealthAnswer.model_validate(client.get("/health").json())

    assert (told.status, told.live, told.ready) == ("ok", True, True)
    assert told.parts == {
        "rules": True,
        "model": True,
        "origin": True,
        "database": True,
        "tutor": None,
        "run": None,
    }
    assert client.get("/health/live").json() == {"live": True}


def test_metrics_come_as_percentiles_and_for_prometheus(client: httpx.Client) -> None:
    client.post("/analyze", json={"code": PROGRAM})
    told = answers.MetricsAnswer.model_validate(client.get("/metrics").json())
    assert told.endpoints["analyze"].count > 0
    assert told.stages["static"].p95 is not None
    assert told.model_batches.count > 0

    for asked in (
        client.get("/metrics/prometheus"),
        client.get(
            "/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
        ),
    ):
        assert asked.headers["content-type"].startswith("text/plain")
        assert 'meno_requests_total{endpoint="analyze",status="200"}' in asked.text


def test_usage_counts_what_a_key_has_asked(gateway: Running) -> None:
    with gateway.client("analyze", "usage") as client:
        for _ in range(3):
            client.post("/analyze", json={"code": PROGRAM, "model": False})
        client.post("/analyze", json={})
        told = answers.UsageAnswer.model_validate(client.get("/usage?days=1").json())
        own = client.headers["authorization"].split("_")[1]
        rows = {row.endpoint: row for row in told.rows if row.key == own}
        assert (rows["analyze"].requests, rows["analyze"].refused, rows["analyze"].failed) == (4, 1, 0)
        assert rows["analyze"].bytes > 4 * len(PROGRAM)
        assert {row.endpoint for row in told.rows} <= set(ENDPOINTS)
        alone = client.get(f"/usage?key={own}").json()["rows"]
        assert {row["key"] for row in alone} == {own}


def test_the_log_has_a_line_of_json_for_each_request(gateway: Running, client: httpx.Client) -> None:
    answer = client.post("/analyze", json={"code": PROGRAM, "model": False})
    number = answer.headers["x-request-id"]
    client.get("/health")
    lines = [json.loads(line) for line in gateway.log.splitlines()]
    (line,) = [one for one in lines if one.get("request") == number]

    assert (line["event"], line["route"], line["status"]) == ("request", "/analyze", 200)
    assert "result" not in json.dumps(lines)
