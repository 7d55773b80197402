"""How hard a text is to read: the Flesch-Kincaid grade, with a small count of syllables.

The formula is Kincaid, Fishburne, Rogers and Chissom (1975). For German, French and Spanish it is the reading
ease of Flesch as Amstad (1978), Kandel and Moles (1958) and Fernández Huerta (1959) fitted it to their
languages. Code is left out, since nobody reads it aloud. Such a number says something about a paragraph and
little about five words; callers ask accordingly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from meno_analyzers.hints.catalogue import base_language
from meno_analyzers.hints.markdown import prose

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"[.?!:;]+(?=\s|$|[\"”)])")
# The e of "make", "makes" and "stopped" is silent; that of "table", "pieces" and "ended" is not.
_SILENT_E = re.compile(r"[^aeiouy](?<!.[^aeiouy]l)e\Z|[^aeiouycgsxz](?<!ch)(?<!sh)es\Z|[^aeiouytd]ed\Z")
_VOWELS = re.compile(r"[aeiouy]+")

HARDEST_GRADE = 9.0
# An ease of 60 is where the scale for English has the ninth grade.
LEAST_EASE = 60.0


@dataclass(frozen=True, slots=True)
class _Ease:
    """Reading ease = `start` - `per_word` × words in a sentence - `per_syllable` × syllables in a word."""

    start: float
    per_word: float
    per_syllable: float
    syllables: re.Pattern[str]


_EASE = {
    "de": _Ease(180.0, 1.0, 58.5, re.compile(r"[aeiouyäöü]{1,2}")),
    # A last e, alone or before s or nt, is not heard, but in words of one syllable.
    "fr": _Ease(207.0, 1.015, 73.6, re.compile(r"(?!(?<=\w\w)e(?:s|nt)?\b)[aeiouyàâäéèêëîïôöùûüœ]+")),
    "es": _Ease(206.84, 1.02, 60.0, re.compile(r"[aeiouáéíóúü]+")),
}


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


def reading_ease(markdown: str, language: str) -> float:
    """The ease of a text in German, French or Spanish, about 0 (hard) to 100; `KeyError` for others."""
    scale, spoken = _EASE[language], words(markdown)
    if not spoken:
        return 100.0
    per_sentence = len(spoken) / max(len(sentences(markdown)), 1)
    heard = sum(max(len(scale.syllables.findall(word.lower())), 1) for word in spoken)
    return scale.start - scale.per_word * per_sentence - scale.per_syllable * heard / len(spoken)


def reads_easily(markdown: str, language: str = "en") -> bool:
    """Whether a reader of fourteen can take it in at once; by the English scale where there is none."""
    base = base_language(language)
    if base in _EASE:
        return reading_ease(markdown, base) >= LEAST_EASE
    return reading_grade(markdown) <= HARDEST_GRADE


def syllables(word: str) -> int:
    """The number of vowel groups, less one for a silent e; at least one."""
    lower = word.lower()
    return max(len(_VOWELS.findall(lower)) - bool(_SILENT_E.search(lower)), 1)
