"""What a release is made of: pinned with hashes, the same bytes from the same sources, and listed."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;]+)[^\\\n]*\\?$", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MODEL_RUNTIME = {"numpy", "onnxruntime", "tokenizers"}
"""What the extension leaves out."""


def pins(name: str) -> dict[str, list[Version]]:
    """Package → the pinned versions; several where platforms or Pythons need different ones."""
    found: dict[str, list[Version]] = {}
    for package, version in PIN.findall((ROOT / f"requirements/{name}.txt").read_text("utf-8")):
        found.setdefault(package, []).append(Version(version))
    return found


def asked_for(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with some extras and those that these name."""
    needs = [Requirement(text) for text in PROJECT["dependencies"]]
    waiting = list(extras)
    while waiting:
        for text in PROJECT["optional-dependencies"][waiting.pop()]:
            need = Requirement(text)
            if need.name == PROJECT["name"]:
                waiting += need.extras
            else:
                needs.append(need)
    return needs


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_everything_pinned_has_hashes_and_names_no_place_to_fetch_it_from(lock: Path) -> None:
    text = lock.read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert len(entries) > 20
    for entry in entries:
        assert PIN.match(entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
    assert "://" not in text
    assert not re.search(r"^--?[a-z]", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "extras"), [("editor", ()), ("gateway", ("gateway",)), ("cluster", ("cluster",))]
)
def test_the_pins_hold_what_the_project_asks_for(name: str, extras: tuple[str, ...]) -> None:
    pinned = pins(name)

    for need in asked_for(*extras):
        versions = pinned.get(need.name.lower().replace("_", "-"), [])
        assert versions, f"{need} is not pinned: run scripts/lock"
        assert all(need.specifier.contains(version) for version in versions), f"{need}: run scripts/lock"


def test_the_extension_carries_all_but_the_models_runtime() -> None:
    pinned = pins("bundled")

    assert not MODEL_RUNTIME & set(pinned)
    assert {need.name.lower() for need in asked_for()} - MODEL_RUNTIME <= set(pinned)


def test_no_machine_learning_framework_is_shipped() -> None:
    shipped = set().union(*(pins(lock.stem) for lock in LOCKS))

    assert not shipped & {"torch", "transformers", "tensorflow", "jax"}


def test_the_same_sources_give_the_same_wheel(tmp_path: Path) -> None:
    sums = []
    for number in range(2):
        into = tmp_path / str(number)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(into)]
        told = subprocess.run(
            [*command, str(ROOT)],
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert told.returncode == 0, told.stderr
        (wheel,) = into.glob("*.whl")
        sums.append(hashlib.sha256(wheel.read_bytes()).hexdigest())

    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda path: path.stem
)
def test_a_workflow_may_read_and_runs_what_is_there(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text("utf-8"))

    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            words = step.get("run", "").split()
            for script in (word for word in words if word.startswith(("scripts/", ".ci/"))):
                assert os.access(ROOT / script, os.X_OK), script


@pytest.mark.parametrize("page", ["security", "reliability"])
def test_every_test_and_command_that_a_page_names_is_there(page: str) -> None:
    path = ROOT / f"docs/{page}.md"
    named = re.findall(r"(?<![\w./])((?:tests|benchmarks|scripts)/[\w./-]+)", path.read_text("utf-8"))

    assert len(named) > 10
    assert [name for name in named if not (ROOT / name.rstrip("/.")).exists()] == []
