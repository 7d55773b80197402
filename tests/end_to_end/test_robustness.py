"""What goes wrong in the field: the server lives, says it plainly, and answers the next key."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from end_to_end.wire import DEADLINE, FULL_CLIENT, Wire

NOPE = "print(nope)\n"


def is_alive(session: Wire, uri: str = "file:///alive.py") -> None:
    """The next key is answered, with the right finding."""
    session.open(NOPE, uri)
    message = session.wait(
        lambda m: (
            m.get("method") == "textDocument/publishDiagnostics"
            and m["params"]["uri"] == uri
            and bool(m["params"]["diagnostics"])
        )
    )
    assert message["params"]["diagnostics"][0]["code"] == "ME101"
    session.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[]", b"7", b'"text"', b"null", b"{}", b'{"jsonrpc":"1.0","method":"x"}'],
)
def test_a_message_that_is_none_is_refused_and_stops_nothing(session: Wire, body: bytes) -> None:
    since = session.count()

    session.send_body(body)

    is_alive(session)
    if body not in (b"{}", b'{"jsonrpc":"1.0","method":"x"}'):
        refusal = session.wait(lambda m: "error" in m, since)
        assert refusal["id"] is None
        assert refusal["error"]["code"] in (-32700, -32600)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/hover", {"textDocument": 7}),
        ("textDocument/hover", None),
        ("textDocument/codeAction", {"textDocument": {"uri": "file:///a.py"}, "range": "all"}),
        ("workspace/executeCommand", {"command": "meno.nextHint", "arguments": [1]}),
        ("workspace/executeCommand", {"command": "meno.unknown"}),
        (
            "codeAction/resolve",
            {"title": "x", "data": {"uri": "file:///a.py", "version": 1, "fingerprint": "y"}},
        ),
        ("meno/unknown", {}),
    ],
)
def test_a_request_that_makes_no_sense_gets_exactly_one_error(
    session: Wire, method: str, params: Any
) -> None:
    id = session.ask(method, params)

    reply = session.reply(id)

    assert "error" in reply
    is_alive(session)
    assert [m for m in session.received if m.get("id") == id and "method" not in m] == [reply]
    popups = [m for m in session.received if m.get("method") == "window/showMessage"]
    assert popups == []


def test_headers_that_are_none_are_skipped(session: Wire) -> None:
    session.send_bytes(b"Content-Length: many\r\n\r\nX-Unknown: 1\r\n")
    body = json.dumps({"jsonrpc": "2.0", "method": "$/unknown", "params": {}}).encode()
    session.send_bytes(
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body)
    )

    is_alive(session)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        "x = 1\0\n\0\0\n",
        "a = 1\r\nb = 2\rc = 3\nd = 4\r",
        "s = '😀'\n\f\n# \u2028 \x85 \x1c\nprint(s)\n",
        "if x:\n" * 300,
    ],
    ids=["brackets", "nul", "line-ends", "emoji-and-form-feed", "deep"],
)
def test_any_text_can_be_open_while_the_next_key_is_answered(session: Wire, text: str) -> None:
    session.open(text)
    session.change(2, (0, 0), (0, 0), "#\n")

    is_alive(session)


def test_edits_below_odd_characters_land_where_they_belong(session: Wire) -> None:
    session.open("a = '😀'\r\n\f\n\u2028 = 1\rprint(nope)\n")
    session.diagnostics(1)

    # The line separator is no line end: the print stands on line 3.
    session.change(2, (3, 6), (3, 10), "a")

    assert session.diagnostics(2, lambda items: "ME101" not in [i["code"] for i in items]) is not None


def test_a_change_of_a_file_that_is_not_open_is_ignored(session: Wire) -> None:
    session.change(2, (0, 0), (0, 0), "x", uri="file:///never.py")

    is_alive(session)


def test_pull_clients_are_asked_to_ask_again_and_never_told(wire: Wire) -> None:
    capabilities = {
        **FULL_CLIENT,
        "textDocument": {**FULL_CLIENT["textDocument"], "diagnostic": {"dynamicRegistration": False}},
        "workspace": {**FULL_CLIENT["workspace"], "diagnostics": {"refreshSupport": True}},
    }
    assert wire.start(capabilities)["capabilities"]["diagnosticProvider"]["identifier"] == "meno"
    wire.open("")
    document = {"textDocument": {"uri": "file:///lesson.py"}}
    wire.change(2, (0, 0), (0, 0), NOPE)

    early = wire.request("textDocument/diagnostic", document)
    wire.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh")
    late = wire.request("textDocument/diagnostic", document)
    same = wire.request("textDocument/diagnostic", {**document, "previousResultId": late["resultId"]})

    assert early["items"] == []
    assert [item["code"] for item in late["items"]] == ["ME101"]
    assert same == {"kind": "unchanged", "resultId": late["resultId"]}
    pushed = [m for m in wire.received if m.get("method") == "textDocument/publishDiagnostics"]
    assert pushed == []


def test_pull_without_refresh_is_told_instead(wire: Wire) -> None:
    capabilities = {"textDocument": {"diagnostic": {}, "publishDiagnostics": {}}}

    result = wire.start(capabilities)
    wire.open(NOPE)

    assert "diagnosticProvider" not in result["capabilities"]
    assert len(wire.diagnostics(1)) == 1


def test_nothing_of_the_learners_text_reaches_the_log(session: Wire) -> None:
    session.open("secret_word_in_code = nope\n")
    session.diagnostics(1)
    session.send_body(b"{")

    is_alive(session)
    session.stop()
    assert not any("secret_word_in_code" in line for line in session.errors)


def test_shutdown_is_quick_even_while_the_model_starts(session: Wire) -> None:
    session.open(NOPE)
    session.diagnostics(1)
    session.notify("textDocument/didSave", {"textDocument": {"uri": "file:///lesson.py"}})

    started = time.monotonic()
    status = session.stop()

    assert status == 0
    assert time.monotonic() - started < DEADLINE / 2
    assert not any("Traceback" in line for line in session.errors)


def test_a_request_after_shutdown_is_refused(session: Wire) -> None:
    session.request("shutdown")

    params = {
        "textDocument": {"uri": "file:///a.py"},
        "position": {"line": 0, "character": 0},
    }
    reply = session.reply(session.ask("textDocument/hover", params))

    assert reply["error"]["code"] == -32600


@pytest.mark.skipif(os.name != "posix", reason="signals to processes")
def test_the_server_ends_when_its_editor_dies_without_a_word() -> None:
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    wire = Wire()
    wire.request("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": FULL_CLIENT})
    wire.notify("initialized")
    is_alive(wire)

    editor.kill()
    editor.communicate()

    assert wire.process.wait(DEADLINE) == 1
    wire.close()


def test_the_server_ends_when_its_channel_closes(session: Wire) -> None:
    is_alive(session)

    status = session.close()

    assert status is not None


@pytest.mark.parametrize("channel", ["tcp", "ws"])
def test_edits_that_arrive_all_at_once_are_each_seen_in_turn(channel: str) -> None:
    wire = Wire(channel=channel)
    wire.start()

    wire.open("\n")
    for version, text in [(2, ")"), (3, "nope"), (4, "("), (5, "print")]:
        wire.change(version, (0, 0), (0, 0), text)
    items = wire.diagnostics(5, lambda items: bool(items))

    assert [item["code"] for item in items] == ["ME101"]
    assert wire.stop() == 0


def test_a_module_of_the_learner_does_not_replace_one_of_python(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit('shadowed')\n")
    process = subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0
    assert process.stdout.startswith("meno ")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killing_the_model_stops_nothing_else(session: Wire) -> None:
    text = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n"
    session.open(text)
    session.diagnostics(1)
    saved = {"textDocument": {"uri": "file:///lesson.py"}}
    session.notify("textDocument/didSave", saved)
    pid = _worker_of(session)

    os.kill(pid, signal.SIGKILL)

    is_alive(session)
    session.notify("textDocument/didSave", saved)
    assert _worker_of(session, instead_of=pid) != pid
    is_alive(session)


def _worker_of(session: Wire, instead_of: int | None = None) -> int:
    """The process id of the server's model worker, once there is one."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(session.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for line in found.splitlines():
            pid, _, args = line.strip().partition(" ")
            if "meno_model.worker" in args and int(pid) != instead_of:
                return int(pid)
    raise AssertionError("no worker process appeared")
