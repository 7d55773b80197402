"""Where the history lies, and whether its owner has paused it; light, and no database.

A pause is a file beside the database, so that it holds for every editor and the terminal at once.
"""

from __future__ import annotations

from pathlib import Path

from meno_server.places import data_folder

DATABASE = "history.sqlite"
ASIDE = "history-set-aside-"
_PAUSED = "paused"


def history_folder() -> Path:
    """The folder that belongs to the history alone."""
    return data_folder() / "history"


def is_paused(folder: Path) -> bool:
    """Whether nothing is to be recorded until further notice."""
    try:
        return (folder / _PAUSED).exists()
    except OSError:
        return False


def pause(folder: Path, paused: bool) -> bool:
    """Pauses or goes on; False if that could not be remembered."""
    try:
        if paused:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / _PAUSED).touch(mode=0o600)
        else:
            (folder / _PAUSED).unlink(missing_ok=True)
    except OSError:
        return False
    return True
