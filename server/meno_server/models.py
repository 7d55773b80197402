"""The bug model as the settings want it, for every face of Meno."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from meno_model.client import ModelClient

if TYPE_CHECKING:
    from meno_server.settings import Settings


def model_client(settings: Settings, log: Callable[[str], None] = lambda _text: None) -> ModelClient:
    """A client whose process starts at its first question."""
    path = settings.model_path
    return ModelClient(
        model_path=Path(path) if path else None,
        provider=None if settings.model_provider == "auto" else settings.model_provider,
        log=log,
    )
