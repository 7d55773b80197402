"""A real Neovim and a server on a port, which somebody else started: the key opens, and nothing else does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from end_to_end.lines import COMMAND, DEADLINE

HERE = Path(__file__).parent
KEY = "the-key-of-the-configuration"


def shown(neovim: str, folder: Path, port: int, key: str, patience: int) -> list[str]:
    """The rules whose findings are seen, waiting so many milliseconds for the first."""
    seen_at = folder / "seen.json"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "MENO_FILE": str(folder / "lesson.py"),
        "MENO_SEEN": str(seen_at),
        "MENO_PORT": str(port),
        "MENO_GIVEN_KEY": key,
        "MENO_PATIENCE": str(patience),
    }
    command = [neovim, "--headless", "--clean", "-c", f"luafile {HERE / 'port.lua'}"]
    subprocess.run(command, env=environment, timeout=150, check=True, capture_output=True)
    seen: dict[str, Any] = json.loads(seen_at.read_text("utf-8"))
    return list(seen["codes"])


@pytest.mark.editor
def test_neovim_reaches_a_server_on_a_port_with_its_key_only(neovim: str, tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text("print(nope)\n")
    process = subprocess.Popen(
        [*COMMAND, "--tcp", "0"], stderr=subprocess.PIPE, env={**os.environ, "MENO_LSP_KEY": KEY}
    )
    try:
        assert process.stderr is not None
        told = process.stderr.readline().decode()
        port = int(told.partition("127.0.0.1:")[2].partition(".")[0])

        assert shown(neovim, tmp_path, port, "another-key-0123456789", 1000) == []
        assert shown(neovim, tmp_path, port, KEY, 60_000) == ["ME101"]
        assert process.wait(DEADLINE) == 0  # the server has gone with its editor
    finally:
        process.kill()
        process.communicate()
