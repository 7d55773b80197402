"""What no client should send, one by one: what the answer is, and that no text is changed by it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from end_to_end.wire import Wire

URI = "file:///lesson.py"
HERE = {"line": 0, "character": 0}
SPAN = {"start": HERE, "end": HERE}


def text_of(session: Wire, uri: str = URI) -> tuple[int, int]:
    """The version and length of an open text as the server holds it."""
    told = session.request("meno/checksum", {"textDocument": {"uri": uri}})
    return told["version"], told["characters"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": 7},
        {"text": ["x"]},
        {"range": SPAN, "text": None},
        {"range": {"start": {"line": -1, "character": 0}, "end": HERE}, "text": "x"},
        {"range": {"start": {"line": "0", "character": 0}, "end": HERE}, "text": "x"},
        {"range": {"start": {"line": True, "character": 0}, "end": HERE}, "text": "x"},
        {"range": {"start": {"line": 0.5, "character": 0}, "end": HERE}, "text": "x"},
    ],
)
def test_a_change_of_a_wrong_type_leaves_the_text_alone(session: Wire, change: dict[str, Any]) -> None:
    session.open("total = 1\n")

    changes = [{"range": SPAN, "text": "a = 1\n"}, change]
    session.notify(
        "textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": changes}
    )

    assert text_of(session) == (1, 10)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ((0, 99), (0, 99), "a = '😀'xyz\nb\n"),  # the end of its line
        ((99, 0), (99, 9), "a = '😀'\nb\nxyz"),  # the end of the text
        ((0, 2), (0, 0), "xyz= '😀'\nb\n"),  # the wrong way round
        ((0, 6), (0, 6), "a = 'xyz😀'\nb\n"),  # within the emoji: before it
        ((0, 6), (0, 7), "a = 'xyz'\nb\n"),  # from within it to its end: the whole of it
    ],
)
def test_a_range_outside_the_text_is_brought_into_it(
    session: Wire, start: tuple[int, int], end: tuple[int, int], text: str
) -> None:
    session.open("a = '😀'\nb\n")

    session.change(2, start, end, "xyz")

    told = session.request("meno/checksum", {"textDocument": {"uri": URI}})
    assert told["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_message_within_a_message_is_none(session: Wire) -> None:
    inner = {"jsonrpc": "2.0", "id": 99, "method": "shutdown", "params": None}
    id = session.ask("workspace/executeCommand", {"command": "meno.nextHint", "arguments": [inner]})

    session.reply(id)
    session.open("total = 1\n")

    assert text_of(session) == (1, 10)
    assert not [m for m in session.received if m.get("id") == 99]


@pytest.mark.parametrize("method", ["textDocument/didOpen", "initialized", "exit", "$/cancelRequest"])
def test_a_notification_with_an_id_is_refused_and_not_done(session: Wire, method: str) -> None:
    reply = session.reply(session.ask(method, {}))

    assert "notification" in reply["error"]["message"]
    assert session.process.poll() is None


@pytest.mark.parametrize("id", [None, 1.5, True, [1], {}])
def test_a_request_whose_id_cannot_be_answered_is_refused_without_one(session: Wire, id: Any) -> None:
    since = session.count()

    session.send({"id": id, "method": "shutdown", "params": None})

    assert "id" in session.wait(lambda m: m.get("id", 0) is None, since)["error"]["message"]
    session.open("total = 1\n")
    assert text_of(session) == (1, 10)


def test_nothing_is_answered_before_initialize_and_initialize_only_once(wire: Wire) -> None:
    early = wire.reply(wire.ask("meno/checksum", {}))
    wire.open("total = 1\n")
    wire.start()
    again = wire.reply(wire.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}))

    assert early["error"]["code"] == -32002
    assert "already" in again["error"]["message"]
    assert wire.request("meno/checksum", {"textDocument": {"uri": URI}}) is None


def test_an_id_used_twice_is_answered_twice(session: Wire) -> None:
    for _ in range(2):
        session.send({"id": "same", "method": "meno/checksum", "params": {}})
    session.request("meno/checksum", {})

    assert len([m for m in session.received if m.get("id") == "same"]) == 2


def test_a_wrong_answer_for_the_settings_does_not_keep_the_server_waiting(wire: Wire) -> None:
    wire.answers["workspace/configuration"] = {"not": "a list"}
    wire.start()
    wire.wait(lambda m: m.get("method") == "workspace/configuration")

    wire.open("print(nope)\n")

    assert wire.diagnostics(1, bool)


def test_who_is_not_asked_for_settings_keeps_them_when_a_file_changes(wire: Wire) -> None:
    wire.start({})
    wire.notify("workspace/didChangeConfiguration", {"settings": {"meno": {"severity": {"ME101": "hint"}}}})
    wire.notify("workspace/didChangeWatchedFiles", {"changes": []})

    wire.open("print(nope)\n")

    assert [item["severity"] for item in wire.diagnostics(1, bool)] == [4]
