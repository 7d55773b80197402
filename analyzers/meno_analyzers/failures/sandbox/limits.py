"""What a run may take, and the one error of this room."""

from __future__ import annotations

from dataclasses import dataclass


class SandboxError(Exception):
    """Nothing can be run. The text is one sentence for the learner, with the next step in it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one case. `seconds` is wall time; `cpu_seconds` is time of the processor, granted once for
    each case that a fork plays; `memory_bytes` comes on top of what the warmed interpreter holds itself."""

    seconds: float = 5.0
    cpu_seconds: float = 10.0
    memory_bytes: int = 512 * 1024 * 1024
    processes: int = 32
    file_bytes: int = 16 * 1024 * 1024
    output_bytes: int = 1024 * 1024
