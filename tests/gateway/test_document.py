"""The OpenAPI document: complete, true, and nothing that it allows breaks the gateway."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.running import Running, new_key
from meno_server.gateway.keys.values import SCOPES
from meno_server.gateway.problems import KINDS, MEDIA_TYPE
from meno_server.gateway.settings import PREFIX, GatewaySettings, SettingsError, from_environment

PAGE = Path(__file__).parents[2] / "docs/gateway.md"
METHODS = ("get", "post")


@pytest.fixture(scope="module")
def document(gateway: Running) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{gateway.address}/openapi.json").json()
    return told


def test_every_address_is_described_with_what_it_needs_and_what_can_go_wrong(
    document: dict[str, Any],
) -> None:
    assert set(document["paths"]) == {
        f"/api/v1/{name}"
        for name in (
            "analyze enrich debug predict model categories usage metrics metrics/prometheus health "
            "health/live health/ready contributions insights insights/page"
        ).split()
    }
    for methods in document["paths"].values():
        for method, told in methods.items():
            assert method in METHODS
            assert told["summary"]
            assert told["description"]
            if told["security"]:
                assert {"401", "403", "429", "503"} <= set(told["responses"])
            for status, response in told["responses"].items():
                if int(status) >= 400 and "HealthAnswer" not in json.dumps(response):
                    assert list(response["content"]) == [MEDIA_TYPE]
            if method == "post":
                assert {"413", "415", "422"} <= set(told["responses"])
                schema = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[
                    2
                ]
                form = document["components"]["schemas"][schema]
                assert form["additionalProperties"] is False
                assert form["examples"]


def test_its_examples_are_answered(gateway: Running, document: dict[str, Any]) -> None:
    with gateway.client(*SCOPES) as client:
        for path, methods in document["paths"].items():
            for told in (told for method, told in methods.items() if method == "post"):
                form = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                for example in document["components"]["schemas"][form]["examples"]:
                    answer = client.post(gateway.address + path, json=example)
                    assert answer.status_code == 200, (path, answer.text)


def test_the_page_of_addresses_loads_nothing_from_elsewhere(gateway: Running) -> None:
    answer = httpx.get(f"{gateway.address}/docs")

    assert answer.status_code == 200
    assert "/api/v1/analyze" in answer.text
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", answer.text)
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.timeout(500)
def test_schemathesis_finds_nothing_that_breaks(
    gateway: Running, document: dict[str, Any], tmp_path: Path
) -> None:
    """Its own command line, as anybody would run it against the gateway."""
    count = sum(len(methods) for methods in document["paths"].values())
    key = new_key(gateway.data, *SCOPES)
    # 503 is the documented answer where the tutor is wanted and nobody has set one up.
    (tmp_path / "schemathesis.toml").write_text(
        '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "503"]\n', "utf-8"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{gateway.address}/openapi.json"),
            *("--header", f"Authorization: Bearer {key}"),
            *("--max-examples", os.environ.get("MENO_SCHEMATHESIS_EXAMPLES", "12")),
            *("--phases", "examples,coverage,fuzzing"),
            *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
            *("--checks", "response_schema_conformance,response_headers_conformance,unsupported_method"),
            *("--checks", "ignored_auth,negative_data_rejection"),
            *("--seed", "1", "--generation-deterministic", "--request-timeout", "60", "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert f"Tested: {count}" in done.stdout
    assert "broken" not in gateway.log


# The page for people


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of docs/gateway.md."""
    below = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_has_every_setting_with_its_default() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows("Settings")}

    assert list(told) == [PREFIX + name.upper() for name in GatewaySettings.model_fields]
    for name, info in GatewaySettings.model_fields.items():
        default = "" if info.default is None else str(info.default)
        assert told[PREFIX + name.upper()] == default.lower(), name


def test_the_page_has_every_problem_with_its_status() -> None:
    told = {row[1].strip("`"): int(row[0]) for row in rows("Errors")}

    assert told == {kind.name: kind.status for kind in KINDS}


def test_settings_come_from_the_environment_and_flags_come_first() -> None:
    found = from_environment({"MENO_GATEWAY_WORKERS": "3", "MENO_GATEWAY_MODEL": "false"}, {"workers": 5})

    assert (found.workers, found.model) == (5, False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MENO_GATEWAY_WORKER", "3", "MENO_GATEWAY_WORKER is no setting"),
        (
            "MENO_GATEWAY_WORKERS",
            "many",
            "MENO_GATEWAY_WORKERS does not fit: a whole number from 0 to 256 is needed",
        ),
        ("MENO_GATEWAY_BATCHING", "perhaps", "MENO_GATEWAY_BATCHING does not fit"),
    ],
)
def test_a_setting_that_cannot_hold_is_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        from_environment({name: value})
