"""The main job in a real Vim with ALE, in a terminal, with the plugin that is shipped."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.driving import Terminal
from editors.features import Conversation
from editors.tee import Tee

PLUGIN = Path(__file__).parents[2] / "editors/vim"
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
MISTAKE = "forgets the old one"


@pytest.mark.editor
def test_with_ale_a_learner_sees_climbs_asks_changes_runs_and_stops(
    vim: str,
    editors: Path,
    tmp_path: Path,
    tee: Tee,
    terminal: Terminal,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    ale = editors / "debian/usr/share/vim-ale"
    project = tmp_path / "project"
    begin = tmp_path / "vimrc"
    begin.write_text(
        f"""set nocompatible nomore noswapfile encoding=utf-8 runtimepath^={PLUGIN},{ale}
        filetype plugin on
        let g:meno_command = {json.dumps(tee.command)}
        let g:meno_settings = {{'maxHintLevel': 5, 'run': {{'trustedFolders': [{json.dumps(str(project))}]}}}}
        let g:ale_linters = {{'python': ['meno']}}
        let g:ale_virtualtext_cursor = 'all'
        let g:ale_lsp_show_message_severity = 'information'
        """
    )
    project.mkdir()
    (project / "lesson.py").write_text(PROGRAM)
    terminal.start([vim, "-u", str(begin), "lesson.py"], {"HOME": str(tmp_path)}, project)

    def command(text: str) -> None:
        terminal.escape()
        terminal.type(f":{text}")
        terminal.keys("Enter")

    def choose(title: str) -> None:
        shown = terminal.press_until("the actions", lambda: command("ALECodeAction"), title)
        number = next(line.split(")")[0].strip() for line in shown.split("\n") if title in line)
        terminal.type(number)
        terminal.keys("Enter")

    terminal.wait_for("the finding", MISTAKE)
    terminal.type("3gg5l")
    command("ALEHover")
    terminal.wait_for("the hover", "plus-assign-reversed")
    command("pclose")

    # The ladder and the question are messages: ALE shows no documents.
    choose("Next hint")
    terminal.wait_for("the hint", "puts a new value in the place of the old")
    choose("Ask me")
    tee.wait_for("the question", lambda talk: len(talk.said("server", "window/showMessage")) == 2)
    terminal.wait_for("the question", "?")

    # ALE resolves nothing, so the change is worked out beforehand; it is undone as any other.
    terminal.escape()
    terminal.type("3gg5l")
    choose("Change it")
    tee.wait_for("the finding to go", lambda talk: not _last_findings(talk))
    terminal.wait_for("the change", "total += price")
    terminal.type("u")
    tee.wait_for("the finding to come back", _last_findings)

    # Tests are run in a folder that is trusted; a run without end is stopped where it was begun.
    terminal.type("8gg")
    choose("Run my tests")
    choose("Stop the run")
    terminal.wait_for("its end", "Stopped.")
    version = subprocess.run([vim, "--version"], capture_output=True, text=True, check=True, timeout=20)
    recorded(tee, "Vim, ALE", version.stdout.split()[4])


def _last_findings(talk: Conversation) -> list[object]:
    sent = talk.said("server", "textDocument/publishDiagnostics")
    return list(sent[-1]["diagnostics"]) if sent else []
