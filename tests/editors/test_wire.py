"""What stands between an editor and the server changes nothing, and what is read from it is what was said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from editors import features

WIRE = Path(__file__).with_name("wire.py")
ECHO = "import os\nwhile data := os.read(0, 7):\n    os.write(1, data)\n"


def framed(message: object) -> bytes:
    body = json.dumps(message, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def through(log: Path, data: bytes, server: str = ECHO) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, WIRE, log, sys.executable, "-c", server]
    return subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)


def test_bytes_pass_through_as_they_are_and_messages_are_written_down(tmp_path: Path) -> None:
    log = tmp_path / "wire.jsonl"
    message = {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"text": "print('😀')\n"}}
    data = framed(message) + b"Content-Length: 3\r\nX: y\r\n\r\n{[}" + framed({"id": 1, "result": None})

    passed = through(log, data)

    talk = features.read(log)
    assert passed.stdout == data
    assert talk.said("editor", "textDocument/didOpen") == [message["params"]]
    assert talk.said("server", "textDocument/didOpen") == [message["params"]]
    assert {"unreadable": "{[}"} in [entry["message"] for entry in talk.entries]


def test_the_end_of_the_server_is_told_as_it_was(tmp_path: Path) -> None:
    ended = through(tmp_path / "wire.jsonl", b"", "import sys; sys.exit(7)")

    assert ended.returncode == 7


def test_a_feature_that_nobody_used_is_not_tried_and_one_that_nobody_knows_is_no(tmp_path: Path) -> None:
    log = tmp_path / "wire.jsonl"
    said = [
        (
            "editor",
            {"id": 1, "method": "initialize", "params": {"capabilities": {"notebookDocument": {"a": 1}}}},
        ),
        ("server", {"id": 1, "result": {"capabilities": {}}}),
        ("editor", {"id": 2, "method": "textDocument/codeLens", "params": {}}),
        ("server", {"id": 2, "result": []}),
        (
            "server",
            {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"code": "ME101"}]}},
        ),
    ]
    entries = [{"session": 1, "by": by, "message": message} for by, message in said]
    log.write_text("".join(json.dumps(entry) + "\n" for entry in entries) + '{"half')

    row = features.row(log, "Some", "1")

    assert row["positions"] == "utf-16"
    assert row["findings"] == "pushed"
    assert row["lens"] == "not tried"
    assert row["notebooks"] == "not tried"
    assert row["hover"] == "no"
    assert row["progress"] == "no"
