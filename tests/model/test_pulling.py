"""Fetching a model by name. The hub is a small server on loopback that speaks the part of the hub's protocol
that its own client asks for: no hub can be reached from where the tests run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from meno_model.weights import DEFAULT_WEIGHTS, MANIFEST, TOKENIZER, open_weights

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves the files of `folder` as the model `tests/model`."""

    folder: Path


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def do_GET(self) -> None:
        self._answer(head=False)

    def _answer(self, *, head: bool) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/tests/model/tree/"):
            entries = [
                {
                    "type": "file",
                    "path": file.name,
                    "size": file.stat().st_size,
                    "oid": hashlib.sha1(file.read_bytes()).hexdigest(),
                }
                for file in self.server.folder.iterdir()
            ]
            self._send(200, json.dumps(entries).encode(), head)
        elif path.startswith("/api/models/tests/model"):
            files = [{"rfilename": file.name} for file in self.server.folder.iterdir()]
            body = json.dumps({"id": "tests/model", "sha": COMMIT, "siblings": files}).encode()
            self._send(200, body, head)
        elif (
            path.startswith("/tests/model/resolve/")
            and (file := self.server.folder / path.rsplit("/", 1)[1]).is_file()
        ):
            self._send(200, file.read_bytes(), head)
        else:
            self._send(404, b"", head)

    def _send(self, status: int, body: bytes, head: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        if status == 404:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.end_headers()
        if not head:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    server = Hub(("127.0.0.1", 0), Answers)
    server.folder = tmp_path / "hub"
    shutil.copytree(DEFAULT_WEIGHTS, server.folder, ignore=shutil.ignore_patterns("__*"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def pull(tmp_path: Path, endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(tmp_path / "cache"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    return subprocess.run(
        [sys.executable, "-m", "meno_server.cli", "model", "pull", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def address(hub: Hub) -> str:
    return f"http://127.0.0.1:{hub.server_address[1]}"


def test_a_model_is_fetched_checked_and_named(hub: Hub, tmp_path: Path) -> None:
    (hub.folder / "weights.pkl").write_bytes(b"a pickle could run code")
    to = tmp_path / "models" / "mine"
    result = pull(tmp_path, address(hub), "tests/model", "--to", str(to))
    assert result.returncode == 0, result.stderr
    assert "meno.model.path" in result.stdout
    assert open_weights(to).graph_checksum == open_weights().graph_checksum
    assert not (to / "weights.pkl").exists()
    again = pull(tmp_path, address(hub), "tests/model", "--to", str(to))
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_what_is_no_whole_model_is_refused_and_leaves_nothing(hub: Hub, tmp_path: Path, damage: str) -> None:
    if damage == "cut":
        (hub.folder / TOKENIZER).write_text("{", encoding="utf-8")
    else:
        (hub.folder / MANIFEST).unlink()
    result = pull(tmp_path, address(hub), "tests/model", "--to", str(tmp_path / "models" / "mine"))
    assert result.returncode == 2
    assert "no whole model" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert list((tmp_path / "models").iterdir()) == []


def test_an_unknown_name_and_no_network_are_one_sentence_each(hub: Hub, tmp_path: Path) -> None:
    unknown = pull(tmp_path, address(hub), "tests/other")
    assert unknown.returncode == 2
    assert "has no model tests/other" in unknown.stderr
    hub.shutdown()
    hub.server_close()
    alone = pull(tmp_path, address(hub), "tests/model")
    assert alone.returncode == 2
    assert "Traceback" not in alone.stderr
    assert "network" in alone.stderr or "could not be fetched" in alone.stderr
    odd = pull(tmp_path, address(hub), "nothing")
    assert odd.returncode == 2
    assert "OWNER/MODEL" in odd.stderr


def test_a_folder_with_something_else_is_left_alone(hub: Hub, tmp_path: Path) -> None:
    to = tmp_path / "thesis"
    to.mkdir()
    (to / "chapter.txt").write_text("mine", encoding="utf-8")
    result = pull(tmp_path, address(hub), "tests/model", "--to", str(to))
    assert result.returncode == 2
    assert (to / "chapter.txt").read_text(encoding="utf-8") == "mine"
