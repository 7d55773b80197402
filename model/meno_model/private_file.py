"""Small files that belong to one person: put in place in one step, readable by their owner only."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TRIES, _PAUSE = 5, 0.02


def write_private(path: Path, text: str) -> bool:
    """Writes the file whole or not at all; False if the place cannot be written to."""
    import tempfile  # a slow import, and most sessions write none

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # made with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            _put_in_place(Path(name), path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            return False
    except OSError:
        return False
    return True


def _put_in_place(new: Path, path: Path) -> None:
    """Windows refuses while another program reads the old file, which takes it a moment only."""
    for _ in range(_TRIES - 1):
        try:
            new.replace(path)
        except PermissionError:
            time.sleep(_PAUSE)
        else:
            return
    new.replace(path)
