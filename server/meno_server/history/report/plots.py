"""Small pictures as SVG, each with its words for who cannot see it. Pure; the style sheet has the colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, HEADROOM = 560, 120, 10


def bars(values: Sequence[tuple[int, int]], told: str) -> str:
    """Bars of slips, and in front of each what was mended without a hint; (slips, unaided) from the left."""
    most = max(1, *(max(pair) for pair in values)) if values else 1
    step = WIDTH / max(1, len(values))
    drawn = []
    for index, (slips, unaided) in enumerate(values):
        drawn.append(_bar("slips", index * step, step, 0.1, slips / most))
        drawn.append(_bar("unaided", index * step, step, 0.3, unaided / most))
    base = f'<line x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>'
    return _picture("bars", WIDTH, HEIGHT, told, "".join(drawn) + base)


def _bar(kind: str, left: float, step: float, inset: float, share: float) -> str:
    height = share * (HEIGHT - HEADROOM)
    x, width = left + inset * step, (1 - 2 * inset) * step
    place = f'x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place}/>'


def dots(weeks: Sequence[int]) -> str:
    """A line of dots, the larger the more slips in the week."""
    most = max(1, *weeks) if weeks else 1
    drawn = []
    for index, slips in enumerate(weeks):
        radius = 2 + 4 * math.sqrt(slips / most) if slips else 1.0
        kind = "slips" if slips else "none"
        drawn.append(f'<circle class="{kind}" cx="{8 + 14 * index}" cy="8" r="{radius:.1f}"/>')
    told = f"Slips by week, the oldest first: {', '.join(map(str, weeks))}"
    return _picture("spark", 14 * len(weeks) + 2, 16, told, "".join(drawn))


def _picture(kind: str, width: int, height: int, told: str, inside: str) -> str:
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(told)}" viewBox="0 0 {width} {height}">'
        f"{inside}</svg>"
    )
