"""onnxruntime as Meno uses it: quiet, in the background's place, and telling nobody.

From 1.29 on the official builds for Linux and macOS report to their maker whom they run for and what, unless
`ORT_DISABLE_TELEMETRY` is set before they are loaded; on Windows events go to the system until they are
switched off. So the library is loaded here and nowhere else. Guarded by tests/model/test_onnx_library.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from meno_model.weights.shards import read_whole

PROCESSOR_LIBRARY = "CPUExecutionProvider"


def library() -> Any:
    """The module, with its telemetry off. `ImportError` where it is not installed."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def open_session(graph: Path, provider: str = PROCESSOR_LIBRARY, *, threads: int = 1) -> Any:
    """A graph on one provider. onnxruntime raises its own kinds of exceptions, which it does not export."""
    onnxruntime = library()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # An editor's background process must leave the cores alone between two questions.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(read_whole(graph), options, [provider])
