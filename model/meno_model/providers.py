"""Where a graph runs: onnxruntime's execution providers in the order in which they are tried.

Which of them are there depends on the installed onnxruntime (the plain package has the processor, on a Mac
also CoreML); `meno.model.provider` names one, `auto` takes the first that starts. A graphics card gets the
graph in half precision, everything else but the processor the one in full precision, where the model's
folder has them; the processor gets int8. One that cannot start is passed over: hints matter more than speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meno_model.errors import WeightsError
from meno_model.onnx_library import library, open_session
from meno_model.weights import ModelFiles


@dataclass(frozen=True, slots=True)
class Provider:
    """`name` is the setting's word, `library` onnxruntime's; `half` wants the half-precision graph, `bound`
    runs with inputs and outputs bound to the device."""

    name: str
    library: str
    half: bool = False
    bound: bool = False


PROCESSOR = "cpu"
PROVIDERS: tuple[Provider, ...] = (
    Provider("tensorrt", "TensorrtExecutionProvider", half=True, bound=True),
    Provider("cuda", "CUDAExecutionProvider", half=True, bound=True),
    Provider("coreml", "CoreMLExecutionProvider"),
    Provider("directml", "DmlExecutionProvider", half=True),
    Provider("openvino", "OpenVINOExecutionProvider"),
    Provider(PROCESSOR, "CPUExecutionProvider"),
)
AUTO = "auto"
NAMES = (AUTO, *(provider.name for provider in PROVIDERS))


def to_try(available: Sequence[str], wanted: str = AUTO) -> list[Provider]:
    """The providers to start with, in order: the wanted one or all that are there, the processor last."""
    there = [provider for provider in PROVIDERS if provider.library in available]
    if wanted == AUTO:
        return there
    return [provider for provider in there if provider.name in (wanted, PROCESSOR)]


def graph_for(provider: Provider, files: ModelFiles) -> Path:
    """The graph that suits a provider, of those that the model's folder has."""
    if provider.name == PROCESSOR:
        return files.graph
    wanted = (files.half_graph, files.full_graph) if provider.half else (files.full_graph,)
    return next((path for path in wanted if path is not None), files.graph)


class Session:
    """One graph on one provider; `run` takes and gives numpy arrays, and may be called by several threads."""

    def __init__(self, files: ModelFiles, wanted: str = AUTO) -> None:
        self._session, self.provider = _open(files, wanted)

    def run(self, feeds: dict[str, Any]) -> list[Any]:
        """The graph's outputs in its own order."""
        if not self.provider.bound:
            outputs: list[Any] = self._session.run(None, feeds)
            return outputs
        # Bound outputs stay on the device until all are there, and are brought back in one go.
        binding = self._session.io_binding()
        for name, values in feeds.items():
            binding.bind_cpu_input(name, values)
        for output in self._session.get_outputs():
            binding.bind_output(output.name, "cuda")
        self._session.run_with_iobinding(binding)
        brought: list[Any] = binding.copy_outputs_to_cpu()
        return brought


def _open(files: ModelFiles, wanted: str) -> tuple[Any, Provider]:
    problem: Exception | None = None
    for provider, graph in _graphs(files, library().get_available_providers(), wanted):
        try:
            # Windows are judged side by side: that divides the work without a word between threads.
            opened = open_session(graph, provider.library, threads=1)
        except Exception as reason:  # onnxruntime raises its own kinds, which it does not export
            problem = reason
            continue
        # onnxruntime falls back to the processor by itself; that is the last one's turn, with its own graph.
        if opened.get_providers()[0] == provider.library:
            return opened, provider
    raise WeightsError(
        "The model could not be started: its graph cannot be read by the installed onnxruntime. Static hints"
        " go on; `meno doctor` shows how to repair it."
    ) from problem


def _graphs(files: ModelFiles, available: Sequence[str], wanted: str) -> Iterator[tuple[Provider, Path]]:
    for provider in to_try(available, wanted):
        yield provider, graph_for(provider, files)
