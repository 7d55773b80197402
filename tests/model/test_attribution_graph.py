"""The exported gradient against torch's own, and against captum: unseen lengths, full and packed weights."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from meno_model.cli import model_app
from meno_model.tokenizer import END, START
from meno_model.weights import ATTRIBUTION_GRAPH, MANIFEST, open_weights

TRAINING_EXTRA = all(
    find_spec(name) is not None for name in ("torch", "transformers", "onnx", "onnxscript", "captum")
)
pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(not TRAINING_EXTRA, reason="the [train] extra is not installed"),
    # The exporters and their tracer announce their age; onnxruntime's quantizer uses an old numpy call.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
LENGTHS = (4, 9, 58, 96)
cli = CliRunner()


def sequence(length: int, vocabulary: int) -> list[int]:
    random = np.random.default_rng(length)
    return [START, *random.integers(5, vocabulary, size=length - 2).tolist(), END]


@pytest.fixture(scope="module")
def network(tiny_run: Path) -> Any:
    """The tiny run's network with weights scaled up, so that its way is bent and its answers are no noise."""
    import torch

    from meno_model.attribution.network import ExplainableBugModel
    from meno_model.configuration import configuration_from
    from meno_model.training import load_checkpoint

    state = load_checkpoint(tiny_run / "checkpoint.pt")
    network = ExplainableBugModel.of(configuration_from(state["configuration"]).model, state["model"])
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.ndim == 2 and "embeddings" not in name:
                parameter.mul_(1.7)
    return network


@pytest.fixture(scope="module")
def graphs(network: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The graph in full precision, and packed."""
    import onnx

    from meno_model.attribution.gradients import GradientGraph
    from meno_model.attribution.graph import to_onnx
    from meno_model.attribution.packing import pack

    folder = tmp_path_factory.mktemp("graphs")
    to_onnx(network, folder / "full.onnx")
    onnx.save(pack(onnx.load(str(folder / "full.onnx"))), str(folder / "packed.onnx"))
    assert (folder / "packed.onnx").stat().st_size < 0.7 * (folder / "full.onnx").stat().st_size
    return GradientGraph.open(folder / "full.onnx"), GradientGraph.open(folder / "packed.onnx")


def rounded_copy(network: Any) -> Any:
    """The network with the weights that the packed graph computes with."""
    import copy

    import torch

    from meno_model.attribution.packing import rounded

    twin = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.copy_(torch.from_numpy(np.array(rounded(parameter.numpy()))))
    return twin


def by_captum(network: Any, ids: list[int], steps: int) -> np.ndarray:
    """captum's attribution [S] of the log-odds, through the model as it is trained and judged."""
    import torch
    from captum.attr import LayerIntegratedGradients

    from meno_model.tokenizer import MASK

    def odds(tokens: torch.Tensor) -> torch.Tensor:
        location, *_ = network.model(tokens, torch.ones_like(tokens))
        return torch.logsumexp(location[:, 1:], dim=1) - location[:, 0]

    row = torch.tensor([ids])
    baseline = torch.where((row == START) | (row == END), row, MASK)
    method = LayerIntegratedGradients(odds, network.model.encoder.embeddings.word_embeddings)
    given = method.attribute(row, baseline, n_steps=steps, method="gausslegendre")
    return given.sum(-1)[0].detach().numpy()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("answer", [0, 3, 23])
def test_gradients_are_torchs_at_lengths_that_were_not_traced(
    network: Any, graphs: tuple[Any, Any], length: int, answer: int
) -> None:
    from meno_model.attribution.graph import torch_attribution
    from meno_model.attribution.steps import Passage, integrate

    passage = Passage.of(sequence(length, network.vocabulary), answer, len(network.answers), place=1)
    for graph, twin in zip(graphs, (network, rounded_copy(network)), strict=True):
        expected = torch_attribution(twin, passage)
        assert integrate(graph, passage, stages=(8,)).effect == pytest.approx(expected, abs=1e-5)
        assert np.abs(expected).max() > 1e-3, "nothing was compared"


@pytest.mark.parametrize("length", LENGTHS)
def test_attributions_are_captums_to_five_places(network: Any, graphs: tuple[Any, Any], length: int) -> None:
    from meno_model.attribution.steps import Passage, integrate

    ids = sequence(length, network.vocabulary)
    passage = Passage.of(ids, 0, len(network.answers))
    for graph, twin in zip(graphs, (network, rounded_copy(network)), strict=True):
        for steps in (8, 32):
            ours = integrate(graph, passage, stages=(steps,)).effect
            assert ours == pytest.approx(by_captum(twin, ids, steps), abs=1e-5)


def test_the_explained_answers_are_the_models_own(network: Any) -> None:
    import torch

    ids = torch.tensor([sequence(31, network.vocabulary)])
    location, category, *_ = network.model(ids, torch.ones_like(ids))
    place = torch.zeros(1, 31)
    place[0, 4] = 1.0
    positions = torch.arange(31).unsqueeze(0) + network.first_position
    outputs = network.outputs(network.embed(ids), ids, positions, place)[0]
    assert outputs[0].item() == pytest.approx(
        (torch.logsumexp(location[0, 1:], 0) - location[0, 0]).item(), abs=1e-4
    )
    assert outputs[1:].tolist() == pytest.approx(category[0, 4].tolist(), abs=1e-4)


def test_the_steps_of_the_graph_add_up_to_the_change_of_the_answer(
    network: Any, graphs: tuple[Any, Any]
) -> None:
    from meno_model.attribution.steps import Passage, integrate

    for length in LENGTHS:
        passage = Passage.of(sequence(length, network.vocabulary), 0, len(network.answers))
        for graph in graphs:
            assert integrate(graph, passage, stages=(32,)).gap < 0.01


def test_another_head_needs_one_class_only(network: Any, tmp_path: Path) -> None:
    """A head with one answer, made of the average of all tokens."""
    import torch

    from meno_model.attribution.gradients import GradientGraph
    from meno_model.attribution.graph import torch_attribution, write_graph
    from meno_model.attribution.network import Explainable
    from meno_model.attribution.steps import Passage, integrate

    class Other(Explainable):
        answers = ("style",)
        first_position = network.first_position
        vocabulary = network.vocabulary

        def __init__(self) -> None:
            super().__init__()
            self.body = network
            self.head = torch.nn.Linear(32, 1)

        def embed(self, ids: torch.Tensor) -> torch.Tensor:
            return self.body.embed(ids)

        def outputs(self, embeddings: Any, ids: Any, positions: Any, place: Any) -> Any:
            return self.head(torch.tanh(self.body._hidden(embeddings, positions)).mean(1))

    torch.manual_seed(0)
    other = Other()
    agreement = write_graph(other, tmp_path / "other.onnx", [], trained=False)
    assert agreement.largest_difference < 1e-5
    graph = GradientGraph.open(tmp_path / "other.onnx")
    assert graph.answers == ("style",)
    passage = Passage.of(sequence(21, network.vocabulary), 0, 1)
    given = integrate(graph, passage, stages=(8,)).effect
    assert given == pytest.approx(torch_attribution(rounded_copy(other), passage), abs=1e-5)


@pytest.mark.timeout(400)  # tracing a gradient takes a minute
def test_an_export_makes_the_graph_and_names_it_in_the_manifest(
    export_of_tiny_run: tuple[Path, dict[str, Any]],
) -> None:
    out, told = export_of_tiny_run
    files = open_weights(out)
    agreement = told["export"]["attribution"]

    assert files.attribution_checksum is not None
    assert agreement["largest_difference"] < 1e-5
    assert files.facts["export"]["attribution"] == agreement
    assert sorted(path.name for path in out.iterdir()) == [
        "attribution.int8.onnx", "calibration.json", "manifest.json", "model.fp16.onnx", "model.fp32.onnx",
        "model.int8.onnx", "tokenizer.json",
    ]  # fmt: skip


@pytest.mark.timeout(400)
def test_a_model_without_the_graph_is_given_the_same_one(
    export_of_tiny_run: tuple[Path, dict[str, Any]], tiny_run: Path, tmp_path: Path
) -> None:
    given, _ = export_of_tiny_run
    checksum = open_weights(given).attribution_checksum
    out = Path(shutil.copytree(given, tmp_path / "model"))
    before = (out / "calibration.json").read_bytes()
    (out / ATTRIBUTION_GRAPH).unlink()
    values = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    del values["files"][ATTRIBUTION_GRAPH]
    (out / MANIFEST).write_text(json.dumps(values), encoding="utf-8")

    added = cli.invoke(model_app, ["add-attribution", "--run", str(tiny_run), "--model", str(out)])

    assert added.exit_code == 0, added.output
    assert open_weights(out).attribution_checksum == checksum
    assert (out / "calibration.json").read_bytes() == before
