"""The main job in a real VS Code workbench, with the packaged extension; and the extension's own checks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from editors.tee import Tee

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CLIENT = ROOT / "vscode-client"


def test_the_manifests_settings_are_those_of_the_server() -> None:
    script = CLIENT / "scripts/generate-settings.py"

    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="session")
def package(workbench: Path) -> Path:
    """The extension as it is shipped."""
    if not (CLIENT / "node_modules").is_dir():
        pytest.skip("the extension's npm packages are not here; run ./scripts/install-editors")
    subprocess.run([ROOT / "scripts/package-extension"], check=True, capture_output=True, timeout=120)
    return CLIENT / "meno.vsix"


@pytest.mark.editor
def test_the_extension_passes_its_own_checks(package: Path) -> None:
    result = subprocess.run(
        ["npm", "run", "--silent", "check"],
        cwd=CLIENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-1000:]


@pytest.fixture
def server(workbench: Path, package: Path, tmp_path: Path, tee: Tee) -> Iterator[tuple[int, Path]]:
    """A workbench with the extension installed; its port, and the file of a learner."""
    lesson = tmp_path / "project" / "lesson.py"
    lesson.parent.mkdir()
    lesson.write_text("# a lesson\n")
    data, extensions = tmp_path / "data", tmp_path / "extensions"
    settings = {
        "meno.path": tee.command,
        "chat.disableAIFeatures": True,
        "workbench.startupEditor": "none",
        # What is typed is what stands there, however soon after the start.
        "editor.autoClosingBrackets": "never",
        "editor.quickSuggestions": {"other": "off"},
        "security.workspace.trust.enabled": False,
    }
    for scope in ("User", "Machine"):
        (data / scope).mkdir(parents=True)
        (data / scope / "settings.json").write_text(json.dumps(settings))
    entry = workbench / "node_modules/code-server/out/node/entry.js"
    common = ["node", str(entry), "--user-data-dir", str(data), "--extensions-dir", str(extensions)]
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run(
        [*common, "--install-extension", str(package)],
        env=environment,
        check=True,
        capture_output=True,
        timeout=90,
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry"]
    options += ["--disable-update-check", "--disable-workspace-trust"]
    log = (tmp_path / "code-server.log").open("wb")
    process = subprocess.Popen(
        [*common, *options], env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        _wait_for(port, process)
        yield port, lesson
    finally:
        # The workbench starts helpers that outlive it; they are all in its session.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.run(["pkill", "-KILL", "-f", str(data)], check=False)
        log.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the workbench ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise AssertionError("the workbench did not open its port")


@pytest.mark.editor
@pytest.mark.timeout(300)
def test_a_mistake_is_typed_seen_hovered_and_asked_about(
    server: tuple[int, Path],
    workbench: Path,
    tmp_path: Path,
    tee: Tee,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    port, lesson = server
    command = ["node", HERE / "vscode.mjs", workbench, str(port), lesson, tmp_path / "screen.png"]

    result = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    seen = json.loads(result.stdout)

    assert "failure" not in seen, seen
    assert "nope is used here" in seen["hover"]
    assert any("Next hint" in title for title in seen["actions"])
    assert "nope is used here" in seen["question"]
    assert "?" in seen["question"]
    assert "it is never made, I think" in seen["dialogue"][1]
    assert "?" in seen["dialogue"][2]
    assert seen["dialogue"][2] != seen["question"]
    assert {"Answer", "Another Question", "Just Tell Me"} <= set(seen["buttons"])
    assert "so here is another question" in seen["told"]
    assert "Meno" in seen["problem"]
    assert "ME101" in seen["problem"]
    assert "NameError on line" in seen["explanation"]
    assert "run/NameError" in seen["mark"]
    product = json.loads((workbench / "node_modules/code-server/lib/vscode/package.json").read_text("utf-8"))
    recorded(tee, "VS Code", product["version"])
