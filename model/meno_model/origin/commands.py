"""What the commands of `cli.py` do: progress and tables on the terminal, the work in the other modules."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from meno_model.errors import TrainingExtraMissingError
from meno_model.origin.card import summary_rows
from meno_model.origin.recipe import load_recipe, recipe_from
from meno_model.origin.records import read_records
from meno_model.origin.training import Library, read_held_out, train, write_run
from meno_model.origin.weights import open_origin


def run_training(data: Sequence[Path], folder: Path, config: Path | None) -> dict[str, Any]:
    """Train and write the run's folder, which is a model's directory; the facts of calibration."""
    if find_spec("onnx") is None:
        raise TrainingExtraMissingError("onnx")
    recipe = load_recipe(config)
    console = Console(stderr=True)
    started = time.perf_counter()
    trained, own = train(read_records(data), recipe, Library(), lambda text: console.print(text))
    write_run(folder, trained, own, recipe)
    outcome = trained.outcome
    return {
        "records": trained.records,
        "seconds": round(time.perf_counter() - started, 1),
        "llm_from": round(outcome.llm_from, 4),
        "human_to": round(outcome.human_to, 4),
        "calibrated_on": outcome.facts["records"],
        "expected_calibration_error": outcome.facts["expected_calibration_error"],
    }


def run_evaluation(data: Sequence[Path], model: Path | None, *, leave_out: bool) -> dict[str, Any]:
    """The figures of both views; with `leave_out` those of models that were refitted, too."""
    from meno_model.origin.detector import Detector
    from meno_model.origin.evaluation import VIEWS, figures_of, score_records
    from meno_model.origin.summary import pooled

    files = open_origin(model)
    records = read_records(data)
    console = Console(stderr=True)
    detector, held_out, library = Detector(files), read_held_out(files.held_out), Library()
    figures: dict[str, Any] = {
        "model_sha256": files.graph_checksum,
        "records": len(records),
        "thresholds": {
            "llm_from": files.calibration.llm_from,
            "human_to": files.calibration.human_to,
            "least_tokens": files.calibration.least_tokens,
        },
        "views": {},
    }
    for view in VIEWS:
        console.print(f"scoring {view}")
        scored = score_records(records, view, detector, held_out, library)
        figures["views"][view] = {"summary": pooled(scored), **figures_of(scored)}
    if leave_out:
        from meno_model.origin.leaving_out import leave_out as leave

        recipe = recipe_from(files.training["recipe"])
        figures["left_out"] = leave(records, recipe, library, lambda text: console.print(text))
    return figures


def print_figures(figures: dict[str, Any]) -> None:
    """The tables of `meno origin evaluate`."""
    console = Console()
    console.print(_summary_table(figures))
    for view, values in figures["views"].items():
        console.print(_separation_table(view, values["by_suite"]))
        console.print(_generator_table(view, values["by_generator"]))
        console.print(_operating_table(view, values["operating_point"]))
        if values["mixed"]:
            console.print(f"mixed programs on {view}: {json.dumps(values['mixed'])}")
    if "left_out" in figures:
        console.print(_left_out_table(figures["left_out"]))


def _summary_table(figures: dict[str, Any]) -> Table:
    """The rows of `summary.py`, of all suites together."""
    table = _table("All suites together (ROC area, 95 % interval)", "figure", "of", "area", "name length")
    for label, measured, row in summary_rows(figures):
        table.add_row(label, measured, _area(row, "model"), _area(row, "identifier_length"))
    return table


def _separation_table(view: str, suites: dict[str, Any]) -> Table:
    table = _table(
        f"{view}: people and language models in one suite (ROC area, 95 % interval)",
        "suite", "human", "LLM", "shared problems", "all", "of shared problems", "within problems",
        "name length*",
    )  # fmt: skip
    for suite, row in suites.items():
        if row is not None:
            table.add_row(
                suite,
                str(row["human"]),
                str(row["llm"]),
                str(row["shared_problems"]),
                *(
                    _area(row[key], "model")
                    for key in ("area", "area_shared_problems", "area_within_problem")
                ),
                _area(row["area_within_problem"] or row["area"], "identifier_length"),
            )
    table.caption = "* the identifier-length baseline, within problems"
    return table


def _generator_table(view: str, generators: dict[str, Any]) -> Table:
    table = _table(
        f"{view}: by generator, against the people of its suites",
        "generator", "programs", "too short", "area", "name length", "LLM-like", "cannot tell", "human-like",
    )  # fmt: skip
    for name, row in generators.items():
        said = row["said"]
        table.add_row(
            name,
            str(row["programs"]),
            str(said["too_short"]),
            _area(row["area"], "model"),
            _area(row["area"], "identifier_length"),
            *(_percent(said[key]) for key in ("llm", "unclear", "human")),
        )
    return table


def _operating_table(view: str, suites: dict[str, Any]) -> Table:
    table = _table(
        f"{view}: whose programs Meno calls LLM-like",
        "suite", "certain humans judged", "accused", "rate", "at most (95 %)", "presumed humans", "LLM found",
    )  # fmt: skip
    for suite, row in suites.items():
        certain, presumed, models = row["certain_humans"], row["presumed_humans"], row["llm"]
        cells = ["–"] * 4
        if certain:
            cells = [
                str(certain["judged"]),
                str(certain["accused"]),
                _percent(certain["rate"]),
                _percent(certain["upper_bound"]),
            ]
        table.add_row(
            suite,
            *cells,
            f"{presumed['accused']} of {presumed['judged']}" if presumed else "–",
            _percent(models["llm"]) if models else "–",
        )
    return table


def _left_out_table(left_out: dict[str, Any]) -> Table:
    table = _table(
        "code_norm: what was left out of training",
        "left out", "measured on", "LLM", "human", "area", "name length", "within problems",
    )  # fmt: skip
    rows = [(name, name, row) for name, row in left_out["suites"].items()]
    for kind in ("generators", "families"):
        for name, suites in left_out[kind].items():
            label = name if kind == "generators" else f"all {name}"
            rows += [(label, suite, row) for suite, row in suites.items()]
    for label, suite, row in rows:
        if row is not None:
            table.add_row(
                label,
                suite,
                str(row["llm"]),
                str(row["human"]),
                _area(row["area"], "model"),
                _area(row["area"], "identifier_length"),
                _area(row["area_within_problem"], "model"),
            )
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for number, heading in enumerate(headings):
        table.add_column(heading.strip(), justify="right" if number else "left")
    return table


def _area(row: dict[str, Any] | None, key: str) -> str:
    if row is None:
        return "–"
    value, low, high = row[key]
    return f"{value:.3f} ({low:.2f}–{high:.2f})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
