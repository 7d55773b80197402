"""Where should I look? At the wire: the likeliest lines for who asks, whatever the thresholds say."""

from __future__ import annotations

from typing import Any

import pytest

from end_to_end.wire import FULL_CLIENT, Wire

URI = "file:///lesson.py"
LESSON = "import math\n\n\ndef area(radius):\n    squared = radius + radius\n    return math.pi * squared\n"


def heard(wire: Wire, method: str, words: str) -> str:
    """The text of the first message of that method with these words."""
    message: dict[str, Any] = wire.wait(lambda m: m.get("method") == method and words in str(m["params"]))
    return str(message["params"])


@pytest.fixture
def session(wire: Wire) -> Wire:
    wire.start({**FULL_CLIENT, "experimental": {"meno": {"showHint": True}}})
    return wire


def test_the_likeliest_lines_are_shown_with_a_question(session: Wire) -> None:
    session.open(LESSON)
    session.request("workspace/executeCommand", {"command": "meno.whereToLook", "arguments": [URI]})
    text = heard(session, "meno/showHint", "Where to look first")
    assert "`squared = radius + radius`" in text or "`return math.pi * squared`" in text
    assert "may be right" in text
    assert "?" in text


def test_without_a_program_or_with_the_model_off_a_sentence_says_so(session: Wire) -> None:
    session.request("workspace/executeCommand", {"command": "meno.whereToLook", "arguments": []})
    heard(session, "window/showMessage", "Open the program")
    session.open("")
    session.request("workspace/executeCommand", {"command": "meno.whereToLook", "arguments": [URI]})
    heard(session, "window/showMessage", "nothing to rank")


def test_a_model_that_is_off_is_not_asked(wire: Wire) -> None:
    wire.start(FULL_CLIENT, initializationOptions={"model": {"enable": False}})
    wire.open(LESSON)
    wire.request("workspace/executeCommand", {"command": "meno.whereToLook", "arguments": [URI]})
    heard(wire, "window/showMessage", "switched off")
