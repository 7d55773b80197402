"""A screen that nobody sees, for editors with windows: Xvfb, a window manager, and xdotool for the keys."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

PATIENCE = 40.0
_PAUSE = 0.1  # between two looks; every wait has a deadline
PROGRAMS = ("Xvfb", "openbox", "xdotool", "import", "dbus-run-session")


class Screen:
    """One display with its own programs, all of which end with it."""

    def __init__(self, folder: Path, size: str = "1000x680x24") -> None:
        self._stack = ExitStack()
        self._folder = folder
        # Xvfb picks a free number by itself, and tells it through a pipe once it listens.
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
        self._start(command, dict(os.environ), pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.environment = {**os.environ, "DISPLAY": f":{number}"}
        self._start(["openbox"], self.environment)

    def _start(
        self, command: Sequence[str], environment: dict[str, str], pass_fds: Sequence[int] = ()
    ) -> None:
        log = self._stack.enter_context((self._folder / f"{Path(command[0]).name}.log").open("wb"))
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=log,
            stderr=log,
            pass_fds=pass_fds,
            start_new_session=True,
        )
        self._stack.callback(process.wait, 20)
        self._stack.callback(process.terminate)

    def start(self, command: Sequence[str], environment: dict[str, str]) -> None:
        """Starts a program that shows itself here."""
        self._start(["dbus-run-session", "--", *command], {**self.environment, **environment})

    def _xdotool(self, *arguments: str) -> str:
        return subprocess.run(
            ["xdotool", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        ).stdout

    def keys(self, *keys: str) -> None:
        """Presses keys by X's names for them."""
        self._xdotool("key", "--delay", "60", *keys)

    def windows(self, program: str) -> int:
        """How many windows of a program are to be seen, menus and hovers with them."""
        return len(self._xdotool("search", "--onlyvisible", "--class", program).split())

    def wait_for(self, what: str, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Waits until a condition holds."""
        end = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < end, f"{what} did not come"
            time.sleep(_PAUSE)

    def wait_for_window(self, name: str) -> None:
        """Waits for a window with this in its title."""
        self.wait_for(
            f"the window “{name}”", lambda: self._xdotool("search", "--onlyvisible", "--name", name)
        )

    def picture(self, path: Path) -> None:
        """Leaves what is to be seen as a picture."""
        command = ["import", "-window", "root", str(path)]
        subprocess.run(command, env=self.environment, check=True, timeout=30, capture_output=True)

    def close(self) -> None:
        """Ends everything that was started, last first."""
        self._stack.close()
