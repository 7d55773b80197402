"""A real server for each test, ended as a client should end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from end_to_end.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server process that has not been initialized yet."""
    wire = Wire()
    yield wire
    if wire.process.poll() is None:
        wire.stop()
    else:
        wire.close()


@pytest.fixture
def session(wire: Wire) -> Wire:
    """A server process in a session with a capable client that is told of diagnostics."""
    wire.start()
    return wire
