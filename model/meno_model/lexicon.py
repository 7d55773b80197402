"""What kind of Python lexeme each token of a vocabulary is, as far as one token is one lexeme.

Replacing a token by another of its kind keeps a program readable by the parser; that is what corruption in
pre-training and the network's own mistakes are made of.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from meno_model.tokenizer import PAD, CodeTokenizer

OTHER, NAME, ATTRIBUTE, OPERATOR, COMPARISON, NUMBER, WORD = range(7)
_NAME = re.compile(r" [A-Za-z_]\w*")
_OPERATORS = frozenset("+ - * / // % ** += -= *= /=".split())
_COMPARISONS = frozenset("< <= > >= == !=".split())
_WORDS = frozenset(" and; or; True; False; None; break; continue; min; max; any; all".split(";"))


class Lexicon:
    """Kinds of tokens: `kinds[token]` is one of the constants above; `pad` and `mask` are token ids."""

    def __init__(self, tokenizer: CodeTokenizer) -> None:
        self._texts = [tokenizer.text_of(token) for token in range(tokenizer.size)]
        self.kinds = np.array([_kind(text) for text in self._texts], dtype=np.int64)
        self.pad, self.mask = PAD, tokenizer.mask
        self._goes_on = np.array([text[:1].isalnum() or text[:1] == "_" for text in self._texts])
        self._dots = np.array([text == "." for text in self._texts])

    def text(self, token: int) -> str:
        """A token's text without the space in front."""
        return self._texts[token].strip()

    def tokens_of(self, kind: int) -> Sequence[int]:
        """All tokens that may stand where one of this kind stood."""
        wanted = NAME if kind == ATTRIBUTE else kind
        return [int(token) for token in np.flatnonzero(self.kinds == wanted)]

    def kinds_of(self, ids: Sequence[int] | npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
        """The kinds in a sequence: names behind a dot are attributes; a part of a longer name is `OTHER`."""
        tokens = np.asarray(ids)
        plain: npt.NDArray[np.int64] = self.kinds[tokens]
        kinds = plain.copy()
        part = np.zeros(len(tokens), dtype=np.bool_)
        part[:-1] = self._goes_on[tokens[1:]]
        digits = plain == NUMBER
        kinds[1:][(kinds[1:] == NAME) & self._dots[tokens[:-1]]] = ATTRIBUTE
        kinds[1:][digits[1:] & digits[:-1]] = OTHER
        kinds[part & np.isin(plain, (NAME, WORD, NUMBER))] = OTHER
        return kinds


def _kind(text: str) -> int:
    stripped = text.strip()
    if text in _WORDS or (text.startswith(" ") and stripped in {word.strip() for word in _WORDS}):
        return WORD
    if text in _COMPARISONS:
        return COMPARISON
    if text in _OPERATORS:
        return OPERATOR
    if _NAME.fullmatch(text):
        return OTHER if keyword.iskeyword(stripped) else NAME
    return NUMBER if stripped.isdigit() and len(stripped) == 1 else OTHER
