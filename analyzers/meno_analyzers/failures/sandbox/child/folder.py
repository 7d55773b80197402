"""The copy of the program's files: written once, and written again whenever a version has touched it.

Whether it was touched is read from inode, size and time of change of every file and folder; the last of these
cannot be set by a program."""

from __future__ import annotations

import os
import shutil
import stat

_READ_ONLY_STAYS = os.name == "nt"  # there a file is removed only if it may be written


class Folder:
    def __init__(self, path: str, files: dict[str, str]) -> None:
        self.path = path
        self._files = files
        self._seen: dict[str, tuple[int, int, int]] = {}

    def write(self) -> None:
        """Empties the folder and writes the files. Raises OSError if that is impossible."""
        os.makedirs(self.path, 0o700, exist_ok=True)
        os.chmod(self.path, 0o700)
        os.chdir(self.path)
        for entry in os.scandir(self.path):
            _remove(entry.path, entry.is_dir(follow_symlinks=False))
        for name, text in self._files.items():
            target = os.path.join(self.path, *name.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
        self._seen = self._state()

    def restore(self) -> None:
        """Writes the files again if anything differs from how they were written."""
        try:
            if self._state() == self._seen:
                return
        except OSError:
            pass
        self.write()

    def remove(self) -> None:
        """Leaves nothing, as far as that is possible from here."""
        try:
            os.chdir("/")
        except OSError:
            pass
        _remove(self.path, True)

    def _state(self) -> dict[str, tuple[int, int, int]]:
        seen: dict[str, tuple[int, int, int]] = {}
        waiting = [self.path]
        while waiting:
            path = waiting.pop()
            found = os.lstat(path)
            seen[path] = (found.st_ino, found.st_size, found.st_ctime_ns)
            if stat.S_ISDIR(found.st_mode):
                with os.scandir(path) as entries:
                    waiting.extend(entry.path for entry in entries)
        return seen


def _remove(path: str, is_folder: bool, freeing: bool | None = None) -> None:
    freeing = _READ_ONLY_STAYS if freeing is None else freeing
    if not is_folder:
        if freeing:
            _let_be_written(path)
        os.unlink(path)
        return
    for parent, _, names in os.walk(path):
        os.chmod(parent, 0o700)
        for name in names if freeing else ():
            _let_be_written(os.path.join(parent, name))
    shutil.rmtree(path, ignore_errors=True)


def _let_be_written(path: str) -> None:
    """Takes a file's protection away, and never that of what a link leads to."""
    try:
        if not os.path.islink(path):
            os.chmod(path, 0o600)
    except OSError:
        pass
