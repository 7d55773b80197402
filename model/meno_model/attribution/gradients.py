"""The exported gradient graph in onnxruntime: one call is a few steps of the way, gradients and answers at
once.

Opened at the first question only, and never by the process that watches saves. The graph says itself which
answers it can explain and how it counts positions, so that another head or encoder needs no other code. Never
imports torch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from meno_model.errors import WeightsError
from meno_model.onnx_library import open_session
from meno_model.runtime import default_threads
from meno_model.weights import ModelFiles
from meno_model.weights.shards import checksum, parts_of

INPUTS = ("ids", "baseline", "positions", "place", "target", "alphas", "weights")
ABSENT = (
    "This model has no attribution graph, so it cannot say which words made it suspicious."
    " `meno model add-attribution` makes one from its training run."
)
DAMAGED = (
    "The model's attribution graph is damaged (its checksum differs), so it cannot say which words made it"
    " suspicious. Findings go on; `meno doctor` shows how to repair it."
)
UNREADABLE = (
    "The model's attribution graph cannot be read by the installed onnxruntime. Findings go on; reinstall"
    " meno-lsp to repair it."
)
Floats = npt.NDArray[np.float32]


class GradientGraph:
    """An open graph: `answers` names what it can explain, `first_position` is the number of the first
    token."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._inputs = frozenset(item.name for item in session.get_inputs())
        described = session.get_modelmeta().custom_metadata_map
        self.answers: tuple[str, ...] = tuple(json.loads(described["answers"]))
        self.first_position = int(described["first_position"])

    @classmethod
    def open(cls, path: Path, threads: int | None = None) -> GradientGraph:
        """Open a graph file; a `WeightsError` says so when it cannot be read."""
        try:
            return cls(open_session(path, threads=threads or default_threads()))
        except Exception as problem:  # onnxruntime raises its own kinds, which it does not export
            raise WeightsError(UNREADABLE) from problem

    @classmethod
    def of(cls, files: ModelFiles, threads: int | None = None) -> GradientGraph:
        """The graph of a model directory, whose checksum is looked at now and not before."""
        if files.attribution_checksum is None:
            raise WeightsError(ABSENT)
        path = files.attribution_graph
        if not parts_of(path) or checksum(path) != files.attribution_checksum:
            raise WeightsError(DAMAGED)
        return cls.open(path, threads)

    def run(self, feeds: dict[str, npt.NDArray[Any]]) -> tuple[Floats, Floats]:
        """Attribution [S] of these steps alone, and the answers [K, T] at each."""
        used = {name: value for name, value in feeds.items() if name in self._inputs}
        attribution, outputs = self._session.run(["attribution", "outputs"], used)
        return attribution, outputs
