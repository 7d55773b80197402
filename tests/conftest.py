"""What all tests share: the evaluation data, where it is present, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data, from MENO_SHARED or beside the checkout; without it the test skips."""
    folder = Path(os.environ.get("MENO_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"the evaluation data is not at {folder}; set MENO_SHARED to its folder")
    return folder
