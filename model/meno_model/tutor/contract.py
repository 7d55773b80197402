"""The reply's contract: one JSON object with exactly these keys, and the tolerant way to find it in a text.

Servers that honour a JSON schema send nothing else; others wrap the object in prose or a code block. Finding
it is lenient, judging it is not: an extra key, a missing one or a wrong type is a violation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Contract = TypeVar("Contract", bound=BaseModel)

OBSERVATION_LIMIT = 200
QUESTION_LIMIT = 240
REASON_LIMIT = 240
TRY_LIMIT = 200

# What strict structured output does not know. The limits are stated in the prompt and checked here anyway.
_NOT_IN_STRICT_SCHEMAS = {
    "maxLength",
    "minLength",
    "minimum",
    "maximum",
    "maxItems",
    "minItems",
    "title",
    "pattern",
}


class Reply(BaseModel):
    """One turn of the tutor, as the model has to write it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    level: Annotated[int, Field(ge=0, le=5, description="The level of the request.")]
    finding_id: Annotated[str, Field(max_length=80, description="The finding's id of the request.")]
    observation: Annotated[
        str, Field(min_length=1, max_length=OBSERVATION_LIMIT, description="What can be seen in the code.")
    ]
    question: Annotated[
        str, Field(min_length=1, max_length=QUESTION_LIMIT, description="One open question, ending in '?'.")
    ]
    why_it_matters: Annotated[
        str, Field(min_length=1, max_length=REASON_LIMIT, description="The idea behind the question.")
    ]
    try_next: Annotated[
        str,
        Field(min_length=1, max_length=TRY_LIMIT, description="One thing to run, trace or print."),
    ]
    confidence: Annotated[float, Field(ge=0.0, le=1.0, description="How sure you are, 0 to 1.")]
    cites_lines: Annotated[
        list[int], Field(min_length=1, max_length=8, description="The lines that the question is about.")
    ]

    @property
    def prose(self) -> str:
        """All the sentences that the learner would see, as one text."""
        return "\n".join((self.observation, self.question, self.why_it_matters, self.try_next))

    def markdown(self) -> str:
        """The reply as the editor shows it."""
        parts = (self.observation, f"**{self.question}**", self.why_it_matters, self.try_next)
        return "\n\n".join(" ".join(part.split()) for part in parts)


def response_schema() -> dict[str, Any]:
    """The contract as a JSON schema in the form that strict structured output accepts."""
    return strict_schema("socratic_turn", Reply)


def strict_schema(name: str, contract: type[BaseModel]) -> dict[str, Any]:
    """Any contract in that form."""
    schema = _without_limits(contract.model_json_schema())
    assert isinstance(schema, dict)
    return {"name": name, "strict": True, "schema": schema}


def parse_reply(text: str) -> Reply | tuple[str, ...]:
    """The reply in the text, or the violations of the contract as sentences for the model."""
    return parse_object(text, Reply, "question")


def parse_object(text: str, contract: type[Contract], key: str) -> Contract | tuple[str, ...]:
    """The object of that contract in the text; where there are several, the first with the `key`."""
    candidates = sorted(_objects(text), key=lambda value: key not in value)
    if not candidates:
        return ("Answer with one JSON object and nothing else.",)
    try:
        return contract.model_validate_json(json.dumps(candidates[0]))
    except ValidationError as problem:
        return tuple(_violation(error["loc"], error["msg"]) for error in problem.errors())
    except ValueError:
        return ("Answer with one JSON object of plain values and nothing else.",)


def _violation(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in place) or "the object"
    return f"{where}: {message}."


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in the text from left to right."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start != -1:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(value, dict):
            yield value
        start = text.find("{", end)


def _without_limits(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: {name: _without_limits(part) for name, part in value.items()}
            if key == "properties"
            else _without_limits(value)
            for key, value in schema.items()
            if key not in _NOT_IN_STRICT_SCHEMAS
        }
    if isinstance(schema, list):
        return [_without_limits(part) for part in schema]
    return schema
