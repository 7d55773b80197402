"""Walls around the warden: what the system allows of them, tried one by one.

On Linux: namespaces of its own for users, processes, mounts, the network and messages, in which the whole
file system can be read and only the program's folder (held in memory) can be written, no capability that
could undo this, and limits. Where the system refuses namespaces, as many containers do, an audit hook
refuses sockets, and orphaned processes come back to the warden. What holds is reported as a list of words."""

from __future__ import annotations

import os
import sys
from typing import Any

from .guard import Guard

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_NEW_MOUNTS, _NEW_IPC, _NEW_USER = 0x00020000, 0x08000000, 0x10000000
_NEW_PROCESSES, _NEW_NETWORK = 0x20000000, 0x40000000
_PRIVATE, _RECURSIVE, _NO_SETUID, _NO_DEVICES = 1 << 18, 1 << 14, 2, 4
_READ_ONLY, _AT_RECURSIVE, _AT_HERE = 1, 0x8000, -100
_MOUNT_SETATTR = 442
_DEATH_SIGNAL, _DROP_BOUNDING, _SUBREAPER, _NO_NEW_PRIVILEGES = 1, 24, 36, 38
_CAPABILITIES_VERSION = 0x20080522
_KILL = 9


class Walls:
    """Raises them in order: `enter` (may fork), `furnish` (needs the folder), `seal` (nothing more can be
    undone)."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self._libc: Any = None
        self._ctypes: Any = None
        self._guard: Guard | None = None
        if sys.platform.startswith("linux"):
            try:
                import ctypes

                self._ctypes = ctypes
                self._libc = ctypes.CDLL(None, use_errno=True)
            except (ImportError, OSError):
                self._libc = None

    @property
    def has_processes(self) -> bool:
        """Whether the processes of this arena are alone among themselves."""
        return "processes" in self.held

    def enter(self, channels: tuple[int, ...], folder: str, wanted: bool) -> None:
        """Goes into namespaces of its own, if that is allowed. The caller goes on as their first process; the
        one that was started stays outside, waits for its end, and takes it down when it is killed itself."""
        if self._libc is None or not wanted:
            return
        attempt = os.fork()  # since there is no way back out of a namespace that turns out to be of no use
        if attempt == 0:
            os._exit(0 if self._unshare() else 1)
        if os.waitpid(attempt, 0)[1] != 0 or not self._unshare():
            return
        outer = os.getpid()
        inner = os.fork()
        if inner:
            for channel in channels:
                os.close(channel)
            _wait_outside(inner, folder)
        os.setsid()  # a program that ends its own group must not reach the one that waits outside
        self._libc.prctl(_DEATH_SIGNAL, _KILL, 0, 0, 0)
        if not os.path.exists("/proc/%d" % outer):
            os._exit(1)
        self.held += ["users", "processes", "network", "messages"]

    def _unshare(self) -> bool:
        """Whether this process is now in namespaces of its own, in which it is who it was."""
        user, group = os.getuid(), os.getgid()
        if self._libc.unshare(_NEW_USER | _NEW_PROCESSES | _NEW_NETWORK | _NEW_IPC) != 0:
            return False
        try:
            _put("/proc/self/setgroups", "deny")
            _put("/proc/self/uid_map", "%d %d 1" % (user, user))
            _put("/proc/self/gid_map", "%d %d 1" % (group, group))
        except OSError:
            return False
        return True

    def furnish(self, folder: str, room: int) -> None:
        """Puts the folder into memory and makes everything else readable only."""
        if not self.has_processes:
            return
        mount = self._libc.mount
        if (
            self._libc.unshare(_NEW_MOUNTS) != 0
        ):  # only now, so that the process outside can remove the folder
            return
        if mount(None, b"/", None, _RECURSIVE | _PRIVATE, None) != 0:
            return
        options = b"mode=0700,nr_inodes=4096,size=%d" % room
        place = os.fsencode(folder)
        flags = _NO_SETUID | _NO_DEVICES
        in_memory = mount(b"meno", place, b"tmpfs", flags, options) == 0
        if in_memory and self._change_mount(b"/", _READ_ONLY, 0, _AT_RECURSIVE):
            self._change_mount(place, 0, _READ_ONLY, 0)
            self.held.append("files")
        if mount(b"meno", b"/proc", b"proc", flags | 8, None) == 0:
            self.held.append("proc")
        if os.path.isdir("/dev/shm"):
            mount(b"meno", b"/dev/shm", b"tmpfs", flags, b"mode=1777,size=%d" % room)

    def seal(self, limits: dict[str, Any], folder: str) -> None:
        """Sets the limits that all share and gives up every privilege."""
        _limit(limits, self.has_processes)
        if self._libc is not None:
            self._give_up_privileges()
        network, files = "network" not in self.held, "files" not in self.held
        if network or files or not self.has_processes:
            self._guard = Guard(folder, network, files, not self.has_processes)
            self.held.append("guard")

    def _give_up_privileges(self) -> None:
        prctl = self._libc.prctl
        prctl(_SUBREAPER, 1, 0, 0, 0)
        try:
            _put("/proc/self/oom_score_adj", "1000")
        except OSError:
            pass
        if self.has_processes:
            for capability in range(64):
                if prctl(_DROP_BOUNDING, capability, 0, 0, 0) != 0:
                    break
            header = (self._ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
            self._libc.capset(header, (self._ctypes.c_uint32 * 6)())
        if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
            self.held.append("privileges")

    def close_in(self) -> None:
        """In the fork: it ends when the warden ends, which the kernel sees to inside a namespace, and what
        only Python can refuse is refused from here on."""
        if self._guard is not None:
            self._guard.arm()
        if self._libc is not None and not self.has_processes:
            self._libc.prctl(_DEATH_SIGNAL, _KILL, 0, 0, 0)

    def _change_mount(self, place: bytes, put: int, take: int, flags: int) -> bool:
        attributes = (self._ctypes.c_uint64 * 4)(put, take, 0, 0)
        answer = self._libc.syscall(
            self._ctypes.c_long(_MOUNT_SETATTR), _AT_HERE, place, flags, attributes, self._ctypes.c_size_t(32)
        )
        return bool(answer == 0)


def _limit(limits: dict[str, Any], alone: bool) -> None:
    if resource is None:
        return
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_FSIZE": int(limits["file_bytes"]),
        "RLIMIT_NPROC": int(limits["processes"])
        + (0 if alone and _counts_by_namespace() else _tasks_of_user()),
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            continue


def _counts_by_namespace() -> bool:
    """Since Linux 5.14 a user's processes are counted in each namespace for itself."""
    parts = os.uname().release.split(".")
    try:
        return (int(parts[0]), int(parts[1])) >= (5, 14)
    except (ValueError, IndexError):
        return False


def _tasks_of_user() -> int:
    """How many threads the user runs already: the system counts all of them against the limit."""
    count = 0
    user = os.getuid()
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return 4096
    for name in names:
        try:
            if os.stat("/proc/" + name).st_uid == user:
                count += len(os.listdir("/proc/" + name + "/task"))
        except OSError:
            continue
    return count


def _wait_outside(inner: int, folder: str) -> None:
    while True:
        try:
            os.waitpid(inner, 0)
        except InterruptedError:
            continue
        except OSError:
            pass
        try:
            os.rmdir(folder)  # seen from here it is empty; nobody else may be left to do it
        except OSError:
            pass
        os._exit(0)


def _put(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode("ascii"))
    finally:
        os.close(file)
