"""What an operator may choose for a cluster, from `MENO_CLUSTER_…` in the environment.

They stand beside the gateway's own settings (`meno_server.gateway.settings`) and say how many replicas there
are and what each may take. The same model is the typed arguments of `deployments.build`, so that a `serve`
file has the same words as the environment. docs/guides/cluster.md has the table, which a test compares.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from meno_server.expected import expected
from meno_server.gateway.settings import SettingsError

PREFIX = "MENO_CLUSTER_"


def bounds(replicas: str) -> tuple[int, int]:
    """`2-8` as (2, 8), `2` as (2, 2)."""
    least, _, most = replicas.partition("-")
    return int(least), int(most or least)


def _is_a_range(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", value):
        raise ValueError("write a number such as 2, or the least and the most such as 2-8")
    least, most = bounds(value)
    if not 1 <= least <= most:
        raise ValueError("the least has to be 1 or more, and the most not smaller")
    return value


Replicas = Annotated[str, AfterValidator(_is_a_range)]


class ClusterSettings(BaseModel):
    """All settings with their defaults; in the environment a name is `MENO_CLUSTER_` and the field's name in
    capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    address: str | None = Field(
        None,
        description="For `meno serve --cluster`: the Ray cluster to join, `auto` or `host:port`; without it "
        "one is begun on this machine.",
    )
    ingress_replicas: Replicas = Field(
        "2", description="Replicas of the HTTP application; each lets through its part of a key's rate."
    )
    static_replicas: Replicas = Field("2-8", description="Replicas of the rules (L1 and L3).")
    model_replicas: Replicas = Field("1-4", description="Replicas of the bug model (L2).")
    debug_replicas: Replicas = Field("1-2", description="Replicas that explain failures.")
    ingress_cpus: float = Field(0.5, ge=0, description="Cores that Ray sets aside for one of the first.")
    static_cpus: float = Field(1.0, ge=0, description="The same for the rules.")
    model_cpus: float = Field(1.0, ge=0, description="The same for the model.")
    debug_cpus: float = Field(1.0, ge=0, description="The same for failures.")
    model_gpus: float = Field(
        0.0,
        ge=0,
        description="The part of a GPU for one replica of the model, such as 0.25; 0 is the processor.",
    )
    queue: int = Field(
        100,
        ge=1,
        description="Requests that may wait for each kind of replica, in each replica of the application; "
        "more are answered with 503 and Retry-After.",
    )
    attempts: int = Field(
        3, ge=1, le=10, description="How often work is begun in all, when replicas die while they have it."
    )
    upscale_seconds: float = Field(
        10.0, ge=0, description="How long it is too busy before replicas are added."
    )
    downscale_seconds: float = Field(300.0, ge=0, description="How long it is quiet before some are ended.")


def cluster_from_environment(environment: Mapping[str, str] | None = None) -> ClusterSettings:
    """The settings that hold. Raises SettingsError with one sentence."""
    found = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name.startswith(PREFIX) and value != "":
            field = name.removeprefix(PREFIX).lower()
            if field not in ClusterSettings.model_fields:
                raise SettingsError(
                    f"{name} is no setting of a cluster; docs/guides/cluster.md lists them all."
                )
            values[field] = value
    try:
        return ClusterSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        named = str(first["loc"][0]) if first["loc"] else "a setting"
        needed = expected(first, ClusterSettings.model_fields.get(named))
        raise SettingsError(
            f"{PREFIX}{named.upper()} does not fit: {needed}. docs/guides/cluster.md says what it takes."
        ) from None
