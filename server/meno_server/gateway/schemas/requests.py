"""What a client may send. Unknown fields are refused: a misspelt one would otherwise be ignored silently."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_CHARACTERS = 200_000
MOST_REPORT = 100_000
MOST_FILES = 20

Code = Annotated[str, Field(max_length=MOST_CHARACTERS)]
FileName = Annotated[
    str,
    StringConstraints(
        max_length=120, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
    ),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", max_length=12)]
_LANGUAGE = "The language of the hints, such as `de`; English where there is none of that language."


class Body(BaseModel):
    """What all bodies have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AboutCode(Body):
    """A text of Python, and how it is to be looked at."""

    code: Code = Field(description="The text of one Python file.")
    language: Language = Field("en", description=_LANGUAGE)
    profile: Literal["student", "developer", "notebook", "contest"] = Field(
        "student", description="Who is writing, as in the setting `meno.profile`."
    )
    python_version: Annotated[str, Field(pattern=r"^3\.[0-9]{1,2}$")] | None = Field(
        None, description="The Python that the code is for, such as `3.9`; syntax that is newer is reported."
    )

    @property
    def target(self) -> tuple[int, int] | None:
        if self.python_version is None:
            return None
        major, minor = self.python_version.split(".")
        return int(major), int(minor)


class AnalyzeRequest(AboutCode):
    """A text to be analysed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "def total(marks):\n    for mark in marks:\n        result =+ mark\n"}]
        }
    )

    model: bool = Field(True, description="Ask the bug model (L2), too.")
    max_hint_level: Annotated[int, Field(ge=0, le=4)] = Field(
        4, description="The highest rung of the hints: 0 notice, 1 where, 2 concept, 3 questions, 4 example."
    )


class ModelRequest(Body):
    """A text for the bug model alone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "def first(items):\n    return items[1]\n"}]}
    )

    text: Code = Field(description="The text of one Python file.")


class PredictRequest(Body):
    """A text whose origin is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "print('hello')\n", "top_tokens": 3}]})

    code: Code = Field(description="The text of one Python file.")
    top_tokens: Annotated[int, Field(ge=0, le=50)] = Field(
        5, description="How many of the most influential tokens are told for each passage."
    )


class Turn(Body):
    """One turn of the conversation so far."""

    speaker: Literal["tutor", "learner"]
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class EnrichRequest(AboutCode):
    """One more turn of a conversation about a finding. The client keeps the conversation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "def total(marks):\n    result = 0\n    result =+ marks[0]\n    return result\n",
                    "line": 3,
                }
            ]
        }
    )

    line: Annotated[int, Field(ge=1, le=1_000_000)] = Field(description="The line in question, from 1 on.")
    rule: Annotated[str, Field(pattern=r"^(ME[0-9]{3}|model/[A-Za-z]{1,40})$")] | None = Field(
        None, description="Which finding at the line is meant, such as `ME301` or `model/OffByOneError`."
    )
    turns: Annotated[list[Turn], Field(max_length=40)] = Field(
        default_factory=list, description="The conversation so far, oldest first; the learner's answer last."
    )
    tutor: bool = Field(True, description="Ask the tutor; without it the question is a curated one.")
    fallback: bool = Field(
        True,
        description="Take the curated question where the tutor cannot answer. Without it that is a problem: "
        "502 for an answer that was not usable, 503 for a tutor that cannot be reached.",
    )


class DebugRequest(Body):
    """A failure to be explained: what Python or pytest printed, and the code that it speaks of."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "traceback": "Traceback (most recent call last):\n"
                    '  File "program.py", line 2, in <module>\n'
                    "    print(ages['ada'])\n          ~~~~^^^^^^^\nKeyError: 'ada'\n",
                    "code": "ages = {}\nprint(ages['ada'])\n",
                }
            ]
        }
    )

    traceback: Annotated[str, Field(min_length=1, max_length=MOST_REPORT)] | None = Field(
        None,
        description="All that was printed, from `Traceback` to the last line. Needed unless code is run.",
    )
    code: Code | None = Field(None, description="One file, called `program.py`.")
    files: Annotated[dict[FileName, Code], Field(max_length=MOST_FILES)] = Field(
        default_factory=dict, description="Several files by their relative path, in place of `code`."
    )
    main: FileName | None = Field(None, description="Which of the files is the program.")
    tests: FileName | None = Field(None, description="Which of the files holds tests, where code is run.")
    level: Annotated[int, Field(ge=0, le=5)] = Field(
        3, description="The highest rung that is told; 5 asks for the verified diff."
    )
    language: Language = Field("en", description=_LANGUAGE)
    run: bool = Field(
        False, description="Run the code and its tests, confined, if whoever runs the gateway allows it."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.code is not None and self.files:
            raise ValueError("`code` and `files` exclude each other")
        if not self.run and self.traceback is None:
            raise ValueError("`traceback` is needed where nothing is run")
        if self.run and not self.texts:
            raise ValueError("`code` or `files` are needed to run them")
        for name in (self.main, self.tests):
            if name is not None and name not in self.texts:
                raise ValueError("`main` and `tests` have to be among the files")
        return self

    @property
    def texts(self) -> dict[str, str]:
        """The files by their path."""
        return dict(self.files) if self.code is None else {"program.py": self.code}
