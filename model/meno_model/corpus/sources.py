"""Where code comes from: the standard library, installed projects, and folders or repositories by name.

Each source says what it is called, under which licence it stands, and hands out its Python files. Of a git
repository the files of the current commit are read from its objects, so that it needs no work tree.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath

from meno_model.corpus.histories import Versions, current_commit, files_of, is_repository
from meno_model.corpus.licences import (
    Licence,
    is_licence_file,
    is_permissive,
    licence_of,
    licence_of_text,
)
from meno_model.errors import CorpusError

STANDARD_LIBRARY = "standard library"
_SKIPPED_FOLDERS = {
    "site-packages",
    "__pycache__",
    "lib2to3",
    "_vendor",
    "vendored",
    "vendor",
    "third_party",
    "idle_test",
    "dist-packages",
}
_LARGEST_FILE = 400_000

Texts = Callable[[Sequence[str]], Iterator[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Source:
    """One project: its Python files by path, and `texts`, which reads some of them as (path, text).

    `history` is the repository whose commits can be searched for corrections, where there is one.
    """

    licence: Licence
    paths: tuple[str, ...]
    texts: Texts
    history: Path | None = None


def installed() -> Iterator[Source]:
    """The standard library and every installed project but Meno itself."""
    root = Path(sysconfig.get_paths()["stdlib"])
    licence = Licence(STANDARD_LIBRARY, sysconfig.get_python_version(), "PSF-2.0", permissive=True)
    yield _of_files(licence, _python_files(root))
    for distribution in sorted(metadata.distributions(), key=lambda item: str(item.metadata["Name"]).lower()):
        if str(distribution.metadata["Name"]) != "meno-lsp":
            inside = [
                Path(str(distribution.locate_file(file)))
                for file in distribution.files or []
                if file.suffix == ".py" and not _SKIPPED_FOLDERS & set(file.parts[:-1])
            ]
            yield _of_files(licence_of(distribution), [path for path in inside if path.is_file()])


def named(folder: Path) -> Source:
    """A folder or a git repository; its licence is read from the licence file at its top."""
    if not folder.is_dir():
        raise CorpusError(f"There is no folder {folder}: name a folder of code or a git repository.")
    if is_repository(folder):
        return _of_repository(folder)
    stated = "not stated"
    for path in sorted(folder.iterdir()):
        if path.is_file() and is_licence_file(path.name):
            stated = licence_of_text(path.read_text(encoding="utf-8", errors="replace"))
            break
    return _of_files(_licence(folder.resolve().name, "", stated), _python_files(folder))


def _of_repository(folder: Path) -> Source:
    paths = files_of(folder)
    stated = "not stated"
    with Versions(folder) as versions:
        for path in sorted(paths):
            if "/" not in path and is_licence_file(path):
                stated = licence_of_text(versions.read("HEAD", path) or "")
                break
    python = tuple(
        path for path in paths if path.endswith(".py") and not _SKIPPED_FOLDERS & set(PurePath(path).parts)
    )

    def texts(chosen: Sequence[str]) -> Iterator[tuple[str, str]]:
        with Versions(folder) as versions:
            for path in chosen:
                text = versions.read("HEAD", path)
                if text is not None and len(text) <= _LARGEST_FILE:
                    yield path, text

    licence = _licence(repository_name(folder), current_commit(folder), stated)
    return Source(licence, python, texts, folder)


def repository_name(folder: Path) -> str:
    """What a repository is called: its folder's name, or that of the one around `repo` or `.git`."""
    resolved = folder.resolve()
    name = resolved.parent.name if resolved.name in ("repo", "repo.git", ".git") else resolved.name
    return name.removesuffix(".git").replace("+", "/")


def _licence(name: str, version: str, stated: str) -> Licence:
    return Licence(name, version, stated, is_permissive(stated))


def _python_files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*.py")
        if path.is_file() and not _SKIPPED_FOLDERS & set(path.relative_to(folder).parts)
    ]


def _of_files(licence: Licence, files: Sequence[Path]) -> Source:
    return Source(licence, tuple(sorted(str(path) for path in files)), _texts_of_files)


def _texts_of_files(chosen: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in chosen:
        path = Path(name)
        try:
            if path.stat().st_size <= _LARGEST_FILE:
                yield name, path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
