"""`meno serve` as an operator meets it: refusals, a database that goes and comes, killed parts, the end."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from gateway.running import PATIENCE, PROGRAM, Running, meno
from postgresql import Server

Serve = Callable[..., Running]
BODY = {"code": PROGRAM, "model": False}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--host", "0.0.0.0"), "--behind-proxy"),
        (("--database", "mysql://x"), "not understood"),
        (("--database", "postgresql://localhost:many/x"), "not understood"),
        (("--batching", "perhaps"), "MENO_GATEWAY_BATCHING does not fit: 'auto', 'on' or 'off' is needed"),
        (("--address", "auto"), "--address goes with --cluster"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = meno(tmp_path / "gateway", "serve", "--port", "0", *arguments)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = meno(tmp_path / "gateway", "serve", "--port", str(port))

    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Port {port} is in use")


def test_keys_say_where_to_look_for_a_database_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    refused = meno(tmp_path / "file", "keys", "list")

    assert refused.returncode == 2
    assert "MENO_GATEWAY_DATABASE and MENO_GATEWAY_DATA" in refused.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys\nsys.modules['fastapi'] = None\n", "utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    for command in (("serve",), ("keys", "list")):
        refused = meno(tmp_path / "gateway", *command, PYTHONPATH=path)
        assert refused.returncode == 2
        assert 'pip install "meno-lsp[gateway]"' in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1


def test_it_says_where_it_listens_and_how_to_make_a_key(serve: Serve) -> None:
    gateway = serve("--workers", "1", "--no-model", MENO_GATEWAY_ORIGIN="false")
    assert gateway.process.stdout is not None
    assert "meno keys create" in gateway.process.stdout.readline()
    assert "docs/gateway.md" in gateway.process.stdout.readline()
    answer = httpx.get(f"{gateway.address}/health/live")
    assert answer.json() == {"live": True}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_what_is_under_way_before_it_ends(serve: Serve, number: signal.Signals) -> None:
    gateway = serve("--workers", "1", "--no-model", MENO_GATEWAY_ORIGIN="false").until_ready()
    children = gateway.children()
    assert children
    long = {"code": PROGRAM * 300, "model": False}
    with gateway.client("analyze") as client, ThreadPoolExecutor(1) as pool:
        client.post("/analyze", json=BODY)
        asked = pool.submit(client.post, "/analyze", json=long)
        metrics = gateway.log.count('"event": "request"')
        answered = threading.Event()
        asked.add_done_callback(lambda _: answered.set())
        answered.wait(0.05)
        assert gateway.stop(number) == 0
        assert asked.result(PATIENCE).status_code == 200
    assert metrics >= 1
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_killed_workers_are_replaced_and_requests_answered(serve: Serve) -> None:
    gateway = serve("--workers", "2", MENO_GATEWAY_ORIGIN="false").until_ready()
    with gateway.client("analyze") as client:
        for round_ in range(2):
            before = set(gateway.children())
            for child in before:
                os.kill(child, signal.SIGKILL)
            answer = client.post("/analyze", json={"code": PROGRAM.replace("marks", f"marks{round_}")})
            assert answer.status_code == 200, answer.text
            assert answer.json()["findings"]
            gateway.until_ready()
            assert not before & set(gateway.children())


def test_nothing_is_left_running_when_it_is_killed(serve: Serve) -> None:
    gateway = serve("--workers", "2").until_ready()
    children = gateway.children()
    assert len(children) == 4
    gateway.process.kill()
    gateway.process.wait(PATIENCE)
    for child in children:
        assert _has_ended(child)


def _has_ended(number: int) -> bool:
    """Whether a process ends within the deadline; nobody is its parent who would be told."""
    for _ in range(PATIENCE * 10):
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.1)
    return False


def test_while_the_database_is_away_it_says_so_and_goes_on_when_it_is_back(
    serve: Serve, postgresql: str, postgresql_server: Server
) -> None:
    gateway = serve(
        "--workers",
        "1",
        "--no-model",
        MENO_GATEWAY_ORIGIN="false",
        MENO_GATEWAY_DATABASE=postgresql,
        MENO_GATEWAY_KEY_CHECK_SECONDS="0",
    ).until_ready()
    with gateway.client("analyze", "usage") as client:
        assert client.post("/analyze", json=BODY).status_code == 200
        postgresql_server.stop()
        away = client.post("/analyze", json=BODY)
        assert away.status_code == 503
        assert away.headers["content-type"] == "application/problem+json"
        assert away.headers["retry-after"]
        assert postgresql not in away.text
        assert httpx.get(f"{gateway.address}/health/live").status_code == 200
        ready = httpx.get(f"{gateway.address}/health/ready")
        assert (ready.status_code, ready.json()["parts"]["database"]) == (503, False)
        postgresql_server.start()
        assert client.post("/analyze", json=BODY).status_code == 200
        assert httpx.get(f"{gateway.address}/health/ready").status_code == 200
        own = client.headers["authorization"].split("_")[1]
        rows = client.get(f"/usage?key={own}").json()["rows"]
        assert sum(row["requests"] for row in rows if row["endpoint"] == "analyze") == 2
    assert "Traceback" not in gateway.log


def test_without_the_database_it_starts_and_lives(serve: Serve) -> None:
    address = "postgresql://nobody@127.0.0.1:1/nothing"
    gateway = serve("--workers", "1", "--no-model", "--database", address, MENO_GATEWAY_ORIGIN="false")

    assert httpx.get(f"{gateway.address}/health/live", timeout=PATIENCE).status_code == 200
    assert httpx.get(f"{gateway.address}/health/ready", timeout=PATIENCE).status_code == 503
    refused = httpx.get(
        f"{gateway.address}/usage", headers={"X-API-Key": f"meno_{'a' * 12}_{'b' * 43}"}, timeout=PATIENCE
    )
    assert refused.status_code == 503
    assert "nobody@" not in refused.text + gateway.log
    assert "Look whether it runs, and whether MENO_GATEWAY_DATABASE" in gateway.log


def test_two_gateways_share_a_database(serve: Serve, database: str | None, tmp_path: Path) -> None:
    address = database or f"sqlite:///{tmp_path / 'shared.sqlite'}"
    options = ("--workers", "1", "--no-model", "--database", address)
    one, two = (serve(*options, MENO_GATEWAY_ORIGIN="false") for _ in range(2))
    for gateway in (one, two):
        gateway.until_ready()
        gateway.environment = {**gateway.environment, "MENO_GATEWAY_DATABASE": address}
    with one.client("analyze", "usage") as client:
        for gateway in (one, two):
            answer = client.post(f"{gateway.address}/analyze", json=BODY)
            assert answer.status_code == 200, answer.text
        assert two.stop() == 0
        own = client.headers["authorization"].split("_")[1]
        rows = client.get(f"/usage?key={own}").json()["rows"]
        assert sum(row["requests"] for row in rows if row["endpoint"] == "analyze") == 2
