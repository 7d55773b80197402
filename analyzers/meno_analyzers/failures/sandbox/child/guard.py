"""What Python itself can refuse where the system grants no walls: the network, writing outside the program's
folder, other people's processes, and other programs, which would not be bound by any of this.

It is an audit hook, so it holds for Python code only, and cannot be taken away again by the program."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

# Windows removes what was opened as temporary, even for reading, when it is closed.
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_TEMPORARY", 0)
_CHANGES = {
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.utime": 1,
}
_PROGRAMS = {
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile"),
    "_winapi.CreateProcess",  # what `multiprocessing` uses on Windows
}
_REGISTRY = ("winreg.CreateKey", "winreg.SetValue", "winreg.Delete", "winreg.LoadKey", "winreg.SaveKey")
_WINDOWS_PROCESSES = {"_winapi.OpenProcess", "_winapi.TerminateProcess"}
_NETWORK = {"socket.__new__", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}
_NOT_YOURS = "other processes cannot be ended from here"
_realpath = os.path.realpath
_fspath = os.fspath


class Guard:
    """Refuses nothing until it is armed, which happens in the fork: the warden itself is free."""

    def __init__(self, folder: str, network: bool, files: bool, processes: bool) -> None:
        """`network`, `files` and `processes` say what is to be guarded."""
        self._folder = folder
        self._network = network
        self._files = files
        self._processes = processes
        self._armed = False
        self._session = 0
        sys.addaudithook(self._look)

    def arm(self) -> None:
        self._session = os.getsid(0) if hasattr(os, "getsid") else 0
        self._armed = True

    def _look(self, event: str, arguments: Any) -> None:
        if not self._armed:
            return
        if event == "open":
            if self._files and isinstance(arguments[2], int) and arguments[2] & _WRITES:
                self._check_path(arguments[0])
        elif event in _CHANGES:
            if self._files:
                for path in arguments[: _CHANGES[event]]:
                    self._check_path(path)
        elif event in _PROGRAMS:
            if self._files:
                raise PermissionError(errno.EPERM, "other programs cannot be started here")
        elif event in _NETWORK:
            if self._network and not _is_local(event, arguments):
                raise OSError(errno.ENETUNREACH, "the network is switched off here")
        elif event.startswith(_REGISTRY):
            if self._files:
                raise PermissionError(errno.EPERM, "the registry cannot be changed here")
        elif event in ("os.kill", "os.killpg") and self._processes:
            self._check_process(event, arguments[0])
        elif event in _WINDOWS_PROCESSES and self._processes:
            raise PermissionError(errno.EPERM, _NOT_YOURS)

    def _check_path(self, path: Any) -> None:
        if isinstance(path, int) or path == os.devnull:
            return
        place = _realpath(os.fsdecode(_fspath(path)))
        if place != self._folder and not place.startswith(self._folder + os.sep):
            raise OSError(errno.EROFS, "only the program's folder can be written here", path)

    def _check_process(self, event: str, process: int) -> None:
        own = process == os.getpid() or (event == "os.kill" and process == 0)
        try:  # Windows knows no sessions, and nothing that the program started could be meant
            own = own or (hasattr(os, "getsid") and process > 0 and os.getsid(process) == self._session)
        except OSError:
            return  # there is none: let the system say so
        if not own:
            raise PermissionError(errno.EPERM, _NOT_YOURS)


def _is_local(event: str, arguments: Any) -> bool:
    if event == "socket.getaddrinfo":
        return False
    family = arguments[1] if event == "socket.__new__" else getattr(arguments[0], "family", None)
    return family == 1 or family == -1
