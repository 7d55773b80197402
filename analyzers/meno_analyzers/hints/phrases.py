"""Values that are words of ours and not the learner's code, said in the learner's language.

A rule or the model fills gaps in English: `7 in 10`, `this program`, `a list`. A language other than English
has them in `catalogue/<language>/values.toml`, in one table for each gap: only a value that is such a phrase
as a whole, in that gap, is translated, so a learner's variable called `list` stays what it is. A key with
brackets in it is a pattern. Guarded by tests/analyzers/hints/test_hint_values.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, FOLDER, base_language
from meno_analyzers.hints.template import Words


@dataclass(frozen=True, slots=True)
class Phrases:
    """What may stand in one gap, and how a language says it."""

    whole: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    def said(self, value: str) -> str | None:
        """The translation; None for a value that is no phrase of ours."""
        if value in self.whole:
            return self.whole[value]
        found = ((pattern.fullmatch(value), said) for pattern, said in self.patterns)
        return next((match.expand(said) for match, said in found if match), None)


def in_language(values: Mapping[str, str], language: str) -> Mapping[str, str]:
    """The values as a text of that language needs them. English values are handed back as they are."""
    if language == DEFAULT_LANGUAGE:
        return values
    phrases = load_phrases(base_language(language))
    translated = {
        name: Words(said)
        for name, value in values.items()
        if name in phrases and (said := phrases[name].said(value)) is not None
    }
    return {**values, **translated} if translated else values


@lru_cache(maxsize=16)
def load_phrases(language: str) -> Mapping[str, Phrases]:
    """The tables of a language by the name of the gap; none for a language that has no such file."""
    path = FOLDER / language / "values.toml"
    if not path.is_file():
        return {}
    return {
        gap: Phrases(
            {phrase: said for phrase, said in table.items() if "(" not in phrase},
            tuple((re.compile(phrase), said) for phrase, said in table.items() if "(" in phrase),
        )
        for gap, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }
