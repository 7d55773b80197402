"""What is measured of the requests: rolling percentiles for people, counters and histograms for Prometheus.

Both are numbers by endpoint; there is no label for a key, and none that a client could fill.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

WINDOW_SECONDS = 300.0
_MOST_KEPT = 4096
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
PERCENTILES = (50, 90, 95, 99)


class Metrics:
    """All that is measured by one application."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._rolling: dict[str, deque[tuple[float, float]]] = defaultdict(lambda: deque(maxlen=_MOST_KEPT))
        self._batches: deque[tuple[float, float]] = deque(maxlen=_MOST_KEPT)
        self._statuses: dict[str, int] = defaultdict(int)
        self.registry = CollectorRegistry()
        self._requests = Counter("meno_requests", "Requests.", ["endpoint", "status"], registry=self.registry)
        self._seconds = Histogram(
            "meno_request_seconds",
            "Time to answer.",
            ["endpoint"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "meno_stage_seconds", "Time by stage.", ["stage"], buckets=_BUCKETS, registry=self.registry
        )
        self._sizes = Histogram(
            "meno_model_batch_texts", "Texts in a batch.", buckets=_SIZES, registry=self.registry
        )

    def request(self, endpoint: str, status: int, milliseconds: float) -> None:
        """One request was answered."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(milliseconds / 1000)
        self._rolling[endpoint].append((self._clock(), milliseconds))
        self._statuses[f"{status // 100}xx"] += 1

    def stages(self, milliseconds: Mapping[str, float]) -> None:
        """How long the stages of a request took."""
        for stage, spent in milliseconds.items():
            self._stages.labels(stage).observe(spent / 1000)
            self._rolling[f"stage {stage}"].append((self._clock(), spent))

    def batch(self, size: int) -> None:
        """A batch of so many texts went to the model."""
        self._sizes.observe(size)
        self._batches.append((self._clock(), float(size)))

    def as_plain(self) -> dict[str, Any]:
        """Percentiles in milliseconds of the last five minutes, by endpoint and by stage."""
        rolling = {name: self._summary(kept) for name, kept in sorted(self._rolling.items())}
        sizes = self._recent(self._batches)
        return {
            "window_seconds": WINDOW_SECONDS,
            "uptime_seconds": round(self._clock() - self._began, 1),
            "responses": dict(self._statuses),
            "endpoints": {name: told for name, told in rolling.items() if not name.startswith("stage ")},
            "stages": {
                name.removeprefix("stage "): told
                for name, told in rolling.items()
                if name.startswith("stage ")
            },
            "model_batches": {
                "count": len(sizes),
                "mean_texts": round(sum(sizes) / len(sizes), 2) if sizes else None,
                "largest": int(max(sizes)) if sizes else None,
            },
        }

    def as_prometheus(self) -> bytes:
        """The text format."""
        return generate_latest(self.registry)

    def _recent(self, kept: deque[tuple[float, float]]) -> list[float]:
        since = self._clock() - WINDOW_SECONDS
        return [value for at, value in kept if at >= since]

    def _summary(self, kept: deque[tuple[float, float]]) -> dict[str, float | int | None]:
        values = sorted(self._recent(kept))
        told: dict[str, float | int | None] = {"count": len(values)}
        for percent in PERCENTILES:
            told[f"p{percent}"] = round(percentile(values, percent), 2) if values else None
        return told


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of sorted values, of which there is one at least."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered) - 1, int(rank) - 1))]
