"""Meno's faces: the language server, the command line, the settings."""

__version__ = "0.1.0"
