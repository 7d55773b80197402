"""The main job in a real Neovim, with the configuration that is shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.editor
def test_a_mistake_is_typed_seen_hovered_and_asked_about(neovim: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    seen_at = tmp_path / "seen.json"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "MENO_PYTHON": sys.executable,
        "MENO_CONFIG": str(ROOT / "editors/neovim"),
        "MENO_FILE": str(tmp_path / "lesson.py"),
        "MENO_SEEN": str(seen_at),
    }
    command = [neovim, "--headless", "--clean", "-c", f"luafile {HERE / 'neovim.lua'}"]

    subprocess.run(command, env=environment, timeout=150, check=True, capture_output=True)
    seen = json.loads(seen_at.read_text("utf-8"))

    assert "problem" not in seen, seen
    assert seen["encoding"] == "utf-8"
    assert seen["message"].startswith("`nope` is used here")
    assert seen["column"] == 6
    assert "misspelled-name" in seen["hover"]
    assert seen["question"].startswith("# misspelled-name")
    assert "?" in seen["question"]
    assert seen["choices"] == ["Another question", "Just tell me", "Enough for now"]
    assert "> It is never given a value." in seen["dialogue"]
    assert seen["dialogue"].count("?") == 2
    assert seen["model_line"] == 3
    assert seen["codes"] == ["run/AttributeError"]
    assert (seen["run"]["line"], seen["run"]["source"]) == (3, "meno (run)")
    assert seen["run"]["message"].startswith("`longest(['a', 'bcd'])` stops here with `AttributeError`")
