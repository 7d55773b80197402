"""Whether words tell a known repair that no code shows: "the part that says below should say at most".

The leak check looks at code and at a few phrases. This looks at how people tell a change in words, whatever
the change is: they read the new code aloud; they name what should stand there, next to a word of change; they
contrast the old with the new; or they say how it is wrong (the other way round, one too far). Words are read
back into code first, in every language that has a lexicon, so that a foreign word does not help. It errs
towards "tells", as the leak check does. Guarded by tests/analyzers/hints/test_hint_telling.py and measured by
benchmarks/tutor_guard.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from meno_analyzers.hints.leak import PUBLIC_NAMES, looked_at, sentences
from meno_analyzers.hints.markdown import code_parts, prose
from meno_analyzers.hints.reading import (
    CODE_SPAN,
    EMPTY_TEXT,
    LANGUAGES,
    Table,
    has_run,
    read_code,
    read_text,
    table_for,
)

_IS_SIGN = re.compile(r"[^\w\s]+\Z")
_KEYWORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "for", "while", "return"})
# Numbers that every second sentence holds as words.
_SMALL_NUMBERS = frozenset({"0", "1", "2", "3"})
_COMPARISONS = frozenset({"<", ">", "<=", ">=", "==", "!="})
# Of all reasons the weakest: two tokens that differ occur in one sentence.
SET_AGAINST = "It sets the repair against what is written now."
# The share of a line's items that make the line, and of how long a line; less where it is said to be recited.
MOST_DICTATED, SHORTEST_DICTATED = 0.75, 4
MOST_RECITED, SHORTEST_RECITED = 0.5, 2


@dataclass(frozen=True, slots=True)
class Change:
    """A repair as readings: of the lines that it touches, and of the smallest pieces that differ.

    `runs` are the pairs of neighbours that only the repair has, at least one of the two being new there.
    `one_off` and `turned` say what kind of change it is: by one, or to the opposite or another order.
    """

    old_line: tuple[str, ...]
    new_line: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]
    runs: frozenset[tuple[str, ...]]
    known: frozenset[str]
    one_off: bool
    turned: bool
    brackets: bool


@lru_cache(maxsize=64)
def change_between(original: str, repaired: str) -> Change:
    """What the repair changes, as people would read it aloud."""
    before, after = original.splitlines(), repaired.splitlines()
    old_line: list[str] = []
    new_line: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            old_line += read_code("\n".join(before[i1:i2]))
            new_line += read_code("\n".join(after[j1:j2]))
    parts = SequenceMatcher(None, old_line, new_line, autojunk=False).get_opcodes()
    changed = [part for part in parts if part[0] != "equal"]
    if changed and sorted(old_line) == sorted(new_line):
        # The same things in another order: all that lies between the first and the last of them is the piece.
        (_, i1, _, j1, _), (_, _, i2, _, j2) = changed[0], changed[-1]
        changed = [("replace", i1, i2, j1, j2)]
    old = tuple(item for _, i1, i2, _, _ in changed for item in old_line[i1:i2])
    new = tuple(item for _, _, _, j1, j2 in changed for item in new_line[j1:j2])
    if not new and len(changed) == 1 and changed[0][2] < len(old_line) and _is_sign(old_line[changed[0][2]]):
        # Only taken away, in front of a sign: `=+` becomes `+=`, and it is the sign that would be said.
        new = (old_line[changed[0][2]],)
        old = (*old, *new)
    everything = read_code(original)
    fresh = set(_pairs(new_line)) - set(_pairs(everything))
    one_off = Counter(new) - Counter(old) <= Counter({"1": 1, "-": 1, "+": 1}) and bool(
        {"-", "+"} & {*old, *new}
    )
    return Change(
        tuple(old_line),
        tuple(new_line),
        old,
        new,
        frozenset(fresh),
        frozenset(everything),
        one_off or _steps(old, new),
        _turns(old, new),
        old == new and bool(old_line),
    )


def tellings(
    text: str, original: str, repaired: str, earlier: Sequence[str] = (), *, hidden: bool = False
) -> Iterator[str]:
    """Why the text tells the repair, as sentences; `earlier` are the turns that were shown before it.

    A `hidden` text was decoded from another: two words of the repair do not meet in it by chance.
    """
    change = change_between(original, repaired)
    if not change.old_line and not change.new_line:
        return
    for language in LANGUAGES:
        teller = _Teller(change, table_for(language), language, _flat(original), hidden)
        for sentence in sentences(text):
            if reason := teller.told_in(sentence):
                yield reason
                return
        if reason := teller.told_by(text, earlier):
            yield reason
            return


def sign_ordered(text: str) -> str | None:
    """A sentence that says in words which sign the code should have. Needs no repair to be known."""
    for language in LANGUAGES:
        table = table_for(language)
        for sentence in sentences(text):
            words = prose(sentence)
            if table.changing.search(words) and any(map(_is_operator, read_text(words, language))):
                return sentence
    return None


class _Teller:
    """The rules, in one language."""

    def __init__(self, change: Change, table: Table, language: str, source: str, hidden: bool) -> None:
        self.change, self.table, self.language = change, table, language
        self.source, self.hidden = source, hidden

    def told_in(self, sentence: str) -> str | None:
        """What one sentence tells by itself."""
        words, everything = prose(sentence), read_text(sentence, self.language, loosely=True)
        reading, loosely = self._read(sentence), self._read(sentence, loosely=True)
        changing = bool(self.table.changing.search(words))
        if self._reads_aloud(reading, loosely, changing or self.hidden):
            return "It reads a piece of the repaired code aloud."
        if self._says_a_sign(reading):
            return "It says the sign of the repair in words."
        if self._says_a_name(sentence):
            return "It says a name of the repair, and not as a quote of the code."
        if changing and (self._names(self.change.new, sentence, reading) or self._new_line_in(reading)):
            return "It says what the code should be."
        if self._contrasts(sentence, everything, loosely):
            return SET_AGAINST
        if self.change.turned and self.table.turning.search(words):
            return "It says that something is the wrong way round."
        if self.change.one_off and self.table.stepping.search(words):
            return "It says that something is off by one."
        if self.change.brackets and self.table.brackets.search(words):
            return "It names the kind of brackets."
        return None

    def _read(self, text: str, *, loosely: bool = False) -> list[str]:
        """The reading without what is quoted from the learner: that tells only what is written."""

        def kept(match: re.Match[str]) -> str:
            code = _flat(match.group(2))
            looked = looked_at(code)
            quoted = looked in self.source and (looked != code or read_code(code) != list(self.change.new))
            return " (quoted) " if quoted else match.group()

        return read_text(CODE_SPAN.sub(kept, text), self.language, loosely=loosely)

    def told_by(self, text: str, earlier: Sequence[str]) -> str | None:
        """What the whole text tells, or what it adds to earlier turns."""
        words = prose(text)
        if len(self.table.dictating.findall(words)) >= 2 and self._some_of_the_new_line(text):
            return "It dictates code in words."
        if self._dictates(" ".join((*earlier[-1:], text))):
            return "It dictates the repaired line."
        if reason := self._in_steps(text):
            return reason
        if not earlier:
            return None
        before = [item for turn in earlier for item in read_text(turn, self.language, loosely=True)]
        for sentence in sentences(text):
            reading, said = self._read(sentence, loosely=True), prose(sentence)
            hinted = self.table.changing.search(said) or self.table.quoting.search(said)
            if (
                hinted
                and self._names(self.change.new, sentence, reading, plainly=True)
                and self._old_in(before)
            ):
                return "With the earlier turns it sets the repair against what is written now."
        return None

    def _reads_aloud(self, reading: list[str], loosely: list[str], hinted: bool) -> bool:
        """Neighbours that only the repair has. Two words may meet by chance; a sign or number seldom does."""
        pairs = set(_pairs(reading)) & self.change.runs
        if any(_is_telling(item) for pair in pairs for item in pair):
            return True
        return len(set(_pairs(loosely)) & self.change.runs) > (0 if hinted and pairs else 1)

    def _says_a_sign(self, reading: list[str]) -> bool:
        """A sign that the repair brings in, said in words that mean nothing else."""
        new = self.change.new
        return any(map(_is_sign, new)) and new != self.change.old and has_run(reading, new)

    def _says_a_name(self, sentence: str) -> bool:
        """A name that the repair brings in, among the words: one that lessons do not have, so no chance."""
        new, common = self.change.new, self.table.common | self.table.everyday
        names = [item for item in new if item.isidentifier() and len(item) > 1 and item not in common]
        short = any(name in PUBLIC_NAMES and len(name) < 5 for name in names)
        if not names or short or new == self.change.old:
            return False
        return has_run(read_text(CODE_SPAN.sub(" (quoted) ", sentence), self.language), new)

    def _dictates(self, text: str) -> bool:
        """Most of the repaired line, item after item, in words."""
        line = self.change.new_line
        recited = self.table.reciting.search(prose(text)) is not None
        if len(line) < (SHORTEST_RECITED if recited else SHORTEST_DICTATED):
            return False
        said = self._read(CODE_SPAN.sub(" (quoted) ", text))
        shared = SequenceMatcher(None, said, line, autojunk=False).get_matching_blocks()
        return sum(block.size for block in shared) >= len(line) * (MOST_RECITED if recited else MOST_DICTATED)

    def _in_steps(self, text: str) -> str | None:
        """The old piece in one sentence, and the new one in another that speaks of change."""
        read = [(sentence, self._read(sentence, loosely=True)) for sentence in sentences(text)]
        if not self.change.old or not any(has_run(reading, self.change.old) for _, reading in read):
            return None
        for sentence, reading in read:
            if self.table.changing.search(prose(sentence)) and self._names(
                self.change.new, sentence, reading
            ):
                return "It says step by step what to write."
        return None

    def _new_line_in(self, reading: list[str]) -> bool:
        """All of the repaired line, where the change takes something away or is one of brackets."""
        new = self.change.new_line
        return (not self.change.new or self.change.brackets) and len(new) > 1 and has_run(reading, new)

    def _some_of_the_new_line(self, text: str) -> bool:
        reading = set(read_text(prose(text), self.language))
        line = set(self.change.new_line)
        return len(reading & line) * 2 >= len(line) > 1

    def _names(
        self, piece: tuple[str, ...], sentence: str, reading: list[str], *, plainly: bool = False
    ) -> bool:
        """Whether the sentence names the piece, and not only uses a word that it shares with every lesson."""
        if not piece:
            return False
        if not has_run(reading, piece):
            return self._mentions(piece, prose(sentence))
        spans = [read_code(code) for code in code_parts(sentence)]
        if any(span == list(piece) for span in spans):
            return True
        words = [item for item in piece if not _is_sign(item)]
        if len(piece) > 1 or not words:
            return True
        if piece[0] in _SMALL_NUMBERS or piece[0] in _KEYWORDS:
            return self._mentions(piece, prose(sentence))
        return plainly or piece[0] not in self.table.everyday or self._mentions(piece, prose(sentence))

    def _mentions(self, piece: tuple[str, ...], words: str) -> bool:
        """Whether the piece is all that stands between a word of naming and the end of its clause."""
        for start in self.table.naming.finditer(words):
            for end in self.table.ending.finditer(words, start.end() + 1):
                said = words[start.end() : end.start()]
                if read_text(said, self.language, loosely=True) == list(piece):
                    return True
                if end.start() - start.end() > 40:
                    break
        return False

    def _contrasts(self, sentence: str, everything: list[str], reading: list[str]) -> bool:
        """Both the old piece and the new one in one sentence, and not in one quote of the code."""
        old, new = self.change.old, self.change.new
        if old == new:
            return False
        if not new:
            return self._new_line_in(reading) and has_run(everything, self.change.old_line)
        if not old:
            return has_run(reading, self.change.new_line) and len(self.change.new_line) > 1
        if not has_run(everything, old):
            return False
        both_numbers = old[0].isdecimal() and new[0] in _SMALL_NUMBERS and has_run(reading, new)
        return both_numbers or self._names(new, sentence, reading, plainly=True)

    def _old_in(self, before: list[str]) -> bool:
        return has_run(before, self.change.old or self.change.old_line)


def _flat(code: str) -> str:
    return " ".join(code.split())


def _pairs(reading: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(reading, reading[1:], strict=False))


def _is_sign(item: str) -> bool:
    return _IS_SIGN.match(item) is not None


def _is_operator(item: str) -> bool:
    return _is_sign(item) and item not in {"=", "_", "-", EMPTY_TEXT, "()", "[]", "{}"}


def _is_telling(item: str) -> bool:
    return _is_sign(item) or (item.isdecimal() and item not in _SMALL_NUMBERS)


def _steps(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether a bound moves by one: a comparison gains or loses its equals sign, a number is one off."""
    if len(old) == len(new) == 1:
        if {*old, *new} in ({"<", "<="}, {">", ">="}):
            return True
        if old[0].isdecimal() and new[0].isdecimal():
            return abs(int(old[0]) - int(new[0])) == 1
    return False


def _turns(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether the change is to the opposite, or puts the same things into another order."""
    if old and sorted(old) == sorted(new):
        return True
    if {*old, *new} in ({"true", "false"}, {"and", "or"}, {"+", "-"}, {"+=", "-="}, {"==", "!="}, {"not"}):
        return True
    return len(old) == len(new) == 1 and {*old, *new} <= _COMPARISONS
