"""Where settings are read from and what belongs to one person is kept; light, because the server's start
needs it too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

USER_FILE = "config.toml"
PROJECT_FILES = ("meno.toml", "pyproject.toml")
NOWHERE = Path(os.devnull, "meno")
"""Where what belongs to one person would lie, for who has no home folder."""


def data_folder() -> Path:
    """Where Meno keeps what belongs to one person and is no setting."""
    import platformdirs  # off the way to the first answer

    return _at_home(platformdirs.user_data_dir)


def config_folder() -> Path:
    """Where a user's own settings are."""
    import platformdirs

    return _at_home(platformdirs.user_config_dir)


def _at_home(folder_for: Callable[..., str]) -> Path:
    """The folder; for who has no home one that can neither be made nor read, and not `~` wherever we run."""
    try:
        folder = folder_for("meno", appauthor=False)
    except RuntimeError:
        return NOWHERE
    return NOWHERE if folder.startswith("~") else Path(folder)
