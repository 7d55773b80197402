"""Words read back into code: "less than or equal to" is `<=`, and "parsed result" is `parsed_result`.

A reading is a list of items: signs, keywords, numbers, and the parts of names, all in small letters. Brackets
and dots are left out, since people leave them out when they read code aloud; an empty pair of brackets is one
item. Code and prose have readings of one form, so that what a text says can be looked for in a program.
Guarded by tests/analyzers/hints/test_hint_reading.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, FOLDER, base_language
from meno_analyzers.hints.lexemes import STOP, lexemes

LANGUAGES = ("en", "de", "fr", "es")
EMPTY_TEXT = '"'

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[-+*/%<>=!&|^]+|_")
_PAIRS = {("(", ")"): "()", ("[", "]"): "[]", ("{", "}"): "{}"}
# Keywords and names that are also joining words, so that no text could be told from one without them.
_JOINING = frozenset({"is", "in", "for"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@"})
_PARTS = re.compile(r"[^\W_]+")
CODE_SPAN = re.compile(r"(?<!\\)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """How one language reads code aloud, and the words with which it speaks of changing code."""

    phrases: dict[tuple[str, ...], str | None]
    longest: int
    changing: re.Pattern[str]
    quoting: re.Pattern[str]
    turning: re.Pattern[str]
    stepping: re.Pattern[str]
    dictating: re.Pattern[str]
    brackets: re.Pattern[str]
    reciting: re.Pattern[str]
    hiding: re.Pattern[str]
    naming: re.Pattern[str]
    ending: re.Pattern[str]
    prepositions: frozenset[tuple[str, ...]]
    first_words: frozenset[str]
    everyday: frozenset[str]
    common: frozenset[str]


@lru_cache(maxsize=16)
def table_for(language: str = DEFAULT_LANGUAGE) -> Table:
    """The table of the language, or the English one."""
    path = FOLDER / base_language(language) / "lexicon.toml"
    if not path.is_file():
        path = FOLDER / DEFAULT_LANGUAGE / "lexicon.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    reading = data["reading"]
    phrases: dict[tuple[str, ...], str | None] = {
        tuple(_words(phrase)): None for phrase in reading["joining"]
    }
    for token, said in data["spoken"].items():
        item = (read_code(token) or [token])[0]
        phrases.update({tuple(_words(phrase)): item for phrase in said})
    ending = "|".join(reading["ending"])
    return Table(
        phrases=phrases,
        longest=max(map(len, phrases)),
        changing=_any_of(reading["changing"]),
        quoting=_any_of(reading["quoting"]),
        turning=_any_of(reading["turning"]),
        stepping=_any_of(reading["stepping"]),
        dictating=_any_of(reading["dictating"]),
        reciting=_any_of(reading["reciting"]),
        brackets=_any_of(reading["brackets"]),
        hiding=_any_of(reading["hiding"]),
        naming=_any_of(reading["naming"]),
        ending=re.compile(rf"[.,;:?!]|$|\b(?:{ending})\b", re.IGNORECASE),
        prepositions=frozenset(tuple(_words(phrase)) for phrase in reading["prepositions"]),
        first_words=frozenset(phrase[0] for phrase in phrases),
        everyday=frozenset(reading["everyday"]),
        common=frozenset(reading["common"]),
    )


def read_code(code: str) -> list[str]:
    """The reading of a piece of code."""
    found: list[str] = []
    tokens = lexemes(code)
    for place, token in enumerate(tokens):
        pair = _PAIRS.get((token, tokens[place + 1])) if place + 1 < len(tokens) else None
        if pair:
            found.append(pair)
        elif token.rstrip("=") in _ARITHMETIC:
            found.append(token.rstrip("="))  # `+=` is read as `+`: "goes up by" says either
        elif token == "=":
            found.append(token)
        elif token in STOP or token in _JOINING:
            continue
        elif token.startswith('"'):
            found.extend(_PARTS.findall(token.lower()) or [EMPTY_TEXT])
        else:
            found.extend(_PARTS.findall(token.lower()) or [token])
    return found


def read_text(text: str, language: str = DEFAULT_LANGUAGE, *, loosely: bool = False) -> list[str]:
    """The reading of a sentence: its code spans as code, and its words as code where they are code's.

    Words that are mostly prepositions, such as "above" for `>`, are signs in a loose reading only.
    """
    found: list[str] = []
    start = 0
    for span in CODE_SPAN.finditer(text):
        found += [*_read_words(text[start : span.start()], language, loosely), *read_code(span.group(2))]
        start = span.end()
    return [*found, *_read_words(text[start:], language, loosely)]


def has_run(reading: list[str], run: Iterable[str]) -> bool:
    """Whether the run stands in the reading, item by item."""
    wanted = list(run)
    size = len(wanted)
    return size > 0 and any(reading[at : at + size] == wanted for at in range(len(reading) - size + 1))


@lru_cache(maxsize=4096)
def _read_words(prose: str, language: str, loosely: bool) -> tuple[str, ...]:
    table = table_for(language)
    words = _words(prose)
    found: list[str] = []
    at = 0
    while at < len(words):
        longest = table.longest if words[at] in table.first_words else 0
        for size in range(min(longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + size])
            if phrase in table.phrases and (loosely or phrase not in table.prepositions):
                token = table.phrases[phrase]
                found += [token] if token is not None else []
                break
        else:
            size = 1
            if words[at] != "_":
                found += _PARTS.findall(words[at]) or [words[at]]
        at += size
    return tuple(found)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", re.IGNORECASE)
