"""Everything that is kept, in words for a person and as JSON to take along."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from meno_analyzers.hints import DEFAULT_LANGUAGE
from meno_server.history.events import DURATIONS, Event, Kept, Layer, Outcome
from meno_server.history.overview import State
from meno_server.history.words import words_for

TITLE = "What Meno keeps about you"
FORMAT = 1
_LAYERS = {Layer.RULES: "a rule", Layer.MODEL: "the model", Layer.RUN: "a run"}
_OUTCOMES = {
    Outcome.FIXED_UNAIDED: "mended without hints",
    Outcome.FIXED_HINTED: "mended with hints",
    Outcome.DISMISSED: "marked as meant",
    Outcome.IGNORED: "still there when the file was closed",
    Outcome.REVERTED: "mended, and back again",
}
_STATES = {
    "on": "Meno notes how mistakes end.",
    "paused": "The history is paused: nothing is added until you resume it.",
    "off": "The history is switched off (`meno.history.enable`): nothing is added, and nothing is read. What "
    "was kept before is still there; deleting works also now.",
}
_NEVER = (
    "Nothing else is kept: no code, no names, no file or folder names, no times of day, and nothing that was "
    "made from them. The number of a project is drawn by chance for every session."
)
_ONE_BY_ONE = 500


def page(
    kept: Kept,
    state: State,
    folder: Path,
    language: str = DEFAULT_LANGUAGE,
    database: str | None = None,
) -> str:
    """The Markdown page of everything that is kept, in the folder or in the database of that address."""
    parts = [f"# {TITLE}", _STATES[state]]
    if state == "off":
        return "\n\n".join(parts) + "\n"
    here = f"It is on this machine only, in the folder `{folder}`, which only you can read."
    parts += [f"It is in your database `{database}`." if database else here, _NEVER]
    if not kept.events and not kept.counts:
        return "\n\n".join([*parts, "At the moment nothing is kept."]) + "\n"
    parts += ["## By pattern", _by_pattern(kept, language), "## One by one, the latest first"]
    latest = list(reversed(kept.events))[:_ONE_BY_ONE]
    parts.append("\n".join(_line(event, language) for event in latest) or "No single events any more.")
    if len(kept.events) > len(latest):
        parts.append(f"And {len(kept.events) - len(latest)} older ones; `meno history export` has them all.")
    parts.append("After 180 days single events are deleted, and the counts by pattern alone remain.")
    return "\n\n".join(parts) + "\n"


def _by_pattern(kept: Kept, language: str) -> str:
    rows = [
        "| pattern | events | slips, older ones weigh less | chances for it, likewise | as of |",
        "| --- | --- | --- | --- | --- |",
    ]
    events = Counter(event.pattern for event in kept.events)
    for key, count in kept.counts:
        name = f"{words_for(key, language).title} ({key})"
        numbers = f"{events[key]} | {count.slips:.2f} | {count.opportunities:.2f}"
        rows.append(f"| {name} | {numbers} | {date.fromordinal(count.day).isoformat()} |")
    return "\n".join(rows)


def _line(event: Event, language: str) -> str:
    hints = f"hints up to level {event.hint_level}" if event.hint_level else "no hints asked for"
    places = "1 chance for it" if event.opportunities == 1 else f"{event.opportunities} chances for it"
    return (
        f"- {date.fromordinal(event.day).isoformat()}: {words_for(event.pattern, language).title} "
        f"({event.pattern}, seen by {_LAYERS[event.layer]}), {_OUTCOMES[event.outcome]}; {hints}; "
        f"{DURATIONS[event.duration]}; {places}; project number {event.project}"
    )


def export(kept: Kept) -> dict[str, Any]:
    """Everything that is kept, as JSON values."""
    return {
        "format": FORMAT,
        "events": [
            {
                "day": date.fromordinal(event.day).isoformat(),
                "pattern": event.pattern,
                "layer": event.layer.name.lower(),
                "hintLevel": event.hint_level,
                "outcome": event.outcome.value,
                "duration": DURATIONS[event.duration],
                "opportunities": event.opportunities,
                "project": event.project,
            }
            for event in kept.events
        ],
        "counts": [
            {
                "pattern": key,
                "slips": count.slips,
                "opportunities": count.opportunities,
                "day": date.fromordinal(count.day).isoformat(),
            }
            for key, count in kept.counts
        ],
    }
