"""Bugs of real people: detection against the correction, place by line, kind, and false alarms.

Place is asked of six rankings: the model's suspicion, the static rules, both with other witnesses (the
ranker that answers "where should I look?"), and three that have learned nothing. A kind is right strictly
when it is the labelled one, leniently when it is an accepted one or of the same family. Detection compares a
program with its own correction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from meno_analyzers.findings import Category
from meno_model.baselines import BASELINES, code_lines
from meno_model.evaluation.bootstrap import intervals
from meno_model.evaluation.records import EvaluationSet, Program
from meno_model.evaluation.reports import Report, first_right, top_rates
from meno_model.evaluation.speaking import SPEAKERS, Spoken, loudest_first, speaking, spoken_of
from meno_model.metrics import (
    area_under_curve,
    expected_calibration_error,
    interval,
    recall_at_false_positive_rate,
)
from meno_model.predictor import Predictor
from meno_model.ranker import ranked
from meno_model.units import units_of

FAMILIES: tuple[frozenset[Category], ...] = (
    frozenset({Category.NAME_ERROR, Category.ATTRIBUTE_ERROR, Category.WRONG_VARIABLE}),
    frozenset({Category.WRONG_COMPARATOR, Category.WRONG_OPERATOR, Category.OFF_BY_ONE_ERROR}),
    frozenset({Category.OFF_BY_ONE_ERROR, Category.INDEX_ERROR, Category.KEY_ERROR}),
    frozenset(
        {
            Category.LOGIC_ERROR,
            Category.MISSING_RETURN,
            Category.INFINITE_LOOP,
            Category.UNREACHABLE,
            Category.WRONG_BASE_CASE,
            Category.RECURSION_ERROR,
        }
    ),
    frozenset({Category.WRONG_METHOD_CALL, Category.WRONG_ARGUMENT, Category.MISSING_CALL}),
    frozenset(
        {
            Category.WRONG_LITERAL,
            Category.WRONG_INITIALIZATION,
            Category.TYPE_ERROR,
            Category.VALUE_ERROR,
            Category.ZERO_DIVISION_ERROR,
            Category.MUTABLE_DEFAULT,
        }
    ),
)
"""Kinds that a reader would count as near enough: names, signs, bounds, flow, calls, values."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the model says of one text: the highest log-odds of its units, and the unit's answer."""

    odds: float
    probability: float
    category: Category | None
    place: int | None
    shown: frozenset[int]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One program: the answers for it and for its correction, and the rank of its first right line."""

    program: Program
    buggy: Judged
    fixed: Judged | None
    ranks: Mapping[str, int | None]
    spoken: Spoken
    spoken_of_fixed: Spoken | None


def judge(predictor: Predictor, text: str) -> Judged:
    """The model's answers for a whole text, brought to 0-based lines."""
    scores = dict.fromkeys(code_lines(text), 0.0)
    odds, probability, category, place = -60.0, 0.0, None, None
    shown: set[int] = set()
    units = units_of(text)
    for unit, answer in zip(units, predictor.predict_units(units), strict=True):
        if answer is None:
            continue
        rendering, prediction = answer
        line = unit.line_numbers[rendering.lexemes[prediction.place].line]
        if prediction.odds > odds:
            odds, probability = prediction.odds, prediction.probability
            category, place = prediction.category, line
        if predictor.shows(unit, prediction):
            shown.add(line)
        for lexeme, weight in zip(rendering.lexemes, prediction.lexeme_weight, strict=True):
            if unit.line_numbers[lexeme.line] in scores:
                scores[unit.line_numbers[lexeme.line]] += prediction.probability * weight
    order = tuple(sorted(scores, key=lambda number: -scores[number]))
    return Judged(odds, probability, category, place, frozenset(shown), order)


def evaluate_programs(
    predictor: Predictor, data: EvaluationSet, beside: Mapping[str, Predictor] | None = None
) -> Report:
    """All figures of a set's buggy programs; `beside` are other models whose line ranking is printed, too."""
    rows = [_row(predictor, program, beside or {}) for program in data.programs if units_of(program.buggy)]
    report = Report(data.name, len(rows))
    if not rows:
        return report
    located = [row for row in rows if row.program.lines]
    labelled = [row for row in rows if row.program.category]
    corrected = [row for row in rows if row.fixed is not None]
    names = list(located[0].ranks) if located else []
    report.figures = {
        "with_lines": len(located),
        "with_category": len(labelled),
        "lines": top_rates({name: [row.ranks[name] for row in located] for name in names}),
        "unasked": speaking(
            [(row.spoken, row.program.lines) for row in located],
            [row.spoken_of_fixed for row in rows if row.spoken_of_fixed is not None],
        ),
        **_figures(rows),
        "pushed": sum(bool(row.buggy.shown) for row in rows),
        "pushed_with_known_line": sum(bool(row.buggy.shown) for row in located),
        "pushed_on_right_line": sum(bool(row.buggy.shown & row.program.lines) for row in located),
        "fixed": len(corrected),
        "false_alarms_on_fixed": sum(bool(row.fixed and row.fixed.shown) for row in corrected),
    }
    report.intervals = intervals(rows, [row.program.task for row in rows], _with_places)
    return report


def _row(predictor: Predictor, program: Program, beside: Mapping[str, Predictor]) -> Row:
    buggy = judge(predictor, program.buggy)
    fixed = judge(predictor, program.fixed) if program.fixed and units_of(program.fixed) else None
    ranks: dict[str, int | None] = {}
    if program.lines:
        orders: dict[str, Sequence[int]] = {
            "static": loudest_first(program.buggy),
            "model": buggy.order,
            "ranker": [item.line for item in ranked(predictor, program.buggy)],
            **{name: baseline(program.buggy) for name, baseline in BASELINES.items()},
            **{name: judge(other, program.buggy).order for name, other in beside.items()},
        }
        ranks = {name: first_right(order, program.lines) for name, order in orders.items()}
    spoken_of_fixed = spoken_of(program.fixed, fixed.shown) if program.fixed and fixed is not None else None
    return Row(program, buggy, fixed, ranks, spoken_of(program.buggy, buggy.shown), spoken_of_fixed)


def _with_places(rows: Sequence[Row]) -> dict[str, float]:
    located = [row for row in rows if row.program.lines]
    names = list(located[0].ranks) if located else []
    rates = top_rates({name: [row.ranks[name] for row in located] for name in names})
    places = {
        f"{name}: {label}": value
        for name, values in rates.items()
        for label, value in zip(("top 1", "top 3", "top 5", "MRR"), values, strict=True)
    }
    return {**_figures(rows), **places}


def _figures(rows: Sequence[Row]) -> dict[str, float]:
    """Figures that are rates, from any choice of rows; not a number where there is nothing to count."""
    sick = [row.buggy.odds for row in rows]
    well = [row.fixed.odds for row in rows if row.fixed is not None]
    both = [row for row in rows if row.fixed is not None]
    located = [row for row in rows if row.program.lines]
    labelled = [row for row in rows if row.program.category]
    recall = _mean([bool(row.buggy.shown) for row in both])
    alarms = _mean([bool(row.fixed and row.fixed.shown) for row in both])
    right = [(row, _leniently(row)) for row in labelled]
    return {
        "paired_accuracy": _mean([row.buggy.odds > row.fixed.odds for row in both if row.fixed]),
        "area_under_curve": area_under_curve(sick, well),
        "recall_at_1_percent": recall_at_false_positive_rate(sick, well, 0.01),
        "recall_at_2_percent": recall_at_false_positive_rate(sick, well, 0.02),
        "recall_minus_alarms": recall - alarms,
        "alarms_on_fixed": alarms,
        "category_strict": _mean([_strictly(row) for row in labelled]),
        "category_lenient": _mean([lenient for _, lenient in right]),
        "category_macro_f1": _macro_f1(labelled),
        "joint": _mean([lenient and row.ranks["model"] == 1 for row, lenient in right if row.program.lines]),
        "calibration_error": _calibration_error(located),
    }


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else math.nan


def _strictly(row: Row) -> bool:
    return row.buggy.category is not None and row.buggy.category.value == row.program.category


def _leniently(row: Row) -> bool:
    said = row.buggy.category
    if said is None:
        return False
    near = {category.value for family in FAMILIES if said in family for category in family}
    return said.value in row.program.accepted or row.program.category in near


def _macro_f1(rows: Sequence[Row]) -> float:
    """The mean over the labelled kinds of the harmonic mean of precision and recall."""
    pairs = [(row.program.category, row.buggy.category.value if row.buggy.category else "") for row in rows]
    scores = []
    for kind in {label for label, _ in pairs}:
        hits = sum(label == said == kind for label, said in pairs)
        wanted, claimed = sum(label == kind for label, _ in pairs), sum(said == kind for _, said in pairs)
        scores.append(2 * hits / (wanted + claimed))
    return sum(scores) / len(scores) if scores else math.nan


def _calibration_error(rows: Sequence[Row]) -> float:
    """Of the probability that a mistake is at the place, over buggy programs and their corrections alike."""
    claims = [(row.buggy.probability, row.buggy.place in row.program.lines) for row in rows]
    claims += [(row.fixed.probability, False) for row in rows if row.fixed is not None]
    if not claims:
        return math.nan
    said, true = (np.array(values, dtype=np.float64) for values in zip(*claims, strict=True))
    return expected_calibration_error(said, true, np.ones(len(said)))


def evaluate_correct(predictor: Predictor, name: str, texts: Sequence[str]) -> Report:
    """False alarms on programs that are right, per program and per unit."""
    units, unit_alarms = 0, 0
    spoken: list[Spoken] = []
    for text in texts:
        own = units_of(text)
        shown: set[int] = set()
        for unit, answer in zip(own, predictor.predict_units(own), strict=True):
            if answer is None:
                continue
            units += 1
            if predictor.shows(unit, answer[1]):
                unit_alarms += 1
                shown.add(unit.line_numbers[answer[0].lexemes[answer[1].place].line])
        if own:
            spoken.append(spoken_of(text, frozenset(shown)))
    low, high = interval(unit_alarms, max(1, units))
    report = Report(name, len(spoken))
    report.figures = {
        "units": units,
        "false_alarms": unit_alarms,
        "false_alarm_rate": unit_alarms / max(1, units),
        "false_alarm_interval_95": [low, high],
        "programs_with_alarm": sum(bool(item.model) for item in spoken),
        "programs_marked": {who: sum(bool(item.by(who)) for item in spoken) for who in SPEAKERS},
    }
    return report
