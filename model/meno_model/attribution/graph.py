"""From a network to the graph that explains it: traced together with its gradient, packed, and checked.

torch's exporter refuses gradients; what works is to trace the module that calls `torch.autograd.grad` with
symbolic shapes first, which leaves ordinary operations only, and to export that. Attention has to be eager
(the fused kernels' backward passes have no decomposition), and the sizes of the example must be unlike each
other and unlike those of the network, or the tracer takes them for the same. A graph whose attributions
differ from torch's is an `ExportError`, not a file. Needs the `[train]` extra.
"""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from meno_model.attribution.gradients import INPUTS, GradientGraph
from meno_model.attribution.network import Explainable, IntegratedGradients
from meno_model.attribution.packing import pack
from meno_model.attribution.steps import Passage, integrate
from meno_model.errors import ExportError, TrainingExtraMissingError
from meno_model.tokenizer import END, START

OPSET = 18
LARGEST_DIFFERENCE = 1e-5
"""Between torch and the full-precision graph, relative to the largest attribution (at least 1)."""
LEAST_CORRELATION = 0.99
"""Of attributions before and after packing, on average over the sequences of a trained model."""
LONGEST = 4096
_FREE = (41, 43, 47, 53, 59, 61, 67, 3, 5, 7, 11)
_CHECKED_STEPS = 8
_MOST_SEQUENCES = 12


@dataclass(frozen=True, slots=True)
class GraphAgreement:
    """How far the graph is from torch (full precision), and what packing its weights changed.

    `largest_difference` is relative to the largest attribution; `correlation` and `worst_correlation` compare
    attributions with packed and with full weights; `answer_difference` is in logits.
    """

    largest_difference: float
    correlation: float
    worst_correlation: float
    answer_difference: float
    mebibytes: float


def write_graph(
    network: Explainable, path: Path, sequences: Sequence[Sequence[int]], *, trained: bool = True
) -> GraphAgreement:
    """Write the packed graph of the network; `sequences` are token ids of real code, from `<s>` to `</s>`."""
    try:
        import onnx
    except ImportError as problem:
        raise TrainingExtraMissingError("onnx") from problem
    whole = path.with_suffix(".full.onnx")
    try:
        to_onnx(network, whole)
        onnx.save(pack(onnx.load(str(whole))), str(path))
        checked = list(sequences)[:_MOST_SEQUENCES]
        full, packed = GradientGraph.open(whole), GradientGraph.open(path)
        difference = max(_differences(network, full, [*_random_sequences(network), *checked]))
        if difference > LARGEST_DIFFERENCE:
            raise ExportError(
                f"The attribution graph differs from the network by {difference:.2g}: use the versions of"
                " torch and onnxruntime that the [train] extra names."
            )
        correlations, answers = _packing_loss(full, packed, checked or list(_random_sequences(network)))
    finally:
        whole.unlink(missing_ok=True)
    correlation = float(np.mean(correlations))
    if trained and correlation < LEAST_CORRELATION:
        path.unlink(missing_ok=True)
        raise ExportError(
            f"Packing the attribution graph changed what it says (correlation {correlation:.3f}):"
            " train longer."
        )
    size = round(path.stat().st_size / 2**20, 2)
    return GraphAgreement(difference, correlation, min(correlations), max(answers), size)


def to_onnx(network: Explainable, path: Path) -> None:
    """Write the graph in full precision, for any number of tokens and steps."""
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    example = _example(network)
    tokens, steps = (
        torch.export.Dim("tokens", min=4, max=LONGEST),
        torch.export.Dim("steps", min=2, max=LONGEST),
    )
    shapes = [{1: tokens}] * 4 + [None, {0: steps}, {0: steps}]
    with _quietly():
        traced = make_fx(
            IntegratedGradients(network).eval(), tracing_mode="symbolic", _allow_non_fake_inputs=True
        )(*example)
        program = torch.onnx.export(
            traced,
            example,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=["attribution", "outputs"],
            dynamic_shapes=shapes,
            verbose=False,
        )
    model = program.model_proto
    _forget_the_making(model)
    for key, value in (
        ("answers", json.dumps(network.answers)),
        ("first_position", str(network.first_position)),
    ):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    path.write_bytes(model.SerializeToString())


def _forget_the_making(model: Any) -> None:
    """Drop the exporter's notes of how each node came about: a twentieth of the file, and of no use in it."""
    del model.graph.metadata_props[:], model.graph.value_info[:]
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]


def torch_attribution(network: Explainable, passage: Passage) -> np.ndarray:
    """The attribution [S] of a passage as torch computes it, for checks."""
    attribution, _ = IntegratedGradients(network)(
        *(torch.from_numpy(value) for value in passage.feeds(network.first_position, _CHECKED_STEPS).values())
    )
    return np.asarray(attribution.numpy(), dtype=np.float64)


def _example(network: Explainable) -> tuple[torch.Tensor, ...]:
    taken = {size for parameter in network.parameters() for size in parameter.shape}
    taken |= {len(network.answers), len(network.answers) + 1}
    tokens, steps = [size for size in _FREE if size not in taken and size - 1 not in taken][:2]
    ids = torch.randint(5, network.vocabulary, (1, tokens))
    return (
        ids,
        torch.full_like(ids, 4),
        torch.arange(tokens).unsqueeze(0) + network.first_position,
        torch.full((1, tokens), 1 / tokens),
        torch.ones(1, len(network.answers)),
        torch.rand(steps, 1, 1),
        torch.rand(steps, 1, 1),
    )


def _random_sequences(network: Explainable) -> Iterator[list[int]]:
    random = np.random.default_rng(0)
    for length in (7, 33, 90):
        yield [START, *random.integers(5, network.vocabulary, size=length).tolist(), END]


def _differences(
    network: Explainable, graph: GradientGraph, sequences: Sequence[Sequence[int]]
) -> Iterator[float]:
    """For the first answer and for one that is read at a token, where there is one."""
    for sequence in sequences:
        for answer in sorted({0, len(network.answers) - 1}):
            passage = Passage.of(sequence, answer, len(network.answers), place=1)
            expected = torch_attribution(network, passage)
            given = integrate(graph, passage, stages=(_CHECKED_STEPS,)).effect
            yield float(np.abs(given - expected).max() / max(1.0, np.abs(expected).max()))


def _packing_loss(
    full: GradientGraph, packed: GradientGraph, sequences: Sequence[Sequence[int]]
) -> tuple[list[float], list[float]]:
    correlations, answers = [], []
    for sequence in sequences:
        passage = Passage.of(sequence, 0, len(full.answers), place=1)
        left, right = (integrate(g, passage, stages=(_CHECKED_STEPS,)) for g in (full, packed))
        with np.errstate(invalid="ignore"):
            correlation = float(np.corrcoef(left.effect, right.effect)[0, 1])
        correlations.append(0.0 if math.isnan(correlation) else correlation)
        answers.append(abs(left.end - right.end))
    return correlations, answers


@contextmanager
def _quietly() -> Iterator[None]:
    """The exporter warns of what it does not need and of its own past."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
