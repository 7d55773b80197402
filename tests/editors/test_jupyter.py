"""A notebook in a real JupyterLab with jupyterlab-lsp, which sends all cells as one text."""

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
from meno_server.jupyter import specification

HERE = Path(__file__).parent
CELLS = ("%matplotlib inline\ntotal = 3", "print(totl)", "total")
TOKEN = "only-for-this-test"


def notebook() -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "mimetype": "text/x-python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def address(editors: Path, workbench: Path, tmp_path: Path, tee: Tee) -> Iterator[str]:
    """The address of a notebook in a JupyterLab that knows Meno as its entry point describes it."""
    jupyter = editors / "jupyter/bin/jupyter"
    if not jupyter.exists():
        pytest.skip("no JupyterLab here; run ./scripts/install-editors jupyter")
    project, config = tmp_path / "project", tmp_path / "config"
    project.mkdir()
    config.mkdir()
    (project / "cells.ipynb").write_text(notebook(), "utf-8")
    described = {"meno": {**specification(None)["meno"], "argv": tee.command}}
    manager = {"autodetect": False, "language_servers": described}
    settings = config / "jupyter_server_config.json"
    settings.write_text(json.dumps({"LanguageServerManager": manager}), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [jupyter, "lab", "--allow-root", "--no-browser", "--ip", "127.0.0.1", "--port", str(port)]
    command += [f"--ServerApp.token={TOKEN}", f"--ServerApp.root_dir={project}"]
    environment = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(config)}
    with (tmp_path / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=project, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/lab/tree/cells.ipynb?token={TOKEN}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, "JupyterLab ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise AssertionError("JupyterLab did not open its port")


@pytest.mark.editor
@pytest.mark.timeout(240)
def test_names_flow_between_cells_and_magics_are_tolerated(
    address: str,
    editors: Path,
    workbench: Path,
    pictures: Path,
    tee: Tee,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    command = ["node", HERE / "jupyter.mjs", workbench, address, pictures]

    result = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    seen = json.loads(result.stdout)

    assert "failure" not in seen, seen
    assert seen["marks"] == [0, 1, 0]
    assert seen["hover"].startswith("`totl` is used here")
    assert seen["after"] == [0, 0, 0]
    (installed,) = (editors / "jupyter/lib").glob("python3*/site-packages/jupyterlab-*.dist-info")
    recorded(tee, "JupyterLab", installed.name.removesuffix(".dist-info").partition("-")[2])


def test_the_file_to_copy_says_what_the_entry_point_says() -> None:
    told = json.loads((HERE.parents[1] / "editors/jupyter/meno.json").read_text("utf-8"))

    (described,) = told["LanguageServerManager"]["language_servers"].values()
    expected = specification(None)["meno"]
    assert described | {"argv": []} == expected | {"argv": []}
    assert described["argv"] == ["meno", "lsp"]
    assert expected["argv"][0] == sys.executable
