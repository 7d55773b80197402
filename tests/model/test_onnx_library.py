"""The library that runs the model reports to nobody, and leaves nothing on the disk."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "model/meno_model"
WITH_US = """
from meno_model.worker import Worker

assert "findings" in Worker(None).answer({"id": 1, "do": "predict", "text": "x = 1"})
"""
WITHOUT_US = "import onnxruntime, sys\nonnxruntime.get_available_providers()"


def left_behind(code: str, home: Path) -> list[str]:
    """The files that a fresh Python leaves in its home and among the temporary files."""
    unset = {"CI", "ORT_DISABLE_TELEMETRY"}  # either would silence it
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    places = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    subprocess.run([sys.executable, "-c", code], env={**kept, **places}, check=True, timeout=120)
    return sorted(path.name for path in home.rglob("*"))


def test_the_model_is_loaded_and_asked_without_a_report(tmp_path: Path) -> None:
    assert left_behind(WITH_US, tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file for it")
def test_without_our_door_there_would_be_one(tmp_path: Path) -> None:
    """Shows that the test above could fail; a build that reports to nobody is as good."""
    if not left_behind(WITHOUT_US, tmp_path):
        pytest.skip("this build of onnxruntime reports to nobody by itself")
    assert (tmp_path / ".ses").exists()


def test_there_is_no_other_way_to_the_library() -> None:
    for path in MODEL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import) and path.name != "onnx_library.py":
                assert "onnxruntime" not in {name.name.split(".")[0] for name in node.names}, path
