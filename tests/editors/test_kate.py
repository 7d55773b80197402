"""The main job in a real Kate, on a screen that nobody sees, with the settings that are shipped."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.features import Conversation, runs
from editors.screen import Screen
from editors.tee import Tee

SHIPPED = Path(__file__).parents[2] / "editors/kate/settings.json"
PROGRAM = """\
total = 0
for price in [1, 2]:
    total =+ price
print("😀", total)


def turn(n):
    while n:
        n = abs(n)
    return n


assert turn(1) == 0
"""


def configure(home: Path, command: list[str], project: Path) -> None:
    """What a person does once: switch the plugin on and paste the shipped settings, here with our command."""
    (home / ".config/kate/lspclient").mkdir(parents=True)
    general = "[General]\nShow welcome view for new window=false\n"
    (home / ".config/katerc").write_text(f"{general}[Kate Plugins]\nlspclientplugin=true\n")
    settings = json.loads(SHIPPED.read_text("utf-8"))
    server = settings["servers"]["python"]
    server["command"] = command
    server["initializationOptions"] = {"maxHintLevel": 5, "run": {"trustedFolders": [str(project)]}}
    (home / ".config/kate/lspclient/settings.json").write_text(json.dumps(settings))


@pytest.mark.editor
def test_a_learner_sees_climbs_asks_changes_runs_and_stops(
    screen: Screen,
    tmp_path: Path,
    tee: Tee,
    pictures: Path,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "lesson.py").write_text(PROGRAM)
    configure(tmp_path, tee.command, project)
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
    screen.start(["kate", "-n", str(project / "lesson.py")], environment)

    # Kate asks before it starts a server.
    screen.wait_for_window("LSP server start requested")
    screen.keys("Return")
    tee.wait_for("the finding", last_findings)

    # The third line, and what the menu calls Symbol Info.
    screen.keys("ctrl+Home", "Down", "Down", "Home")
    screen.keys("alt+l", "y")
    tee.wait_for("the hover", lambda talk: talk.answered("editor", "textDocument/hover"))
    screen.wait_for("the hover", lambda: screen.windows("kate") > 1)
    screen.picture(pictures / "kate-hover.png")
    screen.keys("Escape")

    def choose(title: str) -> None:
        """Alt+Return lists the code actions at the cursor."""
        before = len(asked(tee.wait_for("anything", lambda talk: talk)))
        windows = screen.windows("kate")
        screen.keys("alt+Return")
        titles = tee.wait_for("the actions", lambda talk: asked(talk)[before:])
        screen.wait_for("the menu", lambda: screen.windows("kate") > windows)
        places = [number for number, each in enumerate(titles[0]) if each.startswith(title)]
        screen.keys(*["Down"] * (places[0] + 1), "Return")

    # The ladder and the question are messages, in the panel “Output”.
    choose("Next hint")
    tee.wait_for("the hint", lambda talk: len(talk.said("server", "window/showMessage")) == 1)
    choose("Ask me")
    tee.wait_for("the question", lambda talk: len(talk.said("server", "window/showMessage")) == 2)

    # The change is worked out beforehand, made, and undone.
    choose("Change it")
    tee.wait_for("the finding to go", lambda talk: not last_findings(talk))
    screen.keys("ctrl+z")
    tee.wait_for("the finding to come back", last_findings)

    # Tests are run in a folder that is trusted; a run without end is stopped where it was begun.
    screen.keys("ctrl+End", *["Up"] * 5)
    choose("Run my tests")
    tee.wait_for("the run", runs)
    choose("Stop the run")
    tee.wait_for("its end", lambda talk: runs(talk, "end"))
    package = ["dpkg-query", "-W", "-f", "${Version}", "kate"]
    version = subprocess.run(package, capture_output=True, text=True, check=False, timeout=20).stdout
    recorded(tee, "Kate", version.partition(":")[2].partition("-")[0])


def asked(talk: Conversation) -> list[list[str]]:
    """The titles of each answer with code actions."""
    answers = talk.answered("editor", "textDocument/codeAction")
    return [[action["title"] for action in one.result] for one in answers if one.result]


def last_findings(talk: Conversation) -> list[object]:
    sent = talk.said("server", "textDocument/publishDiagnostics")
    return list(sent[-1]["diagnostics"]) if sent else []
