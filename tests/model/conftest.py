"""Shared pieces: the shipped model, a talkative copy of it, and a tiny model trained on the spot."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meno_model.origin.detector import Detector
from meno_model.origin.weights import open_origin
from meno_model.predictor import Predictor
from meno_model.runtime import Runtime
from meno_model.weights import (
    ATTRIBUTION_GRAPH,
    CALIBRATION,
    DEFAULT_WEIGHTS,
    GRAPH,
    open_weights,
    renew_manifest,
)
from meno_model.weights.shards import join


@pytest.fixture(scope="session")
def shipped() -> Predictor:
    """The shipped model, loaded once."""
    return Predictor(Runtime(open_weights()))


@pytest.fixture
def copied_weights(tmp_path: Path) -> Path:
    """A copy of the shipped directory, its files whole, that a test may damage."""
    folder = Path(shutil.copytree(DEFAULT_WEIGHTS, tmp_path / "weights"))
    for name in (GRAPH, ATTRIBUTION_GRAPH):
        join(folder / name)
    return folder


@pytest.fixture
def recalibrated(copied_weights: Path) -> Callable[[float | None], Path]:
    """Give the copy another threshold for all categories: 0 makes it speak always, None never."""

    def change(threshold: float | None) -> Path:
        path = copied_weights / CALIBRATION
        values = json.loads(path.read_text(encoding="utf-8"))
        values["thresholds"] = dict.fromkeys(values["thresholds"], threshold)
        path.write_text(json.dumps(values), encoding="utf-8")
        renew_manifest(copied_weights)
        return copied_weights

    return change


@pytest.fixture(scope="session")
def origin_shipped() -> Detector:
    """The shipped origin model, loaded once."""
    return Detector(open_origin())


@pytest.fixture(scope="session")
def origin_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An origin model of a few dozen self-written programs."""
    from meno_model.origin.commands import run_training
    from model.origin_programs import write

    folder = tmp_path_factory.mktemp("origin")
    run_training([write(folder / "data.jsonl")], folder / "run", None)
    return folder / "run"


@pytest.fixture
def copied_origin(origin_run: Path, tmp_path: Path) -> Path:
    """A copy of the tiny origin model that a test may damage."""
    return Path(shutil.copytree(origin_run, tmp_path / "origin"))


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training run of a dozen steps on the self-written exercises alone."""
    from meno_model.commands import run_training
    from meno_model.corpus.snippets import Reading

    folder = tmp_path_factory.mktemp("run") / "tiny"
    recipe = folder.parent / "recipe.toml"
    recipe.write_text(TINY_RECIPE, encoding="utf-8")
    assert run_training(recipe, folder, reading=Reading(only=[]))
    return folder


TINY_RECIPE = """
name = "test"
[corpus]
programs_per_exercise = 4
validation = ["exercises/filter"]
calibration = ["exercises/count-if", "exercises/sum"]
test = ["exercises/maximum", "exercises/table"]
[mutations]
per_snippet = 2
[model]
vocabulary = 400
hidden = 32
layers = 2
heads = 2
feed_forward = 64
positions = 200
longest = 96
[training]
steps = 16
dense_share = 0.25
correction_share = 0.25
settle_share = 0.125
replay_from = 0.3
guessed_pairs = 60
tokens_per_batch = 512
warm_up_steps = 3
"""


@pytest.fixture(scope="session")
def export_of_tiny_run(tiny_run: Path) -> tuple[Path, dict[str, Any]]:
    """The model of the tiny run with everything that an export may have, and what the command told: tracing
    a gradient takes a minute, so it is made once. Three correct programs are in its calibration."""
    from typer.testing import CliRunner

    from meno_model.cli import model_app

    folder, right = tiny_run.parent / "model", tiny_run.parent / "right.jsonl.gz"
    with gzip.open(right, "wt", encoding="utf-8") as file:
        for number in range(3):
            file.write(json.dumps({"code": f"def f{number}(a):\n    return a + {number}\n"}) + "\n")
    export = ["export", "--run", str(tiny_run), "--out", str(folder), "--gpu", "--correct", str(right)]
    result = CliRunner().invoke(model_app, export)
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)
