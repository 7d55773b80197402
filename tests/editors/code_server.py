"""One workbench (code-server) with the packaged extension, in folders of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SERVER = [sys.executable, "-P", "-m", "meno_server", "lsp"]
_SETTINGS = {
    "chat.disableAIFeatures": True,
    "workbench.startupEditor": "none",
    # What is typed is what stands there, however soon after the start.
    "editor.autoClosingBrackets": "never",
    "editor.quickSuggestions": {"other": "off"},
    "security.workspace.trust.enabled": False,
    "telemetry.telemetryLevel": "off",
}
_OPTIONS = "--auth none --disable-telemetry --disable-update-check --disable-workspace-trust".split()
_PATIENCE = 60


class CodeServer:
    """A folder for a learner's files, and the workbench that opens it once it is started."""

    def __init__(self, workbench: Path, package: Path, home: Path) -> None:
        self.project = home / "project"
        self.project.mkdir()
        self.process: subprocess.Popen[bytes] | None = None
        self._workbench, self._package, self._home = workbench, package, home
        self._data = home / "data"
        entry = workbench / "node_modules/code-server/out/node/entry.js"
        folders = ["--user-data-dir", str(self._data), "--extensions-dir", str(home / "extensions")]
        self._command = ["node", str(entry), *folders]
        self._environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "kept")}
        self.port = 0

    def write(self, name: str, text: str) -> Path:
        """A file of the learner's."""
        path = self.project / name
        path.write_text(text, "utf-8")
        return path

    def start(
        self,
        settings: dict[str, Any] | None = None,
        *,
        command: list[str] | None = None,
        own_server: bool = False,
    ) -> None:
        """Starts the workbench; the extension uses `command`, or the server that it brings itself."""
        given = {**_SETTINGS, **(settings or {})}
        if own_server:
            # Neither the tests' Python nor anything that they installed is to be found.
            self._environment["PATH"] = f"{self._node_alone()}:/usr/bin:/bin"
            self._environment.pop("PYTHONPATH", None)
        else:
            given["meno.path"] = command or SERVER
        for scope in ("User", "Machine"):
            (self._data / scope).mkdir(parents=True)
            (self._data / scope / "settings.json").write_text(json.dumps(given))
        subprocess.run(
            [*self._command, "--install-extension", str(self._package)],
            env=self._environment,
            check=True,
            capture_output=True,
            timeout=120,
        )
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        with (self._home / "code-server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*self._command, *_OPTIONS, "--bind-addr", f"127.0.0.1:{self.port}"],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def _node_alone(self) -> Path:
        """A folder with Node.js and nothing else: its own may hold a Python that has Meno."""
        folder = self._home / "node"
        folder.mkdir()
        found = subprocess.run(["which", "node"], check=True, capture_output=True, text=True).stdout.strip()
        (folder / "node").symlink_to(found)
        return folder

    def _wait(self) -> None:
        assert self.process is not None
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, "the workbench ended"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                continue
            return
        raise AssertionError("the workbench did not open its port")

    def drive(self, script: Path, file: str, *arguments: Path) -> dict[str, Any]:
        """Runs a script that uses the workbench in Chromium; what it says that it saw."""
        told = [self._workbench, str(self.port), self.project / file, *arguments]
        result = subprocess.run(
            ["node", script, *told], capture_output=True, text=True, timeout=330, check=False
        )
        assert result.returncode == 0, result.stderr[-2000:]
        seen: dict[str, Any] = json.loads(result.stdout)
        return seen

    def stop(self) -> None:
        """Ends the workbench with the helpers that outlive it; they are all in its session."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            subprocess.run(["pkill", "-KILL", "-f", str(self._data)], check=False)
