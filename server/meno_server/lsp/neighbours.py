"""What the other files of the workspace offer to an open one: only those that it imports, read when nobody
types.

Nothing is read before a file that imports it is open, and a file that has not changed is read once. An open
file is seen as it was when it was last read; saving any file makes the others look again.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pygls.uris import to_fs_path

if TYPE_CHECKING:
    from meno_analyzers.facts.module import Module
    from meno_server.lsp.open_file import OpenFile

# What is larger is data, or made by a program.
_LARGEST_BYTES = 1_000_000
_SLICE = 0.001
_Stamp = tuple[int, int]


@dataclass(slots=True)
class _Read:
    stamp: _Stamp
    module: Module


class Neighbours:
    """The modules of a workspace that open files import, by path."""

    def __init__(self) -> None:
        self._known: dict[Path, _Read] = {}

    async def of(self, file: OpenFile, root: Path | None) -> dict[str, Module]:
        """The modules that a file imports from its workspace, by the names it uses for them."""
        found: dict[str, Module] = {}
        here = to_fs_path(file.place)
        if here is None:
            return found
        # In a thread, since a folder may lie on a network that does not answer.
        paths = await asyncio.to_thread(_paths_of, sorted(file.analysis.imports), Path(here), root)
        for name, (path, stamp) in paths.items():
            module = await self._module(path, stamp)
            if module is not None:
                found[name] = module
        return found

    async def _module(self, path: Path, stamp: _Stamp) -> Module | None:
        from meno_analyzers.outline import outlining

        known = self._known.get(path)
        if known is not None and known.stamp == stamp:
            return known.module
        text = await asyncio.to_thread(_read, path)
        if text is None:
            return None
        steps = outlining(text)
        slice_ends = time.perf_counter() + _SLICE
        while True:
            try:
                next(steps)
            except StopIteration as done:
                module: Module = done.value
                break
            if time.perf_counter() > slice_ends:
                # A key that came meanwhile goes first.
                await asyncio.sleep(0)
                slice_ends = time.perf_counter() + _SLICE
        self._known[path] = _Read(stamp, module)
        return module


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # what it offers is not worth a guess at its encoding


def _paths_of(names: list[str], here: Path, root: Path | None) -> dict[str, tuple[Path, _Stamp]]:
    """The files that imports most likely mean, each with the time and size by which a change is seen."""
    found: dict[str, tuple[Path, _Stamp]] = {}
    for name in names:
        path = _path_of(name, here.parent, root)
        if path is None or path == here:
            continue
        try:
            status = path.stat()
        except OSError:
            continue
        if status.st_size <= _LARGEST_BYTES:
            found[name] = (path, (status.st_mtime_ns, status.st_size))
    return found


def _path_of(name: str, folder: Path, root: Path | None) -> Path | None:
    """The file that an import most likely means: beside the importing file, or below the workspace."""
    plain = name.lstrip(".")
    parts = plain.split(".")
    if not name.startswith(".") and parts[0] in sys.stdlib_module_names:
        return None
    roots = [folder] if name.startswith(".") or root is None or root == folder else [folder, root]
    for base in roots:
        stem = base.joinpath(*parts)
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                return path
    return None
