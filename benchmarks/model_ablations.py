"""What each part of the training recipe is worth: the same small budget with one part left out at a time.

    python benchmarks/model_ablations.py RUN SET.jsonl.gz… [--steps 600] [--seeds 1] [--threads 0]
                                         [--format table|json]

RUN is the folder of a training run, whose code, vocabulary and pairs are used. For each recipe are printed
the share of held-out mistakes whose token is found and of pairs told apart, the same for real corrections,
and of each SET how often the wrong line is ranked first and among the first three, beside operator density
and the network before its first step. A small budget says which parts help early, not what a long run gains.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tables import Row, print_rows

from meno_model.baselines import densest_first
from meno_model.commands import open_predictor
from meno_model.configuration import Configuration, Schedule
from meno_model.errors import ModelError
from meno_model.evaluation.programs import judge
from meno_model.evaluation.records import EvaluationSet, read_set
from meno_model.evaluation.reports import first_right, top_rates
from meno_model.export import export
from meno_model.preparation import prepare, recorded_configuration
from meno_model.tokenizer import CodeTokenizer
from meno_model.training import TrainingRun
from meno_model.units import units_of

_GUESSES_A_STEP = 4
"""As many of the network's own mistakes as a small budget can look at."""


def recipes(steps: int, threads: int, whole: Schedule) -> dict[str, Schedule]:
    """The whole recipe within the budget, and without each of its parts."""
    full = replace(
        whole,
        minutes=0.0,
        epochs=0.0,
        steps=steps,
        threads=threads,
        guessed_pairs=min(whole.guessed_pairs, _GUESSES_A_STEP * steps),
        checkpoint_minutes=1e9,
    )
    return {
        "whole": full,
        "without dense phase": replace(full, dense_share=0.0),
        "without guessed mistakes": replace(full, guessed_pairs=0),
        "without real corrections": replace(full, correction_share=0.0),
        "without replay of hard ones": replace(full, replay_from=1.0),
        "without settling": replace(full, settle_share=0.0),
    }


def measure(
    name: str, run: Path, configuration: Configuration, sets: Sequence[EvaluationSet], untrained: bool = False
) -> Row:
    """Train in a folder of its own, export, and rank the lines of the sets."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "run"
        folder.mkdir()
        tokenizer = CodeTokenizer.load(run / "tokenizer.json")
        trained = TrainingRun(configuration, folder, prepare(recorded_configuration(run), run), tokenizer)
        if untrained:
            trained.save(trained.checkpoint)
        else:
            trained.run()
        shutil.copy(run / "tokenizer.json", folder)
        export(folder, Path(temporary) / "model", [[0, 5, 6, 2]])
        figures = trained.validate()
        row: Row = {
            "recipe": name,
            "token found": f"{figures['validation_place_right']:.1%}",
            "pair told": f"{figures['validation_pair_right']:.1%}",
            "real: token": f"{figures.get('real_place_right', float('nan')):.1%}",
            "real: pair": f"{figures.get('real_pair_right', float('nan')):.1%}",
        }
        predictor = open_predictor(Path(temporary) / "model")
        for data in sets:
            row.update(_lines(data, {"": lambda text: judge(predictor, text).order})[""])
        return row


def _lines(data: EvaluationSet, orders: dict[str, object]) -> dict[str, Row]:
    ranks: dict[str, list[int | None]] = {name: [] for name in orders}
    for program in data.programs:
        if program.lines and units_of(program.buggy):
            for name, order in orders.items():
                ranks[name].append(first_right(order(program.buggy), program.lines))  # type: ignore[operator]
    set_name = data.name.split("/")[0]
    return {
        name: {f"{set_name} top 1": f"{rates[0]:.1%}", f"{set_name} top 3": f"{rates[1]:.1%}"}
        for name, rates in top_rates(ranks).items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch chooses")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows: list[Row] = []
    try:
        whole = recorded_configuration(options.run)
        sets = [read_set(path) for path in options.sets]
        for seed in range(1, options.seeds + 1):
            for name, schedule in recipes(options.steps, options.threads, whole.training).items():
                configuration = replace(whole, training=replace(schedule, seed=seed))
                rows.append({"seed": seed, **measure(name, options.run, configuration, sets)})
                print(rows[-1], file=sys.stderr, flush=True)
        rows.append({"seed": 1, **measure("untrained", options.run, whole, sets, untrained=True)})
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 2
    baseline: Row = {"seed": "", "recipe": "operator density"}
    for data in sets:
        baseline.update(_lines(data, {"": densest_first})[""])
    print_rows([*rows, baseline], options.format)
    return 0


if __name__ == "__main__":
    sys.exit(main())
