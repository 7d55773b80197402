"""The page itself, as HTML: no script, nothing loaded from anywhere, every picture told in words.

It takes the overview that every panel gets (`history/overview.py`), so a browser and an editor show the same.
In an editor it has links that run the editor's own commands. Guarded by tests/history/test_report.py and,
with axe-core, in real browsers.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from meno_server.history.overview import DAYS
from meno_server.history.report.plots import bars, dots

PAGE_COMMANDS = {
    "pause": "meno.client.pauseHistory",
    "resume": "meno.client.resumeHistory",
    "stored": "meno.client.showStored",
    "delete": "meno.client.deleteStored",
    "refresh": "meno.client.myPatterns",
}
"""The commands of an editor that the page's links may run."""
_VERDICTS = {"recurring": "Comes back", "seen": "Seen", "mastered": "Mastered"}
_OFF = "<p>Your history is switched off by the setting <code>meno.history.enable</code>. Nothing is kept.</p>"
_NOTHING = (
    "<p>Nothing is noted yet. When a slip of the same kind comes back, you will see it here, and what it "
    "teaches. Your code, its names and its files are never kept.</p>"
)
_LEGEND = (
    '<p class="legend"><span class="key slips"></span> slips <span class="key unaided"></span> '
    "mended without a hint</p>"
)

Told = Mapping[str, Any]


def report(told: Told, today: int, *, in_editor: bool = False, in_database: bool = False) -> str:
    """The whole document; `told` is the overview, `today` as `date.toordinal` counts. `in_database` says that
    the history is not kept on this machine."""
    style = _style()
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    if told["state"] == "off":
        content = [_OFF]
    else:
        content = [_standing(told, in_editor, in_database)]
        content += _sections(told, date.fromordinal(today)) if told["patterns"] else [_NOTHING]
    inside = "\n".join(content)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{allowed}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>My patterns</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>My patterns</h1>
{inside}
</main>
</body>
</html>
"""


@cache
def _style() -> str:
    return (Path(__file__).parent / "page.css").read_text("utf-8")


def _standing(told: Told, in_editor: bool, in_database: bool) -> str:
    paused = told["state"] == "paused"
    since = f" since {_long(told['since'])}" if told["since"] else ""
    kept = "Kept in your database" if in_database else "Kept on this machine only"
    words = "Paused: nothing new is noted." if paused else f"{kept}{since}."
    if not in_editor:
        return f"<p>{words}</p>"
    links = {
        **({"resume": "Go on noting"} if paused else {"pause": "Pause"}),
        "stored": "Show what is stored",
        "delete": "Delete what is stored",
        "refresh": "Refresh",
    }
    commands = [(f"command:{PAGE_COMMANDS[key]}", text) for key, text in links.items()]
    items = "".join(f'<li><a href="{address}">{text}</a></li>' for address, text in commands)
    return f'<p>{words}</p>\n<nav aria-label="Your history"><ul class="actions">{items}</ul></nav>'


def _sections(told: Told, today: date) -> list[str]:
    return [
        _today(told["today"]),
        _reminders(told["patterns"]),
        _four_weeks(told["days"], today),
        _half_a_year(told["weeks"]),
        _patterns(told["patterns"]),
        _doubted(told["doubted"]),
    ]


def _section(mark: str, title: str, inside: str) -> str:
    return f'<section aria-labelledby="{mark}"><h2 id="{mark}">{title}</h2>\n{inside}</section>'


def _today(today: Told) -> str:
    counts = (
        f"{_count(today['slips'], 'slip')}, {today['fixedUnaided']} mended without a hint, "
        f"{today['fixedHinted']} with hints."
    )
    lessons = "\n".join(
        f"<li><strong>{escape(_spoken(one['name']))}</strong> {prose(one['takeaway'])}</li>"
        for one in today["takeaways"]
    )
    taught = f'<h3>What today taught</h3>\n<ul class="takeaways">\n{lessons}\n</ul>' if lessons else ""
    return _section("today", "Today", f"<p>{counts}</p>{taught}")


def _reminders(patterns: Sequence[Told]) -> str:
    due = "\n".join(
        f"<li><strong>{escape(one['title'])}.</strong> {prose(one['takeaway'])} "
        f'<span class="when">Last met {_ago(one["daysSince"])}.</span></li>'
        for one in patterns
        if one["daysSince"] is not None
    )
    return (
        _section("again", "Worth remembering again", f'<ul class="takeaways">\n{due}\n</ul>') if due else ""
    )


def _four_weeks(days: Sequence[Told], today: date) -> str:
    known = {one["day"]: one for one in days}
    shown = [(today - timedelta(days=ago)).isoformat() for ago in range(DAYS - 1, -1, -1)]
    values = [(known[day]["slips"], known[day]["fixedUnaided"]) if day in known else (0, 0) for day in shown]
    slips, unaided = (sum(pair[place] for pair in values) for place in (0, 1))
    told = (
        f"{_count(slips, 'slip')} and {unaided} mended without a hint in {DAYS} days; "
        f"at most {max(map(max, values))} on one day."
    )
    rows = [(_long(one["day"]), one) for one in days]
    return _section(
        "time", "The last four weeks", f"{bars(values, told)}\n{_LEGEND}\n{_numbers('Day', rows)}"
    )


def _half_a_year(weeks: Sequence[Told]) -> str:
    if sum(one["slips"] > 0 for one in weeks) < 2:
        return ""  # the days have told it
    values = [(one["slips"], one["fixedUnaided"]) for one in weeks]
    told = "Slips and what was mended without a hint, week by week, the oldest first: " + ", ".join(
        f"{slips} and {unaided}" for slips, unaided in values
    )
    rows = [(f"Week of {_long(one['week'])}", one) for one in weeks if one["slips"]]
    return _section("weeks", "Half a year", f"{bars(values, told)}\n{_LEGEND}\n{_numbers('Week', rows)}")


def _numbers(first: str, rows: Sequence[tuple[str, Told]]) -> str:
    body = "\n".join(
        f'<tr><th scope="row">{when}</th><td>{one["slips"]}</td><td>{one["fixedUnaided"]}</td>'
        f"<td>{one['fixedHinted']}</td></tr>"
        for when, one in rows
    )
    return (
        "<details><summary>The same in numbers</summary>\n<table><thead><tr>"
        f'<th scope="col">{first}</th><th scope="col">Slips</th><th scope="col">Mended without a hint</th>'
        f'<th scope="col">With hints</th></tr></thead><tbody>\n{body}\n</tbody></table></details>'
    )


def _patterns(patterns: Sequence[Told]) -> str:
    rows = "\n".join(map(_row, patterns))
    return _section(
        "patterns",
        "Pattern by pattern",
        '<table class="patterns"><thead><tr><th scope="col">Pattern</th><th scope="col">How it stands</th>'
        '<th scope="col">Slips</th><th scope="col">Mended alone</th><th scope="col">Eight weeks</th></tr>'
        f"</thead><tbody>\n{rows}\n</tbody></table>",
    )


def _row(pattern: Told) -> str:
    share = pattern["unaidedRepair7d"]
    alone = "–" if share is None else f"{round(100 * share)} % this week"
    verdict = pattern["verdict"]
    return (
        f'<tr><th scope="row">{escape(pattern["title"])}'
        f'<span class="takeaway">{prose(pattern["takeaway"])}</span></th>\n'
        f'<td><span class="verdict {verdict}">{_VERDICTS[verdict]}</span></td>\n'
        f"<td>{pattern['slips']} on {_count(pattern['daysSeen'], 'day')}</td><td>{alone}</td>\n"
        f"<td>{dots(pattern['weeks'])}</td></tr>"
    )


def _doubted(doubted: Sequence[Told]) -> str:
    if not doubted:
        return ""
    items = "\n".join(f"<li>{escape(one['title'])} ({one['key']})</li>" for one in doubted)
    words = (
        "You have marked these as fine three times out of the last five, so Meno tells them on hover only. "
        "To see one again, set its severity in <code>meno.severity</code>."
    )
    return _section("quiet", "What has become quiet", f"<p>{words}</p>\n<ul>\n{items}\n</ul>")


def prose(markdown: str) -> str:
    """A sentence of ours, whose only Markdown is code between backticks."""
    pieces = escape(markdown).split("`")
    return "".join(f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces))


def _spoken(name: str) -> str:
    words = name.replace("-", " ")
    return f"{words[:1].upper()}{words[1:]}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _ago(days: int) -> str:
    return "yesterday" if days == 1 else f"{days} days ago"


def _long(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B}"
