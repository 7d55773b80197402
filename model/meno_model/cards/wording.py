"""Figures as the cards write them."""

from __future__ import annotations

EVALUATE = "meno model evaluate"
EXPORT = "meno model export"


def percent(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value * 100:.1f} %"
