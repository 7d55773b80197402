"""What all tests share: the evaluation data, the editors, a place for pictures, a PostgreSQL."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from meno_analyzers import checking
from postgresql import postgresql, postgresql_server

__all__ = ["editors", "pictures", "postgresql", "postgresql_server", "shared"]

ROOT = Path(__file__).parent.parent

# Whatever a test starts keeps what it keeps in a folder of the tests, never in the data of whoever runs them.
_DATA = tempfile.mkdtemp(prefix="meno-tests-")
os.environ["XDG_DATA_HOME"] = _DATA
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)

# The networks of the tests are tiny: threads that wait for each other take longer there than one does, and
# much longer where something else runs as well.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A rule that fails is left out for who learns, and fails the test here.
checking.STRICT = True

# A shell ignores interrupts for what it runs in the background, and whatever is started there inherits that:
# the tests that interrupt a program would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data, from MENO_SHARED or beside the checkout; without it the test skips."""
    folder = Path(os.environ.get("MENO_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"the evaluation data is not at {folder}; set MENO_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def editors() -> Path:
    return Path(os.environ.get("MENO_EDITORS") or Path.home() / ".cache/meno-editors")


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where the tests leave their screenshots; git ignores it, and scripts/pictures copies from it."""
    folder = Path(os.environ.get("MENO_PICTURES") or ROOT / "build/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
