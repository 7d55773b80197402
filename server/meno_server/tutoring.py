"""The tutor of the settings: which servers it may ask, and where it keeps what a day has cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meno_server.places import data_folder
from meno_server.settings import Settings
from meno_server.tutor_servers import TutorServer

if TYPE_CHECKING:
    from meno_model.tutor import Endpoint, TutorSettings


def budget_file() -> Path:
    """The small file with the numbers of the day, in the user's data directory."""
    return data_folder() / "tutor-budget.json"


def tutor_settings(settings: Settings) -> TutorSettings:
    """The settings as the tutor takes them. Off is off: without a provider nothing else counts."""
    from meno_model.tutor import Masks, TutorSettings

    return TutorSettings(
        provider=settings.tutor_provider,
        base_url=settings.tutor_base_url,
        model=settings.tutor_model,
        deadline_seconds=settings.tutor_deadline,
        fallbacks=tuple(_endpoint(settings, entry) for entry in settings.tutor_fallbacks),
        daily_tokens=settings.tutor_daily_tokens or None,
        daily_cost=settings.tutor_daily_cost or None,
        input_price=settings.tutor_input_price,
        output_price=settings.tutor_output_price,
        budget_file=budget_file(),
        masks=Masks(settings.tutor_mask_comments, settings.tutor_mask_strings),
    )


def _endpoint(settings: Settings, entry: dict[str, object]) -> Endpoint:
    from meno_model.tutor import Endpoint

    server = TutorServer.model_validate(entry)
    return Endpoint(
        provider=server.provider,
        base_url=server.base_url,
        model=server.model,
        primary=False,
        input_price=settings.tutor_input_price if server.input_price is None else server.input_price,
        output_price=settings.tutor_output_price if server.output_price is None else server.output_price,
    )
