"""A small discrete-event simulation of stations with replicas, batches, queues and autoscaling.

A request goes through stages in order; a stage is one station, or several that work on it at the same time
and are waited for together. A station has replicas that take what waited longest, alone or in batches; a
batch is begun when it is full or its first member has waited long enough. How long serving takes is drawn
from what was measured. Autoscaling is that of Ray Serve: the mean of what is being done and what waits, over
a time looked back on, divided by what one replica should have, if that holds for a delay; a new replica works
once it has started.

What it leaves out: the network between machines, replicas that die, and Ray's router, which assigns a request
to one of two replicas drawn at random as long as they have room, where this has one queue for all replicas.
Guarded by `tests/benchmarks/test_queueing.py`, which compares it with Erlang's and Pollaczek and Khinchine's
formulas.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Serving = Callable[[int, random.Random], float]
"""The seconds that a batch of so many takes one replica, drawn anew for each."""


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """The words of Ray Serve's `autoscaling_config`; `startup` is how many seconds a new replica needs."""

    least: int
    most: int
    target: float
    upscale_delay: float = 30.0
    downscale_delay: float = 600.0
    look_back: float = 30.0
    startup: float = 10.0


@dataclass(frozen=True, slots=True)
class Station:
    """Replicas of one kind. The first of a batch waits for others for `wait`; `most_queued` refuses."""

    name: str
    replicas: int
    serving: Serving
    largest_batch: int = 1
    wait: float = 0.0
    most_queued: int | None = None
    autoscaling: Autoscaling | None = None


Route = Sequence[Sequence[str]]
"""Stages of a kind of request; the names in one stage work at the same time."""


@dataclass(slots=True)
class Outcome:
    """What was seen.

    Seconds by kind of request; by station the share of time that replicas worked, the longest queue, the mean
    batch, and (second, replicas) whenever their number changed. `refused` counts by kind.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    finished: dict[str, list[float]] = field(default_factory=dict)  # when each of `seconds` was over
    busy: dict[str, float] = field(default_factory=dict)
    longest_queue: dict[str, int] = field(default_factory=dict)
    mean_batch: dict[str, float] = field(default_factory=dict)
    replicas: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def percentile(self, kind: str, share: float) -> float:
        """Of the seconds of a kind; infinite where none was answered."""
        return percentile(self.seconds.get(kind, ()), share)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    if not values:
        return math.inf
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


@dataclass(slots=True)
class _Request:
    kind: str
    began: float
    stage: int = 0
    waiting_for: int = 0
    counts: bool = True  # what arrives while the stations warm up is served and not counted


class _Running:
    """A station's state during a simulation."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.replicas = station.replicas
        self.starting = 0
        self.working = 0
        self.queue: deque[tuple[float, _Request]] = deque()
        self.being_served = 0
        self.timer: float | None = None
        self.busy_seconds = 0.0
        self.replica_seconds = 0.0
        self.changed = 0.0
        self.batches = 0
        self.served = 0
        self.longest = 0
        self.history: list[tuple[float, int]] = [(0.0, station.replicas)]
        self.seen: deque[tuple[float, int]] = deque()
        self.wants_more_since: float | None = None
        self.wants_less_since: float | None = None

    def resize(self, now: float, replicas: int) -> None:
        self.replica_seconds += (now - self.changed) * self.replicas
        self.changed, self.replicas = now, replicas
        self.history.append((now, replicas))


class Simulation:
    """One run. `arrivals` are (second, kind) in the order of time; those before `warm_up` are not counted."""

    def __init__(
        self,
        stations: Sequence[Station],
        routes: Mapping[str, Route],
        arrivals: Iterator[tuple[float, str]],
        seed: int = 1,
        warm_up: float = 0.0,
    ) -> None:
        self._stations = {station.name: _Running(station) for station in stations}
        self._routes = routes
        self._arrivals = arrivals
        self._random = random.Random(seed)
        self._warm_up = warm_up
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0
        self._under_way = 0
        self._more = True
        self._outcome = Outcome()

    def run(self) -> Outcome:
        """Goes on until every request that arrived is over."""
        self._next_arrival()
        for running in self._stations.values():
            if running.station.autoscaling is not None:
                self._at(1.0, lambda now, running=running: self._look(now, running))
        now = 0.0
        while self._events:
            now, _, event = heapq.heappop(self._events)
            event(now)
        return self._summary(now)

    def _at(self, when: float, event: Callable[[float], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, event))

    def _next_arrival(self) -> None:
        arrival = next(self._arrivals, None)
        if arrival is None:
            self._more = False
            return
        self._at(arrival[0], lambda now, kind=arrival[1]: self._arrive(now, kind))

    def _arrive(self, now: float, kind: str) -> None:
        self._next_arrival()
        request = _Request(kind, now, counts=now >= self._warm_up)
        if any(self._is_full(name) for stage in self._routes[kind] for name in stage):
            self._outcome.refused[kind] = self._outcome.refused.get(kind, 0) + request.counts
            return
        self._under_way += 1
        self._enter(now, request)

    def _is_full(self, name: str) -> bool:
        running = self._stations[name]
        most = running.station.most_queued
        return most is not None and len(running.queue) >= most and running.working >= running.replicas

    def _enter(self, now: float, request: _Request) -> None:
        stages = self._routes[request.kind]
        if request.stage == len(stages):
            self._under_way -= 1
            if request.counts:
                self._outcome.seconds.setdefault(request.kind, []).append(now - request.began)
                self._outcome.finished.setdefault(request.kind, []).append(now)
            return
        names = stages[request.stage]
        request.waiting_for = len(names)
        for name in names:
            running = self._stations[name]
            running.queue.append((now, request))
            self._dispatch(now, running)
            running.longest = max(running.longest, len(running.queue))

    def _dispatch(self, now: float, running: _Running) -> None:
        """Gives free replicas what is ready to be begun."""
        station = running.station
        while running.queue and running.working < running.replicas:
            ready = running.queue[0][0] + station.wait
            if len(running.queue) < station.largest_batch and ready > now + 1e-12:
                if running.timer is None or running.timer <= now:
                    running.timer = ready
                    self._at(ready, lambda when, running=running: self._dispatch(when, running))
                return
            size = min(station.largest_batch, len(running.queue))
            batch = [running.queue.popleft()[1] for _ in range(size)]
            seconds = station.serving(size, self._random)
            running.working += 1
            running.being_served += size
            running.busy_seconds += seconds
            running.batches += 1
            running.served += size
            self._at(
                now + seconds, lambda when, running=running, batch=batch: self._done(when, running, batch)
            )

    def _done(self, now: float, running: _Running, batch: list[_Request]) -> None:
        running.working -= 1
        running.being_served -= len(batch)
        for request in batch:
            request.waiting_for -= 1
            if not request.waiting_for:
                request.stage += 1
                self._enter(now, request)
        self._dispatch(now, running)

    def _look(self, now: float, running: _Running) -> None:
        """One second of an autoscaler's life."""
        scaling = running.station.autoscaling
        assert scaling is not None
        running.seen.append((now, len(running.queue) + running.being_served))
        while running.seen[0][0] <= now - scaling.look_back:
            running.seen.popleft()
        mean = sum(count for _, count in running.seen) / len(running.seen)
        wanted = max(scaling.least, min(scaling.most, math.ceil(mean / scaling.target - 1e-9)))
        self._resize(now, running, scaling, wanted)
        if self._more or self._under_way:
            self._at(now + 1.0, lambda when: self._look(when, running))

    def _resize(self, now: float, running: _Running, scaling: Autoscaling, wanted: int) -> None:
        have = running.replicas + running.starting
        running.wants_more_since = (running.wants_more_since or now) if wanted > have else None
        running.wants_less_since = (running.wants_less_since or now) if wanted < have else None
        if running.wants_more_since is not None and now - running.wants_more_since >= scaling.upscale_delay:
            running.starting += wanted - have
            more = wanted - have
            self._at(now + scaling.startup, lambda when: self._started(when, running, more))
            running.wants_more_since = None
        elif (
            running.wants_less_since is not None and now - running.wants_less_since >= scaling.downscale_delay
        ):
            # A replica that works is drained: it ends what it has, so `working` may be above `replicas`.
            running.resize(now, max(wanted, scaling.least))
            running.wants_less_since = None

    def _started(self, now: float, running: _Running, more: int) -> None:
        running.starting -= more
        running.resize(now, running.replicas + more)
        self._dispatch(now, running)

    def _summary(self, end: float) -> Outcome:
        for name, running in self._stations.items():
            running.resize(end, running.replicas)
            running.history.pop()
            self._outcome.busy[name] = running.busy_seconds / max(1e-9, running.replica_seconds)
            self._outcome.longest_queue[name] = running.longest
            self._outcome.mean_batch[name] = running.served / max(1, running.batches)
            self._outcome.replicas[name] = running.history
        return self._outcome


def poisson(
    rates: Mapping[str, float],
    seconds: float,
    seed: int = 2,
    shape: Callable[[float], float] = lambda _second: 1.0,
) -> Iterator[tuple[float, str]]:
    """Independent arrivals of each kind, `rates` a second at a `shape` of 1, which may be at most 1."""
    chance = random.Random(seed)
    kinds, weights = list(rates), list(rates.values())
    total = sum(weights)
    now = 0.0
    while total > 0:
        now += chance.expovariate(total)
        if now >= seconds:
            return
        if chance.random() < shape(now):
            yield now, chance.choices(kinds, weights)[0]


def drawn_from(samples: Mapping[int, Sequence[float]]) -> Serving:
    """Serving times drawn from measured ones by batch size; between two sizes they are interpolated."""
    sizes = sorted(samples)

    def serving(size: int, chance: random.Random) -> float:
        above = next((known for known in sizes if known >= size), sizes[-1])
        below = max((known for known in sizes if known <= size), default=sizes[0])
        upper = chance.choice(samples[above])
        if above == below:
            return upper * max(1.0, size / above)
        share = (size - below) / (above - below)
        return chance.choice(samples[below]) * (1 - share) + upper * share

    return serving


def erlang_c(servers: int, load: float) -> float:
    """The share of arrivals that wait in M/M/c with an offered `load` in Erlang (A. K. Erlang, 1917)."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))
