"""The server as editors start it in the tests: with everything that is said to it and by it written down."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editors import features

WIRE = Path(__file__).with_name("wire.py")


@dataclass(frozen=True, slots=True)
class Tee:
    """The server with everything that is said to it and by it written down."""

    log: Path

    @property
    def command(self) -> list[str]:
        """What an editor starts in place of `meno lsp`."""
        server = [sys.executable, "-P", "-m", "meno_server", "lsp"]
        return [sys.executable, str(WIRE), str(self.log), *server]

    def wait_for(self, what: str, condition: Callable[[features.Conversation], Any]) -> Any:
        """Waits until something was said."""
        return features.wait_for(self.log, what, condition)
