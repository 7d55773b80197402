"""Asking where code is from, at the wire: answered when asked, never unasked."""

from __future__ import annotations

import copy
from typing import Any

from end_to_end.wire import FULL_CLIENT, Wire

URI = "file:///lesson.py"
TEXT = """# 𝄞
def reverse_words(sentence):
    words = sentence.split()
    reversed_words = []
    for word in words:
        reversed_words.insert(0, word)
    return " ".join(reversed_words)


def f(a):
    return a
"""


def _started(wire: Wire, **settings: Any) -> Wire:
    capabilities = copy.deepcopy(FULL_CLIENT)
    capabilities["experimental"] = {"meno": {"showHint": True}}
    wire.start(capabilities, initializationOptions=settings)
    wire.open(TEXT, URI)
    return wire


def _command(wire: Wire, *arguments: Any) -> None:
    wire.request("workspace/executeCommand", {"command": "meno.whereFrom", "arguments": list(arguments)})


def test_the_command_shows_the_function_at_the_cursor_with_limits_and_heat_map(wire: Wire) -> None:
    _started(wire)
    since = wire.count()
    _command(wire, URI, 4)
    shown = wire.wait(lambda m: m.get("method") == "meno/showHint", since)["params"]["markdown"]
    assert "`reverse_words`" in shown
    assert "in 10" in shown
    assert "proves nothing about anybody" in shown
    assert "five most influential tokens" in shown
    assert "    reversed_words = []\n" in shown


def test_the_request_gives_ranges_in_the_clients_columns(wire: Wire) -> None:
    _started(wire)
    answer = wire.request("meno/origin", {"textDocument": {"uri": URI}})
    whole, function, short = answer["judgements"]
    assert (whole["name"], function["name"], short["verdict"]) == (None, "reverse_words", "short")
    lines = TEXT.split("\n")
    for item in function["heat"]:
        start, end = item["range"]["start"], item["range"]["end"]
        if start["line"] == end["line"] and item["text"].isidentifier():
            assert lines[start["line"]][start["character"] : end["character"]] == item["text"]


def test_nothing_is_said_or_shown_unasked_and_the_lens_is_off(wire: Wire) -> None:
    _started(wire)
    wire.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    lenses = wire.request("textDocument/codeLens", {"textDocument": {"uri": URI}})
    assert [lens["command"]["command"] for lens in lenses if "whereFrom" in lens["command"]["command"]] == []
    assert not any("showHint" in m.get("method", "") for m in wire.received)


def test_the_lens_stands_above_functions_when_it_is_switched_on(wire: Wire) -> None:
    _started(wire, origin={"codeLens": True})
    lenses = wire.request("textDocument/codeLens", {"textDocument": {"uri": URI}})
    own = [lens for lens in lenses if lens["command"]["command"] == "meno.whereFrom"]
    assert [lens["range"]["start"]["line"] for lens in own] == [1, 9]


def test_it_can_be_switched_off(wire: Wire) -> None:
    _started(wire, origin={"enabled": False})
    answer = wire.request("meno/origin", {"textDocument": {"uri": URI}})
    assert "switched off" in answer["unavailable"]
    assert answer["judgements"] == []
