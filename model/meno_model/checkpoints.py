"""Checkpoints of a training run: tensors and plain values in one file, replaced in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from meno_model.errors import ConfigurationError, WeightsError


def save_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Write beside the old file and put the new one in its place."""
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's values; tensors and plain data only, so that a file cannot run code."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:  # torch raises many kinds for a damaged file
        raise WeightsError(f"The checkpoint {path} cannot be read: delete it and train again.") from problem
    if not {"model", "configuration", "step"} <= set(state):
        raise ConfigurationError(f"The file {path} is no checkpoint of `meno model train`.")
    return state
