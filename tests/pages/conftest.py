"""Pages that Meno writes, seen in a real Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "vscode-client/node_modules/axe-core/axe.min.js"
HOW = "run ./scripts/install-editors as root on Debian"
Look = Callable[..., dict[str, Any]]


@pytest.fixture
def look(editors: Path, pictures: Path) -> Look:
    """Looks at an address in light, dark and high contrast; what a page must not do is refused here."""
    workbench = editors / "workbench"
    for name, present in {
        "playwright-core": (workbench / "node_modules/playwright-core").exists(),
        "Chromium": Path("/usr/bin/chromium").exists(),
        "Node.js": shutil.which("node") is not None,
        "axe-core": AXE.exists(),
    }.items():
        if not present:
            pytest.skip(f"no {name} here; {HOW}")

    def seen(address: str, name: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        command = ["node", HERE / "look.mjs", workbench, AXE, address, pictures, name]
        result = subprocess.run(
            [*command, json.dumps(headers or {})], capture_output=True, text=True, timeout=150, check=False
        )
        assert result.returncode == 0, result.stderr[-2000:]
        found: dict[str, Any] = json.loads(result.stdout)
        assert "failure" not in found, found
        assert found["broken"] == []
        assert set(found["requests"]) == {address}, "the page asked for something else"
        for shown, checked in found["looks"].items():
            assert checked["violations"] == [], shown
            assert checked["passes"] >= 10, shown
            assert checked["unseen"] == [], shown
        return found

    return seen
