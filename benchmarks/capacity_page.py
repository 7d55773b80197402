"""docs/guides/capacity.md and its picture, written from the figures and the simulation; nobody edits them."""

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
"""Of a GPU, from the budgets in the design (50 ms on two cores, 5 ms on a GPU for 512 tokens); not measured."""
WINDOW = 20.0
_WORDS = """# Capacity

What 100, 10,000 and 1,000,000 learners need. This page is written by `python benchmarks/capacity.py --write-page`
from service times that were measured on one machine, assumptions about learners that nobody measured, and a
simulation of queues. Take it for the size of a thing, and measure your own machine before you buy one.

## The answer

{answer}

*At once* is how many are at work in the busiest hour. A replica of any kind keeps one core busy; *rules* are those
of L1 and L3, *failures* those that run failing programs and look for a change that mends them. Seconds are those
of an analysis with rules and model (p50, p95, p99) and of a failure that is explained (debug p95). Replicas are
planned to be busy at most {busiest:.0%} of the busiest hour, and as many more as it takes to keep an analysis below
{analyze} s and a failure below {debug} s at p95. GB is the memory of the replicas, of their processes, and of Ray
on machines of eight cores; PostgreSQL and the proxy in front come on top.

What is dear is `debug`: {debug_share:.0%} of the cores for a million learners, for {debug_asked:.0%} of the requests.

For 100 learners no cluster is needed: `meno serve` on one machine of four cores does the same work in one
process with children, without Ray's part of the memory.

## What learners were supposed to do

A learner who is at work saves {saves:g} times a minute, and every save asks for an analysis; asks about a failing
test {debugs:g} times a minute, which is run; and asks a question {questions:g} times a minute.

{populations}

Of a day's work the busiest hour has {hour:.1%}. Every number is a flag: `--saves`, `--debugs`, `--questions`,
`--learners`, `--a-day`, `--minutes`, `--rush`, and `--analyze-p95` and `--debug-p95` for what is promised.
Arrivals are independent of each other, but for the day before a deadline (*rush*) and a lesson's beginning (below).

## What was measured

{machine}

{measured}

The snippets are {snippets} distinct programs of students of about {lines} lines (`--measure` takes sets as
benchmarks/README.md has them); none was asked about twice, so no memory of answers helped. `rules`, `model`,
`enrich` and `debug` are seconds of one process of `meno serve`; `debug` runs examples of small programs with one
mistake in the sandbox until a change is found that mends them. Ray's own part was measured as processor time of its
processes for one request, asked over HTTP: {application:.0f} ms in the application and its door, {ray_rules:.0f} ms in
a replica beside the process of the rules. On a processor the model answers a batch text by text, so a batch saves
little; on a GPU it is one padded batch.

## Does the simulation tell the truth

Against theory: tests compare it with Erlang's formula for several servers and with Pollaczek and Khinchine's for
constant service (`tests/benchmarks/test_queueing.py`). Against this machine: one process, texts arriving at random
times, measured by `--check`; the simulation draws from the service times above.

{check}

What it leaves out: the network, replicas that die, the time that Ray's router takes to choose, and that two busy
processes on one processor slow each other down.

## A lesson begins

![Seconds of an analysis while a lesson begins](../pictures/capacity.svg)

Within two minutes a fifth of the requests of 10,000 learners becomes all of them. Replicas that grow with the load
(Ray Serve looks {look:g} s back, waits {delay:g} s, and a replica took {start:.0f} s to be there) are compared with
replicas that were there before. The 95th percentile of the worst {window:g} seconds was {worst_scaled:.2f} s with
autoscaling and {worst_fixed:.2f} s without. {verdict}

## With a GPU

No figure of a GPU was measured for this page. If it were {factor:g} times as fast as a core with the model, which is
the ratio of two budgets of the design and not an observation, a million learners would need {gpu_model} replicas
of the model instead of {cpu_model}; with `MENO_CLUSTER_MODEL_GPUS=0.25` four of them share one card. Everything
else stays. To put in your own: measure with `MENO_GATEWAY_MODEL_PROVIDER=cuda` and say `--model-factor`.
"""


def write_page(machine: Machine, behaviour: Behaviour, wanted: Wanted) -> None:
    """Both files."""
    rows = [answer(machine, one, behaviour, wanted) for one in POPULATIONS]
    faster = answer(replace(machine, model_factor=SUPPOSED_FACTOR), POPULATIONS[-1], behaviour, wanted)
    scaled, fixed = (lesson(machine, POPULATIONS[1], behaviour, wanted, grows) for grows in (True, False))
    worst_scaled, worst_fixed = (max(y for _, y in waits(one)) for one in (scaled, fixed))
    figures, rates = machine.figures, of(POPULATIONS[-1], behaviour)
    ray = figures["ray"]["seconds"]
    text = _WORDS.format(
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
        f"On {seen['cores']} cores ({seen['processor']}, Python {seen['python']}), which other work shared: the"
        f" load average was {seen['load before']:.1f} before and {seen['load after']:.1f} after. A quiet machine"
        " is faster, so take the ratios and distrust the milliseconds."
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
        f'<text x="{width - 20}" y="{low + 32}" text-anchor="end" fill="#333333">seconds of the lesson</text>',
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
