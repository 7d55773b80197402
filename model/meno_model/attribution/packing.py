"""Weights of an ONNX graph stored as int8, computed with in full precision.

A large matrix becomes int8 with one scale a row or a column, whichever loses less, and `Cast` and `Mul`
nodes make float of it again; onnxruntime folds those when the session is opened, so that running costs the
same. The graph then computes exactly what a network with the rounded weights computes (`rounded`): its
gradients are exact for that network, and differ from the trained one's by the rounding alone.
`docs/guides/attribution.md` has the measured size of that difference. Needs `onnx`, of the `[train]` extra.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from meno_model.errors import TrainingExtraMissingError

try:
    import onnx
    from onnx import helper, numpy_helper
except ImportError as problem:
    raise TrainingExtraMissingError("onnx") from problem

LEAST_ENTRIES = 2048
"""Smaller matrices are not worth two nodes."""
_LARGEST = 127.0

Floats = npt.NDArray[np.float32]


def pack(model: Any) -> Any:
    """The ONNX model with its large matrices stored as int8; the given one is changed."""
    graph = model.graph
    kept, nodes = [], []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or not _is_large(tuple(tensor.dims)):
            kept.append(tensor)
            continue
        codes, scale = quantized(numpy_helper.to_array(tensor))
        stored, factor, wide = (f"{tensor.name}.{part}" for part in ("int8", "scale", "float"))
        kept += [numpy_helper.from_array(codes, stored), numpy_helper.from_array(scale, factor)]
        nodes += [
            helper.make_node("Cast", [stored], [wide], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", [wide, factor], [tensor.name]),
        ]
    old = list(graph.node)
    del graph.initializer[:], graph.node[:], graph.value_info[:]
    graph.initializer.extend(kept)
    graph.node.extend([*nodes, *old])
    return model


def quantized(matrix: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Codes of the matrix's shape, and the scales [rows, 1] or [1, columns] to multiply them with."""
    best: tuple[float, npt.NDArray[np.int8], Floats] | None = None
    for axis in (1, 0):
        scale = np.abs(matrix).max(axis=axis, keepdims=True).astype(np.float32) / np.float32(_LARGEST)
        scale = np.where(scale > 0, scale, np.float32(1))
        codes = np.clip(np.rint(matrix / scale), -_LARGEST, _LARGEST).astype(np.int8)
        loss = float(np.square(codes * scale - matrix).sum(dtype=np.float64))
        if best is None or loss < best[0]:
            best = loss, codes, scale
    assert best is not None
    return best[1], best[2]


def rounded(matrix: Floats) -> Floats:
    """What the packed graph computes with in place of the matrix."""
    if not _is_large(matrix.shape):
        return matrix
    codes, scale = quantized(matrix)
    return codes.astype(np.float32) * scale


def _is_large(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 and shape[0] > 1 and shape[1] > 1 and shape[0] * shape[1] >= LEAST_ENTRIES
