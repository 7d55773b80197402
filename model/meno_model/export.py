"""From a checkpoint to the files that ship: ONNX, fused, int8, with checks that the answers stayed the same.

The way was chosen by trying: the legacy exporter with eager attention and opset 17 is the only one whose
attention onnxruntime's optimizer fuses; dynamic int8 needs the value infos dropped and the extra options
below; `reduce_range` avoids saturation on processors without VNNI. An export whose answers differ from
torch's is an `ExportError`, not a file. Needs the `[train]` extra.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from meno_model.attribution.graph import GraphAgreement, write_graph
from meno_model.attribution.network import ExplainableBugModel
from meno_model.checkpoints import load_checkpoint
from meno_model.configuration import CATEGORIES, Configuration, ModelShape, configuration_from
from meno_model.encoder import BugEncoder
from meno_model.errors import ConfigurationError, ExportError, TrainingExtraMissingError
from meno_model.mutations.inverses import REPAIRS
from meno_model.onnx_library import library, open_session
from meno_model.tokenizer import PAD
from meno_model.weights import (
    ATTRIBUTION_GRAPH,
    CALIBRATION,
    FULL_GRAPH,
    GRAPH,
    HALF_GRAPH,
    MANIFEST,
    TOKENIZER,
    open_weights,
    write_manifest,
)
from meno_model.weights.shards import checksum

OPSET = 17
OUTPUTS = ("location", "category", "repair")
LARGEST_DIFFERENCE = 1e-3
"""Between torch and the full-precision graph, in logits."""
LEAST_PLACE_AGREEMENT = 0.9
"""Share of sequences whose most suspicious token is the same in int8."""
LARGEST_CLEAN_DIFFERENCE = 0.2
"""In P(clean), between a network and the int8 graph that is said to have been made from it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the exported graphs are from the network, on random and on real sequences."""

    largest_difference: float
    fused_attentions: int
    same_place: float
    same_category: float
    largest_clean_difference: float
    int8_mebibytes: float
    attribution: GraphAgreement


def export(
    run: Path,
    out: Path,
    sequences: Sequence[Sequence[int]],
    *,
    with_gpu_graph: bool = False,
    untrained: bool = False,
) -> Agreement:
    """Write graph, tokenizer, neutral calibration and manifest of the run's checkpoint into `out`.

    `sequences` are token ids of real code (with `<s>` and `</s>`) on which int8 must agree. `untrained` takes
    the network as it was before its first step instead.
    """
    state = load_checkpoint(run / "checkpoint.pt")
    configuration = configuration_from(state["configuration"])
    if not (run / TOKENIZER).is_file():
        raise ConfigurationError(f"The run in {run} has no {TOKENIZER}: train again.")
    torch.manual_seed(configuration.training.seed)
    model = BugEncoder(configuration.model, attention="eager")
    if untrained:
        state = {**state, "model": model.state_dict(), "step": 0, "tokens": 0, "seconds": 0.0, "earlier": {}}
    else:
        model.load_state_dict(state["model"])
    model.eval()
    out.mkdir(parents=True, exist_ok=True)
    plain, fused = out / "plain.onnx", out / FULL_GRAPH
    try:
        _to_onnx(model, plain)
        attentions = _fuse(plain, fused, model.shape)
        _quantize(fused, out / GRAPH)
        difference = _largest_difference(model, fused, sequences)
        if difference > LARGEST_DIFFERENCE:
            raise ExportError(
                f"The exported graph differs from the network by {difference:.2g}: use the versions of torch"
                " and onnxruntime that the [train] extra names."
            )
        place, category, clean = _int8_agreement(_session(fused), _session(out / GRAPH), sequences)
        if place < LEAST_PLACE_AGREEMENT and state["step"] > 1000:
            raise ExportError(
                f"The int8 graph points elsewhere in {1 - place:.0%} of the checks: train longer."
            )
    finally:
        plain.unlink(missing_ok=True)
        if with_gpu_graph and fused.is_file():
            _halve(fused, out / HALF_GRAPH)
        else:
            fused.unlink(missing_ok=True)
    agreement = Agreement(
        difference,
        attentions,
        place,
        category,
        clean,
        round((out / GRAPH).stat().st_size / 2**20, 2),
        write_attribution_graph(configuration, state, out, sequences),
    )
    shutil.copyfile(run / TOKENIZER, out / TOKENIZER)
    (out / CALIBRATION).write_text(json.dumps(_neutral(out / GRAPH), indent=1) + "\n", encoding="utf-8")
    write_manifest(out, _description(configuration, state, model, agreement))
    return agreement


def write_attribution_graph(
    configuration: Configuration, state: dict[str, Any], out: Path, sequences: Sequence[Sequence[int]]
) -> GraphAgreement:
    """Write the graph that explains the model of a checkpoint."""
    network = ExplainableBugModel.of(configuration.model, state["model"])
    return write_graph(network, out / ATTRIBUTION_GRAPH, sequences, trained=state["step"] > 1000)


def add_attribution(run: Path, folder: Path, sequences: Sequence[Sequence[int]]) -> GraphAgreement:
    """Give an exported model the graph that explains it, from the run that it was exported from.

    An `ExportError` when the run's network answers otherwise than the model's graph.
    """
    open_weights(folder)
    state = load_checkpoint(run / "checkpoint.pt")
    configuration = configuration_from(state["configuration"])
    model = BugEncoder(configuration.model, attention="eager")
    model.load_state_dict(state["model"])
    place, _, clean = _int8_agreement(_Network(model.eval()), _session(folder / GRAPH), sequences)
    if place < LEAST_PLACE_AGREEMENT or clean > LARGEST_CLEAN_DIFFERENCE:
        raise ExportError(
            f"The model in {folder} was not exported from the run in {run}: they point at the same place in"
            f" {place:.0%} of the checks, and differ by up to {clean:.2f} in how sure they are that code is"
            " clean. Name its own run with --run."
        )
    agreement = write_attribution_graph(configuration, state, folder, sequences)
    description = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    description.get("training", {}).get("export", {})["attribution"] = asdict(agreement)
    write_manifest(folder, {k: v for k, v in description.items() if k not in ("files", "rendering")})
    return agreement


class _Network:
    """A torch network that is asked as a session is."""

    def __init__(self, model: BugEncoder) -> None:
        self._model = model

    def run(self, _names: None, feeds: dict[str, Any]) -> list[Any]:
        with torch.no_grad():
            answers = self._model(torch.from_numpy(feeds["ids"]), torch.from_numpy(feeds["mask"]))
        return [answer.numpy() for answer in answers]


def _description(
    configuration: Configuration, state: dict[str, Any], model: BugEncoder, agreement: Agreement
) -> dict[str, Any]:
    return {
        "name": configuration.name,
        "categories": [category.value for category in CATEGORIES],
        "repairs": list(REPAIRS),
        "longest": configuration.model.longest,
        "parameters": model.parameter_count,
        "training": {
            "steps": state["step"],
            "tokens": state["tokens"],
            "minutes": round(state["seconds"] / 60, 1),
            "earlier": _earlier(state),
            "configuration": configuration.as_dict(),
            "export": asdict(agreement),
        },
    }


def _earlier(state: dict[str, Any]) -> list[dict[str, Any]]:
    """What was spent on the runs whose weights this one began with, the last one first."""
    runs: list[dict[str, Any]] = []
    while state := state.get("earlier") or {}:
        minutes = round(state["seconds"] / 60, 1)
        runs.append({"steps": state["step"], "tokens": state["tokens"], "minutes": minutes})
    return runs


def _neutral(graph: Path) -> dict[str, Any]:
    """Before calibration nothing may be shown."""
    return {
        "model_sha256": checksum(graph),
        "temperature": 1.0,
        "bias": 0.0,
        "thresholds": {category.value: None for category in CATEGORIES},
        "facts": {"calibrated": False},
    }


def _to_onnx(model: BugEncoder, path: Path) -> None:
    try:
        import onnx  # noqa: F401  # torch's exporter needs it and says so less clearly
    except ImportError as problem:
        raise TrainingExtraMissingError("onnx") from problem
    ids = torch.randint(5, model.shape.vocabulary, (2, 24))
    names = {"ids": {0: "batch", 1: "tokens"}, "mask": {0: "batch", 1: "tokens"}}
    outputs = {name: {0: "batch", 1: "tokens"} for name in OUTPUTS}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the legacy exporter announces its age at every call
        torch.onnx.export(
            model,
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["ids", "mask"],
            output_names=list(OUTPUTS),
            dynamic_axes={**names, **outputs},
            opset_version=OPSET,
            dynamo=False,
        )


def _fuse(plain: Path, fused: Path, shape: ModelShape) -> int:
    """Fuse attention and layer norms; returns the number of fused attentions."""
    library()  # before its parts
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    graph = optimizer.optimize_model(
        str(plain),
        model_type="bert",
        num_heads=shape.heads,
        hidden_size=shape.hidden,
        optimization_options=options,
        opt_level=0,
    )
    graph.save_model_to_file(str(fused))
    return int(graph.get_fused_operator_statistics().get("Attention", 0))


def _quantize(fused: Path, quantized: Path) -> None:
    import onnx

    library()  # before its parts
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(fused))
    del model.graph.value_info[:]
    trimmed = quantized.with_suffix(".trimmed")
    onnx.save(model, str(trimmed))
    noise = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a step that was done: the graph is already optimized
    try:
        quantize_dynamic(
            str(trimmed),
            str(quantized),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
        )
    finally:
        logging.disable(noise)
        trimmed.unlink(missing_ok=True)


def _halve(fused: Path, half: Path) -> None:
    """The same graph in half precision; inputs and outputs stay as they are."""
    import onnx

    library()  # before its parts
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = onnx.load(str(fused))
    del model.graph.value_info[:]
    onnx.save(convert_float_to_float16(model, keep_io_types=True, disable_shape_infer=True), str(half))


def _session(path: Path) -> Any:
    return open_session(path, threads=os.cpu_count() or 1)


def _largest_difference(model: BugEncoder, graph: Path, sequences: Sequence[Sequence[int]]) -> float:
    """Largest difference in logits between torch and the graph, at three shapes and on real sequences."""
    session = _session(graph)
    random = np.random.default_rng(0)
    batches = [
        random.integers(5, model.shape.vocabulary, size=shape) for shape in ((1, 7), (3, 33), (2, 100))
    ]
    batches += [np.array([sequence], dtype=np.int64) for sequence in list(sequences)[:20]]
    worst = 0.0
    for ids in batches:
        mask = (ids != PAD).astype(np.int64)
        with torch.no_grad():
            expected = [item.numpy() for item in model(torch.from_numpy(ids), torch.from_numpy(mask))]
        given = session.run(None, {"ids": ids.astype(np.int64), "mask": mask})
        for left, right in zip(expected, given, strict=True):
            ordinary = np.abs(left) < 9e3
            worst = max(worst, float(np.abs(left - right)[ordinary].max()))
    return worst


def _int8_agreement(
    full: Any, quantized: Any, sequences: Sequence[Sequence[int]]
) -> tuple[float, float, float]:
    """Share of equal places and categories of two sessions, and the largest difference in P(clean)."""
    sessions = full, quantized
    places, categories, worst = 0, 0, 0.0
    for sequence in sequences:
        ids = np.array([sequence], dtype=np.int64)
        feeds = {"ids": ids, "mask": np.ones_like(ids)}
        (first, kinds, *_), (second, other_kinds, *_) = (session.run(None, feeds) for session in sessions)
        place, other = int(first[0, 1:].argmax()) + 1, int(second[0, 1:].argmax()) + 1
        places += place == other
        categories += int(kinds[0, place].argmax()) == int(other_kinds[0, place].argmax())
        clean = [float(np.exp(row[0] - np.logaddexp.reduce(row))) for row in (first[0], second[0])]
        worst = max(worst, abs(clean[0] - clean[1]))
    number = max(1, len(sequences))
    return places / number, categories / number, worst
