"""A model's files and whether they belong together: manifest, checksums, calibration.

A model directory holds `model.int8.onnx` (and, where it was made for a GPU, `model.fp16.onnx` and
`model.fp32.onnx`), `tokenizer.json`, `calibration.json`, perhaps `ranker.json`, and `manifest.json`. The
manifest names the SHA-256 of the others; the calibration names that of the graph it was measured on. A file
that differs is refused with one sentence. A large file lies in shards (`shards.py`), whose whole is checked.
`attribution.int8.onnx` explains what the model says; without it, or with a damaged one, the model serves as
well, so that its checksum is looked at only when it is needed (`attribution/gradients.py`).
Without numpy and onnxruntime, so that `meno model info` can say what is wrong in any installation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meno_analyzers.findings import Category
from meno_model.errors import WeightsError
from meno_model.rendering import RENDERING_VERSION
from meno_model.weights.shards import checksum, parts_of, split, whole_name

GRAPH, FULL_GRAPH, HALF_GRAPH = "model.int8.onnx", "model.fp32.onnx", "model.fp16.onnx"
ATTRIBUTION_GRAPH = "attribution.int8.onnx"
TOKENIZER, CALIBRATION, MANIFEST = "tokenizer.json", "calibration.json", "manifest.json"
DEFAULT_WEIGHTS = Path(__file__).parent / "default"
_REMEDY = "Static hints go on; `meno doctor` shows how to repair it."


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a category speaks: from this probability on. None: it never does."""

    category: Category
    probability: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into an honest probability, and the lines below which the model is silent.

    `bias` and `temperature` act on the log-odds of "something is wrong":
    `sigmoid(odds / temperature + bias)`.
    """

    temperature: float
    bias: float
    thresholds: tuple[Threshold, ...]
    least_gain: float
    """How much the best single edit has to take away from the log-odds; 0: the gate is open."""
    pointer_temperature: float
    """What the logits of places are divided by before suspicion is spread over lines: above 1 it is spread
    wider than a network that was trained on made mistakes spreads it. It moves no finding."""
    facts: dict[str, Any]

    def threshold_of(self, category: Category) -> float | None:
        """The probability from which a category is shown, or None when it is not shown at all."""
        return next((item.probability for item in self.thresholds if item.category is category), None)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A directory whose files were checked."""

    folder: Path
    name: str
    categories: tuple[Category, ...]
    repairs: tuple[str, ...]
    """The kinds of changes that the repair head tells apart; none for a model without that head."""
    longest: int
    parameters: int
    graph_checksum: str
    facts: dict[str, Any]
    calibration: Calibration
    attribution_checksum: str | None = None
    """What the manifest says of the attribution graph; None when the model has none."""

    @property
    def graph(self) -> Path:
        """Where the graph is, whole or in shards: `shards.read_whole` reads it."""
        return self.folder / GRAPH

    @property
    def full_graph(self) -> Path | None:
        """The graph in full precision, where there is one."""
        return self._if_there(FULL_GRAPH)

    @property
    def half_graph(self) -> Path | None:
        """The graph in half precision for graphics cards, where there is one."""
        return self._if_there(HALF_GRAPH)

    def _if_there(self, name: str) -> Path | None:
        path = self.folder / name
        return path if parts_of(path) else None

    @property
    def attribution_graph(self) -> Path:
        """Where the graph that explains is; it need not be there, nor whole."""
        return self.folder / ATTRIBUTION_GRAPH

    @property
    def tokenizer(self) -> Path:
        return self.folder / TOKENIZER


def open_weights(folder: Path | None = None) -> ModelFiles:
    """Check a model directory (default: the shipped one) and read its small files."""
    place = folder or DEFAULT_WEIGHTS
    manifest = _read(place, MANIFEST)
    files = manifest.get("files")
    if not isinstance(files, dict) or GRAPH not in files:
        raise WeightsError(f"The model could not be started: its manifest is incomplete. {_REMEDY}")
    for name, expected in files.items():
        if name == ATTRIBUTION_GRAPH:
            continue
        path = place / name
        if not parts_of(path):
            raise WeightsError(f"The model could not be started: the file {name} is missing. {_REMEDY}")
        if checksum(path) != expected:
            raise WeightsError(
                "The model could not be started: the file is damaged (its checksum differs). " + _REMEDY
            )
    if manifest.get("rendering") != RENDERING_VERSION:
        raise WeightsError(
            f"The model could not be started: it was made for another version of Meno. {_REMEDY}"
        )
    calibration = _read(place, CALIBRATION)
    if calibration.get("model_sha256") != files[GRAPH]:
        raise WeightsError(
            f"The model could not be started: its calibration was made for other weights. {_REMEDY}"
        )
    try:
        return ModelFiles(
            folder=place,
            name=str(manifest["name"]),
            categories=tuple(Category(name) for name in manifest["categories"]),
            repairs=tuple(str(name) for name in manifest.get("repairs", ())),
            longest=int(manifest["longest"]),
            parameters=int(manifest["parameters"]),
            graph_checksum=str(files[GRAPH]),
            facts=dict(manifest.get("training", {})),
            calibration=Calibration(
                temperature=float(calibration["temperature"]),
                bias=float(calibration["bias"]),
                thresholds=tuple(
                    Threshold(Category(name), None if value is None else float(value))
                    for name, value in calibration["thresholds"].items()
                ),
                least_gain=float(calibration.get("least_gain", 0.0)),
                pointer_temperature=float(calibration.get("pointer_temperature", 1.0)),
                facts=dict(calibration.get("facts", {})),
            ),
            attribution_checksum=None if ATTRIBUTION_GRAPH not in files else str(files[ATTRIBUTION_GRAPH]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise WeightsError(
            f"The model could not be started: its description is incomplete. {_REMEDY}"
        ) from problem


def write_manifest(folder: Path, description: dict[str, Any]) -> None:
    """Write `manifest.json` with the checksums of every other file of a model that lies in the folder.

    Large graphs are put into shards on the way.
    """
    found = {whole_name(path) for path in folder.iterdir()} - {MANIFEST}
    names = sorted(name for name in found if name.endswith((".onnx", ".json")))
    for name in names:
        if name.endswith(".onnx"):
            split(folder / name)
    values = {
        **description,
        "rendering": RENDERING_VERSION,
        "files": {name: checksum(folder / name) for name in names},
    }
    (folder / MANIFEST).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def renew_manifest(folder: Path) -> None:
    """Write the manifest again, after a file beside it was changed or added."""
    description = _read(folder, MANIFEST)
    write_manifest(folder, {k: v for k, v in description.items() if k not in ("files", "rendering")})


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        values = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as problem:
        raise WeightsError(
            f"The model could not be started: there is no {name} in {folder}. {_REMEDY}"
        ) from problem
    except ValueError as problem:
        raise WeightsError(f"The model could not be started: {name} is damaged. {_REMEDY}") from problem
    if not isinstance(values, dict):
        raise WeightsError(f"The model could not be started: {name} is damaged. {_REMEDY}")
    return values
