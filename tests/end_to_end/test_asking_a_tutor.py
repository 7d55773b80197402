"""The lazy question with a language model behind it: under progress, with cancel, and with a fallback."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_typing import HAS_EVEN, act
from end_to_end.wire import Wire
from tutor.scripted_server import ScriptedServer, hangs, says

KEY = "sk-meno-end-to-end"


@pytest.fixture
def provider() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def asking(provider: ScriptedServer, tmp_path: Path) -> Iterator[Wire]:
    """A session whose tutor is the scripted server, in an editor that has a place for hints."""
    wire = Wire(env=surroundings(tmp_path))
    agree(tmp_path, provider)
    wire.answers["workspace/configuration"] = [
        {"tutor": {"provider": "compatible", "baseUrl": provider.url, "deadlineSeconds": 30}}
    ]
    wire.start(experimental_client())
    wire.open(HAS_EVEN)
    wire.diagnostics(1)
    yield wire
    wire.stop()
    assert not any(KEY in line for line in wire.errors)


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a server with a key, and with its data in a folder of the test."""
    own = {"XDG_DATA_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return {**os.environ, **own, "MENO_TUTOR_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}


def agree(home: Path, provider: ScriptedServer) -> None:
    """Says yes beforehand for the folder of the test's file."""
    folder = home / "meno"
    folder.mkdir()
    host = provider.url.removeprefix("http://").removesuffix("/v1")
    (folder / "tutor-consent.json").write_text(json.dumps({"/": [host]}), "utf-8")


def experimental_client() -> dict[str, Any]:
    from end_to_end.wire import FULL_CLIENT

    return {**FULL_CLIENT, "experimental": {"meno": {"showHint": True}}}


def choose(wire: Wire) -> int:
    """Resolves and runs the lazy question; returns the id of the running command."""
    wire.wait(lambda m: m.get("method") == "workspace/configuration")
    lazy = next(action for action in act(wire, 2) if "Ask me" in action["title"])
    return wire.ask("workspace/executeCommand", wire.request("codeAction/resolve", lazy)["command"])


def test_an_answer_that_is_none_becomes_the_curated_question(asking: Wire, provider: ScriptedServer) -> None:
    provider.script = [says("Just move the return out of the loop.")]

    id = choose(asking)

    shown = asking.wait(lambda m: m.get("method") == "meno/showHint")
    assert "error" not in asking.reply(id)
    assert "move the return" not in shown["params"]["markdown"]
    assert "?" in shown["params"]["markdown"]
    assert len(provider.bodies) >= 2, "one more try before giving up"
    assert provider.headers[0]["authorization"] == f"Bearer {KEY}"


def test_an_unplugged_provider_leaves_typing_alone_and_falls_back(
    asking: Wire, provider: ScriptedServer
) -> None:
    provider.script = [says("{}")]
    provider.stop()

    choose(asking)

    shown = asking.wait(lambda m: m.get("method") == "meno/showHint")
    assert "?" in shown["params"]["markdown"]
    asking.change(2, (6, 0), (6, 0), "print(nope)\n")
    asking.diagnostics(2, lambda items: "ME101" in [item["code"] for item in items])


def test_a_slow_answer_goes_on_under_progress_and_can_be_cancelled(
    asking: Wire, provider: ScriptedServer
) -> None:
    provider.script = [hangs]

    id = choose(asking)
    begun = asking.wait(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "begin")
    assert provider.arrived.wait(20)  # what is cancelled before that is never sent
    asking.notify("window/workDoneProgress/cancel", {"token": begun["params"]["token"]})

    assert isinstance(begun["params"]["token"], str)
    assert "error" not in asking.reply(id)
    asking.wait(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end")
    assert provider.gone.wait(20)
    assert not [m for m in asking.received if m.get("method") == "meno/showHint"]


def test_typing_is_answered_while_the_tutor_thinks(asking: Wire, provider: ScriptedServer) -> None:
    provider.script = [hangs]
    choose(asking)

    asking.change(2, (6, 0), (6, 0), "print(nope)\n")

    asking.diagnostics(2, lambda items: "ME101" in [item["code"] for item in items])


def test_a_cancelled_question_gets_exactly_one_reply(asking: Wire, provider: ScriptedServer) -> None:
    provider.script = [hangs]
    asking.wait(lambda m: m.get("method") == "workspace/configuration")
    lazy = next(action for action in act(asking, 2) if "Ask me" in action["title"])
    id = asking.ask("codeAction/resolve", lazy)
    assert provider.arrived.wait(20)

    asking.notify("$/cancelRequest", {"id": id})

    assert asking.reply(id)["error"]["code"] == -32800
    assert provider.gone.wait(20), "the question to the provider is cancelled too"
    asking.change(2, (6, 0), (6, 0), "print(nope)\n")
    asking.diagnostics(2, lambda items: "ME101" in [item["code"] for item in items])
    assert len([m for m in asking.received if m.get("id") == id and "method" not in m]) == 1


def test_a_key_from_the_editor_is_the_one_that_is_sent(asking: Wire, provider: ScriptedServer) -> None:
    provider.script = [says("{}")]
    handed = "sk-meno-from-the-editor"
    params = {"provider": "compatible", "baseUrl": provider.url, "key": handed}

    answer = asking.reply(asking.ask("meno/tutorKey", params))["result"]

    assert answer["accepted"]
    assert answer["host"] in provider.url
    asking.reply(choose(asking))
    assert provider.headers[0]["authorization"] == f"Bearer {handed}"
    assert not any(handed in line for line in asking.errors)


@pytest.mark.parametrize(
    "params",
    [{}, {"provider": "compatible", "baseUrl": "no address", "key": "x"}, {"provider": "openai", "key": 3}],
)
def test_a_key_that_belongs_nowhere_is_not_kept(asking: Wire, params: dict[str, Any]) -> None:
    assert asking.reply(asking.ask("meno/tutorKey", params))["result"] == {"accepted": False}
