"""The texts of explanations as they lie in the catalogue: one file for each mechanism, and a few for all.

A language is a folder, as with the hints; a file that a language does not have is taken from English. A
damaged file is a bug of ours and raises. Guarded by tests/analyzers/failures/test_explanation_catalogue.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from meno_analyzers.failures.explanation.schema import Action
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, base_language
from meno_analyzers.hints.template import Template

FOLDER = Path(__file__).parent / "catalogue"
SYNTAX = "syntax"
CHECK = "check"  # a check in the program itself that does not hold; for the steps only
GENERAL = "general"
# The statement for a crash that comes up on another line than the one that is spoken of; and, in the general
# texts only, the one for a failure whose line is not known, and the one for a loop whose test has no name.
EARLIER = "earlier"
OPEN = "open"
ENDLESS = "endless"


@dataclass(frozen=True, slots=True)
class StepText:
    """One step with its gaps."""

    action: Action
    instruction: Template
    look_for: Template


@dataclass(frozen=True, slots=True)
class MechanismTexts:
    """What is said about one mechanism."""

    statements: Mapping[str, Template]  # by situation, and `EARLIER`
    why: Template
    questions: tuple[Template, ...]
    steps: tuple[StepText, ...]
    takeaway: str
    takeaway_id: str


@dataclass(frozen=True, slots=True)
class SituationTexts:
    """The step that comes first in a situation, and the one that rounds it off."""

    first: StepText
    last: StepText


@lru_cache(maxsize=128)
def mechanism_texts(name: str, language: str = DEFAULT_LANGUAGE) -> MechanismTexts:
    """The texts of a mechanism, of `syntax` or of `general`."""
    data = _load(name, language)
    return MechanismTexts(
        statements={name: Template.parse(text) for name, text in data["statements"].items()},
        why=Template.parse(data["why"]),
        questions=tuple(Template.parse(question) for question in data["questions"]),
        steps=tuple(_step(step) for step in data["steps"]),
        takeaway=" ".join(data["takeaway"].split()),
        takeaway_id=data["takeaway_id"],
    )


@lru_cache(maxsize=32)
def situation_texts(name: str, language: str = DEFAULT_LANGUAGE) -> SituationTexts:
    """The texts of a situation, of `syntax` or of `check`."""
    data = _load("situations", language)[name]
    return SituationTexts(_step(data["first"]), _step(data["last"]))


@lru_cache(maxsize=256)
def page_text(group: str, name: str, language: str = DEFAULT_LANGUAGE) -> Template:
    """A heading or a sentence of the page."""
    return Template.parse(_load("page", language)[group][name])


@lru_cache(maxsize=64)
def _load(name: str, language: str) -> dict[str, Any]:
    for folder in dict.fromkeys((base_language(language), DEFAULT_LANGUAGE)):
        path = FOLDER / folder / f"{name}.toml"
        if path.is_file():
            return tomllib.loads(path.read_text(encoding="utf-8"))
    raise FileNotFoundError(f"{name}.toml is not in the catalogue")


def _step(data: Mapping[str, str]) -> StepText:
    return StepText(
        Action(data["action"]), Template.parse(data["instruction"]), Template.parse(data["look_for"])
    )
