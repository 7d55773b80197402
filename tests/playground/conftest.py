"""A real playground as a child process, and the page that it serves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "server/meno_server/playground/static"
PATIENCE = 60


@pytest.fixture(scope="session")
def built() -> Path:
    """The page, built from its sources if npm is here; else the one that is there, or the test skips."""
    if shutil.which("npm") is not None:
        made = subprocess.run(
            [ROOT / "scripts/build-playground"], capture_output=True, text=True, timeout=170, check=False
        )
        if made.returncode != 0 and not (ROOT / "playground/node_modules").is_dir():
            pytest.skip("the page's npm packages are not here; run ./scripts/build-playground with a network")
        assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    elif not (STATIC / "index.html").exists():
        pytest.skip("the playground's page is not built and npm is not here; install Node.js 20 with npm")
    return STATIC


class Running:
    """A `meno playground` that was started as a person starts it."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "TMPDIR": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "meno_server", "playground", *arguments],
            cwd=home,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        # Whatever hangs ends with the test, and nothing waits for a line that never comes.
        self._watch = threading.Timer(150, self.process.kill)
        self._watch.daemon = True
        self._watch.start()
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        self.address = first.rpartition(" ")[2].strip()
        assert self.address.startswith("http://127.0.0.1:"), first + self.process.communicate()[1]
        self.origin, _, self.key = self.address.partition("/#key=")
        self.host = self.origin.removeprefix("http://")
        self.port = int(self.host.partition(":")[2])

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[str, str]:
        """Ends it as Ctrl+C does; returns what it printed."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.communicate(timeout=PATIENCE)
        finally:
            self._watch.cancel()


@pytest.fixture
def start(built: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts playgrounds on free ports, and ends them."""
    running: list[Running] = []

    def begin(*arguments: str, **environment: str) -> Running:
        options = arguments or ("--port", "0", "--no-open")
        running.append(Running(tmp_path, *options, **environment))
        return running[-1]

    yield begin
    for one in running:
        if one.process.returncode is None:
            one.stop(signal.SIGTERM)
