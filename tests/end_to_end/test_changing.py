"""The last rung over a real channel: a change is offered where the settings allow it, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from end_to_end.test_typing import act, codes, hover
from end_to_end.wire import FULL_CLIENT, Wire

HALF = "total = 0\nfor price in [1, 2]:\n    total =+ price\nprint('😀', total)\n"
EAGER: dict[str, Any] = {
    **FULL_CLIENT,
    "workspace": {},
    "textDocument": {
        **FULL_CLIENT["textDocument"],
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    },
}


def start(wire: Wire, level: int, capabilities: dict[str, Any] | None = None) -> None:
    wire.answers["workspace/configuration"] = [{"maxHintLevel": level}]
    wire.start(capabilities, initializationOptions={"maxHintLevel": level})


def changes(wire: Wire, line: int) -> list[dict[str, Any]]:
    return [action for action in act(wire, line) if action["title"].startswith("Change it")]


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after edits of single lines, in UTF-16 as the session has agreed on."""
    lines = [line.encode("utf-16-le") for line in text.splitlines(keepends=True)]
    for edit in reversed(edits):
        first, last = edit["range"]["start"], edit["range"]["end"]
        assert first["line"] == last["line"]
        line = lines[first["line"]]
        new = edit["newText"].encode("utf-16-le")
        lines[first["line"]] = line[: first["character"] * 2] + new + line[last["character"] * 2 :]
    return b"".join(lines).decode("utf-16-le")


@pytest.mark.parametrize("level", [0, 4])
def test_below_the_last_level_no_change_is_offered(wire: Wire, level: int) -> None:
    start(wire, level)
    wire.open(HALF)
    assert codes(wire.diagnostics(1)) == ["ME211"]

    assert changes(wire, 2) == []
    assert "Change it" not in hover(wire, 2, 6)["contents"]["value"]


def test_at_the_last_level_the_change_is_worked_out_when_it_is_chosen(wire: Wire) -> None:
    start(wire, 5)
    wire.open(HALF)
    wire.diagnostics(1)

    (action,) = changes(wire, 2)
    resolved = wire.request("codeAction/resolve", action)

    assert "edit" not in action
    assert "+=" not in action["title"]
    assert not action.get("isPreferred")
    (change,) = resolved["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": "file:///lesson.py", "version": 1}
    text = edited(HALF, change["edits"])
    assert text == HALF.replace("=+", "+=")
    wire.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": "file:///lesson.py", "version": 2},
            "contentChanges": [{"text": text}],
        },
    )
    assert wire.diagnostics(2) == []


def test_no_hover_shows_the_change_whatever_was_climbed(wire: Wire) -> None:
    start(wire, 5)
    wire.open(HALF)
    wire.diagnostics(1)

    for _ in range(6):
        steps = [action for action in act(wire, 2) if action["title"].startswith("Next hint")]
        for step in steps:
            wire.request("workspace/executeCommand", step["command"])

    assert steps == []
    assert "+=" not in hover(wire, 2, 6)["contents"]["value"]


def test_a_client_that_cannot_resolve_gets_the_edit_at_once(wire: Wire) -> None:
    start(wire, 5, EAGER)
    text = "x = 3\nprint('😀') if x is 3 else None\n"
    wire.open(text)
    assert codes(wire.diagnostics(1)) == ["ME216"]

    (action,) = changes(wire, 1)

    assert "data" not in action
    (edit,) = action["edit"]["changes"]["file:///lesson.py"]
    assert edited(text, [edit]) == text.replace(" is ", " == ")


def test_a_change_of_two_lines_is_one_edit_and_its_title_says_so(wire: Wire) -> None:
    start(wire, 5)
    wire.open("a, b = 1, 2\na = b\nb = a\nprint(a, b)\n")
    assert codes(wire.diagnostics(1)) == ["ME524"]

    (action,) = changes(wire, 2)
    (change,) = wire.request("codeAction/resolve", action)["edit"]["documentChanges"]

    assert action["title"] == "Change it: make the smallest repair on 2 lines"
    assert change["edits"] == [
        {
            "range": {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 5}},
            "newText": "a, b = b, a",
        }
    ]


def test_a_change_of_text_that_has_changed_is_refused(wire: Wire) -> None:
    start(wire, 5)
    wire.open(HALF)
    wire.diagnostics(1)
    (action,) = changes(wire, 2)

    wire.change(2, (2, 10), (2, 12), "+=")
    reply = wire.reply(wire.ask("codeAction/resolve", action))

    assert reply["error"]["code"] == -32801


def test_a_change_that_leaves_the_line_unreadable_is_not_offered(wire: Wire) -> None:
    start(wire, 5)
    wire.open("x = 1\nif x = 1 2:\n    print(x)\n")
    assert codes(wire.diagnostics(1, lambda items: bool(items))) == ["ME005"]

    assert changes(wire, 1) == []
