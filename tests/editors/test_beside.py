"""The recipe of the page on Neovim: beside another server for Python no mistake is shown twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from editors.tee import Tee

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/editors/neovim.md"
PROGRAM = "import os\n\nprint(nope)\nx = 3\nif x == None:\n    x =\n"
PEERS = {
    "ruff": ["ruff", "server"],
    "pylsp": ["pylsp"],
    "jedi_language_server": ["jedi-language-server"],
    "basedpyright": ["basedpyright-langserver", "--stdio"],
}


def recipe() -> str:
    """The lines that the page has learners copy."""
    beside = PAGE.read_text("utf-8").partition("## Beside other servers")[2]
    found = re.search(r"```lua\n(.*?)```", beside, re.DOTALL)
    assert found is not None
    return found.group(1)


def findings(
    neovim: str, folder: Path, tee: Tee, peer: str, command: list[str], lines: str
) -> dict[str, Any]:
    """What a Neovim shows with both servers; `lines` is configuration beside their commands."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    (folder / "lesson.py").write_text(PROGRAM)
    (folder / "recipe.lua").write_text(lines)
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "MENO_COMMAND": json.dumps(tee.command),
        "MENO_PLUGIN": str(ROOT / "editors/neovim"),
        "MENO_PEER": peer,
        "MENO_PEER_COMMAND": json.dumps(command),
        "MENO_RECIPE": str(folder / "recipe.lua") if lines else "",
        "MENO_SILENCE": "2000",
        "MENO_FILE": str(folder / "lesson.py"),
        "MENO_SEEN": str(folder / "seen.json"),
    }
    driven = [neovim, "--headless", "--clean", "-c", f"luafile {HERE / 'beside.lua'}"]
    subprocess.run(driven, env=environment, timeout=120, check=True, capture_output=True)
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text("utf-8"))
    assert "problem" not in seen, seen
    return seen


@pytest.mark.editor
@pytest.mark.parametrize("peer", PEERS)
def test_with_the_recipe_only_meno_reports_mistakes(neovim: str, tmp_path: Path, tee: Tee, peer: str) -> None:
    name, *arguments = PEERS[peer]
    program = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"no {name} here; it is on PyPI, and on PATH it is found")
    command = [program, *arguments]

    both = findings(neovim, tmp_path / "both", tee, peer, command, "")
    alone = findings(neovim, tmp_path / "alone", tee, peer, command, recipe())

    assert {finding["source"] for finding in both["findings"]} > {"Meno"}
    assert f"{peer} is attached to the same buffer" in both["health"]
    assert {finding["source"] for finding in alone["findings"]} == {"Meno"}
