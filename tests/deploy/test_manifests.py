"""What lies in deploy/: valid by the tools of those who will read it, and as locked up as it says.

No Docker engine and no Kubernetes is needed, so nothing here is started: docs/guides/cluster.md says what
that leaves open. The fields of a RayService are not known to `kubernetes_validate`; its pods are, and its
Serve configuration is checked by Ray's own model of it.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*/*.yaml"))
# The oldest release that is still cared for, and the newest that the schemas know.
RELEASES = ("1.32", "1.36")
NOT_OF_KUBERNETES = {"RayService", "Kustomization"}

needs_kubernetes = pytest.mark.skipif(
    find_spec("kubernetes_validate") is None, reason="kubernetes-validate is missing: pip install '.[dev]'"
)
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is missing: pip install '.[cluster]'")


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def everything() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in KUBERNETES:
        for document in documents(path):
            yield path, document


def ray_service() -> dict[str, Any]:
    (found,) = [document for _, document in everything() if document["kind"] == "RayService"]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """The pods of all manifests by a name of theirs."""
    for path, document in everything():
        if document["kind"] == "Deployment":
            yield f"{path.parent.name} {document['metadata']['name']}", document["spec"]["template"]["spec"]
    cluster = ray_service()["spec"]["rayClusterConfig"]
    yield "ray head", cluster["headGroupSpec"]["template"]["spec"]
    for group in cluster["workerGroupSpecs"]:
        yield f"ray {group['groupName']}", group["template"]["spec"]


@needs_kubernetes
@pytest.mark.parametrize("release", RELEASES)
def test_every_manifest_is_what_kubernetes_expects(release: str) -> None:
    import kubernetes_validate

    checked = 0
    for path, document in everything():
        if document["kind"] in NOT_OF_KUBERNETES:
            continue
        problems = ""
        try:
            kubernetes_validate.validate(document, release, strict=True)
        except Exception as problem:
            problems = f"{path}: {problem}"
        assert not problems
        checked += 1
    assert checked > 10


@needs_kubernetes
def test_a_misspelt_field_would_be_seen() -> None:
    import kubernetes_validate

    (deployment,) = [document for _, document in everything() if document["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, RELEASES[0], strict=True)


@needs_kubernetes
def test_the_pods_of_ray_are_pods() -> None:
    import kubernetes_validate

    for name, pod in pods():
        document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": pod}
        assert kubernetes_validate.validate(document, RELEASES[-1], strict=True), name


def test_no_container_has_more_rights_than_it_needs() -> None:
    seen = 0
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, name
            assert own["capabilities"] == {"drop": ["ALL"]}, name
            assert "memory" in container["resources"]["limits"], name
            assert "cpu" in container["resources"]["requests"], name
            seen += 1
    assert seen == 4


def test_what_is_secret_comes_from_a_secret() -> None:
    for name, pod in pods():
        for container in pod["containers"]:
            secret = [
                entry for entry in container["env"] if "DATABASE" in entry["name"] or "KEY" in entry["name"]
            ]
            assert len(secret) == 2, name
            assert all("secretKeyRef" in entry["valueFrom"] for entry in secret), name
    assert not any(document["kind"] == "Secret" for _, document in everything())


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is missing; it puts manifests together")
@pytest.mark.parametrize("variant", ["plain", "ray"])
def test_kubectl_puts_each_variant_together(variant: str) -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes" / variant)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = [document for document in yaml.safe_load_all(done.stdout) if document]
    files = [path for path in KUBERNETES if path.parent.name == variant]
    kinds = [document["kind"] for path in files for document in documents(path)]
    assert sorted(document["kind"] for document in made) == sorted(
        kind for kind in kinds if kind != "Kustomization"
    )
    assert all(
        document["metadata"].get("namespace") == "meno"
        for document in made
        if document["kind"] != "Namespace"
    )


@needs_ray
# Ray's own modules, while they are imported.
@pytest.mark.filterwarnings("ignore:Using extra keyword arguments on `Field`:DeprecationWarning")
@pytest.mark.parametrize("place", ["serve.yaml", "RayService"])
def test_the_serve_configuration_is_rays_and_its_arguments_are_ours(place: str) -> None:
    from ray.serve.schema import ServeDeploySchema

    from meno_server.gateway.cluster.settings import ClusterSettings

    if place == "serve.yaml":
        (raw,) = documents(DEPLOY / "serve.yaml")
    else:
        raw = yaml.safe_load(ray_service()["spec"]["serveConfigV2"])
    checked = ServeDeploySchema.model_validate(raw)
    (application,) = checked.applications
    module, _, name = application.import_path.partition(":")
    assert (module, name) == ("meno_server.gateway.cluster.deployments", "build")
    arguments = ClusterSettings.model_validate(application.args)
    assert arguments.static_replicas == "2-32"


@needs_ray
def test_the_manifest_names_the_version_of_ray_that_the_tests_ran_with() -> None:
    import ray

    named = ray_service()["spec"]["rayClusterConfig"]["rayVersion"]
    assert named.split(".")[:2] == ray.__version__.split(".")[:2]


def test_the_compose_file_follows_its_specification() -> None:
    compose_spec = pytest.importorskip("compose_spec", reason="compose-spec is missing: pip install '.[dev]'")
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    compose_spec.PyCompose.from_yaml(text).validate()
    with pytest.raises(Exception, match="helthcheck"):
        compose_spec.PyCompose.from_yaml(text.replace("healthcheck:", "helthcheck:", 1)).validate()


def test_each_service_of_the_compose_file_is_locked_up_and_looked_after() -> None:
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert set(compose["services"]) == {"gateway", "postgres", "door"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["healthcheck"]["test"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"door"}
    assert compose["networks"]["back"] == {"internal": True}
    assert "back" not in compose["services"]["door"]["networks"]
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_the_image_is_run_by_an_ordinary_user_and_downloads_no_model() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM")]
    assert len(stages) == 3
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001", "USER 10002:10002"]
    assert not any("meno model" in line or "huggingface" in line.lower() for line in lines)
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert source.startswith("--") or (DEPLOY.parent / source).exists(), source


def run_entrypoint(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(DEPLOY / "entrypoint"),
            "sh",
            "-c",
            'printf %s "$MENO_GATEWAY_DATABASE|${MENO_GATEWAY_DATABASE_FILE-}"',
        ],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_secret_in_a_file_becomes_the_setting(tmp_path: Path) -> None:
    secret = tmp_path / "database"
    secret.write_text("postgresql://meno:a'b$c d@postgres/meno\n", "utf-8")
    done = run_entrypoint({"MENO_GATEWAY_DATABASE_FILE": str(secret)})
    assert (done.returncode, done.stdout) == (0, "postgresql://meno:a'b$c d@postgres/meno|")
    assert (DEPLOY / "entrypoint").stat().st_mode & stat.S_IXUSR


def test_a_secret_that_cannot_be_read_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    done = run_entrypoint({"MENO_GATEWAY_DATABASE_FILE": str(tmp_path / "nowhere")})
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is missing: apt-get install caddy")
def test_caddy_reads_its_file(tmp_path: Path) -> None:
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
