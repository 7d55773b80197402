"""How good the explanations are: complete, stable, faithful to the model, learned, and quick.

    python benchmarks/attribution.py DATA.jsonl.gz… [--model DIRECTORY] [--limit 60] [--spoken]
                                                [--format table|json]

For each program (`buggy`, or `code`) the most suspicious unit is explained, as the editor would explain it;
with `--spoken` only where the model has something to say unasked, which is when an editor can ask why.
Printed are, for 4, 8, 16 and 32 steps, the completeness gap and the agreement with 128 steps; what the
adaptive number of steps comes to; deletion and insertion curves against random orders of words (the mean of
3 shuffles) and against the pointer's own probabilities; how often the most influential word stands on a line
that has to change; the agreement with a network of shuffled weights, which should be none; and milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from attribution_curves import Area, area, interval, mean_area
from rich.console import Console
from rich.table import Table

from meno_analyzers.findings import Category
from meno_model.attribution.gradients import GradientGraph
from meno_model.attribution.steps import Integration, Passage, integrate
from meno_model.evaluation.records import Program, read_set
from meno_model.predictor import Predictor, combine, read_unit
from meno_model.rendering import Rendering
from meno_model.runtime import Judgement, Runtime
from meno_model.units import Unit, units_of
from meno_model.weights import ModelFiles, open_weights
from meno_model.weights.shards import read_whole
from meno_model.windows import Window

STEPS = (4, 8, 16, 32)
REFERENCE = 128
TOP = 5
SHUFFLES = 3
ALL_STEPS = 10**9
LENGTHS = (64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Item:
    """One passage that is explained: the window that speaks for the most suspicious unit of a program."""

    program: Program
    unit: Unit
    rendering: Rendering
    window: Window
    judgement: Judgement
    place: int
    category: Category

    @property
    def words(self) -> tuple[list[int], list[list[int]]]:
        """Lexemes of the window, and the tokens of each."""
        found: dict[int, list[int]] = {}
        for token, piece in enumerate(self.window.pieces):
            origin = self.rendering.origins[piece] if piece >= 0 else -1
            if origin >= 0:
                found.setdefault(origin, []).append(token)
        return list(found), list(found.values())

    def line_of(self, lexeme: int) -> int:
        return self.unit.line_numbers[self.rendering.lexemes[lexeme].line]


def items_of(path: Path, predictor: Predictor, limit: int, spoken: bool = False) -> Iterator[Item]:
    """One item a program, of programs spread evenly over the set."""
    data = read_set(path)
    correct = [Program(text, None, frozenset(), None, frozenset(), "") for text in data.correct]
    programs = [*data.programs, *correct]
    files = predictor.files
    step = 1 if spoken else max(1, len(programs) // limit)
    number = 0
    for program in programs[::step]:
        if number == limit:
            return
        best: tuple[float, Item] | None = None
        for unit in units_of(program.buggy):
            read = read_unit(unit, predictor.runtime.tokenizer, files.longest)
            if read is None:
                continue
            rendering, windows = read
            judged = list(zip(windows, predictor.runtime.judge(windows), strict=True))
            prediction = combine(rendering, judged, files)
            if spoken and not predictor.shows(unit, prediction):
                continue
            window, judgement = max(judged, key=lambda pair: pair[1].odds)
            if best is None or prediction.odds > best[0]:
                place, category = prediction.place, prediction.category
                item = Item(program, unit, rendering, window, judgement, place, category)
                best = prediction.odds, item
        number += best is not None or not spoken
        if best is not None:
            yield best[1]


def explained(graph: GradientGraph, item: Item, steps: Sequence[int]) -> Integration:
    passage = Passage.of(item.window.ids, graph.answers.index("odds"), len(graph.answers))
    return integrate(graph, passage, stages=steps, budget_seconds=ALL_STEPS)


def top(effect: np.ndarray) -> set[int]:
    return set(np.argsort(-np.abs(effect))[:TOP].tolist())


def correlation(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.corrcoef(left, right)[0, 1])


def shuffled(files: ModelFiles, folder: Path) -> GradientGraph:
    """The graph with the entries of every stored matrix shuffled: same numbers, nothing learned."""
    model = onnx.load_from_string(read_whole(files.attribution_graph))
    random = np.random.default_rng(1)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8:
            values = random.permuted(onnx.numpy_helper.to_array(tensor), axis=None)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    path = folder / "shuffled.onnx"
    onnx.save(model, str(path))
    return GradientGraph.open(path)


def measure(
    items: Sequence[Item], graph: GradientGraph, other: GradientGraph, runtime: Runtime
) -> dict[str, Any]:
    """All figures of one set but the times."""
    gaps: dict[int, list[float]] = {steps: [] for steps in STEPS}
    missed: dict[int, list[float]] = {steps: [] for steps in STEPS}
    agreement: dict[int, list[float]] = {steps: [] for steps in STEPS}
    overlap: dict[int, list[float]] = {steps: [] for steps in STEPS}
    changes, adaptive, rough, sanity, sanity_top, milliseconds = [], [], [], [], [], []
    areas: dict[str, list[Area]] = {"attribution": [], "pointer": [], "random": []}
    hits: dict[str, list[bool]] = {"attribution": [], "pointer": [], "any word": []}
    random = np.random.default_rng(7)
    for item in items:
        reference = explained(graph, item, (REFERENCE,))
        change = abs(reference.end - reference.start)
        changes.append(change)
        for steps in STEPS:
            found = explained(graph, item, (steps,))
            gaps[steps].append(found.gap)
            missed[steps].append(found.gap * change)
            agreement[steps].append(correlation(found.effect, reference.effect))
            overlap[steps].append(len(top(found.effect) & top(reference.effect)) / TOP)
        began = time.perf_counter()
        found = integrate(graph, Passage.of(item.window.ids, graph.answers.index("odds"), len(graph.answers)))
        milliseconds.append(1000 * (time.perf_counter() - began))
        adaptive.append(found.steps)
        rough.append(found.gap > 0.10)
        blind = explained(other, item, (32,))
        sanity.append(correlation(blind.effect, reference.effect))
        sanity_top.append(len(top(blind.effect) & top(reference.effect)) / TOP)
        lexemes, words = item.words
        effect = np.array([found.effect[tokens].sum() for tokens in words])
        pointer = np.array([np.exp(item.judgement.location[tokens]).sum() for tokens in words])
        orders = {"attribution": np.argsort(-effect), "pointer": np.argsort(-pointer)}
        for name, order in orders.items():
            areas[name].append(area(runtime, item.window, words, order.tolist()))
        areas["random"].append(
            mean_area(
                [
                    area(runtime, item.window, words, random.permutation(len(words)).tolist())
                    for _ in range(SHUFFLES)
                ]
            )
        )
        if item.program.lines:
            on_line = [item.line_of(lexeme) in item.program.lines for lexeme in lexemes]
            hits["attribution"].append(on_line[int(np.argmax(effect))])
            hits["pointer"].append(on_line[int(np.argmax(pointer))])
            hits["any word"] += on_line
    return {
        "number": len(items),
        "tokens_median": statistics.median(len(item.window.ids) for item in items),
        "change_median": statistics.median(changes),
        "steps": {
            str(steps): {
                "gap_median": statistics.median(gaps[steps]),
                "gap_of_the_whole": sum(missed[steps]) / sum(changes),
                "gap_90": float(np.quantile(gaps[steps], 0.9)),
                "correlation_with_128": statistics.fmean(agreement[steps]),
                "top_5_with_128": statistics.fmean(overlap[steps]),
            }
            for steps in STEPS
        },
        "adaptive": {
            "steps": {str(steps): adaptive.count(steps) for steps in (8, 16, 32)},
            "approximate": sum(rough) / len(rough),
            "milliseconds_median": statistics.median(milliseconds),
            "milliseconds_95": float(np.quantile(milliseconds, 0.95)),
        },
        "curves": curves(areas),
        "most_influential_on_a_bug_line": {
            "number": len(hits["attribution"]),
            **{name: statistics.fmean(found) if found else None for name, found in hits.items()},
        },
        "shuffled_weights": {
            "correlation_mean": statistics.fmean(sanity),
            "correlation_largest": max(sanity),
            "top_5": statistics.fmean(sanity_top),
        },
    }


def curves(areas: dict[str, list[Area]]) -> dict[str, Any]:
    """Mean areas, and how the attribution's differ from the others' (95 % bootstrap intervals)."""
    found: dict[str, Any] = {}
    for kind in ("deletion", "insertion"):
        values = {name: [getattr(one, kind) for one in own] for name, own in areas.items()}
        found[kind] = {name: statistics.fmean(own) for name, own in values.items()}
        for name in ("random", "pointer"):
            better = [
                (theirs - ours) if kind == "deletion" else (ours - theirs)
                for ours, theirs in zip(values["attribution"], values[name], strict=True)
            ]
            found[kind][f"better_than_{name}"] = statistics.fmean(better)
            found[kind][f"better_than_{name}_interval"] = interval(better)
            found[kind][f"wins_against_{name}"] = statistics.fmean(value > 0 for value in better)
    return found


def times(files: ModelFiles, threads: int, rounds: int) -> dict[str, Any]:
    """Milliseconds for random tokens; lengths above the model's window are those of the window."""
    graph = GradientGraph.of(files, threads)
    random = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for length in sorted({min(length, files.longest) for length in LENGTHS}):
        ids = [0, *random.integers(5, 4000, size=length - 2).tolist(), 2]
        passage = Passage.of(ids, 0, len(graph.answers))
        found[str(length)] = {}
        for steps in (8, 16, 32):
            taken = []
            for _ in range(rounds):
                began = time.perf_counter()
                integrate(graph, passage, stages=(steps,))
                taken.append(1000 * (time.perf_counter() - began))
            found[str(length)][str(steps)] = {
                "median": statistics.median(taken),
                "percentile_95": float(np.quantile(taken, 0.95)),
                "least": min(taken),
            }
    return found


def tables(figures: dict[str, Any]) -> Iterator[Table]:
    steps = Table(title="completeness gap, and agreement with 128 steps")
    for heading in ("set", "n", "steps", "gap, median", "of the whole", "90 %", "correlation", "top 5"):
        steps.add_column(heading)
    curve = Table(title="mean log-odds along the curves, 95 % interval of the gain")
    for heading in ("set", "curve", "attribution", "pointer", "random", "gain on random", "gain on pointer"):
        curve.add_column(heading)
    rest = Table(title="the rest")
    for heading in ("set", "figure", "value"):
        rest.add_column(heading)
    for name, own in figures["sets"].items():
        for number, row in own["steps"].items():
            steps.add_row(
                name,
                str(own["number"]),
                number,
                *(f"{row[key]:.1%}" for key in ("gap_median", "gap_of_the_whole", "gap_90")),
                f"{row['correlation_with_128']:.4f}",
                f"{row['top_5_with_128']:.0%}",
            )
        for kind, row in own["curves"].items():
            gains = [
                f"{row[f'better_than_{other}']:+.2f} [{row[f'better_than_{other}_interval'][0]:+.2f},"
                f" {row[f'better_than_{other}_interval'][1]:+.2f}], wins {row[f'wins_against_{other}']:.0%}"
                for other in ("random", "pointer")
            ]
            means = [f"{row[order]:.2f}" for order in ("attribution", "pointer", "random")]
            curve.add_row(name, kind, *means, *gains)
        for group in ("adaptive", "most_influential_on_a_bug_line", "shuffled_weights"):
            for key, value in own[group].items():
                shown = f"{value:.3f}" if isinstance(value, float) else str(value)
                rest.add_row(name, f"{group}: {key}".replace("_", " "), shown)
    yield from (steps, curve, rest)
    speed = Table(title="milliseconds, median / 95 % / least")
    for heading in ("threads", "tokens", "8 steps", "16 steps", "32 steps"):
        speed.add_column(heading)
    for threads, own in figures["milliseconds"].items():
        for tokens, row in own.items():
            cells = (f"{v['median']:.0f} / {v['percentile_95']:.0f} / {v['least']:.0f}" for v in row.values())
            speed.add_row(threads, tokens, *cells)
    yield speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", nargs="*", type=Path, help="evaluation sets, .jsonl.gz")
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--limit", type=int, default=60, help="programs of each set")
    parser.add_argument("--spoken", action="store_true", help="only what the model says something about")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=20, help="for the milliseconds; 0 leaves them out")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    chosen = parser.parse_args()
    files = open_weights(chosen.model)
    predictor = Predictor(Runtime(files))
    graph = GradientGraph.of(files)
    figures: dict[str, Any] = {"model_sha256": files.graph_checksum, "sets": {}}
    figures["milliseconds"] = {
        str(threads): times(files, threads, chosen.rounds) for threads in chosen.threads if chosen.rounds
    }
    with TemporaryDirectory() as folder:
        other = shuffled(files, Path(folder))
        for path in chosen.data:
            items = list(items_of(path, predictor, chosen.limit, chosen.spoken))
            print(f"{path}: {len(items)} programs", file=sys.stderr, flush=True)
            name = f"{path.parent.name}/{path.name.removesuffix('.jsonl.gz')}"
            figures["sets"][name] = measure(items, graph, other, predictor.runtime)
    if chosen.format == "json":
        print(json.dumps(figures, indent=1))
        return
    console = Console(width=150)
    for table in tables(figures):
        console.print(table)


if __name__ == "__main__":
    main()
