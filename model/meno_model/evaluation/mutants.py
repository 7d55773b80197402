"""Held-out correct code and its mutants: does the model tell them apart, and find the place and the kind?"""

from __future__ import annotations

from collections.abc import Sequence

from meno_model.baselines import BASELINES
from meno_model.evaluation.reports import Report, first_right, top_rates
from meno_model.metrics import area_under_curve, interval, recall_at_false_positive_rate
from meno_model.predictor import Predictor
from meno_model.scoring import Scored, unit_of


def evaluate_mutants(predictor: Predictor, clean: Sequence[Scored], mutants: Sequence[Scored]) -> Report:
    """Detection, place and category on held-out snippets and their mutants."""
    sick = [item.prediction.odds for item in mutants]
    well = [item.prediction.odds for item in clean]
    pushed = [item for item in mutants if _shown(predictor, item)]
    alarms = sum(_shown(predictor, item) for item in clean)
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
        "by_operator": _by_operator(predictor, mutants),
    }
    return report


def _by_operator(predictor: Predictor, mutants: Sequence[Scored]) -> dict[str, dict[str, float]]:
    table: dict[str, list[Scored]] = {}
    for item in mutants:
        if item.edit is not None:
            table.setdefault(item.edit.operator, []).append(item)
    return {
        name: {
            "number": len(items),
            "place_right": sum(i.place_is_right for i in items) / len(items),
            "pushed": sum(_shown(predictor, i) for i in items) / len(items),
        }
        for name, items in sorted(table.items())
    }


def _line_hits_of_mutants(mutants: Sequence[Scored]) -> dict[str, list[float]]:
    ranks: dict[str, list[int | None]] = {}
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
        for name, order in ranked.items():
            ranks.setdefault(name, []).append(first_right(order, set(range(first, last + 1))))
    return top_rates(ranks)


def _shown(predictor: Predictor, item: Scored) -> bool:
    return predictor.shows(unit_of(item.text, item.snippet.name), item.prediction)
