"""The gateway on Ray Serve: no request is lost when a replica dies, and none when the gateway is ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from gateway.cluster_under_load import AT_ONCE, REQUESTS
from meno_server.gateway.cluster.settings import ClusterSettings, bounds, cluster_from_environment
from meno_server.gateway.settings import SettingsError

SCRIPT = Path(__file__).parent / "cluster_under_load.py"
ROOT = Path(__file__).parents[2]
PATIENCE = 600
_ISOLATED = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is missing: pip install '.[cluster]'")
pytestmark = pytest.mark.timeout(PATIENCE + 60)


def isolation() -> list[str]:
    """What runs a command in namespaces of its own, or nothing where the system does not allow it."""
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*_ISOLATED, "true"], capture_output=True, timeout=30, check=False)
    return _ISOLATED if tried.returncode == 0 else []


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script saw; it runs once for all tests here."""
    if sys.platform != "linux":
        pytest.skip("processes are found and killed by /proc, which this system does not have")
    # Ray's sockets lie below this folder, and the name of a socket may have a hundred letters at most.
    folder = tempfile.mkdtemp(prefix="meno-ray-")
    environment = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("home")),
        "RAY_TMPDIR": folder,
        "MENO_GATEWAY_DATA": str(tmp_path_factory.mktemp("gateway")),
        "MENO_GATEWAY_RATE_PER_MINUTE": "100000",
        "MENO_GATEWAY_RATE_BURST": "100000",
        # A slow machine is no reason to lose a request here; what is tested is not how fast it is.
        "MENO_GATEWAY_ANALYZE_SECONDS": "60",
        "MENO_GATEWAY_MODEL_SECONDS": "60",
        "MENO_GATEWAY_DRAIN_SECONDS": "60",
        "MENO_CLUSTER_INGRESS_REPLICAS": "1",
        "MENO_CLUSTER_STATIC_REPLICAS": "2",
        "MENO_CLUSTER_MODEL_REPLICAS": "1",
        "MENO_CLUSTER_DEBUG_REPLICAS": "1",
    }
    own = isolation()
    command = [*own, sys.executable, str(SCRIPT), *(["--own-network"] if own else [])]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        out, problems = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        shutil.rmtree(folder, ignore_errors=True)
    assert process.returncode == 0, problems
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    print(json.dumps(found, indent=1))
    assert "killed" in found, found["said"]
    return found


@needs_ray
def test_no_request_is_lost_when_a_replica_is_killed_under_load(told: dict[str, Any]) -> None:
    killed = told["killed"]
    assert killed["statuses"] == {"200": REQUESTS}, killed["problems"]
    assert killed["right"] == REQUESTS
    assert killed["before"] == 2


@needs_ray
def test_a_killed_replica_is_replaced(told: dict[str, Any]) -> None:
    assert told["killed"]["replaced"]
    assert told["killed"]["after"] == 2


@needs_ray
def test_the_model_answers_those_who_ask_together(told: dict[str, Any]) -> None:
    assert told["model"]["statuses"] == {"200": AT_ONCE}
    assert told["model"]["models"] == {"answered": AT_ONCE}
    assert told["model"]["right"] == AT_ONCE


@needs_ray
def test_what_is_under_way_is_finished_before_the_gateway_ends(told: dict[str, Any]) -> None:
    drained = told["drained"]
    assert drained["under way"] > 0
    assert drained["statuses"] == {"200": AT_ONCE}, drained["problems"]
    assert drained["right"] == AT_ONCE
    assert drained["exit"] == 0


@needs_ray
def test_nothing_is_left_behind(told: dict[str, Any]) -> None:
    assert told["drained"]["processes left"] == 0


@needs_ray
def test_the_gateway_says_in_plain_words_what_runs(told: dict[str, Any]) -> None:
    said = told["said"]
    assert "Meno's gateway runs on Ray Serve at http://127.0.0.1:" in said
    assert "rules and hints: 2 replicas" in said
    assert said.rstrip().endswith("Ended.")
    assert "Traceback" not in said
    assert "INFO" not in said


@needs_ray
def test_a_cluster_is_ready_when_all_of_its_parts_run(told: dict[str, Any]) -> None:
    assert told["ready"]["ready"] is True
    assert told["ready"]["parts"]["model"] is True


def meno(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "meno_server", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_ray_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    # A finder that knows no ray stands before all others.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\n_find = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if name == 'ray' else _find(name, package)\n",
        "utf-8",
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = meno(["serve", "--cluster"], {"PYTHONPATH": path, "MENO_GATEWAY_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert 'pip install "meno-lsp[cluster]"' in done.stderr
    assert done.stderr.count("\n") == 1


@needs_ray
def test_joining_a_cluster_without_postgresql_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = meno(["serve", "--cluster", "--address", "auto"], {"MENO_GATEWAY_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("written", "meant"), [("2", (2, 2)), ("2-8", (2, 8)), ("1-1", (1, 1))])
def test_replicas_are_a_number_or_the_least_and_the_most(written: str, meant: tuple[int, int]) -> None:
    settings = cluster_from_environment({"MENO_CLUSTER_STATIC_REPLICAS": written, "PATH": "x"})
    assert bounds(settings.static_replicas) == meant


@pytest.mark.parametrize("written", ["0", "8-2", "many", "-3", "2-", "2-8-9"])
def test_a_range_that_is_none_is_one_sentence(written: str) -> None:
    with pytest.raises(SettingsError, match="MENO_CLUSTER_STATIC_REPLICAS does not fit"):
        cluster_from_environment({"MENO_CLUSTER_STATIC_REPLICAS": written})


def test_a_misspelt_setting_of_a_cluster_is_refused() -> None:
    with pytest.raises(SettingsError, match="MENO_CLUSTER_REPLICAS is no setting"):
        cluster_from_environment({"MENO_CLUSTER_REPLICAS": "3"})


def test_a_serve_file_may_write_a_number_for_replicas() -> None:
    assert ClusterSettings.model_validate({"static_replicas": 3}).static_replicas == "3"


@needs_ray
@pytest.mark.filterwarnings("ignore")  # Ray's own modules, while they are imported
def test_all_replicas_of_the_application_together_let_through_what_the_operator_said() -> None:
    from meno_server.gateway.cluster.deployments import shared_out
    from meno_server.gateway.settings import GatewaySettings

    own = shared_out(
        GatewaySettings(rate_per_minute=600, rate_burst=60), ClusterSettings(ingress_replicas="4")
    )
    assert (own.rate_per_minute, own.rate_burst) == (150, 15)


def test_the_page_has_every_setting_of_a_cluster() -> None:
    page = (ROOT / "docs/guides/cluster.md").read_text("utf-8")
    for name, field in ClusterSettings.model_fields.items():
        assert f"| `MENO_CLUSTER_{name.upper()}` | `{field.default}` | {field.description} |" in page, name
