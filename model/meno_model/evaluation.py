"""Honest numbers: held-out mutants, and bugs of real people where an evaluation set is named.

Evaluation sets are read and never trained or tuned on. Each record is a JSON object with `buggy` and, where
known, `fixed` and `bug_lines` (1-based; used where `label_quality`, if given, is high); `code` alone is a
clean program. Places are scored as line top-1, 3
and 5 beside three baselines, detection as ROC area and as recall at 1 % and 2 % false alarms, pushes at the
shipped thresholds.
"""

from __future__ import annotations

import difflib
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meno_analyzers.findings import Category
from meno_model.baselines import BASELINES, code_lines
from meno_model.corpus.snippets import Snippet
from meno_model.errors import CorpusError
from meno_model.metrics import area_under_curve, interval, recall_at_false_positive_rate
from meno_model.predictor import Predictor
from meno_model.scoring import Scored, fires
from meno_model.units import units_of

TOPS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Program:
    """One evaluation record; lines are 0-based and may be several right answers."""

    buggy: str
    fixed: str | None
    lines: frozenset[int]
    category: str | None


@dataclass(slots=True)
class Report:
    """Figures of one set, as printed and stored."""

    name: str
    number: int
    figures: dict[str, Any] = field(default_factory=dict)


def thresholds_of(predictor: Predictor) -> dict[Category, float]:
    """The thresholds of the categories that are shown."""
    items = predictor.files.calibration.thresholds
    return {item.category: item.probability for item in items if item.probability is not None}


def evaluate_mutants(predictor: Predictor, clean: Sequence[Scored], mutants: Sequence[Scored]) -> Report:
    """Detection, place and category on held-out snippets and their mutants."""
    thresholds = thresholds_of(predictor)
    sick = [item.prediction.odds for item in mutants]
    well = [item.prediction.odds for item in clean]
    pushed = [item for item in mutants if fires(item.prediction, thresholds)]
    alarms = sum(fires(item.prediction, thresholds) for item in clean)
    placed = [item for item in mutants if item.place_is_right]
    by_snippet = {item.snippet.text: item.prediction.odds for item in clean}
    pairs = [
        item.prediction.odds > by_snippet[item.snippet.text]
        for item in mutants
        if item.snippet.text in by_snippet
    ]
    low, high = interval(alarms, len(clean))
    report = Report("held-out mutants", len(mutants))
    report.figures = {
        "clean_units": len(clean),
        "area_under_curve": area_under_curve(sick, well),
        "pairwise": sum(pairs) / max(1, len(pairs)),
        "recall_at_1_percent": recall_at_false_positive_rate(sick, well, 0.01),
        "recall_at_2_percent": recall_at_false_positive_rate(sick, well, 0.02),
        "place_right": len(placed) / max(1, len(mutants)),
        "category_right_given_place": sum(i.category_is_right for i in placed) / max(1, len(placed)),
        "pushed": len(pushed) / max(1, len(mutants)),
        "pushed_and_place_right": sum(i.place_is_right for i in pushed) / max(1, len(pushed)),
        "pushed_and_category_right": sum(i.category_is_right for i in pushed) / max(1, len(pushed)),
        "false_alarms": alarms,
        "false_alarm_rate": alarms / max(1, len(clean)),
        "false_alarm_interval_95": [low, high],
        "lines": _line_hits_of_mutants(mutants),
        "by_operator": _by_operator(mutants, thresholds),
    }
    return report


def _by_operator(mutants: Sequence[Scored], thresholds: dict[Category, float]) -> dict[str, dict[str, float]]:
    table: dict[str, list[Scored]] = {}
    for item in mutants:
        if item.edit is not None:
            table.setdefault(item.edit.operator, []).append(item)
    return {
        name: {
            "number": len(items),
            "place_right": sum(i.place_is_right for i in items) / len(items),
            "pushed": sum(fires(i.prediction, thresholds) for i in items) / len(items),
        }
        for name, items in sorted(table.items())
    }


def _line_hits_of_mutants(mutants: Sequence[Scored]) -> dict[str, list[float]]:
    orders: list[tuple[dict[str, Sequence[int]], set[int]]] = []
    for item in mutants:
        if item.edit is None:
            continue
        first = item.text.count("\n", 0, item.edit.focus[0])
        last = item.text.count("\n", 0, item.edit.focus[1] - 1)
        weights: dict[int, float] = {}
        for lexeme, weight in zip(item.rendering.lexemes, item.prediction.lexeme_weight, strict=True):
            weights[lexeme.line] = weights.get(lexeme.line, 0.0) + weight
        ranked: dict[str, Sequence[int]] = {"model": sorted(weights, key=lambda line: -weights[line])}
        ranked.update({name: order(item.text) for name, order in BASELINES.items()})
        orders.append((ranked, set(range(first, last + 1))))
    return _top_rates(orders)


def _top_rates(
    orders: Sequence[tuple[dict[str, Sequence[int]], set[int] | frozenset[int]]],
) -> dict[str, list[float]]:
    """Per ranking the share of items whose right line is among the first 1, 3 and 5."""
    names = orders[0][0] if orders else {}
    return {
        name: [
            sum(bool(right & set(ranked[name][:top])) for ranked, right in orders) / len(orders)
            for top in TOPS
        ]
        for name in names
    }


def evaluate_programs(predictor: Predictor, name: str, programs: Sequence[Program]) -> Report:
    """Detection and place on buggy programs of an evaluation set, false alarms on their corrections."""
    parsed = [program for program in programs if units_of(program.buggy)]
    report = Report(name, len(parsed))
    located = [program for program in parsed if program.lines]
    thresholds = thresholds_of(predictor)
    sick, well, hits, pushed, judged = [], [], 0, 0, 0
    orders: list[tuple[dict[str, Sequence[int]], set[int] | frozenset[int]]] = []
    for program in parsed:
        order, odds, pushes = rank_lines(predictor, program.buggy, thresholds)
        sick.append(odds)
        pushed += bool(pushes)
        hits += bool(pushes & program.lines)
        judged += bool(pushes and program.lines)
        if program in located:
            ranked: dict[str, Sequence[int]] = {"model": order}
            ranked.update({key: baseline(program.buggy) for key, baseline in BASELINES.items()})
            orders.append((ranked, program.lines))
    alarms = 0
    fixed = [p.fixed for p in parsed if p.fixed is not None and units_of(p.fixed)]
    for text in fixed:
        _, odds, pushes = rank_lines(predictor, text, thresholds)
        well.append(odds)
        alarms += bool(pushes)
    report.figures = {
        "with_lines": len(orders),
        "lines": _top_rates(orders) if orders else {},
        "area_under_curve": area_under_curve(sick, well),
        "recall_at_1_percent": recall_at_false_positive_rate(sick, well, 0.01),
        "recall_at_2_percent": recall_at_false_positive_rate(sick, well, 0.02),
        "pushed": pushed,
        "pushed_with_known_line": judged,
        "pushed_on_right_line": hits,
        "fixed": len(fixed),
        "false_alarms_on_fixed": alarms,
    }
    return report


def evaluate_clean(predictor: Predictor, name: str, texts: Sequence[str]) -> Report:
    """False alarms on programs that are right, per program and per unit."""
    thresholds = thresholds_of(predictor)
    programs, alarms, units, unit_alarms = 0, 0, 0, 0
    for text in texts:
        own = units_of(text)
        if not own:
            continue
        programs += 1
        answers = [answer for answer in predictor.predict_units(own) if answer is not None]
        firing = sum(fires(prediction, thresholds) for _, prediction in answers)
        units += len(answers)
        unit_alarms += firing
        alarms += firing > 0
    low, high = interval(unit_alarms, max(1, units))
    report = Report(name, programs)
    report.figures = {
        "units": units,
        "false_alarms": unit_alarms,
        "false_alarm_rate": unit_alarms / max(1, units),
        "false_alarm_interval_95": [low, high],
        "programs_with_alarm": alarms,
    }
    return report


def rank_lines(
    predictor: Predictor, text: str, thresholds: dict[Category, float]
) -> tuple[list[int], float, set[int]]:
    """0-based lines by suspicion, the highest log-odds of any unit, and the lines that would be shown."""
    scores = dict.fromkeys(code_lines(text), 0.0)
    odds, shown = -60.0, set()
    units = units_of(text)
    for unit, answer in zip(units, predictor.predict_units(units), strict=True):
        if answer is None:
            continue
        rendering, prediction = answer
        odds = max(odds, prediction.odds)
        if fires(prediction, thresholds):
            shown.add(unit.line_numbers[rendering.lexemes[prediction.place].line])
        for lexeme, weight in zip(rendering.lexemes, prediction.lexeme_weight, strict=True):
            line = unit.line_numbers[lexeme.line]
            if line in scores:
                scores[line] += prediction.probability * weight
    return sorted(scores, key=lambda line: -scores[line]), odds, shown


def read_programs(path: Path) -> tuple[list[Program], list[str]]:
    """Buggy programs and clean texts of a `.jsonl.gz` evaluation set."""
    if not path.is_file():
        raise CorpusError(f"There is no evaluation set {path}: name a .jsonl.gz file.")
    programs: list[Program] = []
    clean: list[str] = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if isinstance(record.get("buggy"), str):
                    programs.append(_program(record))
                elif isinstance(record.get("code"), str):
                    clean.append(record["code"])
    except (OSError, ValueError) as problem:
        raise CorpusError(
            f"The evaluation set {path} cannot be read: it must be gzip-compressed JSON lines."
        ) from problem
    return programs, clean


def _program(record: dict[str, Any]) -> Program:
    buggy, fixed = record["buggy"], record.get("fixed")
    if isinstance(record.get("code_end_line"), int):
        buggy = "\n".join(buggy.split("\n")[: record["code_end_line"]]) + "\n"
    lines = {int(n) - 1 for key in ("bug_lines", "accept_lines") for n in record.get(key) or ()}
    if record.get("label_quality") in ("low", "medium"):
        lines = set()
    elif not lines and isinstance(fixed, str):
        lines = set(_changed_lines(buggy, fixed))
    return Program(buggy, fixed if isinstance(fixed, str) else None, frozenset(lines), record.get("category"))


def _changed_lines(buggy: str, fixed: str) -> Iterator[int]:
    """0-based lines of `buggy` that the correction replaces or removes; beside the gap for an insertion."""
    old = [line.strip() for line in buggy.split("\n")]
    new = [line.strip() for line in fixed.split("\n")][: len(old) + 3]
    for kind, first, last, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("replace", "delete"):
            yield from (n for n in range(first, last) if old[n])
        elif kind == "insert" and first < len(old):
            yield from (max(0, first - 1), first)


Choice = Callable[[Snippet], bool]
