"""The main job in a real Helix, in a terminal, with the configuration that is shipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.driving import Terminal
from editors.features import Conversation, runs
from editors.tee import Tee

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "editors/helix/languages.toml"
PROGRAM = """\
total = 0
for price in [1, 2]:
    total =+ price
print("😀", total)
"""
FAILING = "def half(n):\n    return n // 0\n\nassert half(4) == 2\n"
ENDLESS = "def turn(n):\n    while True:\n        n = n + 1\n    return n\n\nassert turn(1) == 2\n"
MISTAKE = "forgets the old one"
ACTIONS = ("Next hint", "Ask me", "Change it", "This is fine", "Run my tests")


def configure(folder: Path, command: list[str], **settings: object) -> None:
    """The shipped file with the command and settings of the test."""
    text = SHIPPED.read_text("utf-8")
    assert tomllib.loads(text)["language"][0]["language-servers"] == ["meno"]
    rows = "\n".join(f"{name} = {_toml(value)}" for name, value in settings.items())
    text = text.replace('command = "meno"', f"command = {json.dumps(command[0])}")
    text = text.replace('args = ["lsp"]', f"args = {json.dumps(command[1:])}")
    (folder / "languages.toml").write_text(text.replace("maxHintLevel = 4", rows))


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {json.dumps(item)}" for name, item in value.items()) + " }"
    return json.dumps(value)


def diagnosed(code: str, *, there: bool = True) -> Callable[[Conversation], bool]:
    """Whether the last findings that were sent hold a code, or do not."""

    def check(talk: Conversation) -> bool:
        sent = talk.said("server", "textDocument/publishDiagnostics")
        codes = [item["code"] for item in (sent[-1] if sent else {}).get("diagnostics", [])]
        return bool(sent) and (code in codes) == there

    return check


@pytest.mark.editor
def test_a_learner_sees_climbs_asks_changes_and_stops(
    helix: str,
    tmp_path: Path,
    tee: Tee,
    terminal: Terminal,
    pictures: Path,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    settings = tmp_path / "config/helix"
    settings.mkdir(parents=True)
    project = tmp_path / "project"
    configure(settings, tee.command, maxHintLevel=5, run={"trustedFolders": [str(project)]})
    (settings / "config.toml").write_text('[editor]\nend-of-line-diagnostics = "hint"\n')
    project.mkdir()
    for name, text in {"lesson": PROGRAM, "failing": FAILING, "endless": ENDLESS}.items():
        (project / f"{name}.py").write_text(text)
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    terminal.start([helix, "lesson.py"], environment, project)

    def command(text: str) -> None:
        terminal.escape()
        terminal.type(f":{text}")
        terminal.keys("Enter")

    def choose(title: str) -> None:
        """Opens the code actions and picks one; the first is chosen already."""
        terminal.escape()
        shown = terminal.press_until("the actions", lambda: terminal.type(" a"), title)
        rows = [line for line in shown.split("\n") if any(known in line for known in ACTIONS)]
        for _ in range(next(number for number, line in enumerate(rows) if title in line)):
            terminal.keys("C-n")
        terminal.keys("Enter")

    # A finding, at the end of its line, and what hovering says.
    terminal.wait_for("the finding", MISTAKE)
    terminal.type("3gg10l")
    terminal.press_until("the hover", lambda: terminal.type(" k"), "ME211")

    # The ladder: the hint opens as a document in the program's place, `ga` goes back.
    terminal.escape()
    terminal.press_until("the actions", lambda: terminal.type(" a"), "Next hint")
    terminal.picture(pictures / "helix-actions.svg", "Helix")
    choose("Next hint")
    terminal.wait_for("the hint", "# plus-assign-reversed")
    terminal.type("ga")
    terminal.wait_for("the program", MISTAKE)

    # The question is worked out when it is chosen; the answer is written into the document and saved.
    choose("Ask me")
    terminal.wait_for("the question", "Write your answer below this line")
    terminal.type("geo")
    terminal.type("The plus belongs to the price.")
    command("write")
    terminal.wait_for("the next turn", "> The plus belongs to the price.")
    command("open lesson.py")
    terminal.wait_for("the program", MISTAKE)

    # The change is made and undone.
    terminal.type("3gg10l")
    choose("Change it")
    tee.wait_for("the finding to go", diagnosed("ME211", there=False))
    assert "total += price" in terminal.screen()
    terminal.type("u")
    tee.wait_for("the finding to come back", diagnosed("ME211"))

    # The tests are run, in a folder that is trusted; an endless run is stopped.
    command("open failing.py")
    terminal.wait_for("the program", "n // 0")
    command("lsp-workspace-command meno.runTests")
    terminal.wait_for("the failure", "stops here with")
    command("open endless.py")
    terminal.wait_for("the program", "while True")
    command("lsp-workspace-command meno.runTests")
    tee.wait_for("the run", lambda talk: runs(talk) == 2)
    command("lsp-workspace-command meno.stopRun")
    tee.wait_for("its end", lambda talk: runs(talk, "end") == runs(talk))
    version = subprocess.run([helix, "--version"], capture_output=True, text=True, check=True, timeout=20)
    recorded(tee, "Helix", version.stdout.split()[1])


@pytest.mark.editor
@pytest.mark.parametrize("line", ['"ruff"', '{ name = "ruff", only-features = ["format", "code-action"] }'])
def test_beside_ruff_only_meno_reports_with_the_line_of_the_page(
    helix: str, tmp_path: Path, tee: Tee, terminal: Terminal, line: str
) -> None:
    ruff = shutil.which("ruff", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if ruff is None:
        pytest.skip("no ruff here; it comes with MENO_EXTRAS=dev")
    assert line in (ROOT / "docs/editors/helix.md").read_text("utf-8") or line == '"ruff"'
    settings = tmp_path / "config/helix"
    settings.mkdir(parents=True)
    configure(settings, tee.command)
    languages = (settings / "languages.toml").read_text().replace('["meno"]', f'["meno", {line}]')
    heard = Tee(tmp_path / "ruff.jsonl")
    command = json.dumps([*heard.command[1:3], ruff, "server"])
    (settings / "languages.toml").write_text(
        f"{languages}\n[language-server.ruff]\ncommand = {json.dumps(sys.executable)}\nargs = {command}\n"
    )
    (settings / "config.toml").write_text('[editor]\nend-of-line-diagnostics = "hint"\n')
    (tmp_path / "lesson.py").write_text("print(nope)\n")
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}

    terminal.start([helix, "lesson.py"], environment, tmp_path)
    terminal.wait_for("the finding", "gives it a value")
    if line == '"ruff"':
        terminal.wait_for("the same from ruff", "Undefined name")
        return
    terminal.type(":format")
    terminal.keys("Enter")
    heard.wait_for("what ruff does", lambda talk: talk.answered("editor", "textDocument/formatting"))
    assert "Undefined name" not in terminal.screen()
