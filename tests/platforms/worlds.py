"""Environments in which a Python of this machine is given what another system has, or has not.

None of them is another system: tests that use them say in their docstrings what is simulated.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from end_to_end.lines import DEADLINE

LIKE_WINDOWS = Path(__file__).parent / "like_windows"
MENO = [sys.executable, "-m", "meno_server"]
# What Windows' own pipes are for asyncio: nothing that the loop can watch.
SERVER = """
from meno_server.lsp.standard_io import PipeReader
async def of(*_):
    raise OSError("This input has to be waited for.")
PipeReader.of = of
from meno_server.cli import main
main()
"""


def like_windows(data: Path, *more: Path, **others: str) -> dict[str, str]:
    """Without what Windows lacks, with the encoding of its pipes; a default encoding is an error."""
    places = [str(LIKE_WINDOWS), *map(str, more), *sys.path]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, places)),
        "MENO_LIKE_WINDOWS": "whole",
        "PYTHONWARNDEFAULTENCODING": "1",
        "PYTHONWARNINGS": "error::EncodingWarning",
        "PYTHONIOENCODING": "cp1252",
        "XDG_DATA_HOME": str(data),
        **others,
    }


def meno(
    *arguments: str, env: dict[str, str] | None = None, folder: Path | None = None, said: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Runs a command of the terminal; a traceback fails the test."""
    done = subprocess.run(
        [*MENO, *arguments],
        input=said,
        capture_output=True,
        env=env,
        cwd=folder,
        timeout=3 * DEADLINE,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    return done
