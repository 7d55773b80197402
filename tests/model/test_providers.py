"""Where the graph runs: the order of the providers, the graph that suits each, and the way back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from meno_model.predictor import Predictor
from meno_model.providers import NAMES, PROVIDERS, Session, graph_for, to_try
from meno_model.weights import FULL_GRAPH, GRAPH, HALF_GRAPH, open_weights

ALL = [provider.library for provider in PROVIDERS]
BY_NAME = {provider.name: provider for provider in PROVIDERS}


def test_the_faster_provider_is_tried_first_and_the_processor_last() -> None:
    assert [provider.name for provider in to_try(list(reversed(ALL)))] == [
        "tensorrt",
        "cuda",
        "coreml",
        "directml",
        "openvino",
        "cpu",
    ]
    assert set(NAMES) == {"auto", *BY_NAME}


@pytest.mark.parametrize(
    ("available", "wanted", "tried"),
    [
        (["CPUExecutionProvider"], "auto", ["cpu"]),
        (["CPUExecutionProvider"], "cuda", ["cpu"]),
        (ALL, "cuda", ["cuda", "cpu"]),
        (ALL, "cpu", ["cpu"]),
        (["AzureExecutionProvider", "CPUExecutionProvider"], "auto", ["cpu"]),
    ],
)
def test_a_wanted_provider_that_is_missing_leaves_the_processor(
    available: list[str], wanted: str, tried: list[str]
) -> None:
    assert [provider.name for provider in to_try(available, wanted)] == tried


def test_each_provider_gets_the_graph_that_suits_it(copied_weights: Path) -> None:
    files = open_weights(copied_weights)
    assert {graph_for(provider, files).name for provider in PROVIDERS} == {GRAPH}
    shutil.copy(copied_weights / GRAPH, copied_weights / FULL_GRAPH)
    assert graph_for(BY_NAME["cuda"], files).name == FULL_GRAPH
    shutil.copy(copied_weights / GRAPH, copied_weights / HALF_GRAPH)
    assert graph_for(BY_NAME["cuda"], files).name == HALF_GRAPH
    assert graph_for(BY_NAME["openvino"], files).name == FULL_GRAPH
    assert graph_for(BY_NAME["cpu"], files).name == GRAPH


def test_bound_inputs_and_outputs_give_the_same_answers(shipped: Predictor) -> None:
    """The way a graphics card is driven, with the processor as the device."""
    session = Session(shipped.files)
    ids = np.arange(5, 37, dtype=np.int64).reshape(2, 16)
    feeds = {"ids": ids, "mask": np.ones_like(ids)}
    plain = session.run(feeds)
    binding = session._session.io_binding()
    for name, values in feeds.items():
        binding.bind_cpu_input(name, values)
    for output in session._session.get_outputs():
        binding.bind_output(output.name, "cpu")
    session._session.run_with_iobinding(binding)
    for one, other in zip(plain, binding.copy_outputs_to_cpu(), strict=True):
        np.testing.assert_array_equal(one, other)
