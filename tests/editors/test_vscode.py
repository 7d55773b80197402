"""The main job in a real VS Code workbench, with the packaged extension; and the extension's own checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from editors.code_server import CodeServer

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENT = ROOT / "vscode-client"


def test_the_manifests_settings_are_those_of_the_server() -> None:
    script = CLIENT / "scripts/generate-settings.py"

    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.editor
@pytest.mark.timeout(400)
def test_the_extension_passes_its_own_checks(package: Path) -> None:
    result = subprocess.run(
        ["npm", "run", "--silent", "check"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=380,
    )

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.mark.editor
@pytest.mark.timeout(300)
def test_a_mistake_is_typed_seen_hovered_and_asked_about(code_server: CodeServer, pictures: Path) -> None:
    code_server.write("lesson.py", "# a lesson\n")
    code_server.start()

    seen = code_server.drive(HERE / "vscode.mjs", "lesson.py", pictures)

    assert "failure" not in seen, seen
    assert "nope is used here" in seen["hover"]
    assert any("Next hint" in title for title in seen["actions"])
    assert "nope is used here" in seen["question"]
    assert "?" in seen["question"]
    assert "it is never made, I think" in seen["dialogue"][1]
    assert "?" in seen["dialogue"][2]
    assert seen["dialogue"][2] != seen["question"]
    assert {"Answer", "Another Question", "Just Tell Me"} <= set(seen["buttons"])
    assert "so here is another question" in seen["told"]
    assert "Meno" in seen["problem"]
    assert "ME101" in seen["problem"]
    assert "NameError on line" in seen["explanation"]
    assert "run/NameError" in seen["mark"]
