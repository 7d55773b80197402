"""What a person sees while typing, hovering and asking: the main job, over a real channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pygls.uris import to_fs_path

from end_to_end.wire import FULL_CLIENT, Wire

HAS_EVEN = """\
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False
"""


def codes(items: list[dict[str, Any]]) -> list[str]:
    return [item["code"] for item in items]


def act(session: Wire, line: int) -> list[dict[str, Any]]:
    place = {"line": line, "character": 8}
    actions: list[dict[str, Any]] = session.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": "file:///lesson.py"},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        },
    )
    return actions


def hover(session: Wire, line: int, character: int) -> Any:
    return session.request(
        "textDocument/hover",
        {
            "textDocument": {"uri": "file:///lesson.py"},
            "position": {"line": line, "character": character},
        },
    )


def test_opening_shows_findings_with_everything_an_editor_can_use(session: Wire) -> None:
    session.open(HAS_EVEN)

    (item,) = session.diagnostics(1)

    assert item["code"] == "ME301"
    assert item["severity"] == 2
    assert item["source"] == "Meno"
    assert item["range"]["start"]["line"] == 2
    page = Path(to_fs_path(item["codeDescription"]["href"]) or "")
    assert page.read_text("utf-8").startswith("# ME301")
    assert item["data"]["rule"] == "ME301"
    assert "`numbers`" in item["message"]
    assert item["relatedInformation"][0]["location"]["uri"] == "file:///lesson.py"


def test_a_half_typed_name_raises_no_alarm_until_the_keys_rest(session: Wire) -> None:
    session.open("")
    for number, key in enumerate("prnt(1)"):
        session.change(number + 2, (0, number), (0, number), key)
        assert session.diagnostics(number + 2) == []

    rested = session.diagnostics(8, lambda items: bool(items))

    assert codes(rested) == ["ME101"]


def test_a_broken_line_does_not_make_other_findings_flicker(session: Wire) -> None:
    session.open(HAS_EVEN + "    x = 1\n")
    session.diagnostics(1)

    session.change(2, (6, 9), (6, 9), "(")

    assert codes(session.diagnostics(2)) == ["ME301"]
    assert codes(session.diagnostics(2, lambda items: codes(items) != ["ME301"])) == ["ME002"]


def test_a_long_table_is_read_again_when_the_keys_rest(session: Wire) -> None:
    rows = "".join(f'    "key{number}": {number},\n' for number in range(100))
    session.open(f"table = {{\n{rows}    [1]: 2,\n}}\n")
    assert codes(session.diagnostics(1)) == ["ME515"]

    for number, key in enumerate("    {}: 3,\n"):
        session.change(number + 2, (50, number), (50, number), key)
        (item,) = session.diagnostics(number + 2)
        assert item["code"] == "ME515"
        assert item["range"]["start"]["line"] == (102 if key == "\n" else 101)

    rested = session.diagnostics(12, lambda items: len(items) > 1)
    assert [(item["code"], item["range"]["start"]["line"]) for item in rested] == [
        ("ME515", 50),
        ("ME515", 102),
    ]


def test_findings_follow_the_text_when_lines_are_added_above(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)

    session.change(2, (0, 0), (0, 0), "import math\n\n\n")

    (item,) = session.diagnostics(2)
    assert item["range"]["start"]["line"] == 5
    assert item["relatedInformation"][0]["location"]["range"]["start"]["line"] == 4


def test_hover_climbs_with_the_next_hint_and_is_silent_elsewhere(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)
    assert hover(session, 0, 2) is None
    before = hover(session, 2, 10)["contents"]["value"]

    (step, *_) = act(session, 2)
    session.request("workspace/executeCommand", step["command"])

    shown = session.wait(lambda m: m.get("method") == "window/showDocument")
    after = hover(session, 2, 10)["contents"]["value"]
    assert "ME301" in before
    assert len(after) > len(before)
    assert shown["params"]["uri"].endswith("return-on-first-iteration.md")


def test_the_question_is_worked_out_only_when_it_is_chosen(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)

    lazy = next(action for action in act(session, 2) if "Ask me" in action["title"])
    resolved = session.request("codeAction/resolve", lazy)
    session.request("workspace/executeCommand", resolved["command"])

    assert "command" not in lazy
    assert lazy["data"]["version"] == 1
    message = session.wait(lambda m: m.get("method") == "window/showDocument")
    shown = Path(to_fs_path(message["params"]["uri"]) or "").read_text("utf-8")
    assert "This loop over `numbers` always ends during its first turn." in shown
    assert shown.count("?") == 1


def test_an_eager_client_gets_a_command_that_does_the_same(wire: Wire) -> None:
    capabilities = {
        "textDocument": {
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
            "publishDiagnostics": {},
        }
    }
    wire.start(capabilities)
    wire.open(HAS_EVEN)
    wire.diagnostics(1)

    eager = next(action for action in act(wire, 2) if "Ask me" in action["title"])
    wire.request("workspace/executeCommand", eager["command"])

    said = wire.wait(lambda m: m.get("method") == "window/showMessage")
    assert "data" not in eager
    assert "This loop over `numbers` always ends" in said["params"]["message"]
    assert "?" in said["params"]["message"]
    assert "**" not in said["params"]["message"]


def test_a_question_about_text_that_has_changed_is_refused(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)
    lazy = next(action for action in act(session, 2) if "Ask me" in action["title"])

    session.change(2, (0, 0), (6, 0), "x = 1\n")
    reply = session.reply(session.ask("codeAction/resolve", lazy))

    assert reply["error"]["code"] == -32801


def test_this_is_fine_here_silences_exactly_this_finding(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)

    allow = next(action for action in act(session, 2) if "fine here" in action["title"])
    (change,) = allow["edit"]["documentChanges"]
    (edit,) = change["edits"]
    place = edit["range"]["start"]
    session.change(
        2, (place["line"], place["character"]), (place["line"], place["character"]), edit["newText"]
    )

    assert change["textDocument"]["version"] == 1
    assert session.diagnostics(2) == []


def test_closing_clears_and_opening_again_starts_anew(session: Wire) -> None:
    session.open(HAS_EVEN, version=7)
    session.diagnostics(7)
    since = session.count()

    session.notify("textDocument/didClose", {"textDocument": {"uri": "file:///lesson.py"}})
    assert session.diagnostics(7, since=since) == []

    session.open("print(nope)\n", version=1)
    assert codes(session.diagnostics(1)) == ["ME101"]


def test_columns_are_those_of_the_client(wire: Wire) -> None:
    for encoding, column in (("utf-8", 12), ("utf-16", 10), ("utf-32", 9)):
        other = Wire()
        other.start({**FULL_CLIENT, "general": {"positionEncodings": [encoding]}})
        other.open('print("😀", nope)\n')
        (item,) = other.diagnostics(1)
        other.stop()

        # print("😀", nope): the name stands behind eleven characters, one of them wide.
        assert item["range"]["start"]["character"] == column + 2


def test_settings_change_what_is_shown_and_say_where_they_came_from(session: Wire) -> None:
    session.open(HAS_EVEN)
    session.diagnostics(1)
    since = session.count()

    session.answers["workspace/configuration"] = [{"disabledRules": ["ME301"], "maxHintLevel": "high"}]
    session.notify("workspace/didChangeConfiguration", {"settings": {}})

    assert session.diagnostics(1, since=since) == []
    complaint = session.wait(lambda m: m.get("method") == "window/showMessage", since)
    assert "meno.maxHintLevel" in complaint["params"]["message"]
    settings = session.request("workspace/executeCommand", {"command": "meno.effectiveSettings"})
    assert settings["disabledRules"] == {"value": ["ME301"], "origin": "editor"}
    assert settings["maxHintLevel"] == {"value": 4, "origin": "default"}


def test_initialization_options_are_settings_too(wire: Wire, tmp_path: Path) -> None:
    wire.answers["workspace/configuration"] = [None]
    wire.start(initializationOptions={"settings": {"severity": {"ME301": "hint"}}}, rootUri=tmp_path.as_uri())
    wire.open(HAS_EVEN)

    items = wire.diagnostics(1, lambda items: [item["severity"] for item in items] == [4])

    assert codes(items) == ["ME301"]


def test_a_changed_project_file_is_read_again(wire: Wire, tmp_path: Path) -> None:
    workspace = {**FULL_CLIENT["workspace"], "didChangeWatchedFiles": {"dynamicRegistration": True}}
    wire.start({**FULL_CLIENT, "workspace": workspace}, rootUri=tmp_path.as_uri())
    wishes = wire.wait(lambda m: m.get("method") == "client/registerCapability")["params"]
    wire.open(HAS_EVEN)
    wire.diagnostics(1)
    since = wire.count()

    (tmp_path / "meno.toml").write_text('disabledRules = ["ME301"]\n')
    changes = [{"uri": (tmp_path / "meno.toml").as_uri(), "type": 1}]
    wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    assert wire.diagnostics(1, since=since) == []
    assert {w["method"] for w in wishes["registrations"]} == {
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
    }


def test_a_syntax_error_cannot_be_declared_fine(session: Wire) -> None:
    session.open('name = "Bob\n')
    session.diagnostics(1)

    titles = [action["title"] for action in act(session, 0)]

    assert any("Ask me" in title for title in titles)
    assert not any("fine here" in title for title in titles)


def test_what_a_screen_holds_back_is_shown_when_asked_for(session: Wire) -> None:
    session.open("a = one\nb = two\nc = three\nd = four\ne = five\n")
    assert len(session.diagnostics(1)) == 3

    titles = {action["title"]: action for action in act(session, 0)}
    session.request("workspace/executeCommand", titles["Show 2 more findings"]["command"])

    assert len(session.diagnostics(1, lambda items: len(items) == 5)) == 5
