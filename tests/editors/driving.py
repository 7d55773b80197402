"""Types into an editor that runs in a terminal, and reads its screen. Each test has a tmux of its own."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

PATIENCE = 30.0
_PAUSE = 0.05  # between two looks at the screen; every wait has a deadline


class Terminal:
    """One program in a terminal of a fixed size."""

    def __init__(self, folder: Path, size: tuple[int, int] = (100, 24)) -> None:
        self._socket, self._size = folder / "tmux", size
        # Escape is a key of its own here, and the last words of a program that ends stay to be read.
        self._settings = folder / "tmux.conf"
        self._settings.write_text("set -s escape-time 0\nset -g remain-on-exit on\nset -g status off\n")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", str(self._socket), "-f", str(self._settings), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout

    def start(self, command: Sequence[str], environment: dict[str, str], folder: Path) -> None:
        """Starts the program in this environment with what is added to it."""
        width, height = self._size
        options = ["new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(folder)]
        for name, value in {"TERM": "tmux-256color", **environment}.items():
            options += ["-e", f"{name}={value}"]
        self._tmux(*options, *command)

    def keys(self, *keys: str) -> None:
        """Presses keys by tmux's names for them."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Types text as it stands."""
        self._tmux("send-keys", "-l", text)

    def escape(self) -> None:
        """Presses Escape alone: editors take Escape and a key that follows at once for Alt and that key."""
        self._tmux("send-keys", "Escape")
        time.sleep(0.6)  # no event tells that an editor has made up its mind

    def screen(self, *, colours: bool = False) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait_for(self, what: str, shown: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Waits until the screen shows a text, or what a function accepts; returns the screen."""
        is_there = shown if callable(shown) else lambda screen: shown in screen
        end = time.monotonic() + patience
        while not is_there(screen := self.screen()):
            assert time.monotonic() < end, f"{what} did not come; the screen shows:\n{screen}"
            time.sleep(_PAUSE)
        return screen

    def press_until(self, what: str, press: Callable[[], None], shown: str, tries: int = 8) -> str:
        """Presses again if an editor that was busy let the keys go by, as a person would."""
        for _ in range(tries - 1):
            press()
            try:
                return self.wait_for(what, shown, patience=5)
            except AssertionError:
                continue
        press()
        return self.wait_for(what, shown, patience=5)

    def picture(self, path: Path, title: str) -> None:
        """Leaves the screen as a drawing."""
        width, _ = self._size
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            console = Console(record=True, width=width, file=nowhere, force_terminal=True)
            console.print(Text.from_ansi(self.screen(colours=True).rstrip("\n")), no_wrap=True, crop=True)
            drawing = console.export_svg(title=title)
        # The picture must show without fetching fonts from anywhere.
        path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawing, flags=re.DOTALL), "utf-8")

    def close(self) -> None:
        """Ends the program and tmux."""
        with contextlib.suppress(subprocess.CalledProcessError):  # it has ended by itself
            self._tmux("kill-server")
