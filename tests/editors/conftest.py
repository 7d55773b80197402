"""Where the editors are that `scripts/install-editors` installed; without them the tests skip and say so."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors import features, table
from editors.code_server import CodeServer
from editors.driving import Terminal
from editors.screen import PROGRAMS, Screen
from editors.tee import Tee

HOW = "run ./scripts/install-editors as root on Debian"
CLIENT = Path(__file__).parents[2] / "vscode-client"


def _program(editors: Path, name: str, installed: str | None = None) -> str:
    for candidate in (editors / "bin" / name, installed):
        if candidate and Path(candidate).exists():
            return str(candidate)
    pytest.skip(f"no {name} here; {HOW}")


@pytest.fixture(scope="session")
def neovim(editors: Path) -> str:
    """A Neovim, 0.11 or newer."""
    return _program(editors, "nvim", shutil.which("nvim"))


@pytest.fixture(scope="session")
def helix(editors: Path) -> str:
    """A Helix that finds its runtime."""
    return _program(editors, "hx", shutil.which("hx"))


@pytest.fixture(scope="session")
def emacs(editors: Path) -> str:
    """An Emacs 30 with eglot, lsp-mode and markdown-mode."""
    return _program(editors, "emacs")


@pytest.fixture(scope="session")
def vim(editors: Path) -> str:
    """A Vim 9; ALE lies beside it."""
    return _program(editors, "vim")


@pytest.fixture
def tee(tmp_path: Path) -> Tee:
    """A server to start, and the record of it."""
    return Tee(tmp_path / "wire.jsonl")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal to start an editor in."""
    if shutil.which("tmux") is None:
        pytest.skip(f"no tmux here; {HOW}")
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """A screen with Kate installed on the machine that draws it."""
    missing = [name for name in ("kate", *PROGRAMS) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} here; {HOW}")
    opened = Screen(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def recorded() -> Callable[[Tee, str, str], None]:
    """Writes an editor's row down, and compares it with the one in the documentation."""

    def record(tee: Tee, editor: str, version: str) -> None:
        observed = features.row(tee.log, editor, version)
        table.OBSERVED.mkdir(parents=True, exist_ok=True)
        path = table.OBSERVED / f"{editor.lower().replace(', ', '-').replace(' ', '-')}.json"
        path.write_text(json.dumps(observed, indent=2, ensure_ascii=False) + "\n", "utf-8")
        written = table.read(table.PAGE.read_text("utf-8")).get(editor, {})
        # The version tells which one was seen last; another one may do the same.
        assert {**observed, "version": ""} == {**written, "version": ""}, table.REMEDY

    return record


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
