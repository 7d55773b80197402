"""What a client with places of its own is told: status, links in hovers, previews, hints at the cursor."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from end_to_end.wire import FULL_CLIENT, Wire

URI = "file:///lesson.py"
OWN = {"meno": {"status": True, "previewChange": True, "hoverCommands": True, "showHint": True}}
SUSPECT = (
    "def longest(words):\n    best = ''\n    for word in words:\n"
    "        if word.length() > len(best):\n            best = word\n    return best\n"
)


@pytest.fixture
def own(wire: Wire) -> Wire:
    wire.start({**FULL_CLIENT, "experimental": OWN})
    return wire


def sent(wire: Wire, method: str, since: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = wire.wait(lambda m: m.get("method") == method, since)["params"]
    return found


def run(wire: Wire, command: str, *arguments: object) -> Any:
    return wire.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def configured(wire: Wire, name: str) -> None:
    """Waits until a setting that the client answered with holds."""
    while run(wire, "meno.effectiveSettings")[name]["origin"] != "editor":
        pass


def hover(wire: Wire, line: int, column: int) -> str:
    place = {"textDocument": {"uri": URI}, "position": {"line": line, "character": column}}
    text: str = wire.request("textDocument/hover", place)["contents"]["value"]
    return text


def states(wire: Wire) -> list[str]:
    return [m["params"]["state"] for m in wire.received if m.get("method") == "meno/status"]


def test_the_status_follows_the_model_and_the_settings(own: Wire) -> None:
    own.open(SUSPECT)
    own.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    own.diagnostics(1, lambda items: len(items) == 1)
    own.wait(lambda _: states(own)[-1:] == ["ready"])
    assert states(own) == ["static", "loading", "ready"]

    own.answers["workspace/configuration"] = [{"enable": False}]
    own.notify("workspace/didChangeConfiguration", {"settings": None})
    own.wait(lambda _: states(own)[-1:] == ["off"])


def test_trouble_stands_in_the_status_and_in_no_message(wire: Wire) -> None:
    wire.answers["workspace/configuration"] = [{"maxHintLevel": 99}]
    wire.start({**FULL_CLIENT, "experimental": OWN})

    wire.wait(lambda m: m.get("method") == "meno/status" and m["params"]["state"] == "degraded")

    told = next(m["params"] for m in wire.received if m.get("params", {}).get("state") == "degraded")
    assert "maxHintLevel" in told["detail"]
    assert not any(m.get("method") == "window/showMessage" for m in wire.received)


@pytest.mark.parametrize(("wanted", "shown"), [("on", True), ("auto", True), ("off", False)])
def test_messages_that_nobody_asked_for_can_be_switched_off(wire: Wire, wanted: str, shown: bool) -> None:
    wire.answers["workspace/configuration"] = [{"maxHintLevel": 99, "notifications": wanted}]
    wire.start()
    wire.open("print(nope)\n")
    configured(wire, "notifications")
    run(wire, "meno.hintAt", URI, 7, 0)  # what was asked for is always answered, and comes later

    said = sent(wire, "window/showMessage")["message"]
    assert ("maxHintLevel" in said) is shown


def test_a_link_in_the_hover_climbs_and_the_next_hover_shows_it(own: Wire) -> None:
    own.open("print(nope)\n")
    own.diagnostics(1)
    before = hover(own, 0, 7)
    commands = re.findall(r"\(command:([\w.]+)\?([^)]*)\)", before)
    assert [name for name, _ in commands] == ["meno.client.climb", "meno.client.askAbout"]
    arguments = json.loads(unquote(commands[0][1]))

    assert run(own, "meno.climb", *arguments) == {"line": 0, "character": 6}

    assert len(hover(own, 0, 7)) > len(before)
    for _ in range(4):
        run(own, "meno.climb", *arguments)
    assert "climb" not in hover(own, 0, 7)


def test_climbing_at_what_is_gone_says_so(own: Wire) -> None:
    own.open("print(nope)\n")

    assert run(own, "meno.climb", URI, "000000") is None

    assert "no longer there" in sent(own, "window/showMessage")["message"]


def test_a_hint_is_asked_for_at_the_cursor_or_anywhere_on_its_line(own: Wire) -> None:
    own.open("print(nope)\n\n")
    own.diagnostics(1)

    run(own, "meno.hintAt", URI, 0, 0)
    assert sent(own, "meno/showHint")["title"] == "misspelled-name"

    since = own.count()
    run(own, "meno.askAt", URI, 0, 7)
    assert "?" in sent(own, "meno/showHint", since)["markdown"]

    run(own, "meno.hintAt", URI, 1, 0)
    assert "nothing to say about this line" in sent(own, "window/showMessage")["message"]


def test_the_last_rung_is_shown_before_it_is_made(wire: Wire) -> None:
    wire.answers["workspace/configuration"] = [{"maxHintLevel": 5}]
    wire.start({**FULL_CLIENT, "experimental": OWN})
    configured(wire, "maxHintLevel")
    wire.open("def f(n)\n    return n\nprint(f(3))\n")
    (found,) = wire.diagnostics(1, lambda items: len(items) == 1)
    context = {"diagnostics": [], "only": ["quickfix"]}
    asked = {"textDocument": {"uri": URI}, "range": found["range"], "context": context}
    actions = wire.request("textDocument/codeAction", asked)
    change = next(action for action in actions if action["title"].startswith("Change it"))

    run(wire, change["command"]["command"], *change["command"]["arguments"])

    shown = sent(wire, "meno/previewChange")
    assert (shown["uri"], shown["version"]) == (URI, 1)
    (edit,) = shown["edits"]
    assert edit == {
        "range": {"start": {"line": 0, "character": 8}, "end": {"line": 0, "character": 8}},
        "newText": ":",
    }


def test_a_lens_says_what_the_model_suspects_and_answers_why(own: Wire) -> None:
    own.open(SUSPECT)
    own.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    own.diagnostics(1, lambda items: len(items) == 1)

    lenses = own.request("textDocument/codeLens", {"textDocument": {"uri": URI}})

    assert [lens["range"]["start"]["line"] for lens in lenses] == [0, 0]
    assert re.fullmatch(r"Likely attribute error, 0\.\d\d", lenses[0]["command"]["title"])
    assert [lens["command"]["command"] for lens in lenses] == ["meno.nextHint", "meno.why"]
    run(own, "meno.nextHint", *lenses[0]["command"]["arguments"])
    assert sent(own, "meno/showHint")["title"] == "possible-attribute-error"


def test_settings_that_change_while_the_model_reads_lose_no_answer(own: Wire) -> None:
    own.open(SUSPECT)
    own.diagnostics(1)
    own.answers["workspace/configuration"] = [{"maxHintLevel": 3}]
    before = own.count()

    # The save comes while the server waits for the new settings, which end the model that it asks.
    own.notify("workspace/didChangeConfiguration", {"settings": None})
    own.notify("textDocument/didSave", {"textDocument": {"uri": URI}})

    own.diagnostics(1, lambda items: [item["code"] for item in items] == ["model/AttributeError"])
    assert not any(m.get("method") == "window/showMessage" for m in own.received[before:])
    assert "degraded" not in states(own)
