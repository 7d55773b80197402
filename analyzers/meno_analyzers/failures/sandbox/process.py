"""The child process as seen from outside: started in a scrubbed environment, spoken to over two pipes of its
own, and ended with all that belongs to it.

Nothing here waits without a limit. `Gone` says that the process is no longer there, or did not answer in
time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from meno_analyzers.failures.sandbox.limits import SandboxError
from meno_analyzers.processes import NO_WINDOW

START = Path(__file__).parent / "child" / "start.py"
_SLICE = 0.02


class Gone(Exception):  # noqa: N818 - it is no error of the learner's, and never leaves this room
    """The child has ended, or no longer answers."""


class Cancelled(Exception):  # noqa: N818 - as above
    """The caller no longer wants the answer."""


def scrubbed_environment(folder: str, system: str = os.name) -> dict[str, str]:
    """All that a program may know of the learner's environment; Windows has names of its own for the same."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **{name: folder for name in ("TEMP", "TMP", "USERPROFILE") if system == "nt"},
        **{name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
    }


def new_folder() -> str:
    """A private folder for the copy of the program. Raises SandboxError."""
    try:
        return str(Path(tempfile.mkdtemp(prefix="meno-run-")).resolve())
    except OSError as error:
        raise SandboxError(
            f"No temporary folder could be made ({error.strerror}); free some space and try again."
        ) from None


def remove_folder(folder: str, system: str = os.name) -> None:
    """Removes it with all it holds, whatever permissions the program has left on it. On Windows a file that
    may not be written cannot be removed either."""
    for parent, folders, files in os.walk(folder, topdown=True):
        for name in ("", *folders, *(files if system == "nt" else ())):
            path = Path(parent, name)
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def resolved(interpreter: str) -> str:
    """The interpreter itself where a script stands before it, as those of pyenv and asdf do: they look into
    the environment and the folder of the learner, which the confined process does not have."""
    try:
        with Path(interpreter).open("rb") as file:
            if file.read(2) != b"#!":
                return interpreter
        found = subprocess.run(
            [interpreter, "-c", "import sys; print(sys.executable)"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=True,
            creationflags=NO_WINDOW,
        )
        return found.stdout.decode().strip() or interpreter
    except (OSError, ValueError, subprocess.SubprocessError):
        return interpreter


class ChildProcess:
    """One warmed process. Its methods are called from one thread at a time."""

    def __init__(self, interpreter: str, setup: Mapping[str, Any], cancel: threading.Event | None) -> None:
        """Raises SandboxError if the interpreter cannot be started or refuses the setup."""
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self._cancel = cancel
        self._waiting = b""
        try:
            self._process = subprocess.Popen(
                [interpreter, "-B", str(START), str(commands), str(answers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=setup["folder"],
                env=scrubbed_environment(setup["folder"]),
                pass_fds=(commands, answers),
                start_new_session=True,
            )
        except OSError as error:
            os.close(self._commands)
            os.close(self._answers)
            raise SandboxError(
                f"The interpreter {interpreter} could not be started ({error.strerror}); choose another one."
            ) from None
        finally:
            os.close(commands)
            os.close(answers)
        os.set_blocking(self._commands, False)
        self._poller = select.poll()
        self._poller.register(self._answers, select.POLLIN)
        try:
            self.walls, self.version = self._greet(interpreter, setup)
        except BaseException:
            self.end()
            raise

    def _greet(self, interpreter: str, setup: Mapping[str, Any]) -> tuple[frozenset[str], tuple[int, ...]]:
        deadline = time.monotonic() + 60
        try:
            self.send(setup, deadline)
            hello = json.loads(self.line(deadline))
        except (Gone, ValueError):
            raise SandboxError(
                f"The interpreter {interpreter} does not start as Python 3.8 or later; choose another one."
            ) from None
        except Cancelled:
            raise SandboxError("The run was cancelled before it began; start it again.") from None
        if "refused" in hello:
            raise SandboxError(str(hello["refused"]))
        return frozenset(hello["walls"]), tuple(hello["ready"])

    def ask(self, request: Mapping[str, Any], deadline: float) -> bytes:
        """Lines of results for the request's cases, in their order. Raises Gone and Cancelled."""
        self.send(request, deadline)
        while True:
            turn, _, size = self.line(deadline).partition(b" ")
            try:
                blob = self.block(int(size), deadline)
                if int(turn) == request["run"]:  # or else it belongs to a request that was cancelled
                    return blob
            except ValueError:
                raise Gone from None

    def interrupt(self, turn: int) -> None:
        """Ends what runs now. Raises Gone."""
        self.send({"stop": turn}, time.monotonic() + 0.05)

    def send(self, value: Mapping[str, Any], deadline: float) -> None:
        view = memoryview(json.dumps(value).encode("ascii") + b"\n")
        while view:
            try:
                view = view[os.write(self._commands, view) :]
            except BlockingIOError:
                poller = select.poll()
                poller.register(self._commands, select.POLLOUT)
                poller.poll(_SLICE * 1000)
                if time.monotonic() > deadline:
                    raise Gone from None
            except OSError:
                raise Gone from None

    def line(self, deadline: float) -> bytes:
        while b"\n" not in self._waiting:
            self._read(deadline)
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line

    def block(self, size: int, deadline: float) -> bytes:
        while len(self._waiting) < size:
            self._read(deadline)
        block, self._waiting = self._waiting[:size], self._waiting[size:]
        return block

    def _read(self, deadline: float) -> None:
        while not self._poller.poll(_SLICE * 1000):
            if self._cancel is not None and self._cancel.is_set():
                raise Cancelled
            if time.monotonic() > deadline:
                raise Gone
        data = os.read(self._answers, 1 << 20)
        if not data:
            raise Gone
        self._waiting += data

    def end(self) -> None:
        """Ends the process and all that belongs to it, and waits for that."""
        for file in (self._commands, self._answers):
            try:
                os.close(file)
            except OSError:
                continue
        try:
            self._process.wait(0.3)
        except subprocess.TimeoutExpired:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except OSError:
                self._process.kill()
            self._process.wait()
