"""What can happen to folders and files: no room, no right to write, a history that is locked, damaged or no
file at all, and folders that are gone.

A full disk and a read-only one are real: a small file system of their own, which the server alone sees.
Making one takes Linux and the right to make name spaces (root, or user name spaces).
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path

from chaos.desk import Desk, run, until
from chaos.trial import Fault
from end_to_end.wire import COMMAND, DEADLINE

_MOUNT = 'mkdir -p "$0" && mount -t tmpfs -o size=768k chaos "$0" && exec "$@"'


@cache
def alone() -> tuple[str, ...]:
    """The command that gives a program mounts of its own; empty where that is not allowed."""
    for command in (("unshare", "-m"), ("unshare", "-U", "-r", "-m")):
        with contextlib.suppress(OSError):
            tried = [*command, "mount", "-t", "tmpfs", "chaos", "/mnt"]
            if subprocess.run(tried, capture_output=True, check=False, timeout=DEADLINE).returncode == 0:
                return command
    return ()


class DiskFault(Fault):
    """A fault of the disk that the history lies on. What was noted meanwhile is there in the end."""

    told = ("cannot be added to your history now (it may not be written to)",)
    settings = {"model": {"enable": False}}  # noqa: RUF012 - read only
    kept = 3

    def strike(self, desk: Desk) -> None:
        desk.slip_and_mend("first.py")
        assert desk.slips_kept() == 1
        self.spoil(desk)

    def spoil(self, desk: Desk) -> None:
        raise NotImplementedError

    def live_on(self, desk: Desk) -> None:
        for name in ("second.py", "third.py"):
            desk.slip_and_mend(name)
            desk.slips_kept()  # nothing can be written; told once, however often somebody looks
        desk.until_heard(self.told[0])

    def recover(self, desk: Desk) -> None:
        until(lambda: desk.slips_kept() == self.kept, "everything is in the history")

    @property
    def history(self) -> Path:
        return self.data / "meno" / "history"

    def sit_down(self, place: Path) -> Desk:
        self.data = place / "data"
        return super().sit_down(place)


class OwnDisk(DiskFault):
    """A fault of a file system that is the server's own."""

    def why_not(self) -> str | None:
        if sys.platform != "linux" or not alone():
            return "no file system can be mounted here: run the tests as root, or allow user name spaces"
        return None

    def sit_down(self, place: Path) -> Desk:
        self.data = place / "data"
        command = [*alone(), "sh", "-c", _MOUNT, str(self.data), *COMMAND]
        return Desk(place, settings=self.settings, command=command)

    def inside(self, desk: Desk) -> Path:
        """The same folder as the server sees it."""
        return Path(f"/proc/{desk.pid}/root{self.data}")

    def remount(self, desk: Desk, option: str) -> None:
        user = ("-U", "--preserve-credentials") if "-U" in alone() else ()
        run("nsenter", "-t", str(desk.pid), *user, "-m", "mount", "-o", f"remount,{option}", str(self.data))


class FullDisk(OwnDisk):
    name = "the disk is full"
    how = "a file system of 768 KiB, filled to the last byte"
    told = ("cannot be added to your history now (the disk is full)",)

    def spoil(self, desk: Desk) -> None:
        with contextlib.suppress(OSError), (self.inside(desk) / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 512)

    def relent(self, desk: Desk) -> None:
        (self.inside(desk) / "filler").unlink()


class ReadOnly(OwnDisk):
    name = "the disk is read-only"
    how = "mount -o remount,ro"

    def spoil(self, desk: Desk) -> None:
        self.remount(desk, "ro")

    def relent(self, desk: Desk) -> None:
        self.remount(desk, "rw")


class Locked(DiskFault):
    name = "the history is locked by another program"
    how = "BEGIN EXCLUSIVE in another process' connection"
    told = ("cannot be added to your history now (another program is using it)",)

    def spoil(self, desk: Desk) -> None:
        self._holder = sqlite3.connect(self.history / "history.sqlite", isolation_level=None)
        self._holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._holder.execute("BEGIN EXCLUSIVE")

    def relent(self, desk: Desk) -> None:
        self._holder.execute("ROLLBACK")
        self._holder.close()


class Corrupted(DiskFault):
    name = "the history is damaged"
    how = "its file and its log overwritten with zeros"
    told = ("Your history was damaged. It was set aside",)
    kept = 2  # what was in the damaged file is in the file that was set aside
    degrades = False

    def spoil(self, desk: Desk) -> None:
        for path in self.history.glob("history.sqlite*"):
            path.write_bytes(b"\0" * 8192)


class Folder(DiskFault):
    name = "a folder lies in the history's place"
    how = "the file replaced by a folder of its name"
    told = ("cannot be added to your history now (its file cannot be opened)",)

    def spoil(self, desk: Desk) -> None:
        self._aside = self.data / "aside"
        self.history.rename(self._aside)
        (self.history / "history.sqlite" / "something").mkdir(parents=True)

    def relent(self, desk: Desk) -> None:
        shutil.rmtree(self.history)
        self._aside.rename(self.history)


class FolderGone(DiskFault):
    name = "the folder of the history is removed"
    how = "the folder of Meno's data removed"
    told = ()
    kept = 2  # what was removed is gone, and a new history is begun
    degrades = False

    def spoil(self, desk: Desk) -> None:
        shutil.rmtree(self.data / "meno")

    def live_on(self, desk: Desk) -> None:
        for name in ("second.py", "third.py"):
            desk.slip_and_mend(name)


FAULTS: list[Fault] = [FullDisk(), ReadOnly(), Locked(), Corrupted(), Folder(), FolderGone()]
