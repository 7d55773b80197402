"""Examples that a teacher hands out, as `[[examples]]` in a TOML file or as a list in a JSON file.

    [[examples]]
    function = "total"
    arguments = [[1, 2]]
    expected = 3

    [[examples]]
    input = "3\\n4\\n"
    output = "7\\n"

A mistake in an entry is told with the entry's number; one mistake is told at a time.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from meno_analyzers.failures.cases import CallCase, Case, RunCase
from meno_analyzers.failures.collecting.collected import CollectingError

_MOST_BYTES = 1_000_000
_DOTTED_NAME = r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"


class Example(BaseModel):
    """One entry: a call with the answer that it should give, or what the script should print."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str | None = None  # the program that it is for, where a folder holds several
    name: str | None = Field(None, min_length=1, max_length=120)
    function: str | None = Field(None, pattern=_DOTTED_NAME)
    arguments: list[JsonValue] = Field(default_factory=list)
    expected: JsonValue = None
    tolerance: float = Field(0.0, ge=0)  # by how much a number may differ
    input: str | None = None
    output: str | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        given = self.model_fields_set
        if self.function is None and self.output is None:
            raise ValueError("it needs `function` and `expected`, or `output`")
        if self.function is not None and given & {"input", "output"}:
            raise ValueError("`function` goes with `arguments` and `expected`, not with `input` or `output`")
        if self.function is not None and "expected" not in given:
            raise ValueError("`expected` is missing (`None` can be written in JSON only, as null)")
        if self.function is None and given & {"arguments", "expected", "tolerance"}:
            raise ValueError("`arguments` and `expected` go with `function`, which is missing")
        return self

    def case(self, number: int) -> Case:
        """The entry as a case; `number` is its place in the file, from 1."""
        name = self.name or f"example {number}"
        if self.function is not None:
            return CallCase(name, self.function, self.arguments, self.expected, self.tolerance)
        return RunCase(name, self.input or "", self.output)


def read_examples(path: Path) -> list[Example]:
    """The examples of a file. Raises CollectingError."""
    entries = _entries(path)
    if not isinstance(entries, list):
        raise CollectingError(
            f"{path.name} holds no list of examples; write `[[examples]]` entries, or a JSON list."
        )
    return [_example(path, number, entry) for number, entry in enumerate(entries, start=1)]


def has_examples(path: Path) -> bool:
    """Whether a settings file holds examples as well; one that cannot be read holds none."""
    try:
        return path.is_file() and path.stat().st_size <= _MOST_BYTES and bool(_entries(path))
    except (OSError, CollectingError):
        return False


def cases_of_examples(examples: Sequence[Example], main: Path) -> list[Case]:
    """The cases of those examples that are for this program."""
    return [
        example.case(number)
        for number, example in enumerate(examples, start=1)
        if example.file is None or Path(example.file).name == main.name
    ]


def _entries(path: Path) -> Any:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CollectingError(f"{path.name} is larger than 1 MB; hand out fewer examples.")
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise CollectingError(f"{path.name} is not UTF-8; save it as that.") from None
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise CollectingError(f"The examples {path} cannot be read ({reason}); check the path.") from None
    try:
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise CollectingError(f"{path.name} is not {kind}: {error}.") from None
    except RecursionError:
        raise CollectingError(f"{path.name} is nested too deep to be read.") from None
    return table.get("examples") if isinstance(table, dict) else table


def _example(path: Path, number: int, entry: Any) -> Example:
    if not isinstance(entry, dict):
        raise CollectingError(f"{path.name}, example {number}: it is no table with keys and values.")
    try:
        return Example.model_validate(entry)
    except ValidationError as error:
        raise CollectingError(f"{path.name}, example {number}: {_reason(error)}.") from None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"`{place}` is no key of an example"
    if first["type"] == "value_error":
        return first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        return f"`{place}` is not the name of a function"
    said = first["msg"][:1].lower() + first["msg"][1:]
    return f"`{place}`: {said}" if place else said


__all__ = ["Example", "cases_of_examples", "has_examples", "read_examples"]
