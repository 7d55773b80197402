"""The panel with the learner's patterns in a real VS Code workbench: what it tells, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from editors.code_server import CodeServer

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "vscode-client/node_modules/axe-core/axe.min.js"


@pytest.mark.editor
@pytest.mark.timeout(300)
def test_a_slip_that_was_mended_is_told_of_and_can_be_deleted(
    code_server: CodeServer, pictures: Path
) -> None:
    code_server.write("lesson.py", "total = 3\nprint(totl)\n")
    code_server.start()

    seen = code_server.drive(HERE / "vscode_patterns.mjs", "lesson.py", pictures, AXE)

    assert "failure" not in seen, seen
    assert "1 mended without a hint" in seen["text"]
    assert "Kept on this machine only" in seen["text"]
    for look, found in seen["violations"].items():
        assert found["serious"] == [], look
        assert found["passes"] >= 10, look
    assert seen["deleted"]
