"""Hides from a Python on Linux or macOS what one on Windows lacks. It is a simulation, and no Windows.

Loaded by every Python that has this folder in PYTHONPATH, and by all that such a one starts. Gone are the
modules, functions and signals that the standard library's documentation gives for Unix only; what the library
itself needs of them here is loaded first. Files that are open, and the folder that is worked in, cannot be
removed or replaced, and names that Windows refuses cannot be given. A process without our variable, which is
that of a learner's program, is only denied what is not there: each version of a program starts one.

Not simulated: another path module, CRLF, capitals that make no difference, the Proactor loop.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - as light as can be
MODULES = "curses fcntl grp nis pty pwd readline resource syslog termios tty ".split()
OF_OS = """
    O_CLOEXEC O_NOFOLLOW O_NONBLOCK chown chroot confstr ctermid eventfd fchmod fchown fork
    forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getsid getuid
    initgroups killpg lchown memfd_create mkfifo mknod nice openpty pidfd_open posix_spawn posix_spawnp
    pread pwrite readv register_at_fork sched_getaffinity sched_setaffinity sched_yield setegid seteuid
    setgid setgroups setpgid setpgrp setpriority setregid setreuid setsid setuid statvfs sync sysconf
    tcgetpgrp tcsetpgrp ttyname unshare wait wait3 wait4 waitid writev
""".split()
OF_SIGNAL = """
    SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGIO SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP SIGTTIN
    SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ alarm getitimer pause pthread_kill
    pthread_sigmask setitimer siginterrupt sigpending sigtimedwait sigwait sigwaitinfo
""".split()
SIGNALS = {signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGINT, signal.SIGSEGV, signal.SIGTERM}
VARIABLE = "MENO_LIKE_WINDOWS"
REFUSED = frozenset('<>:"|?*')
_kill, _signal = signal.SIGKILL, signal.signal


def signal_as_on_windows(number: Any, handler: Any) -> Any:
    if number not in SIGNALS:
        raise ValueError("signal number out of range")
    return _signal(number, handler)


def look(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses names and removals that Windows refuses."""
    if event in ("open", "os.mkdir") and isinstance(arguments[0], str):
        if REFUSED & set(arguments[0].rpartition("/")[2]):
            raise OSError(errno.EINVAL, "Invalid argument", arguments[0])
    elif event in ("os.remove", "os.rmdir", "os.rename"):
        for path in arguments[: 2 if event == "os.rename" else 1]:
            if is_open(path):
                raise PermissionError(errno.EACCES, "The process cannot access the file", path)


def is_open(path: Any) -> bool:
    place = os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
    files = [f"/proc/self/fd/{number}" for number in range(3, 64)]
    for link in ("/proc/self/cwd", *files):
        try:
            if os.readlink(link) == place:  # noqa: PTH115 - no further file is opened here
                return True
        except OSError:
            continue
    return False


def not_there(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


def change_the_library() -> None:
    """Loads what needs what is hidden, and lets the library's own classes behave as on Windows."""
    import asyncio
    import importlib
    import subprocess

    for name in ("multiprocessing.popen_spawn_posix", "selectors", "platformdirs.unix"):
        importlib.import_module(name)
    start = subprocess.Popen.__init__

    def start_likewise(self: Any, *arguments: Any, **named: Any) -> None:
        """Whatever is started sees the same world, also with an environment of its own."""
        if named.get("env") is not None:
            places = [HERE, *filter(None, [named["env"].get("PYTHONPATH")])]
            named["env"] = {**named["env"], "PYTHONPATH": os.pathsep.join(places)}
        if named.get("pass_fds"):
            raise AssertionError("pass_fds not supported on Windows.")
        start(self, *arguments, **named)

    subprocess.Popen.__init__ = start_likewise  # type: ignore[method-assign]
    subprocess.Popen.kill = lambda self: self.send_signal(_kill)  # type: ignore[method-assign]
    loop: Any = asyncio.SelectorEventLoop
    loop.add_signal_handler = loop.remove_signal_handler = not_there
    loop.add_reader = loop.add_writer = not_there


if VARIABLE in os.environ:
    change_the_library()
else:
    MODULES.append("ctypes")  # by which Linux' own walls and the signal at the death of a parent are had
sys.modules.update(dict.fromkeys(MODULES))  # type: ignore[arg-type] - what is None there cannot be imported
for module, names in ((os, OF_OS), (signal, OF_SIGNAL), (select, ["poll", "epoll"])):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
signal.signal = signal_as_on_windows  # type: ignore[assignment]
sys.addaudithook(look)
