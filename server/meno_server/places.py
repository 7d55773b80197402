"""The names of the files that settings are read from; light, because the server's start needs them too."""

USER_FILE = "config.toml"
PROJECT_FILES = ("meno.toml", "pyproject.toml")
