"""Which files a program needs to be run, and where they stand in the copy of it.

The root is the folder from which the main file is imported: that decides under which names tests find it.
Of all other files only those are taken that an import names, and small text files that the program names in
a text; never the whole folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from meno_analyzers.failures.collecting.reading import (
    MOST_BYTES,
    Imported,
    decoded,
    imports_of,
    texts_of,
    unsaved_text,
)
from meno_analyzers.source.lines import plain_ends

MOST_FILES = 60
_MOST_BYTES_OF_DATA = 200_000
_HIGHEST = 6  # folders above the main file in which its root is looked for


@dataclass
class Layout:
    """Takes files in, one after the other; `files` and `paths` are what has come together."""

    main: Path
    root: Path
    files: dict[str, str] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    unsaved: Mapping[Path, str] = field(default_factory=dict)  # texts that count instead of the disk's
    truncated: bool = False
    size: int = 0

    @classmethod
    def of(cls, main: Path, tests: Iterable[str], unsaved: Mapping[Path, str]) -> Layout:
        """`tests` are the texts of test files: what they import says from where the program is imported."""
        named = {name for text in tests for imported in imports_of(text) for name in imported.names()}
        return cls(main, _root(main, named), unsaved=unsaved)

    def alias(self, path: Path) -> str:
        """Where a file stands in the copy: relative to the root, or to the next folder that both share."""
        steps = [step for step in Path(os.path.relpath(path, self.root)).parts if step != ".."]
        return PurePosixPath(*steps).as_posix()

    def add(self, path: Path, text: str, alias: str | None = None) -> str:
        """Takes a file in and answers its place."""
        alias = alias or self.alias(path)
        if alias not in self.files:
            self.files[alias] = text
            self.paths[alias] = path
            self.size += len(text.encode("utf-8", "surrogateescape"))
        return alias

    def add_what_is_imported(self) -> None:
        """Follows imports from the files that are there, one step after the other."""
        waiting = list(self.paths.items())
        while waiting:
            alias, path = waiting.pop(0)
            text = self.files[alias]
            for base, file in self._imported(path, imports_of(text)):
                known = base in {self.root, self.main.parent} or file.is_relative_to(self.root)
                # A file beside a test is found by its bare name, wherever the test stands.
                place = self.alias(file) if known else file.relative_to(base).as_posix()
                if place not in self.files and self._take(file, place):
                    waiting.append((place, file))

    def add_data(self) -> None:
        """Takes in text files that the code names by a path below the main file's folder."""
        named = sorted({name for text in list(self.files.values()) for name in texts_of(text)})
        for name in named[:500]:
            steps = PurePosixPath(name.replace("\\", "/"))
            if steps.is_absolute() or ".." in steps.parts:
                continue
            path = self.main.parent / steps
            if path.suffix == ".py" or not _is_inside(path, self.main.parent):
                continue
            # Opened by itself it is looked for in the folder of the run, and else beside the main file.
            for place in {steps.as_posix(), self.alias(path)}:
                if place not in self.files:
                    self._take(path, place, _MOST_BYTES_OF_DATA)

    def add_settings_of_tests(self, tests: Sequence[Path]) -> None:
        """Takes in what pytest shares among test files: `conftest.py` beside them and above."""
        for test in tests:
            for folder in [test.parent, *test.parent.parents]:
                path = folder / "conftest.py"
                if path.is_file():
                    self._take(path, self.alias(path))
                if folder == self.root or not self.root.is_relative_to(folder.parent):
                    break

    def _imported(self, importer: Path, imports: Iterable[Imported]) -> Iterator[tuple[Path, Path]]:
        for imported in imports:
            if imported.level:
                bases = [_above(importer.parent, imported.level - 1)]
            else:
                bases = list(dict.fromkeys([self.main.parent, self.root, importer.parent]))
            for name in imported.names():
                for base in bases:
                    found = list(_module_files(base, name.split(".")))
                    if found:
                        yield from ((base, file) for file in found)
                        break

    def _take(self, path: Path, alias: str, most: int = MOST_BYTES) -> bool:
        try:
            size = path.stat().st_size
            if len(self.files) >= MOST_FILES or self.size + size > MOST_BYTES:
                self.truncated = True
                return False
            text = unsaved_text(path, self.unsaved)
            if text is not None:
                text = plain_ends(text)
            elif path.is_file() and size <= most:
                text = decoded(path.read_bytes())
        except OSError:
            return False
        if text is None:
            return False
        self.add(path, text, alias)
        return True


def _root(main: Path, named: set[str]) -> Path:
    """The folder from which the tests import the main file, or else the one that holds its package."""
    folder = main.parent
    steps = [main.stem] if main.stem != "__init__" else []
    for _ in range(_HIGHEST):
        if steps and ".".join(steps) in named:
            return folder
        steps.insert(0, folder.name)
        folder = folder.parent
    folder = main.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def _above(folder: Path, levels: int) -> Path:
    for _ in range(levels):
        folder = folder.parent
    return folder


def _module_files(base: Path, parts: list[str]) -> Iterator[Path]:
    """The files that an import of this module below `base` reads."""
    folder = base
    for place, part in enumerate(parts):
        if place == len(parts) - 1 and (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
            return
        folder = folder / part
        if (folder / "__init__.py").is_file():
            yield folder / "__init__.py"
        elif not folder.is_dir():
            return


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether it is a file, and does not lead out of the folder through a link."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False
