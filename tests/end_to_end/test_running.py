"""Running a program from an editor: what is asked, what is shown, and what stays untouched."""

from __future__ import annotations

import copy
import os
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from end_to_end.wire import FULL_CLIENT, Wire

SEARCH = """\
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low < high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


assert find([3, 5, 8], 5) == 1
assert find([3, 5, 8], 8) == 2
"""
CRASH = """\
def last(items):
    place = len(items)
    return items[place]


def report(items):
    return f"the last one is {last(items)}"


print(report([3, 5]))
"""
ENDLESS = """\
def count(n):
    while n > 0:
        pass
    return n


assert count(3) == 0
"""
SOURCE = "meno (run)"


class Learner:
    """A person with an editor and one file."""

    def __init__(self, wire: Wire, folder: Path, text: str, **settings: Any) -> None:
        self.wire = wire
        self.path = folder / "lesson.py"
        self.uri = self.path.as_uri()
        self.path.write_text(text, "utf-8", newline="")
        capabilities: dict[str, Any] = copy.deepcopy(FULL_CLIENT)
        capabilities["workspace"]["codeLens"] = {"refreshSupport": True}
        capabilities["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = {}
        wire.answers["workspace/configuration"] = [settings]
        wire.answers.setdefault("window/showMessageRequest", {"title": "Run it"})
        options = wire.answers.pop("options", {})
        wire.start(capabilities, rootUri=folder.as_uri(), **options)
        wire.open(text, self.uri)

    def does(self, command: str, *arguments: Any) -> int:
        """Runs a command on the file; the number of the messages before it."""
        before = self.wire.count()
        arguments = arguments or (self.uri,)
        self.wire.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})
        return before

    def is_told(self, since: int = 0) -> str:
        """The next sentence that the editor shows."""
        message = self.wire.wait(lambda m: m.get("method") == "window/showMessage", since)
        return str(message["params"]["message"])

    def sees(self, version: int = 1, since: int = 0) -> list[dict[str, Any]]:
        """What the run has marked, from the first publication with any on."""
        found = self.wire.diagnostics(version, lambda ds: any(d["source"] == SOURCE for d in ds), since)
        return [diagnostic for diagnostic in found if diagnostic["source"] == SOURCE]

    def sees_in_the_end(self, version: int = 1, since: int = 0) -> list[dict[str, Any]]:
        """What the run has marked when a change was found, the last of two publications."""
        found = self.wire.diagnostics(version, lambda ds: any(d["code"] == "run/cause" for d in ds), since)
        return [diagnostic for diagnostic in found if diagnostic["source"] == SOURCE]

    def is_shown(self) -> str:
        """The document that the editor is asked to open."""
        message = self.wire.wait(lambda m: m.get("method") == "window/showDocument")
        return Path(unquote(urlparse(message["params"]["uri"]).path)).read_text("utf-8")

    def asks(self, method: str, **values: Any) -> Any:
        return self.wire.request(method, {"textDocument": {"uri": self.uri}, **values})

    def actions(self, line: int) -> list[dict[str, Any]]:
        place = {"line": line, "character": 6}
        asked = {"range": {"start": place, "end": place}, "context": {"diagnostics": []}}
        found: list[dict[str, Any]] = self.asks("textDocument/codeAction", **asked)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_tests_are_run_on_command_and_the_place_is_marked_without_the_answer(
    wire: Wire, folder: Path
) -> None:
    learner = Learner(wire, folder, SEARCH)

    learner.does("meno.runTests")

    (early,) = learner.sees()
    assert early["range"]["start"]["line"] == 14
    cause, check = learner.sees_in_the_end()
    assert cause["range"]["start"] == {"line": 2, "character": 4}
    assert cause["message"].startswith("`find([3, 5, 8], 8)` gives `-1`; the test wants `2`.")
    assert cause["relatedInformation"][0]["location"]["range"]["start"]["line"] == 14
    assert (check["range"]["start"]["line"], check["severity"]) == (14, 1)
    assert learner.is_told().startswith("1 of 2 cases fail. Look at line 3")
    hover = learner.asks("textDocument/hover", position={"line": 2, "character": 6})
    assert "Meno has run your tests" in hover["contents"]["value"]
    assert "<=" not in str([m for m in wire.received if m.get("method") != "window/logMessage"])
    assert not any("Change it" in action["title"] for action in learner.actions(2))
    assert learner.path.read_text("utf-8") == SEARCH


def test_the_person_is_asked_once_and_a_no_is_a_no(wire: Wire, folder: Path) -> None:
    wire.answers["window/showMessageRequest"] = {"title": "Not now"}
    learner = Learner(wire, folder, SEARCH)

    since = learner.does("meno.runTests")
    assert "nobody said yes" in learner.is_told(since)
    assert not any(m.get("method") == "$/progress" for m in wire.received)

    wire.answers["window/showMessageRequest"] = {"title": "Run it"}
    learner.does("meno.runTests")
    learner.sees()
    since = learner.does("meno.runTests")
    learner.is_told(since)
    assert sum(m.get("method") == "window/showMessageRequest" for m in wire.received) == 2


@pytest.mark.parametrize(
    ("settings", "options", "sentence"),
    [
        ({"run": {"allow": "never"}}, {}, "is `never`"),
        ({}, {"initializationOptions": {"workspaceTrusted": False}}, "does not trust it"),
    ],
)
def test_nothing_is_run_where_that_is_forbidden(
    wire: Wire, folder: Path, settings: dict[str, Any], options: dict[str, Any], sentence: str
) -> None:
    wire.answers["options"] = options
    learner = Learner(wire, folder, SEARCH, **settings)

    since = learner.does("meno.explainFailure")

    assert sentence in learner.is_told(since)
    assert not any(m.get("method") == "window/showMessageRequest" for m in wire.received)


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ({"run": {"allow": "always"}}, {}),
        ({"run": {"trustedFolders": ["{folder}"]}}, {}),
        ({}, {"initializationOptions": {"workspaceTrusted": True}}),
    ],
)
def test_nobody_is_asked_where_the_folder_is_trusted(
    wire: Wire, folder: Path, settings: dict[str, Any], options: dict[str, Any]
) -> None:
    if "trustedFolders" in settings.get("run", {}):
        settings = {"run": {"trustedFolders": [str(folder)]}}
    wire.answers["options"] = options
    learner = Learner(wire, folder, SEARCH, **settings)

    learner.does("meno.runTests")

    assert learner.sees()
    assert not any(m.get("method") == "window/showMessageRequest" for m in wire.received)


def test_an_error_is_marked_where_the_run_left_the_program_with_the_way_and_the_values(
    wire: Wire, folder: Path
) -> None:
    learner = Learner(wire, folder, CRASH)

    learner.does("meno.explainFailure")

    (mark,) = learner.sees()
    assert mark["code"] == "run/IndexError"
    assert mark["severity"] == 1
    assert mark["range"]["start"] == {"line": 2, "character": 4}
    told = [note["message"] for note in mark["relatedInformation"]]
    assert "`items` is `[3, 5]` at that moment." in told
    assert "`place` is `2` at that moment." in told
    assert [note["location"]["range"]["start"]["line"] for note in mark["relatedInformation"]][-2:] == [6, 9]
    page = learner.is_shown()
    assert page.startswith("# `IndexError` on line 3")
    assert "## Step by step" in page


def test_an_editor_that_opens_no_document_after_all_gets_a_message(wire: Wire, folder: Path) -> None:
    wire.answers["window/showDocument"] = {"nonsense": True}
    learner = Learner(wire, folder, CRASH)

    since = learner.does("meno.explainFailure")

    assert "IndexError" in learner.is_told(since)


def test_with_level_five_the_change_is_a_versioned_edit_that_is_previewed(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, SEARCH.replace("\n", "\r\n"), maxHintLevel=5)

    learner.does("meno.smallestChange")

    assert "<= high" in learner.is_shown()
    (change,) = [action for action in learner.actions(2) if "Change it" in action["title"]]
    assert "edit" not in change
    edit = wire.request("codeAction/resolve", change)["edit"]
    (document,) = edit["documentChanges"]
    assert document["textDocument"] == {"uri": learner.uri, "version": 1}
    (made,) = document["edits"]
    assert made["newText"] == "    while low <= high:"
    assert edit["changeAnnotations"][made["annotationId"]]["needsConfirmation"] is True

    span = made["range"]
    start, end = (span["start"]["line"], 0), (span["end"]["line"], span["end"]["character"])
    wire.change(2, start, end, made["newText"], learner.uri)
    since = learner.does("meno.runTests")
    assert learner.is_told(since) == "All 2 cases passed."
    wire.diagnostics(2, lambda ds: all(d["source"] != SOURCE for d in ds), since)


def test_marks_move_with_the_text_and_go_with_their_line_and_an_old_change_is_not_offered(
    wire: Wire, folder: Path
) -> None:
    learner = Learner(wire, folder, SEARCH, maxHintLevel=5)
    learner.does("meno.runTests")
    learner.sees_in_the_end()

    since = wire.count()
    wire.change(2, (0, 0), (0, 0), "# a line above\n", learner.uri)
    cause, check = learner.sees(2, since)
    assert (cause["range"]["start"]["line"], check["range"]["start"]["line"]) == (3, 15)
    assert cause["relatedInformation"][0]["location"]["range"]["start"]["line"] == 15
    assert not any("Change it" in action["title"] for action in learner.actions(3))

    since = wire.count()
    wire.change(3, (3, 0), (3, 0), " ", learner.uri)
    (left,) = learner.sees(3, since)
    assert left["range"]["start"]["line"] == 15


def test_what_is_typed_and_not_saved_is_what_is_run(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, SEARCH)
    wire.change(2, (2, 14), (2, 15), "<=", learner.uri)

    since = learner.does("meno.runTests")

    assert learner.is_told(since) == "All 2 cases passed."


def test_a_run_without_end_is_stopped_by_its_progress_and_keys_are_answered_meanwhile(
    wire: Wire, folder: Path
) -> None:
    learner = Learner(wire, folder, ENDLESS)

    learner.does("meno.runTests")
    begun = wire.wait(
        lambda m: m.get("method") == "$/progress" and m["params"]["value"].get("kind") == "report"
    )
    since = wire.count()
    wire.change(2, (0, 0), (0, 0), "print(nope)\n", learner.uri)
    wire.diagnostics(2, lambda ds: any(d["code"] == "ME101" for d in ds), since)
    ended = [m for m in wire.received if m.get("params", {}).get("value", {}) == {"kind": "end"}]
    assert ended == []

    wire.notify("window/workDoneProgress/cancel", {"token": begun["params"]["token"]})

    wire.wait(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end")
    assert learner.is_told(since).startswith("Stopped.")
    assert wire.process.poll() is None


def test_while_a_run_goes_on_the_action_that_began_it_stops_it(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, ENDLESS)
    assert "Run my tests and hint" in [action["title"] for action in learner.actions(0)]
    since = learner.does("meno.runTests")
    wire.wait(lambda m: m.get("method") == "$/progress", since)

    titles = [action["title"] for action in learner.actions(0)]
    assert "Run my tests and hint" not in titles
    (stop,) = [action for action in learner.actions(6) if action["title"] == "Stop the run"]
    assert stop["kind"] == "source.meno"
    since = learner.does(stop["command"]["command"], *stop["command"]["arguments"])

    assert learner.is_told(since).startswith("Stopped.")
    assert "Stop the run" not in [action["title"] for action in learner.actions(6)]


def test_a_second_run_takes_the_place_of_the_first(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, ENDLESS)
    learner.does("meno.runTests")
    wire.wait(lambda m: m.get("method") == "$/progress")
    wire.change(2, (1, 4), (2, 12), "while n > 0:\n        n -= 1", learner.uri)

    since = learner.does("meno.runTests")

    assert learner.is_told(since) == "The one case passed."


def test_a_test_file_marks_the_program_that_it_tests(wire: Wire, folder: Path) -> None:
    test = folder / "test_lesson.py"
    test.write_text(
        "from lesson import find\n\n\ndef test_last():\n    assert find([3, 5, 8], 8) == 2\n", "utf-8"
    )
    learner = Learner(wire, folder, SEARCH.partition("\n\n\n")[0] + "\n")

    learner.does("meno.runTests", test.as_uri())
    assert learner.is_told() == "Open the Python file that fails first; Meno runs the one that you look at."
    wire.open(test.read_text("utf-8"), test.as_uri())
    learner.does("meno.runTests", test.as_uri())

    (cause,) = learner.sees_in_the_end()
    assert cause["range"]["start"]["line"] == 2
    assert cause["relatedInformation"][0]["location"]["uri"] == test.as_uri()


def test_lenses_stand_where_tests_are_and_say_how_the_last_run_ended(wire: Wire, folder: Path) -> None:
    text = "def helper():\n    return 1\n\n\n" + SEARCH
    learner = Learner(wire, folder, text)

    lenses = learner.asks("textDocument/codeLens")
    assert [(lens["range"]["start"]["line"], lens["command"]["title"]) for lens in lenses] == [
        (4, "Run my tests and hint")
    ]
    learner.does("meno.runTests")
    wire.wait(lambda m: m.get("method") == "workspace/codeLens/refresh")
    titles = [lens["command"]["title"] for lens in learner.asks("textDocument/codeLens")]
    assert titles[0] == "1 of 2 cases fail, and a small change is enough · Explain this failure"


def test_lenses_can_be_switched_off(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, SEARCH, codeLens=False)
    learner.is_told(learner.does("meno.explainReport", "nothing"))  # the settings have arrived by then

    assert learner.asks("textDocument/codeLens") == []


def test_a_run_is_offered_as_an_action_where_tests_are_and_forgotten_on_command(
    wire: Wire, folder: Path
) -> None:
    learner = Learner(wire, folder, SEARCH)
    kinds = {action["title"]: action["kind"] for action in learner.actions(0)}
    assert kinds["Run my tests and hint"] == "source.meno"

    learner.does("meno.runTests")
    learner.sees_in_the_end()
    titles = [action["title"] for action in learner.actions(2)]
    assert "Explain this failure" in titles
    since = learner.does("meno.forgetRun")

    wire.diagnostics(1, lambda ds: all(d["source"] != SOURCE for d in ds), since)


def test_a_pasted_traceback_is_explained_and_nothing_is_run(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, CRASH)
    report = (
        "Traceback (most recent call last):\n"
        f'  File "{learner.path}", line 10, in <module>\n    print(report([3, 5]))\n'
        f'  File "{learner.path}", line 7, in report\n    return f"the last one is {{last(items)}}"\n'
        f'  File "{learner.path}", line 3, in last\n    return items[place]\n'
        "IndexError: list index out of range\n"
    )

    learner.does("meno.explainReport", report)

    assert learner.is_shown().startswith("# `IndexError` on line 3")
    (mark,) = learner.sees()
    assert mark["range"]["start"]["line"] == 2
    assert not any(m.get("method") == "window/showMessageRequest" for m in wire.received)

    since = learner.does("meno.explainReport", "nothing of that kind")
    assert "no traceback" in learner.is_told(since)


def test_a_text_that_was_never_saved_gets_a_sentence(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, SEARCH)
    wire.open(SEARCH, "untitled:Untitled-1")

    since = learner.does("meno.runTests", "untitled:Untitled-1")

    assert "Save this file once" in learner.is_told(since)

    wire.open(SEARCH, "vscode-notebook-cell:/lesson.ipynb#W0")
    since = learner.does("meno.runTests", "vscode-notebook-cell:/lesson.ipynb#W0")
    assert "no cells of notebooks" in learner.is_told(since)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are followed in /proc")
def test_nothing_is_left_when_the_server_is_killed_in_the_middle_of_a_run(wire: Wire, folder: Path) -> None:
    learner = Learner(wire, folder, ENDLESS)
    learner.does("meno.runTests")
    wire.wait(lambda m: m.get("method") == "$/progress" and m["params"]["value"].get("kind") == "report")
    below = _descendants(wire.process.pid)
    assert below

    wire.process.send_signal(signal.SIGKILL)

    wire.process.wait(20)
    for process in below:
        _wait_for_end(process)


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
        waiting += map(int, children)
    return found


def _wait_for_end(process: int) -> None:
    """Waits until the process is gone, with a deadline, by a handle that the kernel makes readable then."""
    import select

    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 20)[0], f"process {process} is still there"
    finally:
        os.close(handle)
