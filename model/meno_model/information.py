"""A model directory in plain values: what `meno model info`, `meno doctor` and the editor show."""

from __future__ import annotations

from meno_model.weights import ModelFiles


def describe(files: ModelFiles, provider: str) -> dict[str, object]:
    """Name, size, provider, checksum, thresholds (only of categories that are shown) and training facts."""
    calibration = files.calibration
    return {
        "name": files.name,
        "provider": provider,
        "parameters": files.parameters,
        "model_sha256": files.graph_checksum,
        "attribution_sha256": files.attribution_checksum,
        "folder": str(files.folder),
        "longest_window": files.longest,
        "thresholds": {
            item.category.value: item.probability
            for item in calibration.thresholds
            if item.probability is not None
        },
        "calibration": calibration.facts,
        "training": {key: value for key, value in files.facts.items() if key != "configuration"},
    }
