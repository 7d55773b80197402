"""One entry of the setting `tutor.fallbacks`: a server that is asked when those before it cannot answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from meno_server.expected import expected


class TutorServer(BaseModel):
    """One entry of `tutor.fallbacks`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    provider: Literal["openai", "gemini", "anthropic", "compatible"]
    base_url: str | None = Field(None, alias="baseUrl")
    model: str
    input_price: float | None = Field(None, alias="inputPrice", ge=0)
    output_price: float | None = Field(None, alias="outputPrice", ge=0)


def one_more_server(value: dict[str, Any]) -> dict[str, Any]:
    """The entry as it was written, if it is one that can be asked."""
    try:
        server = TutorServer.model_validate(value)
    except ValidationError as error:
        problem = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, problem['loc']))}: {expected(problem)}") from None
    if server.provider == "compatible" and not server.base_url:
        raise ValueError("baseUrl: a compatible server needs an address")
    return value
