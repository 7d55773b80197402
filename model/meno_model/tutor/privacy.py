"""What is taken out before anything is sent: secrets, e-mail addresses and absolute paths, always; the words
of comments and strings, if the learner wants that.

What is taken out leaves a word in angle brackets, so that line numbers stay and the code still reads. It is
better to take out too much than too little: the tutor asks about the code, not about its texts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace

from meno_analyzers.hints import FindingWithLadder, Ladder
from meno_analyzers.source.spoken_parts import Part, with_parts
from meno_model.tutor.values import Evidence, Masks, Turn

SECRET, EMAIL, PATH = "<secret>", "<e-mail>", "<path>"
MASKED = "…"

_SECRET_NAME = (
    r"[\w.\-]*(?:passw(?:or)?d|passwort|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|"
    r"credential|auth[_-]?key|mot_de_passe|contrase(?:n|ñ)a)\w*"
)
_GIVEN_TO = r"""["']?\]?\s*(?::\s*\w+\s*)?(?:=|==|!=|:)\s*[rbuRBU]{0,2}"""
# A text that a name of that kind is given, compared with, or is the key of.
_GIVEN = re.compile(
    rf"""(\b{_SECRET_NAME}{_GIVEN_TO})(["'])((?:(?!\2)[^\n\\]|\\.)+)\2""",
    re.IGNORECASE,
)
# A token is a secret too, unless it is one of a language that a learner takes apart.
_TOKEN = re.compile(
    rf"""(\b[\w.\-]*token\w*{_GIVEN_TO})(["'])((?=[^"']*\d)[\w.+/=-]{{8,}})\2""", re.IGNORECASE
)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:sk|pk|rk)[-_][\w-]{16,}|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeoprs]-[\w-]{10,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bhf_\w{20,}|\bya29\.[\w-]{20,}"
    r"|(?<=[Bb]earer )[\w.~+/-]{12,}=*|(?<=[Bb]asic )[A-Za-z0-9+/]{12,}=*",
    re.DOTALL,
)
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@:'\"]+:[^\s/@'\"]+(?=@)")
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32,}\Z")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b")

_QUOTED = re.compile(r"""(?<!\w)(["'])(?:(?!\1)[^\n\\]|\\.)*\1""")

_ROOTS = (
    "home|Users|root|mnt|media|var|opt|srv|tmp|private|etc|usr|Volumes|Library|Applications|export|nfs|data"
)
_END = r"[^\s'\"`<>|*?;,()\[\]{}]"
# Anywhere: below a folder that systems have, in a home, on a drive, on a server.
_KNOWN_PATH = re.compile(
    rf"\bfile://{_END}+|(?<![\w/])/(?:{_ROOTS})(?:/{_END}+)+|(?<![\w/])~\w*/{_END}+"
    rf"|(?<!\w)[A-Za-z]:[\\/]+{_END}(?:[^'\"`<>|*?;,\n]*{_END})?|(?<!\\)\\\\{_END}+",
)
# In texts and comments: any path of two steps that begins at the root.
_PATH = re.compile(rf"(?<![\w/.:<])/[\w.@%+~-]+(?:/{_END}*)+")


def without_secrets(text: str, *, is_code: bool = False) -> str:
    """The text without secrets, e-mail addresses and absolute paths. In code `a /b/c` is a division."""
    text = _SHAPES.sub(SECRET, _CREDENTIALS.sub(SECRET, text))
    for given in (_GIVEN, _TOKEN):
        text = given.sub(lambda found: f"{found[1]}{found[2]}{SECRET}{found[2]}", text)
    text = _EMAIL.sub(EMAIL, text)
    text = _KNOWN_PATH.sub(PATH, text)
    if is_code:
        return text
    return _LONG.sub(lambda found: SECRET if _looks_random(found[0]) else found[0], _PATH.sub(PATH, text))


def private_source(source: str, masks: Masks) -> str:
    """A piece of code as it may be sent, with as many lines as before."""

    def change(kind: Part, text: str) -> str:
        if kind == "comment":
            return f"# {MASKED}" if masks.comments else without_secrets(text)
        return _masked(text) if masks.strings else without_secrets(text)

    # The shapes go first: a key may be cut in two by a string's escapes, and a name stands outside of it.
    whole = without_secrets(source, is_code=True)
    return _same_lines(source, with_parts(whole, change))


def private_text(text: str, masks: Masks) -> str:
    """A sentence about the code or a value of a run as it may be sent: what stands in quotes is a text."""
    text = without_secrets(text)
    return _QUOTED.sub(lambda found: f"{found[1]}{MASKED}{found[1]}", text) if masks.strings else text


def private(evidence: Evidence, masks: Masks) -> Evidence:
    """The evidence as it may be sent. The repair follows, so that both can still be compared."""
    repaired = evidence.repaired
    values = {
        name: private_source(value, masks).rstrip("\n") for name, value in evidence.finding.values.items()
    }
    if masks.strings:
        # A value may be a text's content without its quotes.
        said = _contents(evidence.function_source)
        values = {name: MASKED if value in said else value for name, value in values.items()}
    finding = replace(evidence.finding, values=values)
    if isinstance(finding, FindingWithLadder) and finding.ladder is not None:
        finding = replace(finding, ladder=_private_ladder(finding.ladder, masks))
    return replace(
        evidence,
        finding=finding,
        function_source=private_source(evidence.function_source, masks),
        repaired=None if repaired is None else private_source(repaired, masks),
        turns=tuple(Turn(turn.speaker, without_secrets(turn.text)) for turn in evidence.turns),
    )


def _private_ladder(ladder: Ladder, masks: Masks) -> Ladder:
    """The texts of a run, which hold its values."""
    return replace(
        ladder,
        notice=private_text(ladder.notice, masks),
        orient=private_text(ladder.orient, masks),
        concept=private_text(ladder.concept, masks),
        questions=tuple(private_text(question, masks) for question in ladder.questions),
    )


def _masked(text: str) -> str:
    """A string's content hidden line by line; an empty line stays one."""
    return "\n".join(MASKED if line.strip() else line for line in text.split("\n"))


def _contents(source: str) -> frozenset[str]:
    found: set[str] = set()

    def note(kind: Part, text: str) -> str:
        if kind == "string":
            found.add(text)
        return text

    with_parts(source, note)
    return frozenset(found)


def _same_lines(before: str, after: str) -> str:
    """A private key of many lines became one word; the lines below keep their numbers."""
    missing = before.count("\n") - after.count("\n")
    return after + "\n" * missing if missing > 0 else after


def _looks_random(word: str) -> bool:
    """Whether a long word looks drawn by lot: mixed letters and digits, and no row such as the alphabet."""
    if _HEXADECIMAL.match(word):
        return True
    kinds = (str.islower, str.isupper, str.isdigit)
    if len(word) < 24 or not all(any(is_kind(letter) for letter in word) for is_kind in kinds):
        return False
    neighbours = sum(ord(after) - ord(before) == 1 for before, after in zip(word, word[1:], strict=False))
    counts = Counter(word).values()
    entropy = -sum(count / len(word) * math.log2(count / len(word)) for count in counts)
    return neighbours < len(word) / 2 and entropy > 3.5
