"""docs/guides/capacity.md and its picture, written from the figures and the simulation; nobody edits them.

The words are in capacity_page.md beside this file.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from capacity import BUSIEST, Machine, Wanted, answer, lesson, of
from learners import POPULATIONS, Behaviour
from queueing import Outcome, percentile
from tables import Row

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/guides/capacity.md"
PICTURE = ROOT / "docs/pictures/capacity.svg"
SUPPOSED_FACTOR = 10.0
"""Of a GPU, from the budgets of the design (50 ms on two cores, 5 ms on a GPU, 512 tokens); not measured."""
WINDOW = 20.0
_WORDS = Path(__file__).with_suffix(".md")


def write_page(machine: Machine, behaviour: Behaviour, wanted: Wanted) -> None:
    """Both files."""
    rows = [answer(machine, one, behaviour, wanted) for one in POPULATIONS]
    faster = answer(replace(machine, model_factor=SUPPOSED_FACTOR), POPULATIONS[-1], behaviour, wanted)
    scaled, fixed = (lesson(machine, POPULATIONS[1], behaviour, wanted, grows) for grows in (True, False))
    worst_scaled, worst_fixed = (max(y for _, y in waits(one)) for one in (scaled, fixed))
    figures, rates = machine.figures, of(POPULATIONS[-1], behaviour)
    ray = figures["ray"]["seconds"]
    text = _WORDS.read_text("utf-8").format(
        answer=table(rows),
        busiest=BUSIEST,
        analyze=wanted.analyze_p95,
        debug=wanted.debug_p95,
        debug_share=rows[-1]["failures"] / rows[-1]["cores"],
        debug_asked=rates["debug"] / sum(rates.values()),
        saves=behaviour.saves,
        debugs=behaviour.debugs,
        questions=behaviour.questions,
        populations=table(_populations()),
        hour=max(_hours()),
        machine=_machine(machine),
        measured=table(_measured(machine)),
        snippets=figures["snippets"],
        lines=figures["lines"],
        application=(ray["application"] + ray["proxy"]) * 1000,
        ray_rules=ray["rules"] * 1000,
        check=table(figures["check"]),
        parted=_parted(figures["check"], "p95"),
        parted_median=_parted(figures["check"], "p50"),
        look=30,
        delay=10,
        start=figures["ray"]["start"] + figures["start"]["rules"],
        window=WINDOW,
        worst_scaled=worst_scaled,
        worst_fixed=worst_fixed,
        verdict=_verdict(worst_scaled, worst_fixed),
        factor=SUPPOSED_FACTOR,
        gpu_model=faster["model"],
        cpu_model=rows[-1]["model"],
    )
    PAGE.write_text(text, "utf-8")
    PICTURE.write_text(picture({"grows with the load": waits(scaled), "there before": waits(fixed)}), "utf-8")


def _verdict(scaled: float, fixed: float) -> str:
    if scaled > 2 * fixed:
        return "Where lessons begin at a known time, raise the least number of replicas before they do."
    return "Autoscaling keeps up with a beginning of this kind."


def _parted(rows: Sequence[Row], part: str) -> float:
    """The largest factor between what was measured and what was simulated."""
    ratios = [row[f"{part} measured"] / row[f"{part} simulated"] for row in rows]
    return max(max(ratio, 1 / ratio) for ratio in ratios)


def _hours() -> Sequence[float]:
    from learners import HOURS

    return HOURS


def _populations() -> list[Row]:
    return [
        {
            "learners": f"{one.learners:,}",
            "at work on a day": f"{one.a_day:.0%}",
            "minutes each": f"{one.minutes:g}",
            "rush": f"{one.rush:g}",
            "at once": f"{one.at_once:,}" + (" (a lesson: all of them)" if one.together else ""),
        }
        for one in POPULATIONS
    ]


def _machine(machine: Machine) -> str:
    seen = machine.figures["machine"]
    return (
        f"On {seen['cores']} cores ({seen['processor']}, Python {seen['python']}), which other work shared:"
        f" the load average was {seen['load before']:.1f} before and {seen['load after']:.1f} after. A quiet"
        " machine is faster, so take the ratios and distrust the milliseconds."
    )


def _measured(machine: Machine) -> list[Row]:
    figures = machine.figures
    kinds = {name: figures[name] for name in ("rules", "enrich", "debug")}
    kinds |= {f"model, batch of {size}": times for size, times in figures["model"].items()}
    return [
        {
            "what": name,
            "n": len(times),
            "mean ms": f"{statistics.fmean(times) * 1000:,.0f}",
            **{
                f"p{share:.0%}".rstrip("%"): f"{percentile(times, share) * 1000:,.0f}"
                for share in (0.5, 0.95)
            },
            "a second": f"{int(name.rpartition(' ')[2]) / statistics.fmean(times):.1f}"
            if name.startswith("model")
            else f"{1 / statistics.fmean(times):.1f}",
        }
        for name, times in kinds.items()
    ]


def table(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def waits(outcome: Outcome) -> list[tuple[float, float]]:
    """(middle of a window, p95 of the analyses that ended in it)."""
    windows: dict[int, list[float]] = {}
    pairs = zip(outcome.finished["analyze"], outcome.seconds["analyze"], strict=True)
    for second, waited in pairs:
        windows.setdefault(int(second // WINDOW), []).append(waited)
    return [((number + 0.5) * WINDOW, percentile(windows[number], 0.95)) for number in sorted(windows)]


def picture(lines: dict[str, Iterable[tuple[float, float]]]) -> str:
    """Lines over time, in colours that also differ in brightness and dashes."""
    drawn = {name: list(points) for name, points in lines.items()}
    every = [point for points in drawn.values() for point in points]
    right, top = max(x for x, _ in every), max(y for _, y in every) * 1.1
    width, height, left, low = 640, 300, 56, 260

    def place(x: float, y: float) -> str:
        return f"{left + x / right * (width - left - 20):.1f},{low - y / top * (low - 40):.1f}"

    styles = (("#b3541e", ""), ("#1f6f5c", ' stroke-dasharray="7 4"'))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        ' font-family="sans-serif" font-size="13">',
        "<title>Seconds of an analysis at p95 while a lesson begins</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<path d="M{left} 40V{low}H{width - 20}" fill="none" stroke="#555555"/>',
        f'<text x="{left}" y="24" fill="#333333">seconds of an analysis, p95</text>',
        f'<text x="{width - 20}" y="{low + 32}" text-anchor="end" fill="#333333">second of the lesson</text>',
    ]
    for share in (0.25, 0.5, 0.75, 1.0):
        _, y = place(0, top * share).split(",")
        parts.append(
            f'<text x="{left - 6}" y="{y}" text-anchor="end" fill="#555555">{top * share:.2f}</text>'
        )
    for second in range(0, int(right) + 1, 120):
        x, _ = place(second, 0).split(",")
        parts.append(f'<text x="{x}" y="{low + 16}" text-anchor="middle" fill="#555555">{second}</text>')
    for number, (name, points) in enumerate(drawn.items()):
        colour, dashes = styles[number % len(styles)]
        path = " ".join(place(x, y) for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dashes}/>')
        parts.append(
            f'<text x="{width - 24}" y="{24 + 18 * number}" text-anchor="end" fill="{colour}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
