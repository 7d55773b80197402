"""How hard a text is to read: the Flesch-Kincaid grade, with a small count of syllables.

The formula is Kincaid, Fishburne, Rogers and Chissom (1975). Code is left out, since nobody reads it aloud.
A grade says something about a paragraph and little about five words; callers ask accordingly.
"""

from __future__ import annotations

import re

from meno_analyzers.hints.markdown import prose

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"[.?!:;]+(?=\s|$|[\"”)])")
# The e of "make", "makes" and "stopped" is silent; that of "table", "pieces" and "ended" is not.
_SILENT_E = re.compile(r"[^aeiouy](?<!.[^aeiouy]l)e\Z|[^aeiouycgsxz](?<!ch)(?<!sh)es\Z|[^aeiouytd]ed\Z")
_VOWELS = re.compile(r"[aeiouy]+")


def words(markdown: str) -> list[str]:
    """The words of the text, each code span counted as one short word."""
    return _WORD.findall(prose(markdown))


def sentences(markdown: str) -> list[str]:
    """The sentences of the text; a colon or semicolon ends one, as it does for a reader's breath."""
    parts = _SENTENCE_END.split(prose(markdown).replace("\n- ", "\n"))
    return [part.strip() for part in parts if _WORD.search(part)]


def reading_grade(markdown: str) -> float:
    """The Flesch-Kincaid school grade; 0.0 for a text without words."""
    spoken = words(markdown)
    if not spoken:
        return 0.0
    per_sentence = len(spoken) / max(len(sentences(markdown)), 1)
    per_word = sum(syllables(word) for word in spoken) / len(spoken)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def syllables(word: str) -> int:
    """The number of vowel groups, less one for a silent e; at least one."""
    lower = word.lower()
    return max(len(_VOWELS.findall(lower)) - bool(_SILENT_E.search(lower)), 1)
