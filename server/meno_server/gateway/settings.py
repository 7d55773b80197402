"""What an operator may choose, from `MENO_GATEWAY_…` in the environment and from flags of `meno serve`.

One flat model is the only list, like `meno_server.settings` for a learner; docs/gateway.md has it as a table,
which a test compares. A key of a tutor is in its own variable (`MENO_TUTOR_API_KEY`) and never in here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meno_server.expected import expected
from meno_server.places import data_folder

PREFIX = "MENO_GATEWAY_"


class SettingsError(Exception):
    """A setting that does not fit; the text is one sentence for the operator."""


class GatewaySettings(BaseModel):
    """All settings with their defaults. The name in the environment is `MENO_GATEWAY_` and the field's name
    in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str | None = Field(
        None,
        description="Where keys and counts are kept: `postgresql://user:password@host/name`, or "
        "`sqlite:////path/to/file`. Without it, a SQLite file in `data`.",
    )
    data: Path | None = Field(
        None, description="The gateway's own folder, for its owner only. Without it, below the user's data."
    )
    workers: int = Field(
        0, ge=0, le=256, description="Processes for the rules; 0 takes one for each processor core."
    )
    model: bool = Field(True, description="Serve the bug model (L2).")
    model_path: Path | None = Field(None, description="A folder with a model of your own.")
    model_provider: Literal["auto", "tensorrt", "cuda", "coreml", "directml", "openvino", "cpu"] = Field(
        "auto", description="Where the model runs; `auto` takes the first that can start."
    )
    model_processes: int = Field(1, ge=1, le=64, description="Processes of the model.")
    model_threads: int = Field(
        0,
        ge=0,
        le=64,
        description="Threads of each process of the model on a processor; 0 takes one for each core, four at "
        "most. They share the functions of a text among them and change no answer.",
    )
    origin: bool = Field(True, description="Serve `predict`: whose style a text resembles.")
    batching: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether texts for the model that come together are answered in one question. `auto`: on "
        "an accelerator only, since a processor judges each function by itself and nobody gains by waiting "
        "for others. On a processor it changes no answer.",
    )
    batch_size: int = Field(16, ge=1, le=256, description="At most so many texts in one batch.")
    batch_milliseconds: float = Field(
        2.0, ge=0, le=100, description="How long the first text of a batch waits for others."
    )
    max_body_bytes: int = Field(
        262_144, ge=1024, le=16_777_216, description="The largest body of a request; more is refused unread."
    )
    body_seconds: float = Field(10.0, gt=0, le=300, description="Time for a body to arrive.")
    analyze_seconds: float = Field(5.0, gt=0, le=120, description="Time for the rules on one text.")
    model_seconds: float = Field(10.0, gt=0, le=120, description="Time for the model on one batch.")
    debug_seconds: float = Field(
        20.0, gt=0, le=600, description="Time for one failure analysis, and for its runs if there are any."
    )
    max_hint_level: int = Field(
        4,
        ge=0,
        le=5,
        description="The highest rung that anybody gets. 5 lets `debug` show a verified diff to who asks.",
    )
    run_code: bool = Field(
        False,
        description="Let `debug` run the code and tests that were sent, where the sandbox is seen to confine "
        "them. They can read what the gateway's account can read; give it an account or a container of its "
        "own.",
    )
    runs: int = Field(1, ge=1, le=64, description="At most so many failure analyses run code at a time.")
    rate_per_minute: int = Field(600, ge=1, description="Requests a minute for each key, on average.")
    rate_burst: int = Field(60, ge=1, description="Requests that a key may send at once.")
    idempotency_seconds: float = Field(
        600.0, gt=0, le=86_400, description="How long the answer to an `Idempotency-Key` is remembered."
    )
    idempotency_entries: int = Field(1000, ge=1, le=100_000, description="At most so many such answers.")
    key_check_seconds: float = Field(
        15.0, ge=0, le=30, description="A key that was revoked may work for so long."
    )
    tutor_provider: Literal["none", "openai", "gemini", "anthropic", "compatible"] = Field(
        "none", description="Who answers `enrich`; `none` answers with curated questions."
    )
    tutor_base_url: str | None = Field(None, description="The address of a `compatible` provider.")
    tutor_model: str = Field("gpt-3.5-turbo", description="The model that the provider is asked for.")
    tutor_deadline: float = Field(8.0, gt=0, le=60, description="Seconds for an answer of the tutor.")
    tutor_daily_tokens: int = Field(0, ge=0, description="Tokens for a day and everybody; 0 for no limit.")
    team_patterns: int = Field(
        1,
        ge=1,
        le=3,
        description="For how many patterns a learner counts in a week of the team view. With more the noise "
        "grows, and a pattern must be met by more learners to be told.",
    )
    drain_seconds: int = Field(
        15, ge=0, le=600, description="Time for requests under way when the gateway is ended."
    )

    @property
    def folder(self) -> Path:
        """Where everything that is kept lies, if it lies on this machine."""
        return self.data or data_folder() / "gateway"


def from_environment(
    environment: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
) -> GatewaySettings:
    """The settings that hold: flags that are given come before the environment. Raises SettingsError."""
    found = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name.startswith(PREFIX) and value != "":
            field = name.removeprefix(PREFIX).lower()
            if field not in GatewaySettings.model_fields:
                raise SettingsError(f"{name} is no setting of the gateway; docs/gateway.md lists them all.")
            values[field] = value
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return GatewaySettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        needed = expected(first, GatewaySettings.model_fields.get(name))
        raise SettingsError(
            f"{PREFIX}{name.upper()} does not fit: {needed}. docs/gateway.md says what it takes."
        ) from None
