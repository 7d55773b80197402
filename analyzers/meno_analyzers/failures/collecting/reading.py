"""Reading Python files as Python itself would, and what a file imports."""

from __future__ import annotations

import ast
import io
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from meno_analyzers.failures.collecting.collected import CollectingError
from meno_analyzers.source.lines import plain_ends

MOST_BYTES = 2_000_000  # of all files of a program


def read_program(path: Path, unsaved: Mapping[Path, str] = MappingProxyType({})) -> str:
    """The text of a file that was named, with `\\n` at the ends of lines. Raises CollectingError.

    `unsaved` are texts that count in the place of what is on the disk, by absolute path.
    """
    text = unsaved_text(path.absolute(), unsaved)
    if text is not None:
        text = plain_ends(text)
        if len(text) > MOST_BYTES:
            raise CollectingError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB, too large to be run.")
        return text
    if path.is_dir():
        raise CollectingError(f"{path} is a folder; name the file that fails.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CollectingError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB, too large to be run.")
        found = decoded(path.read_bytes())
    except FileNotFoundError:
        raise CollectingError(f"There is no file {path}; check the path.") from None
    except OSError as error:
        raise CollectingError(f"{path} cannot be read ({error.strerror or 'unknown reason'}).") from None
    if found is None:
        raise CollectingError(f"{path} cannot be read: its bytes do not fit its encoding; save it as UTF-8.")
    return found


def unsaved_text(path: Path, unsaved: Mapping[Path, str]) -> str | None:
    """The text that counts in the place of a file's, also where an editor spells the file's name otherwise:
    most disks of Windows and macOS make no difference between capitals, and macOS none between the two ways
    of writing an accent."""
    if path in unsaved:
        return unsaved[path]
    for other, text in unsaved.items():
        if _spelling(other) == _spelling(path) and _is_one_file(other, path):
            return text
    return None


def _spelling(path: Path) -> str:
    return unicodedata.normalize("NFC", path.name).casefold()


def _is_one_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def decoded(data: bytes) -> str | None:
    """Bytes as Python text; None if they do not fit the encoding that they name."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return plain_ends(data.decode(encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def parsed(text: str) -> ast.Module | None:
    """The tree; None for what Python cannot read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@dataclass(frozen=True, slots=True)
class Imported:
    """`level` is the number of dots; `members` are the names behind `from … import`, which may be modules."""

    module: str
    level: int = 0
    members: tuple[str, ...] = ()

    def names(self) -> Iterator[str]:
        """All dotted names that may be modules."""
        if self.module:
            yield self.module
        for member in self.members:
            yield f"{self.module}.{member}" if self.module else member


def imports_of(text: str) -> list[Imported]:
    """Every import, wherever it stands."""
    tree = parsed(text)
    found: list[Imported] = []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            found += [Imported(alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            members = tuple(alias.name for alias in node.names if alias.name != "*")
            found.append(Imported(node.module or "", node.level, members))
    return found


def texts_of(text: str) -> set[str]:
    """The plain texts in the code that could name a file beside it."""
    tree = parsed(text)
    nodes = ast.walk(tree) if tree is not None else ()
    values = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {value for value in values if 2 < len(value) < 100 and "." in value and value.isprintable()}
