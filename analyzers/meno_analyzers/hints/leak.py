"""The leak detector: does a hint below the last level contain the fix?

It compares a text with the edit that is known to repair the code. A text leaks when its code holds tokens
that only the repair has, when it shares a run of three tokens with the repair, when it says an edit in words
next to the place, or when its example is the repair in other clothes. The same function checks the
catalogue in the tests and a language model's reply at run time. It errs towards "leaks": a withheld reply
costs little, since a curated text takes its place. Guarded by tests/analyzers/hints/test_hint_leak.py and
test_catalogue_leaks.py.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from meno_analyzers.hints.ladder import Level
from meno_analyzers.hints.lexemes import (
    STOP,
    Edit,
    edit_between,
    is_name,
    is_number,
    is_operator,
    lexemes,
    lexemes_by_line,
    names,
    shingles,
)
from meno_analyzers.hints.lexicon import Lexicon, load_lexicon
from meno_analyzers.hints.markdown import code_parts, prose

# The largest share of the repair's new tokens that a text of each level may show.
CAPS = {Level.NOTICE: 0.0, Level.ORIENT: 0.0, Level.CONCEPT: 0.15, Level.QUESTIONS: 0.25}
RUN = 3
# How each reason begins that is about code in full view.
WRITTEN = "It writes"
MOST_ALIKE = 0.30

_SENTENCE = re.compile(r"(?:`[^`\n]*`|[^.?!\n])+[.?!]?")
_SPAN = re.compile(r"`([^`]+)`")
_LOOKING = re.compile(r"(?:print|repr|type)\((.+)\)\Z", re.DOTALL)
_NO_PROSE_SIGN = frozenset(".,:;?!()'\"-")
# Code that stands in a sentence without backticks: calls, subscripts, and names or values around a sign.
_CALLED = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"
_TEXT = r"\"[^\"\n]*\"|'[^'\n]*'"
_OPERAND = rf"(?:[^\W\d][\w.]*(?:{_CALLED}|\[[^\]\n]*\])*|\[[^\[\]\n]*\]|\d[\w.]*|{_TEXT})"
_LOOSE = re.compile(
    rf"(?<!\w){_OPERAND}(?:\s*(?:[-+*/%<>=!&|^@]{{1,3}}|(?<=\s)(?:and|or|not in|in|is)(?=\s))\s*{_OPERAND})*"
)
_CODE_SIGN = re.compile(r"\w[(\[](?!s\))|[^\W\d]\.[^\W\d]|[<>=!%|&^@]|\w\s*[+*/]\s*\w|_")


def _public_names() -> frozenset[str]:
    """Names that everybody shares: builtins, methods of the builtin types, modules that come with Python."""
    types = (str, list, dict, set, tuple, int, float, bytes, frozenset)
    methods = {name for kind in types for name in dir(kind)}
    return frozenset(dir(builtins)) | methods | frozenset(sys.stdlib_module_names) | frozenset(keyword.kwlist)


PUBLIC_NAMES = _public_names()


@dataclass(frozen=True, slots=True)
class LeakReport:
    """Whether a text keeps the secret; `score` is the share of the repair's new tokens that it shows.

    `reasons` are plain sentences for the author or the model, never for the learner. `revealed` are the
    tokens that count against a conversation's budget.
    """

    ok: bool
    score: float
    reasons: tuple[str, ...] = ()
    revealed: Counter[str] = field(default_factory=Counter)


def check_leak(text: str, *, original: str, repaired: str, level: Level, language: str = "en") -> LeakReport:
    """The report on one text, given the learner's code and the code after the smallest repair.

    Both codes are the enclosing function, or the whole file where there is none. At level 5 nothing leaks.
    """
    if level is Level.DIFF:
        return LeakReport(True, 0.0)
    edit = edit_between(original, repaired)
    revealed = _revealed(text, edit, load_lexicon(language))
    score = _share(revealed, edit.secret)
    reasons = list(_run_reasons(text, edit))
    if level is Level.EXAMPLE:
        reasons += _example_reasons(text, repaired)
    else:
        reasons += _cap_reasons(score, revealed, level)
        reasons += _place_reasons(text, edit, load_lexicon(language))
    return LeakReport(not reasons, score, tuple(reasons), revealed)


def edit_order(text: str, language: str = "en") -> str | None:
    """The first order to edit code in the text ("replace `a` by"), or None. Needs no repair to be known."""
    lexicon = load_lexicon(language)
    return next((order for sentence in sentences(text) if (order := lexicon.order(sentence))), None)


def loose_code(text: str) -> list[str]:
    """What looks like code in the prose of the text: `a = b` or `f(x)` without its backticks."""
    words = prose(text, stand_in=";")
    return [piece for piece in _LOOSE.findall(words) if _CODE_SIGN.search(piece)]


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text; a full stop inside a code span ends none."""
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


class ConversationBudget:
    """What a conversation has given away so far, so that five innocent turns cannot add up to the answer."""

    def __init__(self, original: str, repaired: str, language: str = "en") -> None:
        self._original, self._repaired, self._language = original, repaired, language
        self._secret = edit_between(original, repaired).secret
        self._spent: Counter[str] = Counter()

    @property
    def spent(self) -> float:
        """The share of the repair's new tokens that the conversation has shown, 0.0 to 1.0."""
        return _share(self._spent, self._secret)

    def admit(self, text: str, level: Level) -> LeakReport:
        """Check a new turn together with all earlier ones; only an admitted turn is charged.

        `level` is the highest one that the learner has unlocked.
        """
        report = check_leak(
            text, original=self._original, repaired=self._repaired, level=level, language=self._language
        )
        together = self._spent | report.revealed
        total = _share(together, self._secret)
        cap = CAPS.get(level, 1.0)
        if report.ok and total > cap:
            reason = f"With the earlier turns this shows {total:.0%} of the repair; {cap:.0%} is allowed."
            return LeakReport(False, total, (reason,), report.revealed)
        if report.ok:
            self._spent = together
        return report


def _weight(token: str) -> float:
    """How much a token tells (in place of an inverse document frequency over a corpus of programs).

    A name or text of the repair is nearly the whole answer; 0 and 1 stand in every second hint.
    """
    if is_name(token) or token.startswith('"'):
        return 3.0
    if is_number(token):
        return 1.0 if token in {"0", "1"} else 2.0
    return 2.0


def _share(revealed: Counter[str], secret: Counter[str]) -> float:
    total = sum(_weight(token) * count for token, count in secret.items())
    shown = sum(_weight(token) * min(revealed[token], count) for token, count in secret.items())
    return shown / total if total else 0.0


def _revealed(text: str, edit: Edit, lexicon: Lexicon) -> Counter[str]:
    """The secret tokens that the text shows in its code, or names in its words."""
    shown: Counter[str] = Counter()
    for code in (*code_parts(text), *loose_code(text)):
        shown.update(lexemes(looked_at(code)))
    words = prose(text)
    for token in edit.secret:
        if lexicon.says(words, token):
            shown[token] += 1
    return Counter({token: min(shown[token], count) for token, count in edit.secret.items() if shown[token]})


def looked_at(code: str) -> str:
    """What a `print` or the like shows: to look at a value is no part of a repair."""
    while match := _LOOKING.match(code.strip()):
        code = match.group(1)
    return code


def _cap_reasons(score: float, revealed: Counter[str], level: Level) -> Iterator[str]:
    if score > CAPS[level]:
        shown = ", ".join(f"`{token}`" for token in sorted(revealed))
        yield f"It shows {score:.0%} of the repair ({shown}); level {level:d} allows {CAPS[level]:.0%}."


def _run_reasons(text: str, edit: Edit) -> Iterator[str]:
    """A run of three tokens, or a whole line, that the repair has and the original does not."""
    new = {
        run
        for run in shingles(list(edit.repaired), RUN) - shingles(list(edit.original), RUN)
        if any(token not in STOP for token in run)
    }
    parts = (*code_parts(text), *loose_code(text))
    codes = [looked_at(code) for code in parts]
    shared = {run for code in codes for run in shingles(lexemes(code), RUN)} & new
    # Outside of code spans a run must hold a sign that prose does not use, or "if not in" would count.
    loose = shingles(lexemes(text.replace("`", " ")), RUN) & new
    shared |= {run for run in loose if any(is_operator(t) and t not in _NO_PROSE_SIGN for t in run)}
    whole = {line for line in edit.new_lines if len(line) > 1}
    shared |= {line for code in parts for line in lexemes_by_line(code)} & whole
    if shared:
        yield f"{WRITTEN} a piece of the repaired code: `{' '.join(min(shared))}`."
    elif any(line in _without_quotes(text, edit.original_text) for line in edit.new_texts):
        yield f"{WRITTEN} a line of the repaired code among its words."


def _without_quotes(text: str, original: str) -> str:
    """The text on one line, without code spans that quote the learner: `a = a.f()` holds `a.f()`."""
    flat = " ".join(text.split())
    return _SPAN.sub(lambda match: " " if match.group(1) in original else match.group(), flat)


def _place_reasons(text: str, edit: Edit, lexicon: Lexicon) -> Iterator[str]:
    """A sentence that names the place of the repair and says the edit, however small that is."""
    for sentence in sentences(text):
        said = _edit_said(sentence, edit, lexicon)
        if said and (lexicon.points(sentence) or _names_the_place(sentence, edit)):
            yield f'One sentence names both the place and the edit ("{said}").'


def _edit_said(sentence: str, edit: Edit, lexicon: Lexicon) -> str | None:
    words = prose(sentence)
    for token in edit.added:
        if said := lexicon.says(words, token):
            return said
    touched = {token for line in edit.lines for token in line}
    for code in code_parts(sentence):
        signs = lexemes(code)
        new = [sign for sign in signs if sign in edit.added and sign not in touched and is_operator(sign)]
        if new and len(new) == len(signs):
            return code
    return None


def _names_the_place(sentence: str, edit: Edit) -> bool:
    for code in code_parts(sentence):
        found = tuple(lexemes(code))
        if any(token not in STOP for token in found) and any(_holds(line, found) for line in edit.lines):
            return True
    return False


def _holds(line: tuple[str, ...], run: tuple[str, ...]) -> bool:
    return any(line[start : start + len(run)] == run for start in range(len(line) - len(run) + 1))


def _example_reasons(text: str, repaired: str) -> Iterator[str]:
    """An example must be about another task: other names, and not the repair's shape throughout."""
    code = "\n".join(code_parts(text))
    shared = (names(code) & names(repaired)) - PUBLIC_NAMES
    if shared:
        yield f"The example uses names of the learner's code: {', '.join(sorted(shared))}."
    ours, theirs = shingles(lexemes(code), RUN), shingles(lexemes(repaired), RUN)
    alike = len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0
    if alike > MOST_ALIKE:
        yield f"The example is {alike:.0%} like the repaired code; {MOST_ALIKE:.0%} is allowed."
