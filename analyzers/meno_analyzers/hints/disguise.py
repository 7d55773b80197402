"""Text that hides what it says: other alphabets, invisible marks, spelled letters, codes, foreign sentences.

A hint has no reason for any of these, so each is refused as such; and what a text says when it is decoded is
given back, so that the leak check can read it. A learner's own code may hold whatever it likes: its
characters and words are never strange. Guarded by tests/analyzers/hints/test_hint_disguise.py.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator

from meno_analyzers.hints.leak import PUBLIC_NAMES, sentences
from meno_analyzers.hints.lexemes import names
from meno_analyzers.hints.markdown import code_parts, prose
from meno_analyzers.hints.reading import LANGUAGES, table_for

# So many words in a row without a common word of the language, of lessons or of the code: no sentence. Meno's
# own texts have at most five.
STRANGE_RUN, ODD_RUN = 6, 3
# So many more common words of another language than of the learner's: a sentence in that language.
FOREIGN_LEAD = 2

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPELLED = re.compile(
    r"(?<![\w'’])(?:[^\s,][\s\-.·/|_*~]{1,3}){4,}[^\s,](?!\w)"
    r"|(?<![\w'’])(?:\w[\s\-.,·/|_*~]{1,3}){3,}\w(?!\w)"
)
_RAW_WORD = re.compile(r"[\w+/=%\\]{4,}")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|x|[.]\w+)?\Z", re.IGNORECASE)
_MIXED = re.compile(r"[^\W\d_]\d|\d[^\W\d_]|[^\W\d_]=|[a-z][A-Z]")
_NUMBERS = re.compile(r"(?<![\w.])(?:(?:0x)?[0-9a-fA-F]{2,3}[\s,;.-]{1,2}){2,}(?:0x)?[0-9a-fA-F]{2,3}(?!\w)")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})|%[0-9a-fA-F]{2}")
# The international spelling alphabet.
_SPELLING = re.compile(
    "Alfa|Alpha|Bravo|Charlie|Delta|Echo|Foxtrot|Golf|Hotel|India|Juliett|Juliet|Kilo|Lima|Mike|November|Oscar|"
    "Papa|Quebec|Romeo|Sierra|Tango|Uniform|Victor|Whiskey|X-?ray|Yankee|Zulu"
)
_LEET = str.maketrans("4310578@$", "aeolstbas")
# Signs that a text may use though another form of them exists.
_TYPOGRAPHIC = frozenset("…’‘“”„«»–—·×÷≤≥≠→←°½¼¾€£ªº\u00a0\u202f")
_LOOK_ALIKE = str.maketrans(
    "асеорхуіѕјԁһкмтвгпАВЕНКМОРСТХІЅЈαοενρτυικχΑΒΕΗΙΚΜΝΟΡΤΥΧΖ‹›˂˃≤≥≠−×÷",
    "aceopxyisjdhkmtbrnABEHKMOPCTXISJaoevptuikxABEHIKMNOPTYXZ<><><>!-*/",
)


def plain_form(text: str) -> str:
    """The text without invisible marks, look-alike letters and signs as the plain ones that they imitate."""
    kept = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Co", "Cn"})
    return unicodedata.normalize("NFKC", kept).translate(_LOOK_ALIKE)


def disguises(text: str, source: str, language: str = "en") -> Iterator[str]:
    """Why the text is not written plainly, as sentences for its author."""
    if strange := sorted({c for c in text if _is_strange(c)} - set(source)):
        yield f"Write with plain letters and signs only, without {unicodedata.name(strange[0], 'this mark')}."
    words = prose(text)
    if any(_is_spelled(match.group()) for match in _SPELLED.finditer(words)):
        yield "Write whole words and spell nothing out."
    if found := _hides(words):
        yield f'Say it plainly, without a riddle ("{found}").'
    known = _words_of(source)
    if (
        any(_is_encoded(word, source) for word in _RAW_WORD.findall(words))
        or _ESCAPE.search(words)
        or any(_from_numbers(match.group()) for match in _NUMBERS.finditer(words))
    ):
        yield "Write words that a person can read, and no codes."
    for sentence in sentences(text):
        if _foreign(sentence, language, known) or _longest_run(sentence, language, known) >= STRANGE_RUN:
            yield "Write whole sentences in the learner's language."
            return


def decoded(text: str, source: str, language: str = "en") -> Iterator[str]:
    """What the text may say behind a disguise: each reading of it that differs from what is written."""
    plain = plain_form(text)
    if plain != text:
        yield plain
    words = prose(plain)
    for match in _SPELLED.finditer(words):
        yield re.sub(r"[\s\-.,·/|_*~]", "", match.group())
    for match in _NUMBERS.finditer(words):
        if found := _from_numbers(match.group()):
            yield found
    for word in _RAW_WORD.findall(words):
        yield from _unpacked(word)
    if _ESCAPE.search(words):
        yield _ESCAPE.sub(lambda match: chr(int(match.group().lstrip("\\ux%"), 16)), words)
    known = _words_of(source)
    yield words[::-1]
    if _SPELLING.search(words):
        yield _SPELLING.sub(lambda match: match.group()[0].lower(), re.sub(r"(?<=\w) (?=\w)", "", words))
    for sentence in sentences(plain):
        if _longest_run(sentence, language, known) < ODD_RUN:
            continue
        said = prose(sentence)
        yield codecs.encode(said, "rot13")
        yield said.translate(_LEET)
    for code in code_parts(plain):
        if re.search(r"\W", code):
            yield f"`{code[::-1]}`"
    yield " ".join(reversed(words.split()))


def _hides(words: str) -> str | None:
    found = (table_for(language).hiding.search(words) for language in LANGUAGES)
    return next((match.group() for match in found if match), None)


def _is_strange(character: str) -> bool:
    if character.isascii() or character in _TYPOGRAPHIC:
        return False
    kind = unicodedata.category(character)
    if kind in {"Cf", "Co", "Cn", "Cc", "Mn", "Me"}:
        return True
    if kind.startswith("L"):
        return not unicodedata.name(character, "").startswith("LATIN") or (
            unicodedata.normalize("NFKC", character) != character
        )
    return unicodedata.normalize("NFKC", character) != character


def _is_spelled(run: str) -> bool:
    """Letters that stand alone in a row; a list of numbers is none."""
    return sum(c.isalpha() for c in run) >= 2


def _is_encoded(word: str, source: str) -> bool:
    """A word of the kind that no language has: letters and digits mixed, or capitals inside."""
    bare = word.strip("=_/+%\\")
    if bare in source or bare in PUBLIC_NAMES or _ORDINAL.match(bare):
        return False
    return bool(_MIXED.search(word)) or (len(bare) >= 8 and bool(re.fullmatch(r"[0-9a-f]+", bare)))


def _from_numbers(numbers: str) -> str | None:
    """The text of character codes, if they are codes of a text."""
    found = re.findall(r"[0-9a-fA-F]{2,3}", numbers.replace("0x", ""))
    for base in (10, 16):
        try:
            codes = [int(number, base) for number in found]
        except ValueError:
            continue
        if all(32 <= code < 127 for code in codes):
            text = "".join(map(chr, codes))
            if len(text) >= 6 or re.search(r"[<>=!+*/%()\[\]-]|[a-z]{3}", text):
                return text
    return None


def _unpacked(word: str) -> Iterator[str]:
    """The text that is packed into a word by base64, base32 or hexadecimal digits."""
    for unpack in (_from_base64, base64.b32decode, binascii.unhexlify):
        try:
            text = unpack(word).decode("ascii")
        except (ValueError, binascii.Error):
            continue
        if text.isprintable():
            yield f"`{text}`"


def _from_base64(word: str) -> bytes:
    return base64.b64decode(word + "=" * (-len(word.rstrip("=")) % 4 - word.count("=")), validate=True)


def _words_of(source: str) -> frozenset[str]:
    return frozenset(part.lower() for name in names(source) for part in _WORD.findall(name.replace("_", " ")))


def _longest_run(sentence: str, language: str, known: frozenset[str]) -> int:
    """The longest run of words of which none is common, of lessons, or from the code."""
    table = table_for(language)
    longest = run = 0
    for word in _WORD.findall(prose(sentence).lower()):
        stem = re.split("['’]", word)[0]
        run = 0 if stem in table.common or stem in table.everyday or stem in known else run + 1
        longest = max(longest, run)
    return longest


def _foreign(sentence: str, language: str, known: frozenset[str]) -> bool:
    """Whether another language has clearly more of its common words in the sentence."""
    found = [word for word in _WORD.findall(prose(sentence).lower()) if word not in known]
    own = table_for(language).common
    here = sum(word in own for word in found)
    others = (
        table_for(other).common - own for other in LANGUAGES if table_for(other) is not table_for(language)
    )
    return any(sum(word in other for word in found) >= here + FOREIGN_LEAD for other in others)
