"""The figures of one set, as they are stored, and as tables on a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

TOPS = (1, 3, 5)
SAID = ("on a right line", "at all", "of corrected ones")


@dataclass(slots=True)
class Report:
    """Figures of one set; `intervals` holds 95 % intervals of some of them by the same names."""

    name: str
    number: int
    figures: dict[str, Any] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)


def top_rates(ranks: Mapping[str, Sequence[int | None]]) -> dict[str, list[float]]:
    """Per ranking the share of items whose first right line is among the first 1, 3 and 5, and the mean
    reciprocal rank. A rank is 1-based; None where no right line is ranked."""
    return {
        name: [
            *(sum(rank is not None and rank <= top for rank in own) / len(own) for top in TOPS),
            sum(1 / rank for rank in own if rank is not None) / len(own),
        ]
        for name, own in ranks.items()
        if own
    }


def first_right(order: Sequence[int], right: frozenset[int] | set[int]) -> int | None:
    """The 1-based rank of the first right line in an order."""
    return next((place for place, line in enumerate(order, 1) if line in right), None)


def print_reports(reports: Sequence[Report], console: Console) -> None:
    for report in reports:
        table = Table(title=f"{report.name} (n = {report.number})")
        table.add_column("figure")
        table.add_column("value", justify="right")
        table.add_column("95 % interval", justify="right")
        for name, value in _flat(report.figures):
            low_high = report.intervals.get(name)
            shown = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
            table.add_row(name.replace("_", " "), _figure(value), shown)
        console.print(table)
        if "by_operator" in report.figures:
            console.print(_operator_table(report))


def _flat(figures: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in figures.items():
        if key == "lines":
            for name, rates in value.items():
                for top, rate in zip((*(f"top {top}" for top in TOPS), "MRR"), rates, strict=False):
                    yield f"{name}: {top}", rate
        elif key == "unasked":
            for name, shares in value.items():
                for label, share in zip(SAID, shares, strict=True):
                    yield f"unasked, {name}: {label}", share
        elif isinstance(value, dict):
            if key != "by_operator":
                yield from ((f"{key}: {name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _operator_table(report: Report) -> Table:
    table = Table(title=f"{report.name}, by operator")
    for heading in ("operator", "mutants", "place right", "pushed"):
        table.add_column(heading, justify="left" if heading == "operator" else "right")
    rows: dict[str, dict[str, float]] = report.figures["by_operator"]
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["place_right"]):
        table.add_row(name, str(row["number"]), f"{row['place_right']:.2f}", f"{row['pushed']:.2f}")
    return table


def _figure(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    if isinstance(value, list | tuple):
        return " / ".join(_figure(item) for item in value)
    return str(value)
