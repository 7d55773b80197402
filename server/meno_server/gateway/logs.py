"""One JSON line for each event on standard error, made of numbers and words of our own.

There is no way in for a body: callers name the values, and none of them is a text that was sent.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any, TextIO

import structlog


def json_log(out: TextIO | None = None) -> Callable[..., None]:
    """A function that logs an event with its values."""
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out or sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.BoundLogger,
    )

    def log(event: str, **values: Any) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody reads the log any more
            logger.msg(event, **values)

    return log
