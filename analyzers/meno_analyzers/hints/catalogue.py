"""The hint texts as they lie in the catalogue files, loaded one file at a time when first needed.

A language is a folder (`catalogue/en`), a rule or a category one TOML file in it, and a file that a language
does not have is taken from English. Start-up reads nothing. A damaged file is a bug of ours and raises.
Guarded by tests/analyzers/hints/test_hint_catalogue.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from meno_analyzers.hints.questions import QuestionKind
from meno_analyzers.hints.template import Template

FOLDER = Path(__file__).parent / "catalogue"
DEFAULT_LANGUAGE = "en"

Kind = Literal["rules", "categories"]

# Names come from findings and from settings; nothing but a plain word may become part of a path.
_PLAIN_WORD = re.compile(r"[A-Za-z0-9]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Texts:
    """One ladder with its gaps. The example has none: it never uses the learner's names.

    `chain` holds one question of each kind, for a conversation; one whose gaps cannot be filled is left out.
    `language` is the one that the texts are in, not the one that was asked for.
    """

    notice: Template
    orient: Template
    concept: Template
    questions: tuple[Template, ...]
    example: str
    chain: Mapping[QuestionKind, Template] = field(default_factory=dict)
    language: str = DEFAULT_LANGUAGE
    gaps: frozenset[str] = field(init=False)
    """The names of all the values that the ladder needs; the chain does without."""

    def __post_init__(self) -> None:
        templates = (self.notice, self.orient, self.concept, *self.questions)
        object.__setattr__(self, "gaps", frozenset().union(*(template.gaps for template in templates)))


@dataclass(frozen=True, slots=True)
class Entry:
    """One catalogue file: the default texts, their variants, and the words for the rule's page."""

    texts: Texts
    variants: Mapping[str, Texts] = field(default_factory=dict)
    page: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(maxsize=512)
def load_entry(kind: Kind, name: str, language: str = DEFAULT_LANGUAGE) -> Entry | None:
    """The catalogue entry in that language or in English; None if neither has it."""
    if not _PLAIN_WORD.match(name):
        return None
    for folder in dict.fromkeys((base_language(language), DEFAULT_LANGUAGE)):
        path = FOLDER / folder / kind / f"{name}.toml"
        if path.is_file():
            return parse_entry(path.read_text(encoding="utf-8"), folder)
    return None


def base_language(tag: str) -> str:
    """The folder for a language tag: `de` for `de-AT`; English for anything that is no tag at all."""
    base = re.split(r"[-_]", tag, maxsplit=1)[0].lower()
    return base if _PLAIN_WORD.match(base) else DEFAULT_LANGUAGE


def parse_entry(text: str, language: str = DEFAULT_LANGUAGE) -> Entry:
    """The entry written in a catalogue file; `ValueError` or `KeyError` if it is damaged.

    A variant has the texts of the rule, but for those that it brings; so has its chain.
    """
    data = tomllib.loads(text)
    chain = data.get("chain", {})
    variants = {
        name: _texts({**data, **keys, "chain": {**chain, **keys.get("chain", {})}}, language)
        for name, keys in data.get("variants", {}).items()
    }
    return Entry(_texts(data, language), variants, data.get("page", {}))


def _texts(data: Mapping[str, Any], language: str) -> Texts:
    return Texts(
        notice=Template.parse(data["notice"]),
        orient=Template.parse(data["orient"]),
        concept=Template.parse(data["concept"]),
        questions=tuple(Template.parse(question) for question in data["questions"]),
        example=_paragraphs(data["example"]),
        chain={QuestionKind(kind): Template.parse(text) for kind, text in data.get("chain", {}).items()},
        language=language,
    )


def _paragraphs(text: str) -> str:
    """Wrapped prose as one line a paragraph; blocks of code as they are."""
    parts = re.split(r"(^```.*?^```[ \t]*$)", text.strip(), flags=re.MULTILINE | re.DOTALL)
    joined = [
        part.strip() if part.startswith("```") else re.sub(r"(?<!\n)\n(?!\n)", " ", part.strip())
        for part in parts
    ]
    return "\n\n".join(part for part in joined if part)
