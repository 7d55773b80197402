"""What a pattern is called, and the one sentence to take away from it, out of the curated texts.

A sentence with a gap for a name of the learner's is passed over, so nothing here speaks of anybody's code.
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from functools import lru_cache

from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE, Entry, load_entry
from meno_analyzers.hints.template import CodeSpan, Gap, Template
from meno_analyzers.rules import RULES
from meno_server.history.events import MODEL, RUN

_END = re.compile(r"(?<=[.?!])\s+(?=\S)")
# A sentence that begins like this leans on the one before it, or on the code at hand.
_LEANS = re.compile(r"(And|But|Here|It|So|That|Then|They|This|These|Those)\b")
_GAP = "\0"


@dataclass(frozen=True, slots=True)
class Words:
    """A pattern in words: its name as in a hover, a short title, its category, and the takeaway."""

    name: str
    title: str
    category: str
    takeaway: str


@lru_cache(maxsize=512)
def words_for(pattern: str, language: str = DEFAULT_LANGUAGE) -> Words:
    """The words for a pattern's key."""
    for prefix, name in ((MODEL, "possible-"), (RUN, "failing-run-")):
        if pattern.startswith(prefix):
            category = pattern.removeprefix(prefix)
            entry = load_entry("categories", category, language) or load_entry("categories", "Unknown")
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", category).capitalize()
            shown = category if hasattr(builtins, category) else spaced
            title = f"{shown}, found by {'the model' if prefix == MODEL else 'a run'}"
            return Words(name + spaced.replace(" ", "-").lower(), title, category, _takeaway(entry))
    rule = RULES[pattern]
    entry = load_entry("rules", pattern, language)
    page = _page(pattern, entry)
    return Words(rule.name, page.get("title", rule.name), str(rule.category), _takeaway(entry, page))


def _page(pattern: str, entry: Entry | None) -> dict[str, str]:
    """The words for the rule's page, which only English has."""
    if entry is not None and entry.page:
        return dict(entry.page)
    english = load_entry("rules", pattern)
    return dict(english.page) if english is not None else {}


def _takeaway(entry: Entry | None, page: dict[str, str] | None = None) -> str:
    """The first sentence of the concept that needs no names, else of why it matters."""
    if entry is not None:
        sentences = _END.split(_with_marks(entry.texts.concept).strip())
        whole = [sentence for sentence in sentences if _GAP not in sentence]
        if whole:
            return next((sentence for sentence in whole if not _LEANS.match(sentence)), whole[0])
    why = re.sub(r"\s+", " ", (page or {}).get("why", "")).strip()
    return _END.split(why)[0]


def _with_marks(template: Template) -> str:
    """The text with a mark in the place of every gap."""
    parts = []
    for piece in template.pieces:
        if isinstance(piece, CodeSpan):
            inside = "".join(_GAP if isinstance(part, Gap) else part for part in piece.parts)
            parts.append(f"``{inside}``" if "`" in inside else f"`{inside}`")
        else:
            parts.append(_GAP if isinstance(piece, Gap) else piece)
    return "".join(parts)
