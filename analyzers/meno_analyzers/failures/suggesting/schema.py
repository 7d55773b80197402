"""Suggested calls as data: strict, so that nothing is printed or sent that is not meant to be."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION: Literal["1"] = "1"
MOST_SUGGESTIONS = 40


class Ending(StrEnum):
    """What a call does today."""

    RETURNS = "returns"
    NOTHING = "nothing"  # it returns None
    PRINTS = "prints"
    RAISES = "raises"
    REFUSES = "refuses"  # at a `raise` of the program
    NO_END = "no_end"
    MEMORY = "memory"
    OUTPUT = "output"
    EXIT = "exit"
    CHANGES = "changes"  # what it was given
    SECOND = "second"  # it answers otherwise the second time


class Style(StrEnum):
    """How the learner's own tests are written."""

    PYTEST = "pytest"
    UNITTEST = "unittest"
    DOCTEST = "doctest"
    ASSERT = "assert"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


LineNumber = Annotated[int, Field(ge=1)]
Sentence = Annotated[str, Field(min_length=2, max_length=900)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Suggestion(_Part):
    """One call. `today` and `why` are Markdown sentences with code spans; `code` is the call in a test of the
    learner's style, with a gap for what is expected. `line` is where the call stops, `first_to_run` are the
    lines that no case runs."""

    function: Name
    call: Annotated[str, Field(min_length=3, max_length=400)]
    ending: Ending
    value: Annotated[str, Field(max_length=500)] | None
    error: Annotated[str, Field(min_length=1, max_length=120)] | None
    line: LineNumber | None
    today: Sentence
    question: Annotated[str, Field(min_length=2, max_length=240, pattern=r"\?$")]
    why: Sentence
    first_to_run: Annotated[tuple[LineNumber, ...], Field(max_length=200)]
    code: Annotated[str, Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.error is not None) != (self.ending in {Ending.RAISES, Ending.REFUSES}):
            raise ValueError("an error is named exactly where the call raises one")
        return self


class NotAsked(_Part):
    """A function that was left out, and what would let it be asked."""

    function: Name
    sentence: Sentence


class Suggestions(_Part):
    """All that is suggested for a program, best first. `tried` calls were made. `code` is the suggestions as
    one piece of test code."""

    schema_version: Literal["1"]
    file_alias: Annotated[str, Field(min_length=1, max_length=200)]
    functions: Annotated[tuple[Name, ...], Field(max_length=500)]
    style: Style
    suggestions: Annotated[tuple[Suggestion, ...], Field(max_length=MOST_SUGGESTIONS)]
    not_asked: Annotated[tuple[NotAsked, ...], Field(max_length=500)]
    tried: Annotated[int, Field(ge=0)]
    ended: Literal["done", "time", "cancelled"]
    code: Annotated[str, Field(max_length=100_000)]
