"""The main job in a real Neovim: with the plugin that is shipped, and with its configuration file alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editors.driving import Terminal
from editors.tee import Tee

HERE = Path(__file__).parent
PLUGIN = HERE.parents[1] / "editors/neovim"
LESSON = """\
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False


print(has_even([1, 2]))
"""


def drive(neovim: str, script: str, folder: Path, plugin: Path, tee: Tee) -> dict[str, Any]:
    """Runs a script in a Neovim without any other configuration; what it has seen."""
    (folder / "pyproject.toml").write_text("")
    seen_at = folder / "seen.json"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "MENO_COMMAND": json.dumps(tee.command),
        "MENO_PLUGIN": str(plugin),
        "MENO_FILE": str(folder / "lesson.py"),
        "MENO_SEEN": str(seen_at),
    }
    command = [neovim, "--headless", "--clean", "-c", f"luafile {HERE / script}"]
    subprocess.run(command, env=environment, timeout=150, check=True, capture_output=True)
    seen: dict[str, Any] = json.loads(seen_at.read_text("utf-8"))
    assert "problem" not in seen, seen
    return seen


@pytest.mark.editor
def test_with_the_plugin_a_learner_climbs_answers_runs_and_stops(
    neovim: str, tmp_path: Path, tee: Tee, recorded: Callable[[Tee, str, str], None]
) -> None:
    plugin = tmp_path / "plugin"
    shutil.copytree(PLUGIN, plugin)

    seen = drive(neovim, "neovim.lua", tmp_path, plugin, tee)

    assert seen["encoding"] == "utf-8"
    assert seen["message"].startswith("`nope` is used here")
    assert seen["column"] == 6
    assert seen["drawn"] == {"lines": True, "text": False}
    assert "misspelled-name" in seen["hover"]
    assert seen["ladder"]["title"] == "misspelled-name"
    assert seen["ladder"]["first"] != seen["ladder"]["second"]
    assert seen["ladder"]["syntax"] == "markdown"
    assert seen["ladder"]["closed"]
    assert seen["question"].startswith("# misspelled-name")
    assert "> It is never given a value." in seen["dialogue"]
    assert seen["dialogue"].count("?") == 2
    assert seen["ways_on"] == ["Another question", "Just tell me", "Enough for now"]
    assert "total =+ price" in seen["undone"]
    assert seen["model_line"] == 3
    assert seen["lens"] == "Run my tests and hint"
    assert seen["asked"] == ["Run it", "Not now"]
    assert seen["run"] == {"line": 3, "source": "meno (run)"}
    assert seen["working_on"].startswith("Meno runs lesson.py")
    assert "= 5 (editor)" in seen["settings"]
    assert "attached to 1 buffer" in seen["health"]
    assert "positions are counted in utf-8" in seen["health"]
    assert "a window of this plugin" in seen["health"]
    assert "nope" in seen["report"]
    assert seen["commands_after"] == 2
    assert seen["help"] == ["meno-beside"]
    recorded(tee, "Neovim", seen["version"])


@pytest.mark.editor
def test_in_a_terminal_the_hint_opens_in_a_window_at_the_line(
    neovim: str, tmp_path: Path, tee: Tee, terminal: Terminal, pictures: Path
) -> None:
    (tmp_path / "lesson.py").write_text(LESSON)
    begin = tmp_path / "init.lua"
    begin.write_text(
        f"""vim.opt.runtimepath:prepend("{PLUGIN}")
        vim.lsp.config("meno", {{ cmd = vim.json.decode([==[{json.dumps(tee.command)}]==]) }})
        require("meno").setup({{ show = "virtual_text" }})
        vim.o.number, vim.o.swapfile, vim.o.laststatus = true, false, 0
        """
    )
    # Two processes, as a Neovim makes for itself: one that a loader started does not find its own program.
    socket = str(tmp_path / "socket")
    command = [neovim, "--headless", "-u", str(begin), "--listen", socket, "lesson.py"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        try:
            _climb(neovim, socket, terminal, tmp_path)
            terminal.picture(pictures / "neovim-ladder.svg", "Neovim")
        finally:
            process.terminate()


def _climb(neovim: str, socket: str, terminal: Terminal, folder: Path) -> None:
    show = [
        "sh",
        "-c",
        f"until [ -S {socket} ]; do sleep 0.1; done; exec {neovim} --server {socket} --remote-ui",
    ]
    terminal.start(show, {"HOME": str(folder)}, folder)
    terminal.wait_for("the finding", "always ends")

    terminal.keys("3G")
    terminal.type(":MenoNextHint")
    terminal.keys("Enter")
    screen = terminal.wait_for("the window", "q close")

    assert "return-on-first-iteration" in screen
    assert "n next hint" in screen
    assert "ends the whole function at once" in screen, screen


@pytest.mark.editor
def test_with_the_configuration_file_alone_a_question_is_a_document(
    neovim: str, tmp_path: Path, tee: Tee
) -> None:
    (tmp_path / "alone/lsp").mkdir(parents=True)
    shutil.copy(PLUGIN / "lsp/meno.lua", tmp_path / "alone/lsp")

    seen = drive(neovim, "neovim_alone.lua", tmp_path, tmp_path / "alone", tee)

    assert seen["question"].startswith("# misspelled-name")
    assert "?" in seen["question"]
    assert seen["choices"] == ["Another question", "Just tell me", "Enough for now"]
    assert "> It is never given a value." in seen["dialogue"]
    assert seen["dialogue"].count("?") == 2
