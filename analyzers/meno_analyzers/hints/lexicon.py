"""How people say an edit in words: phrases for operators and small edits, one file for each language.

A hint that says "one less" has told `- 1` without writing it. A language without a lexicon is checked with
the English one, which still catches replies that fall back to English.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, FOLDER, base_language
from meno_analyzers.hints.lexemes import lexemes
from meno_analyzers.hints.markdown import as_plain_text

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language, as patterns over small letters."""

    phrases: dict[str, re.Pattern[str]]
    places: re.Pattern[str]
    replacing: re.Pattern[str]
    placing: re.Pattern[str]
    looking: frozenset[str]
    stating: re.Pattern[str]
    supposing: re.Pattern[str]
    closed: re.Pattern[str]
    tone: re.Pattern[str]

    def says(self, prose: str, token: str) -> str | None:
        """The phrase with which the prose names that token or edit, if it does."""
        pattern = self.phrases.get(token)
        match = pattern.search(prose.lower()) if pattern else None
        return match.group() if match else None

    def points(self, sentence: str) -> bool:
        """Whether the sentence points at an exact line."""
        return bool(self.places.search(sentence.lower()))

    def order(self, sentence: str) -> str | None:
        """The words of an edit order in the sentence, such as "change `a` to"; None if it has none.

        To put in something that only looks, such as a `print`, is no edit.
        """
        for pattern in (self.replacing, self.placing):
            for match in pattern.finditer(sentence):
                code = _CODE.search(match.group())
                first = lexemes(code.group(2))[:1] if code else []
                if first and first[0] not in self.looking:
                    return as_plain_text(match.group())
        return None


@lru_cache(maxsize=16)
def load_lexicon(language: str = DEFAULT_LANGUAGE) -> Lexicon:
    """The lexicon of the language, or the English one."""
    path = FOLDER / base_language(language) / "lexicon.toml"
    if not path.is_file():
        path = FOLDER / DEFAULT_LANGUAGE / "lexicon.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    edits = data["edits"]
    code = r"`[^`\n]+`"
    return Lexicon(
        phrases={token: _any_of(phrases) for token, phrases in data["phrases"].items()},
        places=re.compile(_any_of(data["places"]["phrases"]).pattern + r"|\blines? \d+\b"),
        replacing=re.compile(
            rf"\b(?:{'|'.join(edits['replacing'])})\b[^.?!\n]{{0,60}}?{code}[^.?!\n`]{{0,40}}?"
            rf"\b(?:{'|'.join(edits['linking'])})\b",
            re.IGNORECASE,
        ),
        placing=re.compile(
            rf"(?:^|[,;:.]\s+|\b(?:{'|'.join(edits['leading'])})\s+)(?:{'|'.join(edits['placing'])})\b"
            rf"(?:\s+[\w'’-]+){{0,4}}?\s+{code}",
            re.IGNORECASE,
        ),
        looking=frozenset(edits["looking"]),
        stating=re.compile("|".join(data["claims"]["stating"]), re.IGNORECASE),
        supposing=re.compile("|".join(data["claims"]["supposing"]), re.IGNORECASE),
        closed=re.compile(data["asking"]["closed"], re.IGNORECASE),
        tone=_any_of(data["tone"]["phrases"]),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + r")(?![\w-])"
    )
