"""Where the editors are that `scripts/install-editors` installed; without them the tests skip and say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HOW = "run ./scripts/install-editors as root on Debian"


@pytest.fixture(scope="session")
def neovim(editors: Path) -> str:
    """A Neovim, 0.11 or newer."""
    for candidate in (editors / "bin/nvim", shutil.which("nvim")):
        if candidate and Path(candidate).exists():
            return str(candidate)
    pytest.skip(f"no Neovim here; {HOW}")


@pytest.fixture(scope="session")
def workbench(editors: Path) -> Path:
    """The folder in which code-server and playwright-core are installed."""
    folder = editors / "workbench"
    missing = [
        name
        for name, present in {
            "code-server": (folder / "node_modules/code-server/out/node/entry.js").exists(),
            "playwright-core": (folder / "node_modules/playwright-core").exists(),
            "Chromium": Path("/usr/bin/chromium").exists(),
            "Node.js": shutil.which("node") is not None,
        }.items()
        if not present
    ]
    if missing:
        pytest.skip(f"no {', '.join(missing)} here; {HOW}")
    return folder
