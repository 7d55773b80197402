"""How many replicas, cores and bytes 100, 10,000 and 1,000,000 learners need, and how long they wait.

    python benchmarks/capacity.py --measure [SNIPPETS …]   measures this machine into capacity_figures.json
    python benchmarks/capacity.py --check [SNIPPETS …]     loads it, and simulates the same load
    python benchmarks/capacity.py                          simulates, from the figures that were measured
    python benchmarks/capacity.py --write-page             the same, into docs/guides/capacity.md

SNIPPETS are sets like those in benchmarks/README.md; without any, programs are made up. Every number that
was not measured is an assumption about learners and a flag: see `learners.py`. How the simulation works, and
what it leaves out, is in `queueing.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from capacity_measuring import BATCHES, alone_with, measured, snippets, under_load
from capacity_on_ray import on_ray
from learners import POPULATIONS, Behaviour, Population, lesson_begins
from queueing import Autoscaling, Outcome, Route, Simulation, Station, drawn_from, percentile, poisson
from tables import Row, print_rows

FIGURES = Path(__file__).with_name("capacity_figures.json")
ROUTES: Mapping[str, Route] = {
    "analyze": [["application"], ["rules", "model"]],
    "debug": [["application"], ["failures"]],
    "enrich": [["application"], ["evidence"]],
}
BUSIEST = 0.7
"""Replicas are planned to work at most this share of the busiest hour."""
MOST_REQUESTS = 60_000
"""Simulated in one run; a larger crowd is watched for a shorter time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is promised: seconds at these percentiles in the busiest hour."""

    analyze_p95: float = 0.5
    debug_p95: float = 15.0


@dataclass(frozen=True, slots=True)
class Machine:
    """Service times drawn from what was measured; `model_factor` is what a GPU is assumed to save."""

    figures: Mapping[str, Any]
    batch: int = 8
    wait: float = 0.002
    model_factor: float = 1.0

    def stations(self, replicas: Mapping[str, int], scaling: Mapping[str, Autoscaling]) -> list[Station]:
        model = {size: self.figures["model"][str(size)] for size in BATCHES}
        faster = {size: [seconds / self.model_factor for seconds in times] for size, times in model.items()}
        made = [
            Station(name, replicas[name], drawn_from({1: times}), autoscaling=scaling.get(name))
            for name, times in self.seconds().items()
        ]
        batched = Station("model", replicas["model"], drawn_from(faster), self.batch, self.wait)
        return [*made, replace(batched, autoscaling=scaling.get("model"))]

    def seconds(self) -> dict[str, list[float]]:
        """Service times of the stations without batches, with what Ray's part of a replica takes itself."""
        ray = self.figures["ray"]["seconds"]
        own = {"rules": "rules", "evidence": "enrich", "failures": "debug"}
        found = {
            name: [seconds + ray["rules"] for seconds in self.figures[kept]] for name, kept in own.items()
        }
        # The door for HTTP on each machine is counted as a part of the application.
        return {"application": [ray["application"] + ray["proxy"]], **found}

    def load(self, rates: Mapping[str, float]) -> dict[str, float]:
        """The offered load of each station in Erlang: arrivals a second times seconds of service."""
        fullest = self.figures["model"][str(BATCHES[-1])]
        seconds = {name: statistics.fmean(times) for name, times in self.seconds().items()}
        seconds["model"] = statistics.fmean(fullest) / BATCHES[-1] / self.model_factor
        asked = {
            name: sum(rates[kind] for kind, route in ROUTES.items() if any(name in stage for stage in route))
            for name in seconds
        }
        return {name: asked[name] * seconds[name] for name in seconds}


def simulated(
    machine: Machine,
    replicas: Mapping[str, int],
    rates: Mapping[str, float],
    seconds: float,
    **options: Any,
) -> Outcome:
    """One run in which the rates do not change, its first fifth left out."""
    arrivals = poisson(rates, seconds)
    stations = machine.stations(replicas, {})
    return Simulation(stations, ROUTES, arrivals, warm_up=seconds / 5, **options).run()


def planned(machine: Machine, rates: Mapping[str, float], wanted: Wanted) -> tuple[dict[str, int], Outcome]:
    """The fewest replicas that keep the promise, and how it went with them."""
    load = machine.load(rates)
    replicas = {name: max(1, math.ceil(erlangs / BUSIEST)) for name, erlangs in load.items()}
    seconds = min(1800.0, MOST_REQUESTS / sum(rates.values()))
    while True:
        outcome = simulated(machine, replicas, rates, seconds)
        if outcome.percentile("analyze", 0.95) > wanted.analyze_p95:
            slow = max(("application", "rules", "model"), key=lambda name: outcome.busy[name])
        elif outcome.percentile("debug", 0.95) > wanted.debug_p95:
            slow = "failures"
        else:
            return replicas, outcome
        replicas[slow] += max(1, replicas[slow] // 10)


def of(population: Population, behaviour: Behaviour) -> dict[str, float]:
    """Requests a second in the busiest hour."""
    return {kind: rate * population.at_once for kind, rate in behaviour.a_second.items()}


def answer(machine: Machine, population: Population, behaviour: Behaviour, wanted: Wanted) -> Row:
    """One line of the table."""
    rates = of(population, behaviour)
    replicas, outcome = planned(machine, rates, wanted)
    cores = sum(replicas.values())
    return {
        "learners": population.learners,
        "at once": population.at_once,
        "requests/s": round(sum(rates.values()), 1),
        "application": replicas["application"],
        "rules": replicas["rules"] + replicas["evidence"],
        "model": replicas["model"],
        "failures": replicas["failures"],
        "cores": cores,
        "GB": round(memory(machine.figures, replicas) / 1024, 1),
        **{f"p{share:.0%}".rstrip("%"): outcome.percentile("analyze", share) for share in (0.5, 0.95, 0.99)},
        "debug p95": outcome.percentile("debug", 0.95),
        "batch": outcome.mean_batch["model"],
    }


def memory(figures: Mapping[str, Any], replicas: Mapping[str, int]) -> float:
    """Megabytes: each replica on Ray with its processes, and Ray itself on machines of eight cores."""
    ray, child = figures["ray"]["megabytes"], figures["megabytes"]["rules"]
    rules = replicas["rules"] + replicas["evidence"] + replicas["failures"]
    own = rules * (ray["rules"] + child) + replicas["model"] * ray["model"]
    own += replicas["application"] * (ray["application"] + ray["proxy"])
    return own + math.ceil(sum(replicas.values()) / 8) * ray["machine"]


def lesson(
    machine: Machine, population: Population, behaviour: Behaviour, wanted: Wanted, scaled: bool
) -> Outcome:
    """A lesson begins: within two minutes a fifth of the rate becomes all of it."""
    rates = of(population, behaviour)
    full, _ = planned(machine, rates, wanted)
    quiet, _ = planned(machine, {kind: rate * 0.2 for kind, rate in rates.items()}, wanted)
    start = machine.figures["start"] | {"ray": machine.figures["ray"]["start"]}
    scaling = {
        name: Autoscaling(quiet[name], 2 * full[name], 1.4, 10.0, 300.0, 30.0, start["ray"] + start["rules"])
        for name in ("rules", "evidence", "failures")
    }
    scaling["model"] = Autoscaling(
        quiet["model"],
        2 * full["model"],
        0.7 * 2 * machine.batch,
        10.0,
        300.0,
        30.0,
        start["ray"] + start["model"],
    )
    # The application is not scaled: its replicas share the limits of a key among them.
    first = {**quiet, "application": full["application"]} if scaled else full
    arrivals = poisson(rates, 600.0, shape=lesson_begins(120.0, 120.0))
    stations = machine.stations(first, scaling if scaled else {})
    return Simulation(stations, ROUTES, arrivals, warm_up=60.0).run()


def check(machine: Machine, texts: Sequence[str], shares: Sequence[float]) -> list[Row]:
    """Seconds at a measured load beside those that the simulation says for the same load.

    One process without Ray. How quick it is while nobody else asks is measured right before each load, since
    a machine that others use is not the same for long; larger batches keep their ratio to a single text.
    """
    rows: list[Row] = []
    for what in ("rules", "model"):
        for share in shares:
            alone = asyncio.run(alone_with(texts, what))
            rate = share / statistics.fmean(alone)
            seen = asyncio.run(under_load(texts, rate, what))
            arrivals = poisson({"ask": rate}, 20_000 / rate)
            station = _station_of(machine, what, alone)
            told = Simulation([station], {"ask": [[what]]}, arrivals, warm_up=50 / rate).run()
            row: Row = {"what": what, "load": share, "requests/s": round(rate, 1), "n": len(seen)}
            for part in (0.5, 0.95):
                row[f"p{part:.0%} measured".replace("%", "")] = round(percentile(seen, part) * 1000)
                row[f"p{part:.0%} simulated".replace("%", "")] = round(told.percentile("ask", part) * 1000)
            rows.append(row)
    return rows


def _station_of(machine: Machine, what: str, alone: list[float]) -> Station:
    if what == "rules":
        return Station(what, 1, drawn_from({1: alone}))
    single = statistics.fmean(machine.figures["model"]["1"])
    ratios = {size: statistics.fmean(machine.figures["model"][str(size)]) / single for size in BATCHES}
    samples = {size: [seconds * ratio for seconds in alone] for size, ratio in ratios.items()}
    return Station(what, 1, drawn_from(samples), machine.batch, machine.wait)


def populations(options: argparse.Namespace) -> list[Population]:
    """Those of the page, with what was said otherwise."""
    found = list(POPULATIONS)
    if options.learners:
        found = [replace(POPULATIONS[1], learners=number) for number in options.learners]
    changes = {"a_day": options.a_day, "minutes": options.minutes, "rush": options.rush}
    return [
        replace(one, **{name: value for name, value in changes.items() if value is not None}) for one in found
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "snippets", nargs="*", type=Path, help="sets with programs, gzip-compressed JSON lines"
    )
    parser.add_argument("--measure", action="store_true", help="measure this machine and keep the figures")
    parser.add_argument("--check", action="store_true", help="compare the simulation with a measured load")
    parser.add_argument("--write-page", action="store_true", help="write docs/guides/capacity.md")
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--count", type=int, default=300, help="snippets that are measured")
    parser.add_argument(
        "--learners", type=int, nargs="*", help="other numbers of learners, like a university's"
    )
    parser.add_argument("--a-day", type=float, help="the share of learners at work on a day")
    parser.add_argument("--minutes", type=float, help="how long one of them is at work on a day")
    parser.add_argument("--rush", type=float, help="the day before a deadline, as a multiple of another day")
    parser.add_argument("--saves", type=float, default=Behaviour().saves, help="saves a minute")
    parser.add_argument(
        "--debugs", type=float, default=Behaviour().debugs, help="failures asked about, a minute"
    )
    parser.add_argument("--questions", type=float, default=Behaviour().questions, help="questions a minute")
    parser.add_argument(
        "--analyze-p95", type=float, default=Wanted().analyze_p95, help="seconds that are promised"
    )
    parser.add_argument(
        "--debug-p95", type=float, default=Wanted().debug_p95, help="seconds that are promised"
    )
    parser.add_argument(
        "--model-factor", type=float, default=1.0, help="how much faster a GPU is assumed to be"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    run(options)


def run(options: argparse.Namespace) -> None:
    if options.measure:
        kept = json.loads(options.figures.read_text("utf-8")) if options.figures.exists() else {}
        texts = snippets(options.snippets, options.count)
        found = asyncio.run(measured(texts)) | {"ray": on_ray(texts)}
        options.figures.write_text(json.dumps(rounded({**kept, **found}), indent=None) + "\n", "utf-8")
        return
    figures = json.loads(options.figures.read_text("utf-8"))
    machine = Machine(figures, model_factor=options.model_factor)
    if options.check:
        rows = check(machine, snippets(options.snippets, options.count), (0.3, 0.6))
        options.figures.write_text(json.dumps({**figures, "check": rows}) + "\n", "utf-8")
        print_rows(rows, options.format)
        return
    behaviour = Behaviour(options.saves, options.debugs, options.questions)
    wanted = Wanted(options.analyze_p95, options.debug_p95)
    if options.write_page:
        from capacity_page import write_page

        write_page(machine, behaviour, wanted)
        return
    print_rows([answer(machine, one, behaviour, wanted) for one in populations(options)], options.format)


def rounded(value: Any) -> Any:
    """Figures to a tenth of a millisecond, so that the file stays small."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
