"""Why the model thinks so, at the wire: the request, the lazy action, and what a finding gets from them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from end_to_end.wire import FULL_CLIENT, Wire
from meno_model.weights import ATTRIBUTION_GRAPH, CALIBRATION, DEFAULT_WEIGHTS, MANIFEST, write_manifest
from meno_model.weights.shards import remove

URI = "file:///lesson.py"
# Before some of the words stand two snakes: two characters, four units of UTF-16, eight bytes.
LESSON = """# A lesson


def count_vowels(word):
    snakes, count = "🐍🐍", 0
    for letter in word:
        if letter in "🐍🐍aeiou": count += len(snakes)
    return count
"""
TITLE = "Why does the model think so?"
TEXT_DOCUMENT = {"uri": URI}


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped weights with thresholds that let the model speak of everything."""
    folder = Path(shutil.copytree(DEFAULT_WEIGHTS, tmp_path_factory.mktemp("model") / "weights"))
    values = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))
    values["thresholds"] = dict.fromkeys(values["thresholds"], 0.0)
    (folder / CALIBRATION).write_text(json.dumps(values), encoding="utf-8")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(folder, {k: v for k, v in manifest.items() if k not in ("files", "rendering")})
    return folder


@pytest.fixture
def lesson(wire: Wire, talkative: Path) -> Wire:
    """A session in an editor with a place for hints, with the lesson open and the model's finding on it."""
    return taught(wire, talkative)


def taught(wire: Wire, model: Path) -> Wire:
    wire.start(
        {**FULL_CLIENT, "experimental": {"meno": {"showHint": True}}},
        initializationOptions={"model": {"path": str(model)}},
    )
    wire.open(LESSON)
    wire.notify("textDocument/didSave", {"textDocument": TEXT_DOCUMENT})
    wire.diagnostics(1, by_the_model)
    return wire


def by_the_model(items: list[dict[str, Any]]) -> bool:
    return any(item["source"] == "Meno (model)" for item in items)


def explained(items: list[dict[str, Any]]) -> bool:
    return any(item["source"] == "Meno (model)" and item.get("relatedInformation") for item in items)


def finding(items: list[dict[str, Any]]) -> dict[str, Any]:
    return next(item for item in items if item["source"] == "Meno (model)")


def ask(wire: Wire, line: int, **more: Any) -> int:
    position = {"line": line, "character": 4}
    return wire.ask("meno/attribution", {"textDocument": TEXT_DOCUMENT, "position": position, **more})


def text_at(place: dict[str, Any]) -> str:
    """What stands at a range of the lesson, counted as the client counts."""
    start, end = place["start"], place["end"]
    assert start["line"] == end["line"]
    units = LESSON.split("\n")[start["line"]].encode("utf-16-le")
    return units[2 * start["character"] : 2 * end["character"]].decode("utf-16-le")


def test_the_request_gives_spans_with_weights_in_the_clients_own_columns(lesson: Wire) -> None:
    result = lesson.reply(ask(lesson, 5))["result"]
    assert (result["unit"], result["version"], result["target"]) == ("count_vowels", 1, "mistake")
    assert 0 < result["probability"] <= 1
    assert result["steps"] in (8, 16, 32)
    assert result["gap"] >= 0
    assert result["approximate"] == (result["gap"] > 0.10)
    words = [text_at(item["range"]) for item in result["spans"]]
    assert "".join(words) == "".join("".join(LESSON.split("\n")[3:]).split(" "))
    weights = [item["weight"] for item in result["spans"]]
    assert max(abs(weight) for weight in weights) == 1
    assert all(-1 <= weight <= 1 for weight in weights)


def test_a_range_and_another_target_can_be_asked_for(lesson: Wire) -> None:
    place = {"start": {"line": 6, "character": 0}, "end": {"line": 6, "character": 9}}
    asked = {"textDocument": TEXT_DOCUMENT, "range": place, "target": "category"}
    result = lesson.request("meno/attribution", asked)
    assert (result["unit"], result["target"]) == ("count_vowels", "category")


def test_the_finding_gets_its_words_most_influential_first(lesson: Wire) -> None:
    result = lesson.reply(ask(lesson, 5))["result"]
    found = finding(lesson.diagnostics(1, explained))
    related = found["relatedInformation"]
    assert len(related) == 5
    ranked = sorted(result["spans"], key=lambda item: -abs(item["weight"]))[:5]
    assert [item["location"] for item in related] == [{"uri": URI, "range": item["range"]} for item in ranked]
    for item in related:
        assert f"`{text_at(item['location']['range'])}`" in item["message"]

    hover = lesson.request(
        "textDocument/hover", {"textDocument": TEXT_DOCUMENT, "position": found["range"]["start"]}
    )
    assert "words that move the model most" in hover["contents"]["value"]
    assert related[0]["message"] in hover["contents"]["value"]


def test_the_action_is_lazy_and_then_shows_and_marks(lesson: Wire) -> None:
    found = finding(lesson.diagnostics(1, by_the_model))
    offered = lesson.request(
        "textDocument/codeAction",
        {"textDocument": TEXT_DOCUMENT, "range": found["range"], "context": {"diagnostics": []}},
    )
    action = next(item for item in offered if item["title"].startswith(TITLE))
    assert "command" not in action
    command = lesson.request("codeAction/resolve", action)["command"]
    lesson.request("workspace/executeCommand", command)
    shown = lesson.wait(lambda m: m.get("method") == "meno/showHint")["params"]["markdown"]
    related = finding(lesson.diagnostics(1, explained))["relatedInformation"]
    for item in related:
        assert item["message"] in shown
    assert "steps" in shown


def test_words_move_with_the_text_and_a_save_without_change_keeps_them(lesson: Wire) -> None:
    lesson.reply(ask(lesson, 5))
    before = finding(lesson.diagnostics(1, explained))["relatedInformation"]
    lesson.change(2, (0, 0), (0, 0), "# a lesson\n")
    lesson.notify("textDocument/didSave", {"textDocument": TEXT_DOCUMENT})
    lesson.reply(ask(lesson, 6, target="category"))  # answered when the save has been
    after = finding(lesson.diagnostics(2, explained))["relatedInformation"]
    assert [item["location"]["range"]["start"]["line"] for item in after] == [
        item["location"]["range"]["start"]["line"] + 1 for item in before
    ]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "textDocument"),
        ({"textDocument": TEXT_DOCUMENT}, "position"),
        ({"textDocument": TEXT_DOCUMENT, "position": {"line": "x"}}, "position"),
        ({"textDocument": TEXT_DOCUMENT, "position": {"line": 5}, "target": "moon"}, "target"),
        ({"textDocument": {"uri": "file:///absent.py"}, "position": {"line": 5}}, "Open the file"),
        ({"textDocument": TEXT_DOCUMENT, "position": {"line": 1}}, "nothing on this line"),
    ],
)
def test_what_cannot_be_explained_is_answered_with_a_sentence(
    session: Wire, params: dict[str, Any], says: str
) -> None:
    session.open(LESSON)
    reply = session.reply(session.ask("meno/attribution", params))
    assert says in reply["error"]["message"]
    assert "Traceback" not in str(reply)


def test_a_model_without_a_graph_says_so_once_asked(wire: Wire, talkative: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(talkative, tmp_path / "weights"))
    remove(folder / ATTRIBUTION_GRAPH)
    taught(wire, folder)
    assert "attribution graph" in wire.reply(ask(wire, 5))["error"]["message"]


def test_switched_off_it_says_so(wire: Wire) -> None:
    wire.start(initializationOptions={"model": {"enable": False}})
    wire.open(LESSON)
    assert "switched off" in wire.reply(ask(wire, 5))["error"]["message"]
    assert workers(wire) == set()


def test_a_cancelled_request_leaves_the_server_well(lesson: Wire) -> None:
    first = ask(lesson, 5)
    lesson.notify("$/cancelRequest", {"id": first})
    assert lesson.reply(first)["error"]["code"] == -32800
    assert lesson.reply(ask(lesson, 5))["result"]["unit"] == "count_vowels"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ps")
def test_predictions_have_a_process_of_their_own(lesson: Wire) -> None:
    (predicting,) = workers(lesson)
    lesson.reply(ask(lesson, 5))
    both = workers(lesson)
    assert predicting in both
    assert len(both) == 2
    assert lesson.stop() == 0
    assert not any(Path(f"/proc/{process}").exists() for process in both)


def workers(wire: Wire) -> set[int]:
    """The process ids of the server's model workers."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(wire.process.pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = (line.split(None, 1) for line in listed.splitlines())
    return {int(process) for process, arguments in found if "meno_model.worker" in arguments}
