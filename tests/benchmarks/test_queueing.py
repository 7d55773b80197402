"""The simulation behind the capacity page agrees with theory wherever theory has an answer."""

from __future__ import annotations

import random
import statistics
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def queueing(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(FOLDER))
    import queueing

    return queueing


def exponential(mean: float) -> Any:
    return lambda _size, chance: chance.expovariate(1 / mean)


def simulated(queueing: Any, station: Any, rate: float, seconds: float, **options: Any) -> Any:
    arrivals = queueing.poisson({"ask": rate}, seconds)
    return queueing.Simulation([station], {"ask": [[station.name]]}, arrivals, **options).run()


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.7), (3, 2.4), (10, 8.0)])
def test_waiting_at_several_servers_is_what_erlang_says(queueing: Any, servers: int, rate: float) -> None:
    station = queueing.Station("work", servers, exponential(1.0))
    outcome = simulated(queueing, station, rate, 60_000 / rate, warm_up=500.0)
    theory = queueing.erlang_c(servers, rate) / (servers - rate) + 1.0
    assert statistics.fmean(outcome.seconds["ask"]) == pytest.approx(theory, rel=0.08)
    assert outcome.busy["work"] == pytest.approx(rate / servers, rel=0.03)


def test_erlangs_formula_gives_the_value_of_his_tables(queueing: Any) -> None:
    # Two servers with an offered load of one Erlang: one arrival in three waits.
    assert queueing.erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert queueing.erlang_c(1, 0.8) == pytest.approx(0.8)


def test_waiting_for_constant_service_is_what_pollaczek_and_khinchine_say(queueing: Any) -> None:
    station = queueing.Station("work", 1, lambda _size, _chance: 1.0)
    outcome = simulated(queueing, station, 0.8, 60_000, warm_up=500.0)
    assert statistics.fmean(outcome.seconds["ask"]) == pytest.approx(1 + 0.8 / (2 * (1 - 0.8)), rel=0.08)


def test_batches_carry_what_single_requests_could_not(queueing: Any) -> None:
    slow_alone = queueing.drawn_from({1: [1.0], 8: [2.0]})
    alone = simulated(queueing, queueing.Station("model", 1, slow_alone), 3.0, 300)
    together = simulated(
        queueing, queueing.Station("model", 1, slow_alone, largest_batch=8, wait=0.05), 3.0, 300
    )
    assert alone.percentile("ask", 0.5) > 60
    assert together.percentile("ask", 0.99) < 10
    assert 2 < together.mean_batch["model"] <= 8


def test_a_request_alone_waits_for_company_and_not_longer(queueing: Any) -> None:
    station = queueing.Station("model", 1, lambda _size, _chance: 1.0, largest_batch=8, wait=0.25)
    arrivals = iter([(1.0, "ask")])
    outcome = queueing.Simulation([station], {"ask": [["model"]]}, arrivals).run()
    assert outcome.seconds["ask"] == [pytest.approx(1.25)]


def test_stations_of_one_stage_work_at_the_same_time(queueing: Any) -> None:
    stations = [
        queueing.Station("door", 1, lambda _size, _chance: 0.5),
        queueing.Station("rules", 1, lambda _size, _chance: 1.0),
        queueing.Station("model", 1, lambda _size, _chance: 3.0),
    ]
    routes = {"ask": [["door"], ["rules", "model"]]}
    outcome = queueing.Simulation(stations, routes, iter([(0.0, "ask")])).run()
    assert outcome.seconds["ask"] == [pytest.approx(3.5)]


def test_what_does_not_fit_into_the_queue_is_refused_and_counted(queueing: Any) -> None:
    station = queueing.Station("work", 1, lambda _size, _chance: 1.0, most_queued=2)
    arrivals = iter([(0.1 * number, "ask") for number in range(6)])
    outcome = queueing.Simulation([station], {"ask": [["work"]]}, arrivals).run()
    assert (len(outcome.seconds["ask"]), outcome.refused["ask"]) == (3, 3)


def test_new_replicas_come_after_the_delay_and_their_start_and_go_when_it_is_quiet(queueing: Any) -> None:
    scaling = queueing.Autoscaling(
        least=1, most=4, target=1.0, upscale_delay=10, downscale_delay=60, look_back=5, startup=20
    )
    station = queueing.Station("work", 1, lambda _size, _chance: 0.5, autoscaling=scaling)
    arrivals = queueing.poisson({"ask": 6.0}, 600, shape=lambda second: 1.0 if 100 < second < 300 else 0.01)
    outcome = queueing.Simulation([station], {"ask": [["work"]]}, arrivals).run()
    history = outcome.replicas["work"]
    first_more = next(second for second, replicas in history if replicas > 1)
    assert first_more >= 100 + 10 + 20
    assert max(replicas for _, replicas in history) == 4
    assert history[-1][1] == 1
    assert outcome.percentile("ask", 1.0) > 10  # the jump was felt before the replicas were there


def test_the_same_seed_gives_the_same_day(queueing: Any) -> None:
    station = queueing.Station("work", 2, exponential(1.0))
    runs = [simulated(queueing, station, 1.5, 500) for _ in range(2)]
    assert runs[0].seconds == runs[1].seconds


def test_arrivals_follow_their_shape(queueing: Any) -> None:
    arrivals = list(
        queueing.poisson({"a": 30.0, "b": 10.0}, 100, shape=lambda second: 0.25 if second < 50 else 1.0)
    )
    early = sum(second < 50 for second, _ in arrivals)
    assert early / len(arrivals) == pytest.approx(0.2, abs=0.03)
    assert sum(kind == "a" for _, kind in arrivals) / len(arrivals) == pytest.approx(0.75, abs=0.03)


def test_serving_times_between_two_measured_sizes_lie_between_theirs(queueing: Any) -> None:
    serving = queueing.drawn_from({1: [1.0], 5: [3.0]})
    times = [serving(size, random.Random(1)) for size in (1, 3, 5, 10)]
    assert times == [pytest.approx(value) for value in (1.0, 2.0, 3.0, 6.0)]
