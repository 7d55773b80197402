"""Where settings are read from and what belongs to one person is kept; light, because the server's start
needs it too.
"""

from __future__ import annotations

from pathlib import Path

USER_FILE = "config.toml"
PROJECT_FILES = ("meno.toml", "pyproject.toml")


def data_folder() -> Path:
    """Where Meno keeps what belongs to one person and is no setting."""
    import platformdirs  # off the way to the first answer

    return Path(platformdirs.user_data_dir("meno", appauthor=False))
