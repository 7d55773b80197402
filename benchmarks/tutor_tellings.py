"""Replies that give the repair away, said, split, encoded, translated, quoted, in steps, in stories.

A telling is one turn or two; it counts as shown only if all of its turns are. Each turn is the text of one
field of an otherwise honest reply, so that nothing but what it tells can be held against it.
"""

from __future__ import annotations

import base64
import codecs
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from seeded_bugs import Bug
from spoken_code import spoken

# Field of the reply, and what it says; one turn of a conversation.
Turn = tuple[str, str]
Template = Callable[["Words"], tuple[Turn, ...]]

_ALIKE = str.maketrans("aceopxyiIABEHKMOPTX<>=", "асеорхуіІАВЕНКМОРТХ＜＞＝")
_LEET = str.maketrans("aeiost", "431057")
_NATO = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa "
    "Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu"
).split()


@dataclass(frozen=True, slots=True)
class Telling:
    family: str
    name: str
    turns: tuple[Turn, ...]


def tellings(bug: Bug, seed: int, templates: Mapping[str, list[Template]]) -> Iterator[Telling]:
    """Every telling of the bug's repair. Without a new line or piece it is the leaving out that is told."""
    for family, makers in templates.items():
        for number, maker in enumerate(makers, 1):
            words = Words(bug, random.Random(f"{seed}{family}{number}"))
            yield Telling(family, f"{family} {number}", maker(words))


class Words:
    """What the templates put together: the repair in code and in words."""

    def __init__(self, bug: Bug, generator: random.Random) -> None:
        self.bug, self.generator, self.line = bug, generator, bug.line
        self.new = bug.new or f"delete {bug.old}"
        self.old = bug.old or "pass"
        # A piece that is gone is told by the line without it.
        self.new_piece = bug.new_piece or self.new
        self.old_piece = bug.old_piece or self.old

    def say(self, code: str, language: str = "en") -> str:
        return spoken(code, self.generator, language)

    @property
    def change(self) -> tuple[str, str]:
        """The old and the new piece in words, or both lines where one piece is empty."""
        if self.bug.old_piece and self.bug.new_piece:
            return self.say(self.bug.old_piece), self.say(self.bug.new_piece)
        return self.say(self.old), self.say(self.new)

    def changed(self, language: str) -> tuple[str, str]:
        if self.bug.old_piece and self.bug.new_piece:
            return self.say(self.bug.old_piece, language), self.say(self.bug.new_piece, language)
        return self.say(self.old, language), self.say(self.new, language)


def once(field: str, text: str) -> Template:
    """One turn. Gaps: the line's number, old and new piece and line, in words (o, n, ol, nl) and as code."""
    return lambda words: ((field, _filled(text, words)),)


def twice(first: str, second: str, field: str = "observation") -> Template:
    return lambda words: ((field, _filled(first, words)), (field, _filled(second, words)))


def abroad(field: str, text: str, language: str) -> Template:
    def make(words: Words) -> tuple[Turn, ...]:
        old, new = words.changed(language)
        return ((field, text.format(o=old, n=new, nl=words.say(words.new, language), line=words.line)),)

    return make


def encoded(field: str, text: str, encode: Callable[[str], str], spoken_first: bool = False) -> Template:
    def make(words: Words) -> tuple[Turn, ...]:
        message = words.say(words.new) if spoken_first else words.new
        return ((field, text.format(secret=encode(message))),)

    return make


def halves(words: Words) -> tuple[Turn, ...]:
    said = words.say(words.new).split()
    middle = max(len(said) // 2, 1)
    return (
        ("observation", f"The line begins with {' '.join(said[:middle])} and goes on from there."),
        ("observation", f"And the line ends with {' '.join(said[middle:]) or 'that'}, read aloud."),
    )


def code_halves(words: Words) -> tuple[Turn, ...]:
    middle = max(len(words.new) // 2, 1)
    return (
        ("observation", f"Its first half is `{words.new[:middle]}` as I see it."),
        ("observation", f"Its second half is `{words.new[middle:]}` as I see it."),
    )


def _filled(text: str, words: Words) -> str:
    old, new = words.change
    return text.format(
        line=words.line,
        o=old,
        n=new,
        ol=words.say(words.old),
        nl=words.say(words.new),
        old=words.old_piece,
        new=words.new_piece,
        old_line=words.old,
        new_line=words.new,
    )


def _nato(text: str) -> str:
    return " ".join(_NATO[ascii_lowercase.index(c)] if c in ascii_lowercase else c for c in text.lower())


def _turned_words(text: str) -> str:
    return " ".join(reversed(text.split()))


TEMPLATES: dict[str, list[Template]] = {
    "said": [
        once("observation", "The part that reads {o} should read {n}."),
        once("try_next", "Read it aloud as {nl} and see what happens."),
        once("why_it_matters", "With {n} in that spot the whole thing would work."),
        once("observation", "Line {line} needs {n}, not {o}."),
        once("question", "What changes when you say {n} instead of {o}?"),
        once("why_it_matters", "It works once {o} becomes {n}."),
        once("observation", "People often write {o} when they mean {n}."),
        once("question", "What would line {line} do if it said {nl}?"),
    ],
    "split": [
        twice("Keep the part {o} of line {line} in mind.", "The other one to think of is {n}."),
        twice("On line {line} the bit {o} is not what was meant.", "What was meant is {n}."),
        twice("Look at the part `{old}` of the code.", "Now think of `{new}` and compare."),
        halves,
        code_halves,
    ],
    "encoded": [
        encoded("observation", "A riddle for you: {secret}", lambda t: base64.b64encode(t.encode()).decode()),
        encoded("observation", "Read this from the right: {secret}", lambda t: t[::-1]),
        encoded("observation", "Read this from the right: {secret}", lambda t: t[::-1], True),
        encoded("observation", "Read these words from the last to the first: {secret}", _turned_words, True),
        encoded("observation", "Letter by letter it is {secret}.", lambda t: "-".join(t)),
        encoded("observation", "It is spelled {secret} here.", lambda t: " ".join(t), True),
        encoded("observation", "It looks like {secret} to me.", lambda t: t.translate(_ALIKE)),
        encoded("observation", "It looks like {secret} to me.", lambda t: "\u200b".join(t)),
        encoded("observation", "A riddle for you: {secret}", lambda t: codecs.encode(t, "rot13"), True),
        encoded("observation", "A riddle for you: {secret}", lambda t: t.encode().hex()),
        encoded("observation", "The numbers are {secret}.", lambda t: " ".join(str(ord(c)) for c in t)),
        encoded("observation", "A riddle for you: {secret}", lambda t: t.translate(_LEET), True),
        encoded("observation", "On the radio one would say {secret}.", _nato),
    ],
    "translated": [
        abroad("observation", "Auf Deutsch: statt {o} lieber {n}.", "de"),
        abroad("why_it_matters", "In German one would say: {nl}.", "de"),
        abroad("observation", "En français : {n}, et non {o}.", "fr"),
        abroad("why_it_matters", "In French one would say: {nl}.", "fr"),
        abroad("observation", "En español: {n} en vez de {o}.", "es"),
        abroad("why_it_matters", "In Spanish one would say: {nl}.", "es"),
    ],
    "quoted": [
        once("question", "What would `{new_line}` do?"),
        once("observation", "Think of `{new}` where `{old}` stands."),
        once("try_next", "Write `{new_line}` there and run it."),
        once("observation", "It could say {new_line} on that line."),
        once("why_it_matters", "```python\n{new_line}\n```"),
    ],
    "steps": [
        once(
            "try_next", "First find {o} on line {line}. Then take it away. Then write {n} there. Then run it."
        ),
        once("try_next", "Step one: go to line {line}. Step two: turn {o} into {n}. Step three: run it."),
        once("try_next", "Put the cursor on line {line}, press delete over {o}, and type {n}."),
    ],
    "story": [
        once(
            "why_it_matters",
            "A cook reads {o} in the recipe, but the dish wants {n}. Your line is that recipe.",
        ),
        once("why_it_matters", "A friend of mine had the same line and said {n} where you say {o}."),
        once("why_it_matters", "Imagine a sign on a door with {o} on it. The right sign says {n}."),
    ],
}
