"""The origin model's files and whether they belong together.

A directory holds `origin.onnx`, `held_out.npz` (the models of the folds, for honest figures on the problems
that the model was trained on), `calibration.json` and `manifest.json`, which names the SHA-256 of the
others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meno_model.errors import WeightsError
from meno_model.origin.features import FEATURES_VERSION
from meno_model.origin.reading import READING_VERSION
from meno_model.weights.shards import checksum

GRAPH, HELD_OUT, CALIBRATION, MANIFEST = "origin.onnx", "held_out.npz", "calibration.json", "manifest.json"
SHIPPED = Path(__file__).parent.parent / "weights" / "origin"
_REMEDY = "Reinstall meno-lsp, or name another folder with --model."


@dataclass(frozen=True, slots=True)
class OriginCalibration:
    """`sigmoid(score / temperature + bias)` is the likelihood; at or above `llm_from` and at or below
    `human_to` something is said, in between nothing. Shorter code than `least_tokens` is not judged."""

    temperature: float
    bias: float
    llm_from: float
    human_to: float
    least_tokens: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OriginFiles:
    """A directory whose files were checked."""

    folder: Path
    name: str
    graph_checksum: str
    training: dict[str, Any]
    calibration: OriginCalibration

    @property
    def graph(self) -> Path:
        return self.folder / GRAPH

    @property
    def held_out(self) -> Path:
        return self.folder / HELD_OUT


def open_origin(folder: Path | None = None) -> OriginFiles:
    """Check a directory (default: the shipped one); a `WeightsError` says in one sentence what is wrong."""
    place = folder or SHIPPED
    manifest = _read(place, MANIFEST)
    files = manifest.get("files")
    if not isinstance(files, dict) or not {GRAPH, HELD_OUT, CALIBRATION} <= set(files):
        raise WeightsError(f"The origin model could not be started: its manifest is incomplete. {_REMEDY}")
    for name, expected in files.items():
        path = place / name
        if not path.is_file():
            raise WeightsError(f"The origin model could not be started: {name} is missing. {_REMEDY}")
        if checksum(path) != expected:
            raise WeightsError(
                f"The origin model could not be started: {name} is damaged (its checksum differs). {_REMEDY}"
            )
    if manifest.get("features") != FEATURES_VERSION or manifest.get("reading") != READING_VERSION:
        raise WeightsError(
            f"The origin model could not be started: it was made for another version of Meno. {_REMEDY}"
        )
    try:
        values = _read(place, CALIBRATION)
        calibration = OriginCalibration(
            temperature=float(values["temperature"]),
            bias=float(values["bias"]),
            llm_from=float(values["llm_from"]),
            human_to=float(values["human_to"]),
            least_tokens=int(values["least_tokens"]),
            facts=dict(values["facts"]),
        )
        return OriginFiles(
            place, str(manifest["name"]), str(files[GRAPH]), dict(manifest["training"]), calibration
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise WeightsError(
            f"The origin model could not be started: its description is incomplete. {_REMEDY}"
        ) from problem


def write_manifest(folder: Path, name: str, training: dict[str, Any]) -> None:
    """Write `manifest.json` with the checksums of the other files."""
    values = {
        "name": name,
        "features": FEATURES_VERSION,
        "reading": READING_VERSION,
        "files": {item: checksum(folder / item) for item in (GRAPH, HELD_OUT, CALIBRATION)},
        "training": training,
    }
    (folder / MANIFEST).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        values = json.loads((folder / name).read_text(encoding="utf-8"))
    except OSError as problem:
        raise WeightsError(
            f"The origin model could not be started: there is no {name} in {folder}. {_REMEDY}"
        ) from problem
    except ValueError as problem:
        raise WeightsError(
            f"The origin model could not be started: {name} is damaged. {_REMEDY}"
        ) from problem
    if not isinstance(values, dict):
        raise WeightsError(f"The origin model could not be started: {name} is damaged. {_REMEDY}")
    return values
