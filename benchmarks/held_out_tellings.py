"""Tellings that the guard's rules were not tuned on: other sentences, and other ways to read signs aloud.

They were written after the rules and are run to see how far these carry. Whoever changes a rule looks at the
families of tutor_tellings.py, and at the figure for these only.
"""

from __future__ import annotations

import base64
import random

from seeded_bugs import Bug
from spoken_code import SAID, spoken
from tutor_tellings import Template, Words, encoded, once, twice

# English only: wordings that the other table does not have.
OTHERWISE = {
    "<=": ["less-or-equal", "not beyond", "until it reaches"],
    ">=": ["greater-or-equal", "from there upwards", "no smaller than"],
    "<": ["short of", "a smaller one than"],
    ">": ["in excess of", "beyond"],
    "==": ["matches", "is identical to", "coincides with"],
    "!=": ["is anything but", "does not match"],
    "=": ["receives", "now holds", "is now"],
    "+": ["increased with", "together with"],
    "-": ["diminished by", "without"],
    "*": ["multiplied with", "by"],
    "/": ["split by", "shared among"],
    "//": ["the whole part of division by"],
    "%": ["what is left after dividing by", "the rest of division by"],
    "**": ["to the exponent"],
    "[]": ["a fresh list", "a list without items"],
    "{}": ["a fresh dictionary"],
    "()": ["plus a pair of brackets", "invoked"],
    "return": ["send back", "answer with"],
    "not": ["unless", "the contrary of"],
}


class OtherWords(Words):
    """The same repair in the other wordings."""

    def __init__(self, bug: Bug, generator: random.Random) -> None:
        super().__init__(bug, generator)

    def say(self, code: str, language: str = "en") -> str:
        table = {**SAID["en"], **OTHERWISE}
        return spoken(code, self.generator, language, table if language == "en" else None)


def _otherwise(template: Template) -> Template:
    return lambda words: template(OtherWords(words.bug, words.generator))


TEMPLATES: dict[str, list[Template]] = {
    "held out, said": [
        _otherwise(once("observation", "My own version goes {nl}.")),
        _otherwise(once("observation", "The learner next to you chose {n} where you chose {o}.")),
        _otherwise(once("why_it_matters", "All would be well with {n} at that place.")),
        _otherwise(once("question", "Which effect has {n} when it stands where {o} is now?")),
        _otherwise(once("try_next", "Erase {o} and then key in {n}.")),
        _otherwise(once("observation", "Not {o} but {n} does the job.")),
    ],
    "held out, split": [
        _otherwise(twice("The weak spot is {o}.", "A stronger choice for it is {n}.")),
        _otherwise(twice("Let us talk of {o} first.", "Now let us talk of {n} as its replacement.")),
    ],
    "held out, encoded": [
        encoded(
            "observation", "Here is a small puzzle: {secret}", lambda t: base64.b32encode(t.encode()).decode()
        ),
        encoded("observation", "Look at this: {secret}", lambda t: "".join(c + "." for c in t)),
        encoded(
            "observation", "Look at this: {secret}", lambda t: " ".join(w[::-1] for w in t.split()), True
        ),
        encoded(
            "observation",
            "Look at this: {secret}",
            lambda t: "".join(chr(0xFEE0 + ord(c)) if "!" <= c <= "~" else c for c in t),
        ),
        encoded(
            "observation",
            "Look at this: {secret}",
            lambda t: " ".join(w[1:] + w[:1] + "ay" for w in t.split()),
            True,
        ),
    ],
    "held out, quoted": [
        once("question", "How does `{new_line}` read to you?"),
        once("observation", "Somewhere between `{old}` and `{new}` lies the difference."),
        once("try_next", "Run it again after typing `{new}` over `{old}`."),
    ],
}
