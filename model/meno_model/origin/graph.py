"""The ONNX graph of a linear model over features: what each feature adds, and their sum.

`ids` [N] and `strengths` [N] go in; `contributions` [N] and `score` come out. The score is linear in what the
features add, so each contribution is its integrated gradient from the empty program, whatever the number of
steps: gradient times input, with a completeness gap of rounding alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from meno_model.errors import TrainingExtraMissingError
from meno_model.origin.regression import Linear

_OPSET, _IR = 17, 8


def write_graph(model: Linear, path: Path) -> None:
    """Write the graph; needs `onnx`, of the [train] extra."""
    try:
        import onnx
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as problem:
        raise TrainingExtraMissingError("onnx") from problem
    table = numpy_helper.from_array(model.table.astype(np.float32), "table")
    bias = numpy_helper.from_array(np.array(model.bias, np.float32), "bias")
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["weights"]),
        helper.make_node("Mul", ["weights", "strengths"], ["contributions"]),
        helper.make_node("ReduceSum", ["contributions"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "bias"], ["score"]),
    ]
    graph = helper.make_graph(
        nodes,
        "origin",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["features"]),
            helper.make_tensor_value_info("strengths", TensorProto.FLOAT, ["features"]),
        ],
        [
            helper.make_tensor_value_info("contributions", TensorProto.FLOAT, ["features"]),
            helper.make_tensor_value_info("score", TensorProto.FLOAT, []),
        ],
        [table, bias],
    )
    model_file = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.checker.check_model(model_file)
    path.write_bytes(model_file.SerializeToString())
