"""Where the editors are that `scripts/install-editors` installed; without them the tests skip and say so."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from editors.code_server import CodeServer

HOW = "run ./scripts/install-editors as root on Debian"
CLIENT = Path(__file__).parents[2] / "vscode-client"


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


@pytest.fixture(scope="session")
def package(workbench: Path) -> Path:
    """The extension as it is shipped, with its server."""
    if not (CLIENT / "node_modules").is_dir():
        pytest.skip("the extension's npm packages are not here; run ./scripts/install-editors")
    script = CLIENT.parent / "scripts/package-extension"
    subprocess.run([script], check=True, capture_output=True, timeout=400)
    return CLIENT / "meno.vsix"


@pytest.fixture
def code_server(workbench: Path, package: Path, tmp_path: Path) -> Iterator[CodeServer]:
    """A workbench that is not started yet, with the extension that is shipped."""
    server = CodeServer(workbench, package, tmp_path)
    yield server
    server.stop()
