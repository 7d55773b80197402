"""What is counted of requests: numbers by key, endpoint and day, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

ENDPOINTS = ("analyze", "enrich", "debug", "predict", "model", "categories", "usage", "metrics", "team")
UNMEASURED = "team"
"""The length of what a learner gives would tell what it is, as long as the counts and the log are kept."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where a request is counted; `day` is a date's ordinal in UTC."""

    day: int
    key_id: str
    endpoint: str


@dataclass(slots=True)
class Counts:
    """How many requests, of which `refused` (4xx) and `failed` (5xx); their time, and bytes both ways."""

    requests: int = 0
    refused: int = 0
    failed: int = 0
    milliseconds: int = 0
    bytes: int = 0

    def add(self, other: Counts) -> None:
        self.requests += other.requests
        self.refused += other.refused
        self.failed += other.failed
        self.milliseconds += other.milliseconds
        self.bytes += other.bytes
