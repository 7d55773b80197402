"""Does the model still find a mistake when the program is written another way?

    python benchmarks/model_robustness.py SET.jsonl.gz… [--model DIRECTORY] [--ranker] [--format table|json]

Of the programs whose wrong line the model ranks first, how many keep it first after all names were changed,
comparisons turned round, branches exchanged, or the layout changed. `--ranker` asks the ranker instead of the
model alone. Beside it stands operator density, which names and layout cannot move.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rewritings import REWRITINGS
from tables import Row, print_rows

from meno_model.baselines import densest_first
from meno_model.commands import open_predictor
from meno_model.errors import ModelError
from meno_model.evaluation.programs import judge
from meno_model.evaluation.records import read_set
from meno_model.ranker import ranked
from meno_model.units import units_of

Order = Callable[[str], Sequence[int]]
Found = Sequence[tuple[str, frozenset[int]]]  # programs whose wrong lines were ranked first, with these


def first_origin(order: Order, text: str, origin: Sequence[int]) -> int | None:
    """The original line of the line that is ranked first."""
    lines = order(text)
    return origin[lines[0]] if lines and lines[0] < len(origin) else None


def survivals(
    order: Order, programs: Sequence[tuple[str, frozenset[int]]], rewriting: str
) -> tuple[int, int]:
    """How many of the programs are found after the rewriting, and how many could be rewritten."""
    kept = number = 0
    for text, lines in programs:
        try:
            made = REWRITINGS[rewriting](text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        if made is None or not units_of(made[0]):
            continue
        number += 1
        kept += first_origin(order, *made) in lines
    return kept, number


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--ranker", action="store_true")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    try:
        predictor = open_predictor(options.model)
        programs = [program for path in options.sets for program in read_set(path).programs]
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 2
    orders: dict[str, Order] = {
        "ranker" if options.ranker else "model": (
            (lambda text: [item.line for item in ranked(predictor, text)])
            if options.ranker
            else (lambda text: judge(predictor, text).order)
        ),
        "operator density": densest_first,
    }
    rows: list[Row] = []
    for name, order in orders.items():
        found = [
            (program.buggy, program.lines)
            for program in programs
            if program.lines
            and units_of(program.buggy)
            and first_origin(order, program.buggy, range(program.buggy.count("\n") + 1)) in program.lines
        ]
        total = [0, 0]
        for rewriting in REWRITINGS:
            kept, number = survivals(order, found, rewriting)
            total = [total[0] + kept, total[1] + number]
            rows.append(_row(name, rewriting, kept, number))
        rows.append(_row(name, "all", *total))
    print_rows(rows, options.format)
    return 0


def _row(name: str, rewriting: str, kept: int, number: int) -> Row:
    share = kept / number if number else 0.0
    return {
        "ranking": name,
        "rewriting": rewriting,
        "found before": number,
        "still": kept,
        "share": f"{share:.1%}",
    }


if __name__ == "__main__":
    sys.exit(main())
