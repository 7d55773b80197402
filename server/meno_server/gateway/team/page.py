"""The instructors' page: the last told week and the weeks before, from the values of `insights`. No
script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from meno_server.history.report.page import prose
from meno_server.history.words import words_for

_FOLDER = Path(__file__).parent
WIDTH, ROW = 560, 30
_ENDINGS = {
    "alone": "mended without a hint",
    "idea": "with a hint up to the idea",
    "questions": "with questions or more",
    "open": "not mended",
}


def page(told: dict[str, Any], today: date) -> tuple[str, str]:
    """The document and its content security policy. `told` is the answer of `insights`."""
    style = (_FOLDER.parents[1] / "history/report/page.css").read_text("utf-8")
    style += (_FOLDER / "page.css").read_text("utf-8")
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    latest, *before = told["weeks"] or [None]
    html = (
        _environment()
        .get_template("page.html")
        .render(
            style=Markup(style),
            latest=latest,
            before=[week for week in before if week["patterns"]],
            promise=told["promise"],
            endings=_ENDINGS,
            today=today,
        )
    )
    return html, f"default-src 'none'; style-src 'sha256-{allowed}'"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"long": _long, "takeaway": _takeaway}
    made.globals |= {"bars": bars, "parts": parts}
    return made


def bars(patterns: Sequence[dict[str, Any]], within: int) -> Markup:
    """One bar for each pattern with a whisker for its uncertainty, told in words too."""
    most = max(one["learners"] + within for one in patterns)
    drawn = []
    for row, one in enumerate(patterns):
        y, end = row * ROW + 6, WIDTH * one["learners"] / most
        low = max(0.0, WIDTH * (one["learners"] - within) / most)
        high = WIDTH * (one["learners"] + within) / most
        middle = y + (ROW - 12) / 2
        drawn.append(f'<rect class="slips" x="0" y="{y}" width="{end:.1f}" height="{ROW - 12}"/>')
        drawn.append(f'<line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>')
    told = "; ".join(f"{one['title']}: about {one['learners']} learners" for one in patterns)
    return _picture("learners", WIDTH, len(patterns) * ROW, told, drawn)


def parts(endings: dict[str, int]) -> Markup:
    """How it ended, as one bar in parts; told in words too."""
    whole = sum(endings.values()) or 1
    drawn, left = [], 0.0
    for ending in _ENDINGS:
        width = 160 * endings[ending] / whole
        drawn.append(f'<rect class="{ending}" x="{left:.1f}" y="2" width="{width:.1f}" height="12"/>')
        left += width
    told = ", ".join(f"{words} about {endings[ending]}" for ending, words in _ENDINGS.items())
    return _picture("parts", 160, 16, told, drawn)


def _picture(kind: str, width: int, height: int, told: str, drawn: Sequence[str]) -> Markup:
    frame = Markup('<svg class="{}" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>')
    return frame.format(kind, told, width, height, Markup("".join(drawn)))


def _takeaway(pattern: str) -> Markup:
    return Markup(prose(words_for(pattern).takeaway))


def _long(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B}"
