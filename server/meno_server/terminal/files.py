"""Finding Python files and reading them as Python itself would."""

from __future__ import annotations

import io
import os
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from urllib.parse import quote

_SKIPPED = frozenset(
    "__pycache__ node_modules site-packages venv env build dist .venv .git .hg .tox .nox .mypy_cache "
    ".ruff_cache .pytest_cache .eggs".split()
)
_SUFFIXES = frozenset({".py", ".pyw"})
LARGEST = 5_000_000


class UnreadableError(Exception):
    """A file that cannot be read as Python text; the message is one sentence."""


def python_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The Python files among and below `paths`, each once, in a stable order; named files always."""
    seen: set[Path] = set()
    for path in paths:
        found = _below(path) if path.is_dir() else [path]
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not (Path(root) / name / "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            file = Path(root) / name
            if file.suffix.lower() in _SUFFIXES and file.is_file():  # a pipe of that name would be waited for
                yield file


def read_python(path: Path) -> str:
    """The text of a file, decoded by its byte order mark or coding comment, line ends untouched."""
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableError(f"it is larger than {LARGEST // 1_000_000} MB")
        data = path.read_bytes()
        return decode_python(data)
    except FileNotFoundError:
        raise UnreadableError("there is no such file") from None
    except IsADirectoryError:
        raise UnreadableError("it is a folder; name a file in it") from None
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None


def uri_of(path: PurePath) -> str:
    """The path as the URI of a report: relative ones stay so, and on every system `/` parts the steps."""
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))


def decode_python(data: bytes) -> str:
    """Bytes as Python text."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UnreadableError("its bytes do not fit its encoding; save it as UTF-8") from None
